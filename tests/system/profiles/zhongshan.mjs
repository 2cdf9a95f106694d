// Zhongshan 一 (S1): 「立即注册>>」, the form with its uploads (jpg png pdf bmp), 「提交」, the review with refusal and pass, 「账号状态」.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from '../../e2e/lib/browser.mjs';
import { sqlValue } from '../../e2e/lib/db.mjs';
import { PASSWORD, chooseDivision, creditCode, decide, fill, logIn, main, newPhone, press, prove, uploads } from '../../e2e/lib/registering.mjs';

const LOGIN = 'zs-operator', PHONE = newPhone(), COMPANY = '中山测试充电有限公司';
let browser, page, staff;
before(async () => {
  browser = await launch();
  page = await (await visit(browser)).newPage();
  staff = await (await visit(browser, { login: 'demo-city' })).newPage();
  for (const one of [page, staff]) one.setDefaultTimeout(15000);
});
after(() => browser.close());

test('S1: 「立即注册>>」, the form, uploads of four kinds, 「提交」', async () => {
  await page.goto('/account/login');
  await main(page).getByRole('link', { name: '立即注册>>', exact: true }).click();
  await prove(page, PHONE);
  await fill(page, { 账号名称: LOGIN, 密码: PASSWORD, 确认密码: PASSWORD, 企业名称: COMPANY, 统一社会信用代码: creditCode('442000'), 联系人: '李经办' });
  const first = await page.locator('#division_code-1 option').nth(1).getAttribute('value');
  await chooseDivision(page, first);
  await main(page).getByLabel('营业执照').setInputFiles(await uploads(page));
  await press(page, '提交');
  await page.waitForURL('**/account/register/done');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM file_link l JOIN operator_registration r ON r.id = l.record_id WHERE l.record = 'operator_registration' AND r.account_name = '${LOGIN}'`), '4');
});

test('S1: refused with an opinion, corrected; passed: 「账号状态」 shows 正常', async () => {
  await logIn(page, LOGIN);
  assert.match(await main(page).innerText(), /账号状态\s*注册审核中/);
  await staff.goto('/admin/registrations?state=filed');
  await main(staff).getByRole('link', { name: COMPANY }).first().click();
  for (const name of ['执照一', '执照二', '执照三', '执照四']) assert.ok((await main(staff).innerText()).includes(name), name);
  await decide(staff, '不通过', '联系人与授权书不一致');
  await page.goto('/operator');
  assert.match(await main(page).innerText(), /账号状态\s*审核不通过/);
  await main(page).getByRole('link', { name: '修改注册信息' }).click();
  await fill(page, { 第一联系人: '张经办' });
  await press(page, '重新提交');
  await staff.reload();
  await decide(staff, '通过');
  await page.goto('/operator');
  assert.match(await main(page).innerText(), /账号状态\s*正常/);
});

test('S4, S5, S6: 「我的充电站」, 「新增充电站」, 「我的充电桩」 with the manual\'s queries and fields', async () => {
  const own = await (await visit(browser, { login: 'demo-operator' })).newPage();
  own.setDefaultTimeout(15000);
  await own.goto('/operator');
  await own.locator('.side').getByRole('link', { name: '我的充电站', exact: true }).click();
  assert.equal(await main(own).getByRole('heading', { level: 1 }).innerText(), '我的充电站');
  const search = main(own).getByRole('search'), name = sqlValue("SELECT name FROM station_record WHERE operator_id = (SELECT operator_id FROM account WHERE login = 'demo-operator') LIMIT 1");
  assert.match(await search.innerText(), /城市/);
  await search.getByLabel('充电站', { exact: true }).fill(name);
  await search.getByRole('button', { name: '查询', exact: true }).click();
  assert.ok((await main(own).innerText()).includes(name));
  await main(own).getByRole('link', { name: '新增充电站', exact: true }).click();
  assert.ok(await main(own).getByRole('button', { name: '提交', exact: true }).count());
  await own.locator('.side').getByRole('link', { name: '我的充电桩', exact: true }).click();
  for (const label of ['充电桩编码或名称', '所属充电站', '充电桩类型', '生产厂商', '额定功率']) assert.ok((await search.innerText()).includes(label), label);
  const pile = sqlValue("SELECT code FROM equipment_record WHERE operator_id = (SELECT operator_id FROM account WHERE login = 'demo-operator') AND code IS NOT NULL LIMIT 1");
  await search.getByLabel('充电桩编码或名称').fill(pile);
  await search.getByRole('button', { name: '查询', exact: true }).click();
  assert.ok((await main(own).innerText()).includes(pile));
  await own.goto('/archives/equipment/new?ready=1');
  const words = await main(own).innerText();
  for (const label of ['设施编码', '设施名称', '所属充电站', '生产厂商', '设施型号', '设施类型', '额定功率', '额定电压上限', '额定电流', '充电枪', '接口标准', '生产日期', '投运日期', '国家标准']) assert.ok(words.includes(label), label);
  await own.context().close();
  await staff.goto('/archives/stations');
  assert.equal(await main(staff).getByRole('heading', { level: 1 }).innerText(), '站点档案', 'departments keep the archives\' names');
});

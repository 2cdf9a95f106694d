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

// Henan 使用帮助 一 and 二: both kinds of account (H1.1, H1.2), the review by both menu paths, extension, refusal, correction by
// both paths and pass (H1.3), then the way into the qualification (H2) for the one kind and none for the other.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from '../../e2e/lib/browser.mjs';
import { sql, sqlValue } from '../../e2e/lib/db.mjs';
import { get } from '../../e2e/lib/http.mjs';
import { PASSWORD, chooseDivision, creditCode, decide, errors, fill, logIn, main, marked, message, newPhone, png, press, prove } from '../../e2e/lib/registering.mjs';

const FORM = ['账号名称', '密码', '企业名称', '统一社会信用代码', '联系人', '营业执照', '注册地'];
const mark = Date.now().toString(36);
const operator = { login: `ho-${mark}`, phone: newPhone(), company: `河南测试充电（郑州）有限公司${mark}`, kind: '充电设施运营商' };
const builder = { login: `hb-${mark}`, phone: newPhone(), company: `外省测试建设有限公司${mark}`, kind: '充电设施建设方' };
let browser, page, staff;

before(async () => {
  browser = await launch();
  page = await (await visit(browser)).newPage();
  staff = await (await visit(browser, { login: 'demo-province' })).newPage();
  for (const one of [page, staff]) one.setDefaultTimeout(15000);
});
after(() => browser.close());

const caseOf = (who) => sqlValue(`SELECT state FROM operator_registration WHERE account_name = '${who.login}'`);

/** The form's page: everything but the kind, the place and the paper. */
async function register(who, division) {
  await page.context().clearCookies();
  await page.goto('/account/login');
  await main(page).getByRole('link', { name: '立即注册', exact: true }).click();
  await page.waitForURL('**/account/register');
  assert.deepEqual(await marked(page), ['联系电话 *', '短信验证码 *']);
  await prove(page, who.phone);
  const marks = await marked(page);
  for (const label of ['账号类型', ...FORM]) assert.ok(marks.includes(`${label} *`), `${label} in ${marks}`);
  assert.match(await main(page).innerText(), new RegExp(`联系电话：${who.phone}（已验证）`));
  await main(page).getByLabel(who.kind).check();
  await fill(page, { 账号名称: who.login, 密码: PASSWORD, 确认密码: PASSWORD, 企业名称: who.company, 统一社会信用代码: creditCode('410100'), 联系人: '王经办' });
  await chooseDivision(page, ...division);
  await main(page).getByLabel('营业执照').setInputFiles(png());
  await press(page, '注册');
  await page.waitForURL('**/account/register/done');
  assert.match(await main(page).innerText(), /3 个工作日内审核，高峰期可能延期/);
}

test('H1.1, H1.2: 「立即注册」, 充电设施运营商, 注册地 down to the county', async () => {
  await register(operator, ['410100', '410105']);
  assert.deepEqual(sql(`SELECT r.kind, r.company, r.phone, a.role, a.state, a.phone, r.agreement_version FROM operator_registration r JOIN account a ON a.id = r.account_id WHERE r.account_name = '${operator.login}'`)[0],
    ['operator', operator.company, operator.phone, 'operator', 'pending', operator.phone, '1'], 'a name keeps its brackets');
});

test('H1.1, H1.2: 充电设施建设方 from another province takes 「郑州-其他」', async () => {
  await register(builder, ['410100', '其他']);
  assert.match(sql(`SELECT CONCAT(kind, ' ', division_code) FROM operator_registration WHERE account_name = '${builder.login}'`)[0][0], /^builder 4101(?!05)/);
});

test('a number that has an account is told to its holder alone; the form then makes nothing', async () => {
  await page.context().clearCookies();
  await page.goto('/account/register');
  await main(page).getByLabel('联系电话').fill(operator.phone);
  sql('DELETE FROM verification_code');                  // not the minute between two codes, which is tested elsewhere
  await prove(page, operator.phone);                     // the same words as for any other number
  await main(page).getByLabel('充电设施运营商').check();
  await fill(page, { 账号名称: `hx-${mark}`, 密码: PASSWORD, 确认密码: PASSWORD, 企业名称: '河南又一家有限公司', 统一社会信用代码: creditCode('410100'), 联系人: '王经办' });
  await chooseDivision(page, '410100', '410105');
  await main(page).getByLabel('营业执照').setInputFiles(png());
  await press(page, '注册');
  assert.match(await errors(page), /该手机号码已被其他账号使用/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM account WHERE login = 'hx-${mark}'`), '0');
});

test('H1.3: 工作台/待办事项/账号待审核; the extension with its reason and new date are the applicant\'s to read', async () => {
  await staff.goto('/account');
  await staff.getByRole('link', { name: /^待办事项/ }).first().click();
  await main(staff).getByRole('link', { name: '账号待审核', exact: true }).click();
  await main(staff).getByRole('link', { name: operator.company }).first().click();
  assert.match(await main(staff).innerText(), /充电设施运营商[^]*执照\.png/);
  await decide(staff, '延期', '申请高峰期，审核顺延');
  await logIn(page, operator.phone);
  await page.waitForURL('**/operator');
  assert.match(await main(page).innerText(), /办理期限已延长至 ?\d{4}-\d\d-\d\d[^]*申请高峰期，审核顺延/);
  assert.match(await main(page).innerText(), /账号状态\s*注册审核中/);
});

test('H1.3: 系统管理/账号管理/待审核; refused with an opinion; 工作台/运营商头像/编辑, resubmitted', async () => {
  await staff.goto('/account');
  assert.ok((await staff.locator('.side .group').allInnerTexts()).includes('系统管理'));
  await staff.locator('.side').getByRole('link', { name: '账号管理', exact: true }).click();
  await main(staff).getByRole('link', { name: '待审核', exact: true }).click();
  await main(staff).getByRole('link', { name: operator.company }).first().click();
  await press(staff, '不通过');
  assert.match(await errors(staff), /请填写「不通过」的意见/);
  await decide(staff, '不通过', '营业执照不清晰');
  assert.equal(caseOf(operator), 'refused');
  await page.goto('/operator');
  assert.match(await main(page).innerText(), /审核不通过[^]*营业执照不清晰/);
  await main(page).locator('.me').getByRole('link', { name: '编辑' }).click();
  await fill(page, { 详细地址: '金水路 1 号' });
  await press(page, '重新提交');
  await page.waitForURL('**/operator?done=sent');
  assert.equal(caseOf(operator), 'filed');
});

test('H1.3: returned for more; 账号头像/企业资料/编辑, resubmitted; passed; 账号状态 正常', async () => {
  await staff.goto('/admin/registrations?state=filed');
  await main(staff).getByRole('link', { name: operator.company }).first().click();
  await decide(staff, '退回补充材料', '请补充法人授权书');
  await page.goto('/operator');
  await main(page).getByRole('link', { name: '账号头像' }).click();
  await page.waitForURL('**/account');
  assert.match(await main(page).innerText(), /企业资料/);
  await main(page).getByRole('link', { name: /^编辑/ }).click();
  assert.match(await main(page).innerText(), /请补充法人授权书/);
  await main(page).getByLabel('营业执照').setInputFiles(png('授权书.png'));
  await press(page, '重新提交');
  await page.waitForURL('**/operator?done=sent');
  await staff.goto('/admin/registrations?state=filed');
  await main(staff).getByRole('link', { name: operator.company }).first().click();
  await decide(staff, '通过');
  assert.equal(caseOf(operator), 'passed');
  await page.goto('/operator');
  assert.match(await main(page).innerText(), /注册成功[^]*账号状态\s*正常/);
  assert.ok(await message(operator.phone, /审核已?通过/));
});

test('H2: the passed operator finds the qualification in its menu, with the manual\'s labels', async () => {
  await page.locator('.side').getByRole('link', { name: '运营商资质', exact: true }).click();
  await main(page).getByRole('link', { name: '开始填报' }).click();
  const words = await main(page).innerText();
  for (const label of ['企业名称', '注册资金', '注册时间', '资产总额', '法人代表', '邮政编号', '电话', '传真', '电子邮箱', '注册地址', '通信地址', '所属行业', '工商登记类型', '服务范围'])
    assert.ok(words.includes(label), label);
});

test('H1.1: the builder is refused, corrects, passes; it keeps its company\'s data and contacts and has no qualification', async () => {
  await staff.goto('/admin/registrations?state=filed');
  await main(staff).getByRole('link', { name: builder.company }).first().click();
  await decide(staff, '不通过', '企业名称与执照不一致');
  await page.context().clearCookies();
  await logIn(page, builder.login);
  await main(page).getByRole('link', { name: '修改注册信息' }).click();
  await fill(page, { 企业名称: `${builder.company}郑州分公司` });
  await press(page, '重新提交');
  await staff.goto('/admin/registrations?state=filed');
  await main(staff).getByRole('link', { name: builder.company }).first().click();
  await decide(staff, '通过');
  await page.goto('/operator');
  const side = (await page.locator('.side a').allInnerTexts()).map((one) => one.trim().split('\n')[0]);
  for (const own of ['运营商概览', '运营商配置管理', '运营商通讯录']) assert.ok(side.includes(own), `${own} in ${side}`);
  assert.ok(!side.includes('运营商资质'), String(side));
  const cookie = (await page.context().cookies()).filter((one) => one.name === 'session').map((one) => `session=${one.value}`)[0];
  for (const [address, status] of [['/company/profile', 200], ['/company/contacts', 200], ['/company/qualification', 403], ['/company/qualification/form', 403]])
    assert.equal((await get(address, { cookie })).status, status, address);
});

test('H3.2: 用户管理-资产管理-我的充电站: what the own platform pushed; a builder\'s: what its platform pushed for it', async () => {
  for (const [login, table] of [['demo-operator', 'operator_id'], ['demo-builder', 'built_by']]) {
    const own = await (await visit(browser, { login })).newPage();
    own.setDefaultTimeout(15000);
    await own.goto('/operator');
    assert.ok((await own.locator('.side .group').allInnerTexts()).includes('用户管理-资产管理'), login);
    await own.locator('.side').getByRole('link', { name: '我的充电站', exact: true }).click();
    assert.equal(await main(own).getByRole('heading', { level: 1 }).innerText(), '我的充电站');
    const [name] = sql(`SELECT name FROM station WHERE ${table} = (SELECT operator_id FROM account WHERE login = '${login}') AND removed_at IS NULL ORDER BY id DESC LIMIT 1`)[0];
    assert.ok((await main(own).innerText()).includes(name), `${login} ${name}`);
    await own.context().close();
  }
});

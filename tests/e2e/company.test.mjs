// Z13, Z14, Z8.4, H2.1-H2.4 in the browser: configuration with its review, contacts, the qualification's wizard by the Henan
// manual's labels; scopes over HTTP.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { get, post } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

// a white picture of 4 × 4
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAD0lEQVR4nGP4jwQYiOMAANuQL9FuRbCyAAAAAElFTkSuQmCC', 'base64');
const OWN = 'FROM account WHERE login = \'demo-operator\'';
let browser, operator, county, other;

/** What is changed here of the two companies and put back, for the tests behind this one. */
const KEPT = ['name', 'division_code', 'legal_name', 'service_tel'];
let asFound = [];

/** Nothing of these flows, the operator in the county of the demonstration's department. */
function clear() {
  for (const [flow, table] of [['profile-change', 'profile_change'], ['qualification', 'qualification']]) {
    for (const t of ['flow_copy', 'flow_due', 'flow_step']) sql(`DELETE FROM ${t} WHERE flow = '${flow}'`);
    if (table === 'qualification') sql("DELETE FROM file_link WHERE record LIKE 'qualification%'; DELETE FROM qualification_technician");
    sql(`DELETE FROM ${table}`);
  }
  sql('DELETE FROM operator_contact');
  sql("DELETE FROM form_draft WHERE form LIKE 'company-%'");
}
before(async () => {
  browser = await launch();
  operator = sqlValue(`SELECT operator_id ${OWN}`);
  county = sqlValue("SELECT division_code FROM account WHERE login = 'demo-county'");
  other = sqlValue(`SELECT id FROM operator WHERE id <> ${operator} LIMIT 1`);
  clear();
  asFound = [operator, other].map((id) => `UPDATE operator SET ${KEPT.map((column) => `${column} = ${quote(sqlValue(`SELECT ${column} FROM operator WHERE id = ${id}`))}`)} WHERE id = ${id}`);
  sql(`UPDATE operator SET division_code = '${county}', legal_name = ${quote('张三')}, service_tel = '4001234567' WHERE id = ${operator}`);
});
after(async () => { clear(); asFound.forEach((one) => sql(one)); await browser.close(); });

const main = (page) => page.getByRole('main');
async function open(login, path, width = 1280) {
  const context = await visit(browser, { login, width }), page = await context.newPage();
  page.wrong = watch(page);
  await page.goto(path);
  await settle(page);
  return page;
}
/** A form with files is sent by a script, which draws the answer in place: the answer is waited for, not a new page. */
const press = async (page, name) => {
  await main(page).evaluate((old) => { old.dataset.old = '1'; });
  await main(page).getByRole('button', { name, exact: true }).click();
  await page.locator('main:not([data-old])').waitFor();
  await settle(page);
};
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${new URL(page.url()).pathname.replaceAll('/', '_')}${new URL(page.url()).search.replace(/\W/g, '')}-${page.viewportSize().width}.png`, fullPage: true });
}

for (const width of WIDTHS)
  test(`Z13: 「运营商配置管理」: 「修改」 switches to editing; other data at once, key data after the review (${width} px)`, async () => {
    clear();
    const name = sqlValue(`SELECT name FROM operator WHERE id = ${operator}`), next = `${name.replace(/改\d+$/, '')}改${width}`;
    const page = await open('demo-operator', '/company/profile', width);
    await sound(page);
    await main(page).getByRole('link', { name: '修改', exact: true }).click();
    await page.waitForURL(/\/edit$/);
    await sound(page);
    await page.getByLabel('企业简称').fill('演示');
    await page.getByLabel('办公地址').fill(`人民东路 ${width} 号`);
    await page.getByLabel('企业名称').fill('');
    await press(page, '提交');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /企业名称/);
    await page.getByLabel('企业名称').fill(next);
    await press(page, '提交');
    assert.match(page.url(), /done=filed/);
    await sound(page);
    assert.equal(sqlValue(`SELECT name FROM operator WHERE id = ${operator}`), name, 'the old name is in force');
    assert.match(sqlValue(`SELECT address FROM operator WHERE id = ${operator}`), new RegExp(width));
    const id = sqlValue('SELECT MAX(id) FROM profile_change');
    const staff = await open('demo-county', '/workbench?flow=profile-change', width);
    await staff.locator(`a[href="/company/review/profile/${id}"]`).click();
    await staff.waitForURL(/review\/profile/);
    await sound(staff);
    assert.match(await main(staff).locator('.changed').innerText(), new RegExp(`改${width}`));
    await press(staff, '通过');
    assert.match(sqlValue(`SELECT name FROM operator WHERE id = ${operator}`), new RegExp(`改${width}$`));
    assert.deepEqual([...page.wrong.filter((w) => !/422/.test(w)), ...staff.wrong], []);
    await page.context().close(), await staff.context().close();
  });

test('Z13: a refused change is shown to the operator with the opinion, the old data stay', async () => {
  const page = await open('demo-operator', '/company/profile/edit');
  await page.getByLabel('法定代表人').fill('李四');
  await press(page, '提交');
  const id = sqlValue('SELECT MAX(id) FROM profile_change');
  const staff = await open('demo-county', `/company/review/profile/${id}`);
  await press(staff, '不通过');
  assert.match(await staff.locator('.govuk-error-summary').innerText(), /意见/);
  await staff.getByLabel('审批意见').fill('请补充变更证明');
  await press(staff, '不通过');
  await page.goto('/company/profile');
  assert.match(await main(page).innerText(), /请补充变更证明/);
  assert.equal(sqlValue(`SELECT legal_name FROM operator WHERE id = ${operator}`), '张三');
  await page.context().close(), await staff.context().close();
});

for (const width of WIDTHS)
  test(`Z14: 「运营商通讯录」: the operator adds, changes, deletes; the department reads, phones masked (${width} px)`, async () => {
    const page = await open('demo-operator', '/company/contacts', width);
    await sound(page);
    await main(page).getByRole('link', { name: '添加联系人' }).click();
    await page.waitForURL(/new$/);
    await sound(page);
    await page.getByLabel('姓名').fill('王联系');
    await page.getByLabel('联系电话').fill('138');
    await press(page, '提交');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /联系电话/);
    await page.getByLabel('联系电话').fill('13800138000');
    await press(page, '提交');
    assert.match(page.url(), /\/company\/contacts$/);
    assert.match(await main(page).innerText(), /王联系[^]*13800138000/);
    await main(page).getByRole('link', { name: '王联系' }).click();
    await page.waitForURL(/contacts\/\d+$/);
    await page.getByLabel('职务').fill('经理');
    await press(page, '提交');
    await sound(page);
    const staff = await open('demo-county', '/company/directory', width);
    await sound(staff);
    assert.match(await main(staff).innerText(), /王联系[^]*138\*\*\*\*8000/);
    assert.doesNotMatch(await staff.content(), /13800138000/);
    await main(staff).getByRole('link', { name: '王联系' }).click();
    await staff.waitForURL(/directory\/\d+$/);
    await sound(staff);
    await staff.getByLabel('查看理由').fill('安全检查联系');
    await press(staff, '查看');
    assert.match(await main(staff).innerText(), /13800138000/);
    assert.equal(sqlValue("SELECT detail FROM trail WHERE act = 'reveal' ORDER BY id DESC LIMIT 1"), '安全检查联系');
    await page.goto(`/company/contacts/${sqlValue('SELECT MAX(id) FROM operator_contact')}`);
    await main(page).getByRole('button', { name: '删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
    assert.equal(sqlValue('SELECT COUNT(*) FROM operator_contact'), '1', 'asked first');
    await main(page).getByRole('button', { name: '删除' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '确认删除' }).click();
    await page.waitForURL(/\/company\/contacts$/);
    assert.equal(sqlValue('SELECT COUNT(*) FROM operator_contact'), '0');
    await page.context().close(), await staff.context().close();
  });

const STEP1 = { 注册资金: '5000000', 资产总额: '30000000', 法人代表: '张三', 邮政编号: '519000', 电话: '0756-1234567', 传真: '0756-1234568',
  电子邮箱: 'a@example.cn', 注册地址: '人民东路1号', 通信地址: '人民东路2号' };
async function firstStep(page, capital) {
  for (const [label, value] of Object.entries(STEP1)) await main(page).getByLabel(label, { exact: false }).first().fill(label === '注册资金' ? capital : value);
  await main(page).getByLabel('注册时间').fill('2018-05-06');
  await main(page).getByLabel('所属行业').selectOption({ label: '电力、热力生产和供应业' });
  await main(page).getByLabel('工商登记类型').selectOption({ label: '有限责任公司' });
  await main(page).getByLabel('充电设施运营').check();
}
for (const width of WIDTHS)
  test(`H2.1-H2.4: the wizard of three steps; conditions are shown; submitted, reviewed, passed (${width} px)`, async () => {
    clear();
    const page = await open('demo-operator', '/company/qualification', width);
    await sound(page);
    await main(page).getByRole('link', { name: '开始填报' }).click();
    await page.waitForURL(/form/);
    await sound(page);
    for (const label of ['企业名称', ...Object.keys(STEP1), '注册时间', '所属行业', '工商登记类型', '服务范围'])
      assert.ok((await main(page).innerText()).includes(label), label);
    await firstStep(page, '5000000');
    await press(page, '下一步');
    assert.match(page.url(), /step=2/);
    await sound(page);
    assert.equal(await main(page).locator('fieldset.form-row').count(), 8);
    for (let i = 0; i < 8; i++) {
      const row = main(page).locator('fieldset.form-row').nth(i);
      await row.getByLabel('姓名').fill(`员工${i}`);
      await row.getByLabel('手机号码').fill(`1380013800${i}`);
      await row.getByLabel('许可证编号').fill(`X${i}`);
      if (i < 7) await row.locator('input[type=file]').setInputFiles({ name: `permit${i}.png`, mimeType: 'image/png', buffer: PNG });
    }
    await press(page, '下一步');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /第 8 名.*许可证/, 'each has a permit');
    await main(page).locator('fieldset.form-row').nth(7).locator('input[type=file]').setInputFiles({ name: 'permit7.png', mimeType: 'image/png', buffer: PNG });
    await press(page, '上一步');
    assert.equal(await main(page).getByLabel('法人代表').inputValue(), '张三', 'back keeps');
    await press(page, '下一步');
    assert.equal(await main(page).getByText('已上传', { exact: true }).count(), 8, 'forward keeps, files too');
    await press(page, '下一步');
    await sound(page);
    await page.getByLabel('服务平台名称').fill('演示充电平台');
    await page.getByLabel('登记号').fill('2020SR0000001');
    await page.getByLabel('计算机软件著作权登记证书').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await page.getByLabel('承诺书（加盖公章）').setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: PNG });
    await press(page, '提交');
    assert.match(page.url(), /done=stored/);
    await sound(page);
    assert.match(await main(page).innerText(), /尚未提交[^]*不符合\s*已填报 5,000,000 元/);
    await press(page, '修改资质信息');
    assert.equal(await main(page).getByLabel('法人代表').inputValue(), '张三');
    await page.getByLabel('注册资金').fill('10000000');
    await press(page, '下一步');
    assert.equal(await main(page).getByText('已上传', { exact: true }).count(), 8, 'stored files are there when it is changed');
    await press(page, '下一步');
    assert.equal(await page.getByLabel('登记号').inputValue(), '2020SR0000001');
    await press(page, '提交');
    assert.match(page.url(), /done=filed/);
    assert.equal(sqlValue('SELECT COUNT(*) FROM qualification'), '1');
    assert.equal(sqlValue('SELECT COUNT(*) FROM qualification_technician'), '8');
    const id = sqlValue('SELECT MAX(id) FROM qualification');
    const staff = await open('demo-county', `/company/review/qualification/${id}`, width);
    await sound(staff);
    assert.equal(await main(staff).getByText('符合', { exact: true }).count(), 4);
    const file = await main(staff).locator('a[href^="/files/"]').first().getAttribute('href');
    assert.equal((await get(file, { cookie: sessionOf('demo-county') })).status, 200);
    assert.equal((await get(file, { cookie: sessionOf('demo-citizen') })).status, 404);
    assert.equal((await get(file)).status, 404);
    await press(staff, '通过');
    assert.equal(sqlValue(`SELECT state FROM qualification WHERE id = ${id}`), 'passed');
    await page.goto('/company/qualification/form');
    assert.match(page.url(), /\/company\/qualification$/);
    await page.context().close(), await staff.context().close();
  });

test('without JavaScript a deletion asks on a page of its own', async () => {
  clear();
  sql(`INSERT INTO operator_contact (operator_id, name, phone) VALUES (${operator}, ${quote('无脚本')}, '13900139000')`);
  const id = sqlValue('SELECT MAX(id) FROM operator_contact'), context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.BASE_URL });
  const [name, value] = sessionOf('demo-operator').split('=');
  await context.addCookies([{ name, value, url: process.env.BASE_URL }]);
  const page = await context.newPage();
  await page.goto(`/company/contacts/${id}`);
  await main(page).getByRole('button', { name: '删除', exact: true }).click();
  assert.match(await main(page).innerText(), /删除后不能恢复/);
  assert.equal(sqlValue('SELECT COUNT(*) FROM operator_contact'), '1');
  await main(page).getByRole('button', { name: '确认删除' }).click();
  await page.waitForURL(/\/company\/contacts$/);
  assert.equal(sqlValue('SELECT COUNT(*) FROM operator_contact'), '0');
  await context.close();
});

test('Z8.3: 「运营商概览」: figures lead to lists', async () => {
  for (const width of WIDTHS) {
    const page = await open('demo-operator', '/operator', width);
    await sound(page);
    assert.match(await main(page).innerText(), /数据统计[^]*运营商资质审核[^]*站点档案审核[^]*充电设备核查[^]*互联互通核查[^]*办理步骤/);
    for (const link of await main(page).locator('.figures a').evaluateAll((all) => all.map((a) => a.getAttribute('href'))))
      assert.equal((await get(link, { cookie: sessionOf('demo-operator') })).status, 200, link);
    await page.context().close();
  }
});

test('Z8.4: the guide leads to pages that exist', async () => {
  for (const width of WIDTHS) {
    const page = await open('demo-operator', '/company', width);
    await sound(page);
    const links = await main(page).locator('section a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    assert.ok(links.length >= 6);
    for (const link of links) assert.equal((await get(link, { cookie: sessionOf('demo-operator') })).status, 200, link);
    await page.context().close();
  }
});

test('Z13, Z14, H2: what is another operator\'s or another division\'s is not there', async () => {
  clear();
  sql(`INSERT INTO operator_contact (operator_id, name, phone) VALUES (${other}, ${quote('别家')}, '13900139000')`);
  sql(`UPDATE operator SET division_code = '110101' WHERE id = ${other}`);
  const contact = sqlValue('SELECT MAX(id) FROM operator_contact');
  sql(`INSERT INTO profile_change (operator_id, company, division_code, state) VALUES (${other}, 'x', '110101', 'filed')`);
  sql(`INSERT INTO qualification (operator_id, company, division_code, state) VALUES (${other}, 'x', '110101', 'filed')`);
  const cases = [`/company/review/profile/${sqlValue('SELECT MAX(id) FROM profile_change')}`,
    `/company/review/qualification/${sqlValue('SELECT MAX(id) FROM qualification')}`];
  const own = sessionOf('demo-operator'), staff = sessionOf('demo-county');
  assert.equal((await get(`/company/contacts/${contact}`, { cookie: own })).status, 404);
  assert.equal((await get(`/company/directory/${contact}`, { cookie: staff })).status, 404);
  for (const path of cases) {
    assert.equal((await get(path, { cookie: staff })).status, 404);
    assert.equal((await get(path, { cookie: own })).status, 403);
  }
  for (const path of ['/company', '/company/profile', '/company/contacts', '/company/qualification', `/company/contacts/${contact}`, ...cases]) {
    assert.ok([303, 401].includes((await get(path)).status), path);
    assert.equal((await get(path, { cookie: sessionOf('demo-citizen') })).status, 403, path);
  }
  assert.equal((await post(`/company/contacts/${contact}/drop`, { cookie: own, form: {} })).status, 403, 'without a token');
  assert.equal(sqlValue('SELECT COUNT(*) FROM operator_contact'), '1');
});

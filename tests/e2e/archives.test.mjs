// Z8.3, Z9, Z10, Z11, S4, S5 in the browser by the manuals' labels, operator and reviewer; scopes over HTTP.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { get } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAD0lEQVR4nGP4jwQYiOMAANuQL9FuRbCyAAAAAElFTkSuQmCC', 'base64');
let browser, own;

/** What this file makes carries codes that begin with E2E. */
function clear() {
  const station = "SELECT id FROM station_record WHERE code LIKE 'E2E%'", report = "SELECT id FROM report WHERE number LIKE 'E2E%'";
  sql(`DELETE FROM equipment_record WHERE code LIKE 'E2E%' OR station_record_id IN (${station}) OR report_id IN (${report})`);
  sql(`DELETE FROM station_record WHERE code LIKE 'E2E%'`);
  sql(`DELETE FROM report_file WHERE report_id IN (${report}); DELETE FROM report WHERE number LIKE 'E2E%'`);
  sql("DELETE FROM form_draft WHERE form IN ('station-record', 'equipment-record', 'equipment-new', 'report')");
}
before(async () => {
  browser = await launch();
  own = sqlValue("SELECT operator_id FROM account WHERE login = 'demo-operator'");
  clear();
});
after(async () => { clear(); await browser.close(); });

const main = (page) => page.getByRole('main');
async function open(login, path, width = 1280) {
  const context = await visit(browser, { login, width }), page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.wrong = watch(page);
  page.on('dialog', (dialog) => dialog.accept());
  await page.goto(path);
  await settle(page);
  return page;
}
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${new URL(page.url()).pathname.replaceAll('/', '_')}-${page.viewportSize().width}.png`, fullPage: true });
}
/** Presses and waits for the answer of the POST, then for the page it leads to; a question in a <dialog> is answered with yes. */
async function press(page, name, place = main(page)) {
  const answered = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.request().resourceType() !== 'fetch');
  const gone = page.waitForEvent('framenavigated', { predicate: (frame) => frame === page.mainFrame() });
  await place.getByRole('button', { name, exact: true }).first().click();
  const sure = page.locator('dialog[open]').getByRole('button', { name: /^确认/ });
  await Promise.race([answered, sure.first().waitFor({ timeout: 2000 }).then(() => sure.first().click()).catch(() => answered)]);
  await Promise.all([answered, gone]);               // the page the answer leads to, not the one the button was on
  await page.waitForLoadState('load');
  await settle(page);
}
const go = async (page, name) => { await main(page).getByRole('link', { name, exact: true }).first().click(); await settle(page); };
const state = (table, code) => sqlValue(`SELECT state FROM ${table} WHERE code = '${code}' AND operator_id = ${own}`);
const idOf = (table, code) => sqlValue(`SELECT id FROM ${table} WHERE code = '${code}' AND operator_id = ${own}`);

const STATION = { 充电站名称: '档案测试站', 详细地址: '人民东路 1 号', 经度: '113.570000', 纬度: '22.270000', 服务电话: '4001234567', 车位数量: '20',
  营业时间: '00:00-24:00', 充电电费: '1.2 元/度', 服务费: '0.6 元/度' };
async function fillStation(page, code) {
  await page.getByLabel('充电站编码', { exact: false }).fill(code);
  for (const [label, value] of Object.entries(STATION)) await page.getByLabel(label).first().fill(value);
  await page.getByLabel('充电站类型').selectOption({ label: '公共' });
  await page.getByLabel('站点状态').selectOption({ label: '正常使用' });
  await page.getByLabel('建设场所').selectOption({ label: '大型建筑配建停车场' });
  await page.getByLabel('投运日期').fill('2024-05-01');
  await page.getByLabel(/GCJ-02/).check();
  await page.getByLabel('县（市、区）').selectOption({ label: '香洲区' });
}

for (const width of WIDTHS)
  test(`Z9: a station by the labels: 「保存」, 「申请」 names what is missing, 「撤回」, pass and refusal with opinion (${width} px)`, async () => {
    clear();
    const code = `E2E${width}`, page = await open('demo-operator', '/archives/stations', width);
    await sound(page);
    await go(page, '新增');
    await sound(page);
    await page.getByLabel('充电站编码', { exact: false }).fill(code);
    await page.getByLabel('充电站名称').fill('档案测试站');
    await press(page, '保存');
    assert.match(await main(page).innerText(), /已保存，尚未提交审核/);
    assert.equal(state('station_record', code), 'draft');
    await page.goto(`/archives/stations?q=${code}`);
    await press(page, '申请');
    assert.match(await main(page).innerText(), /请填写「服务电话」/);
    assert.match(await main(page).innerText(), /请上传「站点照片」/);
    await sound(page);
    await go(page, '修改');
    await fillStation(page, code);
    await page.getByLabel('站点照片').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await press(page, '提交审核');
    assert.equal(state('station_record', code), 'filed', await main(page).innerText());
    await page.goto(`/archives/stations/${idOf('station_record', code)}`);
    await sound(page);
    await page.goto(`/archives/stations?q=${code}`);
    await press(page, '撤回');
    assert.equal(state('station_record', code), 'draft');
    await page.goto(`/archives/stations?q=${code}`);
    await press(page, '申请');
    assert.equal(state('station_record', code), 'filed');

    const staff = await open('demo-city', `/archives/stations?q=${code}`, width);
    await sound(staff);
    await go(staff, '详情');
    await press(staff, '不通过');
    assert.match(await staff.locator('.govuk-error-summary').innerText(), /意见/);
    await staff.getByLabel('审批意见').fill('地址请写到门牌号');
    await press(staff, '不通过');
    assert.equal(state('station_record', code), 'refused');
    await page.goto(`/archives/stations/${idOf('station_record', code)}`);
    assert.match(await main(page).innerText(), /地址请写到门牌号/);
    await go(page, '修改');
    await page.getByLabel('详细地址').fill('人民东路 1 号 A 座');
    await press(page, '提交审核');
    assert.equal(state('station_record', code), 'filed');
    await staff.goto(`/archives/stations/${idOf('station_record', code)}`);
    await press(staff, '通过');
    assert.equal(state('station_record', code), 'passed');
    await page.goto(`/archives/stations/${idOf('station_record', code)}/delete`);
    await sound(page);
    await press(page, '确认删除');
    assert.equal(state('station_record', code), 'passed', 'what passed is not deleted');
    await page.context().close(), await staff.context().close();
  });

test('「放弃修改」 brings back what passed; a demonstration draft can be submitted at once', async () => {
  const id = sqlValue(`SELECT id FROM station_record WHERE operator_id = ${own} AND state = 'passed' ORDER BY id DESC LIMIT 1`);
  const name = sqlValue(`SELECT name FROM station_record WHERE id = ${id}`), page = await open('demo-operator', `/archives/stations/${id}/edit`);
  await page.getByLabel('充电站名称').fill('E2E 改名站');
  await press(page, '保存');
  await page.goto(`/archives/stations/${id}`);
  assert.match(await main(page).innerText(), /档案在审核通过后有修改/);
  await sound(page);
  await press(page, '放弃修改');
  assert.equal(sqlValue(`SELECT CONCAT(state, ' ', name) FROM station_record WHERE id = ${id}`), `passed ${name}`);
  await page.goto(`/archives/stations/${id}`);
  assert.equal(await main(page).getByRole('button', { name: '放弃修改' }).count(), 0);
  const draft = sqlValue(`SELECT MIN(id) FROM station_record WHERE operator_id = ${own} AND state = 'draft'`);
  await page.goto(`/archives/stations/${draft}`);
  await press(page, '申请');
  assert.equal(sqlValue(`SELECT state FROM station_record WHERE id = ${draft}`), 'filed', await main(page).innerText());
  await press(page, '撤回');
  assert.equal(sqlValue(`SELECT state FROM station_record WHERE id = ${draft}`), 'draft');
  await page.context().close();
});

test('H3.2: a builder declares its platform, the platform confirms, the builder sees what is pushed for it', async () => {
  const builder = sqlValue("SELECT operator_id FROM account WHERE login = 'demo-builder'"), [code, name] = sql(`SELECT code, name FROM operator WHERE id = ${own}`)[0];
  const built = sqlValue(`SELECT code FROM operator WHERE id = ${builder}`);
  const station = sqlValue(`SELECT MAX(id) FROM station WHERE operator_id = ${own} AND removed_at IS NULL`);
  const earlier = sql(`SELECT owner_code FROM station WHERE id = ${station}`)[0][0];
  sql(`DELETE FROM entrustment WHERE builder_id = ${builder}; UPDATE station SET built_by = NULL; UPDATE station SET owner_code = '${built}' WHERE id = ${station}`);
  const page = await open('demo-builder', '/archives/entrustments'), platform = await open('demo-operator', '/archives/entrustments');
  await page.getByLabel('受托运营商').fill('没有这个企业');
  await press(page, '提交');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /没有找到/);
  await page.getByLabel('受托运营商').fill(name);
  await press(page, '提交');
  assert.ok((await main(page).innerText()).includes(`${name}（${code}）`));
  assert.match(await main(page).innerText(), /待运营商确认/);
  await page.goto('/archives/built');
  assert.match(await main(page).innerText(), /暂无充电站/);
  await sound(page);
  await platform.reload();
  await sound(platform);
  await main(platform).getByRole('button', { name: /^确认/ }).click();
  await platform.waitForLoadState();
  assert.match(await main(platform).innerText(), /已确认/);
  await page.goto('/archives/built');
  assert.ok((await main(page).innerText()).includes(sqlValue(`SELECT name FROM station WHERE id = ${station}`)));
  await sound(page);
  assert.equal((await get('/archives/built', { cookie: sessionOf('demo-operator') })).status, 403);
  await page.goto('/archives/entrustments');
  await main(page).getByRole('button', { name: /^解除/ }).click();
  await Promise.all([page.waitForNavigation(), page.locator('dialog[open]').getByRole('button', { name: /^确认/ }).click()]);
  assert.match(await main(page).innerText(), /已解除/);
  assert.equal(sqlValue('SELECT COUNT(*) FROM station WHERE built_by IS NOT NULL'), '0');
  sql(`UPDATE station SET owner_code = '${earlier}' WHERE id = ${station}; UPDATE entrustment SET state = 'confirmed' WHERE builder_id = ${builder}`);
  sql(`UPDATE station SET built_by = ${builder} WHERE operator_id = ${own} AND owner_code = '${built}'`);
  await page.context().close(), await platform.context().close();
});

test('Z9.4: 「删除」 asks first and deletes what never passed', async () => {
  const page = await open('demo-operator', '/archives/stations/new');
  await page.getByLabel('充电站编码', { exact: false }).fill('E2EDROP');
  await press(page, '保存');
  await page.goto('/archives/stations?q=E2EDROP');
  await go(page, '删除');
  assert.match(await main(page).innerText(), /不能恢复/);
  await go(page, '取消');
  assert.equal(state('station_record', 'E2EDROP'), 'draft');
  await page.goto('/archives/stations?q=E2EDROP');
  await go(page, '删除');
  await press(page, '确认删除');
  assert.equal(state('station_record', 'E2EDROP'), undefined);
  await page.context().close();
});

for (const width of WIDTHS)
  test(`Z10: 报告档案: 「新增」, 「更换报告」 keeps the history, 「详情」, 「删除」 (${width} px)`, async () => {
    clear();
    const page = await open('demo-operator', '/archives/reports', width);
    await sound(page);
    await go(page, '新增');
    await sound(page);
    await press(page, '提交');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /请上传「型式试验报告」/);
    for (const [label, value] of Object.entries({ 报告名称: 'E2E 报告', 设施型号: 'DC-60', 生产厂商: '南粤电气', 报告编号: 'E2E-1', 检测机构: '检测中心', 签发日期: '2025-01-01' }))
      await page.getByLabel(label).first().fill(value);
    await page.getByLabel('设施类型').selectOption({ label: '直流设备' });
    await page.getByLabel('型式试验报告', { exact: false }).first().setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await press(page, '提交');
    const id = sqlValue("SELECT id FROM report WHERE number = 'E2E-1'");
    assert.ok(id, await main(page).innerText());
    await page.goto(`/archives/reports/${id}`);
    await sound(page);
    await go(page, '更换报告');
    for (const [label, value] of Object.entries({ 报告编号: 'E2E-2', 检测机构: '检测中心', 签发日期: '2026-01-01', 更换原因: '型号换版' }))
      await page.getByLabel(label).first().fill(value);
    await page.getByLabel('型式试验报告', { exact: false }).first().setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: PNG });
    await press(page, '提交');
    await page.goto(`/archives/reports/${id}`);
    assert.match(await main(page).innerText(), /现行[^]*E2E-2[^]*型号换版[^]*历史[^]*E2E-1/);
    const paper = await main(page).locator('a[href^="/files/"]').first().getAttribute('href');
    assert.equal((await get(paper, { cookie: sessionOf('demo-operator') })).status, 200);
    assert.equal((await get(paper, { cookie: sessionOf('demo-citizen') })).status, 404);
    await go(page, '删除');
    await press(page, '确认删除');
    assert.equal(sqlValue("SELECT COUNT(*) FROM report WHERE number LIKE 'E2E%'"), '0');
    await page.context().close();
  });

for (const width of WIDTHS)
  test(`Z11.2, S5: 「新增」: the note, then several facilities of one station with their guns; review and interconnection (${width} px)`, async () => {
    clear();
    const page = await open('demo-operator', '/archives/equipment', width);
    await sound(page);
    await go(page, '新增');
    assert.match(await main(page).innerText(), /请先录入站点档案和报告档案/);
    await sound(page);
    await go(page, '确认');
    await sound(page);
    const station = sql(`SELECT id FROM station_record WHERE operator_id = ${own} AND state = 'passed' ORDER BY id DESC LIMIT 1`)[0][0];
    const report = sqlValue(`SELECT id FROM report WHERE operator_id = ${own} ORDER BY id DESC LIMIT 1`);
    await page.getByLabel('所属充电站').selectOption(station);
    await page.getByLabel('检测报告').selectOption(report);
    await page.locator('#equipment_type').selectOption({ label: '直流设备' });
    for (const [field, value] of Object.entries({ manufacturer_name: '南粤电气', model: 'DC-60', power: '60', voltage_lower: '200', voltage_upper: '1000', current: '250',
      production_date: '2024-01-01', commissioned_on: '2024-05-01', 'guns-0-suffix': '1', 'guns-0-power': '60', 'guns-0-voltage_lower': '200',
      'guns-0-voltage_upper': '1000', 'guns-0-current': '250', 'items-0-code': `E2EA${width}`, 'items-0-name': '一号桩', 'items-0-serial_no': 'SN1' }))
      await page.locator(`#${field}`).fill(value);
    await page.locator('#national_standard').selectOption('2');
    await page.locator('#guns-0-connector_type').selectOption('4');
    await page.locator('#guns-0-national_standard').selectOption('2');
    await press(page, '增加一台');
    for (const [field, value] of Object.entries({ 'items-1-code': `E2EB${width}`, 'items-1-name': '二号桩', 'items-1-serial_no': '' })) await page.locator(`#${field}`).fill(value);
    await press(page, '提交并审核');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /第 2 台：请填写「出厂编号」/);
    assert.equal(idOf('equipment_record', `E2EA${width}`), undefined, 'one wrong, none stored');
    await page.locator('#items-1-serial_no').fill('SN2');
    await press(page, '提交并审核');
    for (const code of [`E2EA${width}`, `E2EB${width}`]) assert.equal(state('equipment_record', code), 'filed', await main(page).innerText());
    assert.equal(sqlValue(`SELECT COUNT(*) FROM connector_record WHERE code IN ('E2EA${width}1', 'E2EB${width}1')`), '2');
    const id = idOf('equipment_record', `E2EA${width}`);
    const staff = await open('demo-city', `/archives/equipment/${id}`, width);
    await sound(staff);
    await press(staff, '通过');
    assert.equal(state('equipment_record', `E2EA${width}`), 'passed');
    await page.goto(`/archives/equipment?q=E2EA${width}`);
    await press(page, '互联互通申请');
    assert.equal(state('equipment_record', `E2EA${width}`), 'linking', await main(page).innerText());
    await page.goto(`/archives/equipment?q=E2EA${width}`);
    await press(page, '撤回');
    assert.equal(state('equipment_record', `E2EA${width}`), 'passed', 'Z11.3');
    await page.goto(`/archives/equipment?q=E2EB${width}`);
    await press(page, '撤回');
    assert.equal(state('equipment_record', `E2EB${width}`), 'draft', 'Z11.3');
    await page.context().close(), await staff.context().close();
  });

test('Z11.4: 「批量档案核查申请」 over two pages: the offending ones are named and nothing is submitted', async () => {
  const page = await open('demo-operator', '/archives/equipment?state=draft');
  const tick = async (n) => { for (let i = 0; i < n; i++) await main(page).locator('input[form=bulk][data-bulk-may]').nth(i).check(); };
  await tick(2);
  await page.locator('a[rel=next]').click();
  await settle(page);
  await tick(1);
  assert.match(await page.locator('[data-bulk-text]').innerText(), /已选 3 项，其中其他页 2 项/);
  await page.locator('a[rel=prev]').click();
  await settle(page);
  assert.equal(await main(page).locator('input[form=bulk][data-bulk-may]:checked').count(), 2, 'ticks are kept while paging');
  const drafts = () => sqlValue("SELECT COUNT(*) FROM equipment_record WHERE state = 'draft'"), before = drafts();
  await press(page, '批量档案核查申请');
  assert.match(await main(page).innerText(), /3 件/);
  const ids = (await main(page).locator('input[name=cases]').inputValue()).split(',').map((one) => one.split('.')[0]);
  assert.equal(ids.length, 3, 'the ticks of both pages');
  const steps = () => sqlValue(`SELECT COUNT(*) FROM flow_step WHERE flow = 'equipment-record' AND action = 'submit' AND case_id IN (${ids})`), taken = steps();
  sql(`UPDATE equipment_record SET serial_no = '', name = 'E2E 缺出厂编号' WHERE id = ${ids[1]}`);     // one of them is not complete
  await sound(page);
  await press(page, '批量档案核查申请（3 件）');
  await sound(page);
  assert.match(await main(page).innerText(), /未办理任何事项/);
  assert.match(await main(page).getByRole('row', { name: /E2E 缺出厂编号/ }).innerText(), /未办理[^]*档案信息不完整/, 'the offender is named');
  assert.equal(drafts(), before, 'nothing is submitted');
  assert.equal(steps(), taken);
  sql(`UPDATE equipment_record SET serial_no = 'SN0', name = '一号桩' WHERE id = ${ids[1]}`);
  await page.context().close();
});

test('Z8.3: the overview counts the archives and each figure leads to its list', async () => {
  const page = await open('demo-operator', '/operator');
  await sound(page);
  const figure = main(page).getByRole('link', { name: /已录入充电设施/ });
  assert.match((await figure.innerText()).replace(/,/g, ''), new RegExp(sqlValue(`SELECT COUNT(*) FROM equipment_record WHERE operator_id = ${own}`)));
  await figure.click();
  await page.waitForURL(/\/archives\/equipment/);
  await page.goto('/operator');
  await main(page).locator('a[href="/archives/equipment?state=linking"]').first().click();
  await page.waitForURL(/state=linking/);
  assert.match(await main(page).innerText(), /平台互联互通审核中/);
  await page.context().close();
});

test('Scope: another operator, another place, a citizen, nobody reads or writes a record', async () => {
  const id = sqlValue(`SELECT id FROM station_record WHERE operator_id <> ${own} AND state = 'passed' LIMIT 1`);
  const away = sqlValue(`SELECT id FROM equipment_record WHERE operator_id <> ${own} AND state = 'linked' AND division_code <> '440402' LIMIT 1`);
  const draft = sqlValue(`SELECT id FROM station_record WHERE operator_id = ${own} AND submitted_at IS NULL LIMIT 1`);
  const status = async (login, path) => (await get(path, { cookie: sessionOf(login), headers: { Accept: 'text/html' } })).status;
  for (const path of [`/archives/stations/${id}`, `/archives/stations/${id}/edit`, `/archives/stations/${id}/delete`, `/archives/equipment/${away}`, `/archives/equipment/${away}/edit`,
    `/archives/equipment/new?copy=${away}`]) assert.equal(await status('demo-operator', path), 404, path);
  assert.equal(await status('demo-county', `/archives/equipment/${away}`), 404);
  assert.equal(await status('demo-city', `/archives/equipment/${away}`), 200);
  assert.equal(await status('demo-city', `/archives/stations/${draft}`), 404, 'a draft is its operator\'s');
  assert.equal(await status('demo-citizen', `/archives/stations/${id}`), 403);
  assert.ok([303, 401].includes(await status(undefined, `/archives/stations/${id}`)));
});

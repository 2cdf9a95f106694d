// Z12: the wizard 互联配置申请 by the manual's labels, an operator's platform (tests/simulator) on the other side; Z11.5: the facility's
// interconnection after it; Z30: the departments' side; who may not.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { formToken, get, post } from './lib/http.mjs';
import { freshSession, sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BASE_URL, ROOT } from './lib/env.mjs';
import { Operator, makeKeys } from '../simulator/operator.mjs';
import { Client } from '../simulator/tcec.mjs';

const mark = Date.now().toString(36).slice(-6).toUpperCase(), code = `7${mark.padStart(7, '0')}C`, login = `wizard-${mark.toLowerCase()}`;
const name = `向导测试充电有限公司${mark}`;
const keys = makeKeys(), platform = new Operator({ partner: { operator_id: code, gov_id: '', to_gov: makeKeys(), to_operator: keys }, portal: `${BASE_URL}/evcs/v1`, stations: 3, pageSize: 2 });
let browser, page, base, operator, stations;

/** A station record of the operator that passed, with one facility that passed; codes as the platform's. */
function archive(station) {
  const id = sqlValue(`INSERT INTO station_record (operator_id, code, name, division_code, address, station_type, station_status, construction, lng, lat, state, submitted_at, passed_at, passed)
    VALUES (${operator}, '${station.StationID}', ${quote(station.StationName)}, '440402', ${quote(station.Address)}, 1, 50, 9, ${station.StationLng}, ${station.StationLat}, 'passed', NOW(3), NOW(3), '{}'); SELECT LAST_INSERT_ID()`);
  const equipment = station.EquipmentInfos[0];
  const facility = sqlValue(`INSERT INTO equipment_record (operator_id, station_record_id, code, name, equipment_type, power, division_code, state, submitted_at, passed_at, passed)
    VALUES (${operator}, ${id}, '${equipment.EquipmentID}', ${quote(`${equipment.EquipmentName}${mark}${station.StationID}`)}, ${equipment.EquipmentType}, ${equipment.Power}, '440402', 'passed', NOW(3), NOW(3), '{}'); SELECT LAST_INSERT_ID()`);
  for (const gun of equipment.ConnectorInfos)
    sql(`INSERT INTO connector_record (equipment_record_id, code, name, connector_type, national_standard, power, voltage_lower, voltage_upper, current, park_no) VALUES (${facility}, '${gun.ConnectorID}', ${quote(gun.ConnectorName)},
      ${gun.ConnectorType}, ${gun.NationalStandard}, ${gun.Power}, ${gun.VoltageLowerLimits}, ${gun.VoltageUpperLimits}, ${gun.Current}, '${gun.ParkNo}')`);
  return { id, facility, code: station.StationID, name: station.StationName };
}

before(async () => {
  operator = sqlValue(`INSERT INTO operator (code, uscc, name, short_name, division_code, service_tel) VALUES ('${code}', NULL, ${quote(name)}, ${quote(`向导${mark}`)}, '440402', '4000000756'); SELECT LAST_INSERT_ID()`);
  sql(`INSERT INTO account (login, name, role, operator_id, division_code, password_hash) SELECT '${login}', '向导', 'operator', ${operator}, '440402', password_hash FROM account WHERE login = 'demo-operator'`);
  stations = platform.stations.map(archive);
  base = `${await platform.listen()}/evcs/v1`;
  browser = await launch();
  page = await (await visit(browser, { login })).newPage();
  page.setDefaultTimeout(20000);
  page.wrong = watch(page);
});
after(async () => {
  await browser?.close();
  await platform.close();
  const own = `operator_id = ${operator}`;
  for (const [flow, table] of [['connection', 'connection'], ['equipment-record', 'equipment_record']])
    for (const of of ['flow_step', 'flow_due', 'flow_copy']) sql(`DELETE FROM ${of} WHERE flow = '${flow}' AND case_id IN (SELECT id FROM ${table} WHERE ${own})`);
  sql(`UPDATE station SET removed_at = NOW(3), published = 0 WHERE ${own}; UPDATE partner SET enabled = 0 WHERE ${own};
    DELETE FROM connection_check_row WHERE check_id IN (SELECT id FROM connection_check WHERE ${own}); DELETE FROM connection_check WHERE ${own}; DELETE FROM connector_record WHERE equipment_record_id IN (SELECT id FROM equipment_record WHERE ${own}); DELETE FROM equipment_record WHERE ${own}; DELETE FROM station_record WHERE ${own}; DELETE FROM connection WHERE ${own}`);
});

const main = (on = page) => on.getByRole('main');
const press = (label, on = page) => main(on).getByRole('button', { name: label, exact: true }).click();
const text = async (on = page) => (await main(on).innerText()).replace(/\s+/g, ' ');
const state = () => sqlValue(`SELECT state FROM connection WHERE operator_id = ${operator}`);
async function until(ask, what, ms = 20000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) if (await ask()) return;
  assert.fail(`not within ${ms} ms: ${what}`);
}
async function sound(on = page) {
  await settle(on);
  for (const width of WIDTHS) {
    await on.setViewportSize({ width, height: 900 });
    assert.equal(await overflow(on), null, `${on.url()} at ${width}`);
    if (process.env.SHOTS) await on.screenshot({ path: `${process.env.SHOTS}/${new URL(on.url()).pathname.replaceAll('/', '_')}-${width}.png`, fullPage: true });
  }
  await on.setViewportSize({ width: 1280, height: 900 });
  const { violations } = await new AxeBuilder({ page: on }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], on.url());
}

test('Z12.1: 「互联互通」-「互联配置申请」: Step1 offers the protocol for download, with every interface and its fields', async () => {
  await page.goto('/account');
  await page.getByRole('link', { name: '互联配置申请', exact: true }).click();
  assert.match(await text(), /待配置.*Step1 互联配置.*Step2 接口联调.*Step3 系统核对/);
  await sound();
  const [file] = await Promise.all([page.waitForEvent('download'), main().getByRole('link', { name: '下载通信协议' }).click()]);
  assert.match(file.suggestedFilename(), /\.html$/);
  const { body } = await get('/interconnect/protocol');
  for (const words of ['query_token', 'query_stations_info', 'notification_stationStatus', 'StationInfos[].StationID', '4001', 'HMAC-MD5']) assert.ok(body.includes(words), words);
});

test('Z12.1: wrong data are named by field and nothing is lost', async () => {
  await page.goto('/interconnect');
  await main().getByLabel('平台接口地址').fill('platform.example.com/evcs');
  await main().getByLabel('平台名称').fill('向导平台');
  await main().getByLabel('平台出口地址').fill('127.0.0.1\nnowhere');
  await main().getByLabel('联调负责人').fill('李工');
  await main().getByLabel('联系电话').fill('13800138000');
  await main().getByLabel('运营商密钥（OperatorSecret）').fill(keys.OperatorSecret);
  await main().getByLabel('消息密钥（DataSecret）').fill('short');
  await press('保存');
  const said = await text();
  for (const words of ['「平台接口地址」应以 http:// 或 https:// 开头', 'nowhere', '「消息密钥（DataSecret）」应为 16 个字符', '请填写「签名密钥（SigSecret）」']) assert.ok(said.includes(words), `${words} in ${said}`);
  assert.equal(await main().getByLabel('平台名称').inputValue(), '向导平台');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM partner WHERE operator_id = ${operator}`), '0');
});

test('Z12.1: saved, the portal\'s own data come in return; keys in full once, then masked, again only after the password', async () => {
  await main().getByLabel('平台接口地址').fill(base);
  await main().getByLabel('平台出口地址').fill('127.0.0.1');
  for (const [label, value] of [['消息密钥（DataSecret）', keys.DataSecret], ['消息密钥初始化向量（DataSecretIV）', keys.DataSecretIV], ['签名密钥（SigSecret）', keys.SigSecret]])
    await main().getByLabel(label, { exact: true }).fill(value);
  await press('保存');
  await main().getByRole('heading', { name: '密钥信息' }).waitFor();
  const codes = await main().locator('code').allInnerTexts();
  const [gov, address, ...secrets] = codes;
  assert.match(gov, /^[0-9A-Z]{9}$/);
  assert.equal(address, `${BASE_URL}/evcs/v1`);
  assert.equal(secrets.length, 4, 'typed keys are not shown again');
  for (const one of secrets) assert.match(one, /^[A-Za-z0-9]{16}$/);
  Object.assign(platform.partner, { gov_id: gov, to_gov: { OperatorSecret: secrets[0], DataSecret: secrets[1], DataSecretIV: secrets[2], SigSecret: secrets[3] } });
  platform.client = new Client({ base: address, operatorId: code, keys: platform.partner.to_gov });
  await sound();
  assert.equal(state(), 'trying');
  await main().getByRole('link', { name: '已保存，返回 Step1' }).click();
  const { body } = await get('/interconnect/configure', { cookie: sessionOf(login) });
  for (const one of [...secrets, ...Object.values(keys)]) assert.ok(!body.includes(one), 'a key in the page');
  assert.ok(!sql(`SELECT sealed FROM partner_key WHERE operator_id = ${operator}`).join().includes(secrets[3]), 'sealed at rest');
  await sound();
  sql(`UPDATE session SET reauth_at = NOW(3) - INTERVAL 1 DAY WHERE account_id = (SELECT id FROM account WHERE login = '${login}')`);
  await press('查看密钥');
  await page.waitForURL('**/account/confirm**');
  await main().getByLabel('密码', { exact: true }).first().fill('Chargehall-2026');
  await main().locator('button[type=submit]').first().click();
  await page.waitForURL('**/interconnect/configure');
  await press('查看密钥');
  const again = await main().locator('code').allInnerTexts();
  for (const one of [...secrets, ...Object.values(keys)]) assert.ok(again.includes(one));
  assert.equal(sqlValue(`SELECT COUNT(*) FROM trail WHERE act = 'connection-keys' AND object LIKE 'connection:%' AND account_id = (SELECT id FROM account WHERE login = '${login}')`), '1');
});

test('Z12.1: 「测试连接」 says whether the platform answers', async () => {
  await page.goto('/interconnect');
  await press('测试连接');
  await main().getByText('连接正常').waitFor();
});

test('Z12.1: 「设置充电站关联」: search, tick, 全选; pulls take only what takes part', async () => {
  await page.goto('/interconnect/configure');
  await main().getByRole('link', { name: '设置充电站关联' }).click();
  await sound();
  await main().getByRole('row', { name: new RegExp(stations[0].code) }).getByRole('checkbox').check();
  await main().getByRole('row', { name: new RegExp(stations[1].code) }).getByRole('checkbox').check();
  await press('关联');
  await main().getByText('已关联 2 座').waitFor();
  await until(() => sqlValue(`SELECT GROUP_CONCAT(code ORDER BY code) FROM station WHERE operator_id = ${operator} AND removed_at IS NULL`) === `${stations[0].code},${stations[1].code}`, 'two stations pulled');
  assert.equal(sqlValue(`SELECT SUM(published) FROM station WHERE operator_id = ${operator}`), '0', 'not public before the check');
  await main().getByRole('row', { name: new RegExp(stations[1].code) }).getByRole('checkbox').check();
  await press('取消关联');
  await main().getByText('已关联 1 座').waitFor();
  await until(() => sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${operator} AND removed_at IS NULL`) === '1', 'the other leaves');
  await main().getByRole('row', { name: new RegExp(stations[1].code) }).getByRole('checkbox').check();
  await press('关联');
  await until(() => sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${operator} AND removed_at IS NULL`) === '2', 'and comes back');
});

test('Z12.2: Step2 lists the interfaces; 「提交系统核对申请」 waits for all of them', async () => {
  await page.goto('/interconnect/configure');
  await main().getByRole('link', { name: '下一步' }).click();
  await page.waitForURL('**/interconnect/debug');
  assert.ok(await main().getByRole('button', { name: '提交系统核对申请' }).isDisabled());
  await sound();
  const cookie = freshSession(login), { token } = await formToken('/interconnect/debug', cookie);
  const id = sqlValue(`SELECT id FROM connection WHERE operator_id = ${operator}`);
  const early = await post('/interconnect/move', { cookie, form: { csrf: token, id, action: 'check' } });
  assert.equal(early.status, 422);
  assert.match(early.body, /还有接口未调试通过/);
  assert.equal(state(), 'trying');
});

test('Z12.3: submitted, the system decides; passed, interconnection is complete and the stations are public', async () => {
  const required = [...readFileSync(path.join(ROOT, 'schema/connection-required.hdf'), 'utf8').matchAll(/^ {2}(\w+) +\[/gm)].map((m) => m[1]);
  for (const one of required)                             // the trying itself: console.test.mjs
    sql(`INSERT INTO connection_tried (operator_id, interface, incoming, tried_at, passed_at) VALUES (${operator}, '${one}', 0, NOW(3), NOW(3)), (${operator}, '${one}', 1, NOW(3), NOW(3)) ON DUPLICATE KEY UPDATE passed_at = NOW(3)`);
  await page.goto('/interconnect/debug');
  await press('提交系统核对申请');
  await page.waitForURL('**/interconnect/check');
  await until(() => ['connected', 'failed'].includes(state()), 'a verdict', 60000);
  await page.goto('/interconnect/check');
  await sound();
  assert.equal(state(), 'connected', await text());
  assert.match(await text(), /系统核对已通过，互联互通已完成/);
  assert.notEqual(sqlValue(`SELECT connected_at FROM operator WHERE id = ${operator}`), 'NULL');
  await until(() => sqlValue(`SELECT SUM(published) FROM station WHERE operator_id = ${operator} AND removed_at IS NULL`) === '2', 'public');
});

test('Z11.5: 互联互通申请 of a facility: only when its station takes part; the batch names the offending one and does nothing', async () => {
  const cookie = freshSession(login), { token } = await formToken('/archives/equipment', cookie);
  const refused = await post(`/archives/equipment/${stations[2].facility}/link`, { cookie, form: { csrf: token } });
  assert.equal(sqlValue(`SELECT state FROM equipment_record WHERE id = ${stations[2].facility}`), 'passed', String(refused.status));
  await page.goto('/archives/equipment');
  for (const one of stations) await main().getByRole('row', { name: new RegExp(`${mark}${one.code}`) }).getByRole('checkbox').check();
  await press('批量互联互通申请');
  await main().getByRole('button', { name: /^批量互联互通申请/ }).click();
  assert.match(await text(), new RegExp(`${mark}${stations[2].code}.*所属充电站未设置为已关联充电站`));
  assert.equal(sqlValue(`SELECT COUNT(*) FROM equipment_record WHERE operator_id = ${operator} AND state = 'linking'`), '0');
  await page.goto('/archives/equipment');
  for (const one of stations.slice(0, 2)) await main().getByRole('row', { name: new RegExp(`${mark}${one.code}`) }).getByRole('checkbox').check();
  await press('批量互联互通申请');
  await main().getByRole('button', { name: /^批量互联互通申请/ }).click();
  await until(() => sqlValue(`SELECT COUNT(*) FROM equipment_record WHERE operator_id = ${operator} AND state = 'linking'`) === '2', 'both are being reviewed');
  const staff = await (await visit(browser, { login: 'demo-county' })).newPage();
  await staff.goto(`/archives/review/equipment/${stations[0].facility}`);
  assert.match(await text(staff), /与平台数据/);
  await main(staff).getByRole('button', { name: '通过', exact: true }).click();
  await until(() => sqlValue(`SELECT state FROM equipment_record WHERE id = ${stations[0].facility}`) === 'linked', 'linked');
  await staff.context().close();
  await page.goto('/company');
  assert.match(await text(), /互联互通/);
});

test('Z30: the department of the division sees it, disables it with an opinion, and lets it back; the exchange follows', async () => {
  const staff = await (await visit(browser, { login: 'demo-county' })).newPage();
  await staff.goto('/interconnect/connections');
  await main(staff).getByRole('link', { name, exact: true }).click();
  await sound(staff);
  await main(staff).getByLabel('审批意见').fill('数据长期异常');
  await main(staff).getByRole('button', { name: '停用', exact: true }).click();
  await staff.locator('dialog[open]').getByRole('button', { name: '停用' }).click();
  await until(() => state() === 'stopped', 'stopped');
  assert.equal(sqlValue(`SELECT enabled FROM partner WHERE operator_id = ${operator}`), '0');
  assert.equal(sqlValue(`SELECT connected_at FROM operator WHERE id = ${operator}`), 'NULL');
  assert.equal(sqlValue(`SELECT SUM(published) FROM station WHERE operator_id = ${operator}`), '0');
  await main(staff).getByLabel('审批意见').fill('整改完成');
  await main(staff).getByRole('button', { name: '恢复接入', exact: true }).click();
  await until(() => state() === 'connected', 'connected again');
  assert.equal(sqlValue(`SELECT enabled FROM partner WHERE operator_id = ${operator}`), '1');
  await staff.context().close();
});

test('a change of address of a connected platform is logged and checked anew; 「更换密钥」 keeps the earlier set for a while', async () => {
  await page.goto('/interconnect/configure');
  await main().getByLabel('平台接口地址').fill(`${base}/`);
  await press('保存');
  await until(() => state() === 'trying', 'to be checked anew');
  assert.notEqual(sqlValue(`SELECT connected_at FROM operator WHERE id = ${operator}`), 'NULL', 'the exchange goes on');
  const before = platform.partner.to_gov;
  await press('更换密钥');
  await page.locator('dialog[open]').getByRole('button', { name: '更换密钥' }).click();
  await main().getByText('密钥已更换').waitFor();
  const old = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: code, keys: before });
  assert.match(String(await old.fetchToken()), /./, 'the earlier set still gets a token');
});

test('nobody else: another operator, another city, a visitor, a citizen', async () => {
  const id = sqlValue(`SELECT id FROM connection WHERE operator_id = ${operator}`);
  assert.equal((await get(`/interconnect/apply/${id}`, { cookie: sessionOf('demo-operator') })).status, 404);
  assert.equal((await get(`/interconnect/connections/${id}`, { cookie: sessionOf('demo-operator') })).status, 403);
  const far = freshSession('demo-city');
  sql(`UPDATE connection SET division_code = '442000' WHERE id = ${id}`);
  assert.equal((await get(`/interconnect/connections/${id}`, { cookie: far })).status, 404);
  const { token } = await formToken('/interconnect/connections', far);
  assert.equal((await post('/interconnect/connections/move', { cookie: far, form: { csrf: token, id, action: 'stop', opinion: 'x' } })).status, 404);
  sql(`UPDATE connection SET division_code = '440402' WHERE id = ${id}`);
  assert.equal((await get('/interconnect')).status, 303);
  assert.equal((await get('/interconnect', { cookie: sessionOf('demo-citizen') })).status, 403);
  const cookie = sessionOf('demo-operator'), own = await formToken('/account', cookie);
  assert.equal((await post('/interconnect/stations/take', { cookie, form: { csrf: own.token, id: stations[2].id } })).status >= 400, true);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM connection_station WHERE station_record_id = ${stations[2].id}`), '0');
  assert.deepEqual(page.wrong.filter((one) => !/status of (409|422)/.test(one)), []);
});

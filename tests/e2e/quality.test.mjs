// H4.2, Z30, Z34: 「数据质量」: a day counted from what a platform pushed, its daily statistics beside the orders, a platform that goes
// silent; who sees what, in Chromium at both widths.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { get, isLogin, wordsOf } from './lib/http.mjs';
import { freshSession, sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { BASE_URL, BUILD, ROOT, portalctl, programEnv } from './lib/env.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';
import { connectorsOf } from '../simulator/city.mjs';

const mark = Date.now().toString(36).slice(-6).toUpperCase(), code = `6${mark.padStart(7, '0')}Q`, login = `quality-${mark.toLowerCase()}`;
const name = `质量测试充电有限公司${mark}`, mail = `${login}@example.com`;
const partner = makePartner(code, '', name), platform = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 4, pageSize: 10 });
const folder = mkdtempSync(path.join(tmpdir(), 'quality-e2e-'));
const DAY = "CURDATE() - INTERVAL 20 DAY";
let browser, operator, station, day;

async function until(ask, what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) if (await ask()) return;
  assert.fail(`not within ${ms} ms: ${what}`);
}
/** As domain/job.c asks for it; resolves when it has ended, to its state. */
async function job(kind, payload, peer = '') {
  const key = `${kind}.${mark}.${Math.random()}`;
  if (peer) sql(`INSERT IGNORE INTO job_peer (peer) VALUES ('${peer}')`);
  sql(`INSERT INTO job (kind, job_key, payload, lane, peer) VALUES ('${kind}', '${key}', ${quote(JSON.stringify(payload))}, '${peer ? 'asked' : ''}', '${peer}')`);
  const state = () => sqlValue(`SELECT state FROM job WHERE job_key = '${key}'`);
  await until(() => ['done', 'failed'].includes(state()), `${kind} ends`, 60000);
  return state();
}
const pageOf = async (who, address) => get(address, { cookie: sessionOf(who), headers: { Accept: 'text/html' } });
const words = async (who, address) => wordsOf((await pageOf(who, address)).body);
const mails = (subject) => Number(sqlValue(`SELECT COUNT(*) FROM outbox WHERE recipient = '${mail}' AND subject LIKE ${quote(`%${subject}%`)}`));

before(async () => {
  partner.base_url = `${await platform.listen()}/evcs/v1/`;
  const file = path.join(folder, 'partner.json');
  writeFileSync(file, JSON.stringify(partner));
  portalctl('partner-import', file);
  await new Promise((done, wrong) => execFile(path.join(BUILD, 'portalctl'), ['partner-pull', code], { cwd: ROOT, env: programEnv }, (error, out, err) => error ? wrong(new Error(out + err)) : done()));
  operator = sqlValue(`SELECT id FROM operator WHERE code = '${code}'`);
  sql(`UPDATE operator SET division_code = '440402' WHERE id = ${operator}; UPDATE station SET division_code = '440402' WHERE operator_id = ${operator};
    INSERT INTO account (login, name, role, operator_id, division_code, password_hash, email) SELECT '${login}', '质量', 'operator', ${operator}, '440402', password_hash, '${mail}' FROM account WHERE login = 'demo-operator'`);
  station = sqlValue(`SELECT id FROM station WHERE operator_id = ${operator} AND code = ${quote(platform.stations[0].StationID)}`);
  day = sqlValue(`SELECT ${DAY}`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await platform.close();
  sql(`UPDATE station SET removed_at = NOW(3), published = 0 WHERE operator_id = ${operator}; UPDATE partner SET enabled = 0 WHERE operator_id = ${operator};
    DELETE FROM station_quality WHERE operator_id = ${operator}; DELETE FROM operator_quality WHERE operator_id = ${operator}; DELETE FROM exchange_quality_day WHERE operator_id = ${operator}`);
  rmSync(folder, { recursive: true });
});

test('Z34: before anything was counted the page says what to do', async () => {
  assert.match(await words(login, `/interconnect/quality/operators/${operator}`), /还没有统计记录 平台推送充电站和状态后，次日凌晨统计/);
  assert.match(await words(login, '/interconnect/quality/stations'), /还没有数据质量记录.*互联配置申请/);
});

test('H4.2: a day is counted from the states told and the orders there are', async () => {
  const guns = connectorsOf(platform.stations[0]);
  sql(`INSERT INTO connector_state_log (at, connector_id, state) SELECT ${DAY} - INTERVAL 1 HOUR, id, 1 FROM connector WHERE station_id = ${station};
    INSERT INTO connector_state_log (at, connector_id, state) SELECT ${DAY} + INTERVAL 6 HOUR, id, 0 FROM connector WHERE station_id = ${station};
    INSERT INTO connector_state_log (at, connector_id, state) SELECT ${DAY} + INTERVAL 18 HOUR, id, 1 FROM connector WHERE station_id = ${station}`);
  assert.equal(await job('exchange.quality', { day }), 'done');
  const [row] = sql(`SELECT connectors, online, told FROM exchange_quality_day WHERE day = '${day}' AND station_id = ${station}`);
  assert.deepEqual(row, [String(guns.length), '50.00', String(guns.length)]);
  const seen = await words(login, `/interconnect/quality/stations/${station}`);
  assert.ok(seen.includes(day.slice(5)) && seen.includes('50.00%'), seen);
  assert.equal(await job('exchange.quality', { day }), 'done');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM exchange_quality_day WHERE day = '${day}' AND operator_id = ${operator}`), '5');      // four stations and the operator
});

test('H4.2: what of a station is missing is said in words', async () => {
  sql(`UPDATE connector SET state_at = NOW(3) - INTERVAL 2 DAY WHERE station_id = ${station} ORDER BY id LIMIT 1`);
  assert.match(await words(login, `/interconnect/quality/stations/${station}`), /缺少的数据.* 1 个充电枪 24 小时内没有上报状态.*近 30 日没有收到充电订单.*没有编码相同的站点档案/);
});

test('statistics are pulled station by station, held against the orders, and asked for once', async () => {
  const kwh = 12.5 * platform.stations[0].EquipmentInfos.length;
  const asked = () => platform.calls.filter((call) => call.name === 'query_station_stats').length;
  assert.equal(await job('exchange.pull-stats', { operator_code: code, day }, code), 'done');
  assert.equal(asked(), 4);
  assert.deepEqual(sql(`SELECT energy_wh, JSON_LENGTH(parts, '$.connector') FROM exchange_stats WHERE day = '${day}' AND station_id = ${station}`),
    [[String(kwh * 1000), String(connectorsOf(platform.stations[0]).length)]]);
  assert.equal(await job('exchange.pull-stats', { operator_code: code, day }, code), 'done');
  assert.equal(asked(), 4, 'what is there is not asked for again');
  assert.match(await words(login, `/interconnect/quality/stations/${station}`), new RegExp(`${kwh.toFixed(1)} -100\\.0%`));
  assert.equal(sqlValue(`SELECT offered FROM exchange_stats_offer WHERE operator_id = ${operator}`), '1');
});

test('a platform without statistics is noted and not chased', async () => {
  platform.stats = () => undefined;
  const asked = platform.calls.length, before = sqlValue(`SELECT ${DAY} - INTERVAL 1 DAY`);
  assert.equal(await job('exchange.pull-stats', { operator_code: code, day: before }, code), 'done');
  assert.equal(platform.calls.slice(asked).filter((call) => call.name === 'query_station_stats').length, 3);
  assert.equal(sqlValue(`SELECT offered FROM exchange_stats_offer WHERE operator_id = ${operator}`), '0');
  assert.match(await words(login, `/interconnect/quality/operators/${operator}`), /平台未提供该接口/);
});

test('a platform that goes silent: one notice, on the overview, the wizard and the department\'s page; cleared when it speaks', async () => {
  const open = () => sqlValue(`SELECT COUNT(*) FROM exchange_silence WHERE operator_id = ${operator} AND ended_at IS NULL`);
  const county = () => Number(sqlValue(`SELECT COUNT(*) FROM outbox WHERE text_shown LIKE ${quote(`%${name}%`)}`));
  sql("UPDATE account SET email = 'quality-county@example.com' WHERE login = 'demo-county' AND email IS NULL");
  sql(`UPDATE partner SET last_push_at = NOW(3) - INTERVAL 3 HOUR WHERE operator_id = ${operator}`);
  await until(() => open() === '1', 'the silence is noticed', 60000);
  assert.equal(mails('平台数据中断'), 1);
  const departments = county();
  for (const address of ['/operator', '/interconnect/configure', `/interconnect/quality/operators/${operator}`]) assert.match(await words(login, address), /平台数据中断 自 .* 起没有收到平台的有效报文/, address);
  assert.match(await words('demo-county', `/interconnect/quality/operators/${operator}`), /平台数据中断/);
  const gun = connectorsOf(platform.stations[0])[0];
  await platform.push(gun, 2);
  sql(`UPDATE partner SET last_push_at = NOW(3) WHERE operator_id = ${operator} AND last_push_at < NOW(3) - INTERVAL 1 HOUR`);      // kept to the minute by each process
  await until(() => open() === '0', 'it speaks again', 60000);
  assert.equal(mails('平台数据已恢复'), 1);
  assert.equal(county(), departments * 2);
  assert.doesNotMatch(await words(login, '/operator'), /平台数据中断/);
  assert.match(await words(login, `/interconnect/quality/operators/${operator}`), /数据中断记录.*恢复/);
});

test('Z30: who sees what: its own, its division\'s, nothing of others', async () => {
  const places = [`/interconnect/quality/operators/${operator}`, `/interconnect/quality/stations/${station}`];
  for (const place of places) {
    for (const who of [login, 'demo-county', 'demo-city', 'demo-province']) assert.equal((await pageOf(who, place)).status, 200, `${place} as ${who}`);
    assert.equal((await pageOf('demo-operator', place)).status, 404, place);
    assert.equal((await pageOf('demo-builder', place)).status, 403, place);
    assert.ok(isLogin(await get(place, { headers: { Accept: 'text/html' } })), place);
  }
  const far = `quality-far-${mark.toLowerCase()}`;
  sql(`INSERT INTO account (login, name, role, division_code, password_hash) VALUES ('${far}', '外地', 'city', '442000', '!')`);
  for (const place of places) assert.equal((await get(place, { cookie: freshSession(far), headers: { Accept: 'text/html' } })).status, 404, place);
  assert.match(await words(far, '/interconnect/quality'), /还没有数据质量记录/);
  const own = await get('/interconnect/quality', { cookie: sessionOf(login) });
  assert.equal(own.headers.location.replace(BASE_URL, ''), `/interconnect/quality/operators/${operator}`);
});

test('Z34: operators worst first, filters, stations, export, both widths', async () => {
  const page = await (await visit(browser, { login: 'demo-city' })).newPage();
  page.wrong = watch(page);
  await page.goto('/interconnect/quality');
  const scores = (await page.locator('td[data-label="评分"]').allInnerTexts()).map(Number);
  assert.ok(scores.length > 1 && scores.every((score, i) => !i || scores[i - 1] <= score), scores.join());
  await page.getByRole('link', { name: '按充电站查看' }).click();
  assert.ok((await page.getByText('较差', { exact: true }).count()) > 0);
  const links = page.locator('td[data-label="充电站"] a');
  const book = await get('/interconnect/quality/stations.xlsx', { cookie: sessionOf('demo-city') });
  assert.match(book.headers['content-type'], /spreadsheetml/);
  const places = ['/interconnect/quality', '/interconnect/quality/stations', await links.first().getAttribute('href'),
    `/interconnect/quality/operators/${sqlValue("SELECT operator_id FROM account WHERE login = 'demo-operator'")}`];
  for (const place of places) {
    await page.goto(place);
    await settle(page);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      assert.equal(await overflow(page), null, `${place} at ${width}`);
    }
    const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], place);
  }
});

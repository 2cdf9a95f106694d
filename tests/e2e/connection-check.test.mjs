// Z12.3: the system's check of a connection by itself: verdict and report, what differs from the archives in words, a platform that is
// away, a runner that is killed; and that platforms which hang, drip or have a bad certificate delay nobody else's job.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit } from './lib/browser.mjs';
import { BASE_URL, portalctl } from './lib/env.mjs';
import { get } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';

const mark = Date.now().toString(36).slice(-7).toUpperCase(), code = `5${mark}C`, strange = `4${mark}C`;
const folder = mkdtempSync(path.join(tmpdir(), 'check-e2e-')), logins = { own: `check-${mark}`, other: `check-${mark}-other` };
const partner = makePartner(code, '', '核对测试充电有限公司');
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 2 });
const servers = [];
let browser, id, ids = {};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(ask, what, ms = 90000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) { const answer = await ask(); if (answer) return answer; }
  return assert.fail(`not within ${ms} ms: ${what}`);
}

function importPartner(one) {
  const file = path.join(folder, `${one.operator_id}.json`);
  writeFileSync(file, JSON.stringify(one));
  portalctl('partner-import', file);
  sql(`UPDATE operator SET division_code = '440402' WHERE code = '${one.operator_id}'`);
  return sqlValue(`SELECT id FROM operator WHERE code = '${one.operator_id}'`);
}
/** Records as the platform's stations are. */
function archive(station) {
  const add = (table, columns) => sqlValue(`INSERT INTO ${table} (${Object.keys(columns)}) VALUES (${Object.values(columns)}); SELECT LAST_INSERT_ID()`);
  const passed = { operator_id: id, division_code: "'440402'", state: "'passed'", submitted_at: 'NOW(3)', passed_at: 'NOW(3)', passed: "'{}'" };
  const record = add('station_record', { ...passed, code: `'${station.StationID}'`, name: quote(station.StationName), address: quote(station.Address), station_type: 1,
    station_status: 50, construction: 9, lng: station.StationLng, lat: station.StationLat });
  for (const e of station.EquipmentInfos) {
    const facility = add('equipment_record', { ...passed, station_record_id: record, code: `'${e.EquipmentID}'`, name: quote(e.EquipmentName), equipment_type: e.EquipmentType, power: e.Power });
    for (const c of e.ConnectorInfos) add('connector_record', { equipment_record_id: facility, code: `'${c.ConnectorID}'`, name: quote(c.ConnectorName), connector_type: c.ConnectorType,
      national_standard: c.NationalStandard, power: c.Power, voltage_lower: c.VoltageLowerLimits, voltage_upper: c.VoltageUpperLimits, current: c.Current });
  }
  return record;
}
const job = (kind, key, payload, lane, peer) => sql(`INSERT IGNORE INTO job_peer (peer, slow_until) VALUES ('${peer}', NOW(3) + INTERVAL 30 MINUTE);
  INSERT INTO job (kind, job_key, payload, lane, peer) VALUES ('${kind}', '${key}', '${payload}', '${lane}', '${peer}')
  ON DUPLICATE KEY UPDATE state = 'waiting', attempts = 0, run_at = NOW(3), finished_at = NULL`);
const jobState = (key) => sqlValue(`SELECT state FROM job WHERE job_key = '${key}'`);
/** As 「提交系统核对申请」 leaves it. */
function submit() {
  sql(`UPDATE connection SET kind = 'wizard', state = 'checking', stations = 'all' WHERE operator_id = ${id} AND platform_id = ${id}`);
  job('connection.check', `connection.check.${id}`, `{"operator_id":${id}}`, 'asked', code);
}
const state = () => sqlValue(`SELECT state FROM connection WHERE operator_id = ${id} AND platform_id = ${id}`);
const verdict = (ms) => until(() => state() !== 'checking' && state(), 'a verdict', ms);
const newest = () => sqlValue(`SELECT MAX(id) FROM connection_check WHERE operator_id = ${id}`);
async function report(login = logins.own, width = 1280) {
  const page = await (await visit(browser, { login, width })).newPage();
  await page.goto(`/interconnect/checks/${newest()}`);
  await settle(page);
  return page;
}
async function sound(page, name) {
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${page.viewportSize().width}.png`, fullPage: true });
}
const said = async (page) => (await page.getByRole('main').innerText()).replace(/\s+/g, ' ');

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  id = importPartner(partner);
  ids.other = importPartner(makePartner(strange, '', '另一家核对公司'));
  for (const [which, of] of [['own', id], ['other', ids.other]])
    sql(`INSERT INTO account (login, name, role, operator_id, password_hash) VALUES ('${logins[which]}', '核对', 'operator', ${of}, '!')`);
  operator.stations.forEach(archive);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await operator.close();
  for (const server of servers) { server.closeAllConnections(); server.close(); }
  sql(`UPDATE partner SET enabled = 0 WHERE operator_id IN (SELECT id FROM operator WHERE code LIKE '%${mark}%'); DELETE FROM job WHERE peer LIKE '%${mark}%';
    DELETE FROM connector_record WHERE equipment_record_id IN (SELECT id FROM equipment_record WHERE operator_id = ${id}); DELETE FROM equipment_record WHERE operator_id = ${id};
    DELETE FROM station_record WHERE operator_id = ${id}; UPDATE station SET removed_at = NOW(3), published = 0 WHERE operator_id = ${id}`);
  rmSync(folder, { recursive: true });
});

test('Z12.3: a platform that answers as its archives say passes within minutes, with a report', async () => {
  submit();
  assert.equal(await verdict(), 'connected');
  for (const width of WIDTHS) {
    const page = await report(logins.own, width);
    await sound(page, 'check-passed');
    const words = await said(page);
    for (const part of ['通过', '2 座充电站与档案一致', 'query_station_stats', 'query_token', '毫秒']) assert.ok(words.includes(part), `${part}: ${words}`);
    await page.context().close();
  }
});

test('Z12.3: what differs from the archives fails, in words, station by station; what matters less is told', async () => {
  const [first, second] = operator.stations, kept = JSON.stringify(operator.stations);
  Object.assign(first, { StationName: '另一个名称充电站', StationLng: first.StationLng + 0.02, BusineHours: '08:00-20:00' });
  second.EquipmentInfos[0].Power += 30;
  second.EquipmentInfos[0].ConnectorInfos[0].ConnectorID = 'OTHERGUN';
  submit();
  assert.equal(await verdict(), 'failed');
  const page = await report();
  await sound(page, 'check-failed');
  const words = await said(page);
  for (const part of [/充电站名称 .*另一个名称充电站 不一致/, /位置.*不一致/, /额定功率.*不一致/, /OTHERGUN/, /有 2 处不符合要求/]) assert.match(words, part);
  await page.setViewportSize({ width: 360, height: 800 });
  await sound(page, 'check-failed');
  await page.context().close();
  operator.stations = JSON.parse(kept);
});

test('Z12.3: an interface that answers wrongly fails with what is wrong; submitted again it passes', async () => {
  operator.plans.set('query_station_stats', { how: 'garbage', times: 1 });
  submit();
  assert.equal(await verdict(), 'failed');
  assert.match(sqlValue(`SELECT GROUP_CONCAT(what) FROM connection_check_row WHERE check_id = ${newest()} AND good = 0`), /query_station_stats：应答不是合法的 JSON/);
  submit();
  assert.equal(await verdict(), 'connected');
});

test('Z12.3: a platform that is away: asked three times, then the verdict says so', async () => {
  sql(`UPDATE partner SET base_url = 'http://127.0.0.1:9/evcs/v1' WHERE operator_id = ${id}`);
  submit();
  const came = await verdict();
  sql(`UPDATE partner SET base_url = ${quote(partner.base_url)} WHERE operator_id = ${id}`);
  assert.equal(came, 'failed');
  assert.match(sqlValue(`SELECT words FROM connection_check WHERE id = ${newest()}`), /无法连接/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM exchange_log WHERE operator_id = ${id} AND source = 'check' AND http_status = 0 AND interface = 'query_token'`), '3');
});

test('Z12.3: a runner killed in the middle: the check begins anew and is decided once', async (t) => {
  operator.plans.set('query_station_stats', { how: 'hang', times: 1 });
  const before_ = sqlValue(`SELECT COUNT(*) FROM connection_check WHERE operator_id = ${id}`);
  submit();
  await until(() => !operator.plans.has('query_station_stats'), 'the check hangs');
  const pid = +sqlValue(`SELECT runner FROM job WHERE job_key = 'connection.check.${id}'`).split(':')[1];
  try { process.kill(pid, 'SIGKILL'); } catch { return t.skip('its runner cannot be seen'); }
  assert.equal(await verdict(), 'connected');
  assert.equal(+sqlValue(`SELECT COUNT(*) FROM connection_check WHERE operator_id = ${id}`), +before_ + 1);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM connection_check WHERE operator_id = ${id} AND state = 'running'`), '0');
  return undefined;
});

test('Z12.3: the report is read by its operator and by the department of its place, by nobody else', async () => {
  const address = `/interconnect/checks/${newest()}`, status = async (login) => (await get(address, login ? { cookie: sessionOf(login) } : {})).status;
  assert.deepEqual([await status(logins.own), await status('demo-city'), await status(logins.other), await status('demo-editor'), await status()], [200, 200, 404, 403, 303]);
  sql(`UPDATE connection_check SET division_code = '442000' WHERE id = ${newest()}`);
  assert.equal(await status('demo-city'), 404);
});

/** Platforms that hang, send garbage without end, drip, or have a certificate nobody signed. */
async function bad(how, n) {
  const answer = (request, response) => {
    request.resume();
    if (how === 'hang' || how === 'certificate') return;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const more = setInterval(() => response.write(how === 'drip' ? ' ' : Buffer.alloc(65536, 123)), how === 'drip' ? 1000 : 1);
    response.on('close', () => clearInterval(more));
  };
  let server = http.createServer(answer);
  if (how === 'certificate') {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`], { stdio: 'ignore' });
    server = https.createServer({ key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) }, answer);
  }
  servers.push(server);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const one = `${n}${mark}B`, scheme = how === 'certificate' ? 'https' : 'http';
  importPartner(makePartner(one, `${scheme}://127.0.0.1:${server.address().port}/evcs/v1`, `不应答的平台 ${n}`));
  return one;
}

test('an operator\'s platform that hangs, answers garbage without end, drips or has a bad certificate delays nobody else\'s job', async () => {
  sql(`UPDATE job_peer SET slow_until = NULL WHERE peer = '${code}'`);
  const bads = [];
  for (const [n, how] of ['hang', 'hang', 'hang', 'drip', 'drip', 'garbage', 'certificate', 'hang'].entries()) bads.push(await bad(how, n));
  for (const one of bads) job('exchange.pull-stations', `exchange.pull-stations.${one}`, `{"operator_code":"${one}","whole":true}`, 'remote', one);
  await until(() => +sqlValue(`SELECT COUNT(*) FROM job WHERE peer LIKE '%${mark}B' AND state = 'running'`) > 0, 'one of them runs');
  sql(`INSERT INTO job (kind, job_key, payload) VALUES ('flow.due', 'check-local-${mark}', '{}')`);
  job('exchange.pull-stations', `exchange.pull-stations.${code}`, `{"operator_code":"${code}","whole":true}`, 'remote', code);
  job('exchange.try', `exchange.try:none-${mark}`, '{"id":0}', 'prompt', `prompt:${code}`);
  await until(() => jobState(`check-local-${mark}`) === 'done', 'a job of the house', 10000);
  await until(() => jobState(`exchange.pull-stations.${code}`) === 'done', 'another platform\'s pull', 10000);
  await until(() => jobState(`exchange.try:none-${mark}`) === 'failed', 'the console\'s lane is free', 10000);
  const waiting = () => +sqlValue(`SELECT COUNT(*) FROM job WHERE peer LIKE '%${mark}B' AND finished_at IS NULL AND attempts = 0`);
  assert.ok(waiting() > 0, 'the platforms that hang are still being waited for');
  assert.ok(+sqlValue("SELECT COUNT(*) FROM job WHERE state = 'running' AND peer <> '' AND leased_until > NOW(3)") <= 3);
  // the certificate is refused at once, in words, once its turn comes
  for (const one of bads.filter((_, n) => n !== 6)) sql(`DELETE FROM job WHERE peer = '${one}' AND state = 'waiting'`);
  await until(() => /证书无效/.test(sqlValue(`SELECT last_error FROM job WHERE job_key = 'exchange.pull-stations.${bads[6]}'`) ?? ''), 'the certificate is refused', 100000);
});

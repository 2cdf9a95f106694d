// The conformance kit (build/simulator) against the portal: what a platform does right is taken over, each thing it does wrong is
// named in words or lived with; orders add up; the archive operators download holds a working program.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BUILD, ROOT, programEnv } from './lib/env.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { get, isLogin } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { kit, until } from './lib/kit.mjs';
import { Client } from '../simulator/tcec.mjs';

const code = `6${Date.now().toString(36).slice(-7).toUpperCase()}K`;
let one;
before(async () => { one = await (await kit(code, '--stations', '7', '--page-size', '3', '--retell', '0')).connect(); });
after(async () => {
  await one?.end();
  sql(`UPDATE partner SET enabled = 0 WHERE operator_id = ${one.operator}; UPDATE station SET published = 0 WHERE operator_id = ${one.operator}`);
});
const pull = () => new Promise((resolve) => {
  execFile(path.join(BUILD, 'portalctl'), ['partner-pull', code], { cwd: ROOT, env: programEnv }, (error, stdout, stderr) => resolve({ status: error ? error.code : 0, said: stdout + stderr }));
});

test('stations come page by page; the same seed gives the same ones', async () => {
  const infos = sql(`SELECT code, name FROM station WHERE operator_id = ${one.operator} AND removed_at IS NULL ORDER BY code`);
  assert.equal(infos.length, 7);
  const twin = await kit(code, '--stations', '7');
  const client = new Client({ base: twin.address, operatorId: twin.partner.gov_id, keys: twin.partner.to_operator });
  const { Data, signed } = await client.call('query_stations_info', { PageNo: 1, PageSize: 50 });
  assert.equal(signed, true);
  assert.deepEqual(Data.StationInfos.map((s) => [s.StationID, s.StationName]), infos);
  await twin.end();
});

// pull: what it says → words; null: it is lived with
const pulls = { 'wrong-signature@query_stations_info': /Sig/, 'unsigned@query_stations_info': /Sig/, 'garbage@query_stations_info': /JSON/, 'http-500': /HTTP 状态 500/,
  'busy@query_stations_info': /Ret -1/, 'error@query_stations_info': /Ret 500/, 'token-4002': /Ret 4002/, 'refuse-token': /拒绝发放令牌/, 'wrong-padding@query_stations_info': /Data|解密/,
  'endless-body@query_stations_info': /大小限制/, 'gbk@query_stations_info': /UTF-8|JSON|Data/,
  'token-4002@query_stations_info*1': null, 'numbers-as-strings': null, 'line-breaks': null, 'wrong-page-count': null, 'repeating-pages': null, 'page-size-ignored': null, 'slow*1': null };
for (const [plan, words] of Object.entries(pulls))
  test(`a pull with ${plan}: ${words ? 'said in words, nothing removed' : 'lived with'}`, async () => {
    sql(`DELETE FROM partner_token WHERE operator_id = ${one.operator}`);
    await one.plan(plan);
    const { status, said } = await pull();
    await one.plan('');
    if (words) assert.match(said, words); else assert.equal(status, 0, said);
    assert.equal(status === 0, !words, said);
    assert.equal(sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${one.operator} AND removed_at IS NULL`), '7');
  });

// pushes: what the portal answers; and what was wrong once is acknowledged when it is sent again rightly
const pushes = { 'wrong-signature@notification_stationStatus*1': /签名/, 'stale-clock@notification_stationStatus*1': /TimeStamp/, 'gbk@notification_stationStatus*1': /Data|UTF-8|JSON/,
  'bad-enum@notification_stationStatus*1': /Status/, 'missing-field@notification_stationStatus*1': /ConnectorStatusInfo/, 'wrong-padding@notification_stationStatus*1': /Data/ };
for (const [plan, words] of Object.entries(pushes))
  test(`a push with ${plan}: refused in words, and stored once it comes right`, async () => {
    const connector = one.connectors[Object.keys(pushes).indexOf(plan)];
    await one.plan(plan);
    one.said = '';
    await one.control('push', { connector: connector.code, status: 2 });
    const line = await until(() => /not acknowledged ([^\n]*)/.exec(one.said)?.[1], `the refusal of ${plan}`);
    assert.match(line, words);
    await one.plan('');
    await until(() => sqlValue(`SELECT state FROM connector WHERE id = ${connector.id}`) === '2', 'the state');
  });

test('numbers as strings and line breaks in base64 are lived with', async () => {
  for (const [i, plan] of ['numbers-as-strings@notification_stationStatus*1', 'line-breaks@notification_stationStatus*1'].entries()) {
    const connector = one.connectors[8 + i];
    await one.plan(plan);
    await one.control('push', { connector: connector.code, status: 4 });
    await until(() => sqlValue(`SELECT state FROM connector WHERE id = ${connector.id}`) === '4', plan);
  }
});

test('a day made up at speed: orders come, each adds up and none is doubtful', async () => {
  const begin = new Date(Date.now() + 8 * 3600e3 - 6 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');
  const folder = mkdtempSync(path.join(tmpdir(), 'kit-day-')), stations = path.join(folder, 'stations.json');
  const client = new Client({ base: one.address, operatorId: one.partner.gov_id, keys: one.partner.to_operator });
  writeFileSync(stations, JSON.stringify((await client.call('query_stations_info', { PageNo: 1, PageSize: 3 })).Data.StationInfos));
  const { spawn } = await import('node:child_process');
  const { BASE_URL } = await import('./lib/env.mjs');
  const child = spawn(path.join(BUILD, 'simulator'), ['--partner', one.file, '--stations-file', stations, '--begin', begin, '--speed', '3000', '--snapshot', '600', '--retell', '0',
    '--quiet', '--portal', `${BASE_URL}/evcs/v1`], { stdio: 'ignore' });
  const counted = () => Number(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE operator_id = ${one.operator}`));
  await until(() => counted() >= 5, 'five orders', 60000);
  child.kill('SIGTERM');
  await new Promise((resolve) => { child.once('exit', resolve); });
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE operator_id = ${one.operator} AND doubts <> 0`), '0', JSON.stringify(sql(`SELECT order_no, doubts, start_at, end_at, energy_wh, total_money FROM charge_order WHERE operator_id = ${one.operator} AND doubts <> 0 LIMIT 3`)));
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE operator_id = ${one.operator} AND elec_money + service_money <> total_money`), '0');
  rmSync(folder, { recursive: true });
});

test('the archive for operators: program, README, sources; the company takes its own codes, nobody else them', async () => {
  const answer = await get('/interconnect/kit');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-disposition'], /operator-simulator\.tar\.gz/);
  const folder = mkdtempSync(path.join(tmpdir(), 'kit-'));
  writeFileSync(path.join(folder, 'kit.tar.gz'), answer.bytes);
  execFileSync('tar', ['-xzf', 'kit.tar.gz'], { cwd: folder });
  assert.match(execFileSync(path.join(folder, 'operator-simulator/simulator'), ['--help'], { encoding: 'utf8' }), /wrong-signature/);
  assert.match(readFileSync(path.join(folder, 'operator-simulator/README.md'), 'utf8'), /--write-partner/);
  const own = await get('/interconnect/kit/stations.json', { cookie: sessionOf('demo-operator') });
  writeFileSync(path.join(folder, 'stations.json'), own.bytes);
  const records = sqlValue("SELECT COUNT(*) FROM station_record WHERE passed_at IS NOT NULL AND operator_id = (SELECT operator_id FROM account WHERE login = 'demo-operator')");
  assert.equal(JSON.parse(own.body).length, Number(records));
  assert.ok(Number(records) > 0);
  assert.ok(isLogin(await get('/interconnect/kit/stations.json')));
  assert.equal((await get('/interconnect/kit/stations.json', { cookie: sessionOf('demo-citizen') })).status, 403);
  rmSync(folder, { recursive: true });
});

test('portalctl simulate-operator is the same program', () => {
  const help = execFileSync(path.join(BUILD, 'portalctl'), ['simulate-operator', '--help'], { encoding: 'utf8' });
  assert.equal(help, execFileSync(path.join(BUILD, 'simulator'), ['--help'], { encoding: 'utf8' }));
});

// The T/CEC 102 exchange against the running instance: each return code, pulled stations, pushed states on the map,
// and no acknowledged push lost when a process dies. The other side is tests/simulator/, written on node:crypto alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BASE_URL, BUILD, ROOT, VAR, part, portalctl, programEnv } from './lib/env.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { Operator, makeKeys, makePartner } from '../simulator/operator.mjs';
import { Client, encrypt, makeRequest, post, readReply, sign } from '../simulator/tcec.mjs';
import { connectorsOf } from '../simulator/city.mjs';

const code = `9${Date.now().toString(36).slice(-7).toUpperCase()}X`, other = `8${code.slice(1)}`;
const partner = makePartner(code, '', '端到端测试充电有限公司'), stranger = makePartner(other, '', '另一家运营商');
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 12, pageSize: 5 });
const folder = mkdtempSync(path.join(tmpdir(), 'exchange-e2e-'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const importPartner = (one) => {
  const file = path.join(folder, `${one.operator_id}.json`);
  writeFileSync(file, JSON.stringify(one));
  portalctl('partner-import', file);
};
/** Not the waiting kind: the platform that is asked lives in this very process. */
const pull = () => new Promise((resolve) => execFile(path.join(BUILD, 'portalctl'), ['partner-pull', code], { cwd: ROOT, env: programEnv },
  (error, stdout, stderr) => resolve({ status: error ? error.code : 0, said: stdout + stderr })));
const pullWell = async () => {
  const { status, said } = await pull();
  assert.equal(status, 0, said);
  return said;
};
const ofOperator = `(SELECT id FROM operator WHERE code = '${code}')`;
const connectorRow = (id) => sql(`SELECT state, state_version, state_at, park_state FROM connector WHERE operator_id = ${ofOperator} AND code = ${quote(id)}`)[0];
/** Everything a refused message could have left behind. */
const stored = () => sql(`SELECT (SELECT COUNT(*) FROM exchange_seen), (SELECT COALESCE(SUM(state_version), 0) FROM connector WHERE operator_id = ${ofOperator}),
  (SELECT COUNT(*) FROM connector_state_log l JOIN connector c ON c.id = l.connector_id WHERE c.operator_id = ${ofOperator})`)[0].join();

/** Waits until ask() gives something true. */
async function until(ask, ms, what) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
    const answer = await ask();
    if (answer) return answer;
  }
  return assert.fail(`not within ${ms} ms: ${what}`);
}

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1/`;
  importPartner(partner);
  importPartner({ ...stranger, base_url: '' });
});
after(async () => {
  await operator.close();
  rmSync(folder, { recursive: true });
});

test('pulled stations become stations of that operator, page by page, with what provinces add', async () => {
  operator.stations[0].StationUniqueID = '浙江附加项';
  assert.match(await pullWell(), /12/);
  const rows = sql(`SELECT code, name, division_code, lng, source, removed_at IS NULL FROM station WHERE operator_id = ${ofOperator} ORDER BY code`);
  assert.equal(rows.length, 12);
  for (const [i, station] of operator.stations.entries())
    assert.deepEqual(rows[i], [station.StationID, station.StationName, station.AreaCode, station.StationLng.toFixed(6), 'exchange', '1']);
  const connectors = sql(`SELECT code FROM connector WHERE operator_id = ${ofOperator} AND removed_at IS NULL ORDER BY code`).flat();
  assert.deepEqual(connectors, operator.stations.flatMap(connectorsOf).sort());
  assert.match(sqlValue(`SELECT raw FROM station WHERE operator_id = ${ofOperator} AND code = '000001'`), /浙江附加项/);
  // the job that asks for the states afterwards would tell them in the middle of the next tests
  const asked = () => sqlValue(`SELECT state FROM job WHERE job_key = 'exchange.pull-status.${code}'`);
  for (const end = Date.now() + 10000; asked() !== 'done' && Date.now() < end;) await sleep(100);
  assert.deepEqual(operator.calls.filter((c) => c.name === 'query_stations_info').map((c) => c.asked.PageNo), [1, 2, 3]);
});

test('query_token: the same token while it lives; refusals are Ret 0 with SuccStat 1 and FailReason', async () => {
  const client = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: code, keys: partner.to_gov });
  const first = await client.fetchToken(), second = await client.fetchToken();
  assert.equal(first.signed, true);
  assert.equal(first.Data.OperatorID, code);
  assert.ok(first.Data.TokenAvailableTime > 0 && first.Data.TokenAvailableTime <= 7200);
  assert.equal(second.Data.AccessToken, first.Data.AccessToken);
  const ask = async (data) => (await client.send('query_token', makeRequest(partner.to_gov, code, data)));
  const wrong = await ask({ OperatorID: code, OperatorSecret: 'wrong' });
  assert.deepEqual([wrong.Ret, wrong.Data.SuccStat, wrong.Data.FailReason, wrong.Data.AccessToken], [0, 1, 2, '']);
  const inner = await ask({ OperatorID: other, OperatorSecret: partner.to_gov.OperatorSecret });
  assert.deepEqual([inner.Ret, inner.Data.SuccStat, inner.Data.FailReason], [0, 1, 1]);
  const missing = await ask({ OperatorID: code });
  assert.equal(missing.Ret, 4004);
  assert.match(missing.Msg, /OperatorSecret/);
});

test('query_token is never refused as a replay', async () => {
  const envelope = makeRequest(partner.to_gov, code, { OperatorID: code, OperatorSecret: partner.to_gov.OperatorSecret });
  for (let i = 0; i < 3; i++) {
    const reply = readReply(partner.to_gov, await post(`${BASE_URL}/evcs/v1/query_token/`, envelope));
    assert.deepEqual([reply.Ret, reply.Data.SuccStat], [0, 0]);
  }
});

const first = () => connectorsOf(operator.stations[0])[0];

test('a pushed state is in the database when the answer comes, in each shape met in the field', async () => {
  for (const [i, how] of ['', 'array', 'infos', 'station', 'root', 'numbers-as-strings', 'lower-sig'].entries()) {
    const status = i % 4, before_ = +connectorRow(first())[1];
    const reply = await operator.push(first(), status, how);
    assert.deepEqual([reply.status, reply.Ret, reply.Msg, reply.Data, reply.signed], [200, 0, '', { Status: 0 }, true], how);
    const row = connectorRow(first());
    assert.deepEqual([+row[0], +row[1]], [status, before_ + 1], how);
  }
});

test('a pushed state is on the map within a second', async () => {
  const station = operator.stations[1], id = connectorsOf(station)[0];
  const stationId = sqlValue(`SELECT id FROM station WHERE operator_id = ${ofOperator} AND code = '${station.StationID}'`);
  const box = [station.StationLng - 0.02, station.StationLat - 0.02, station.StationLng + 0.02, station.StationLat + 0.02].join();
  const onMap = async () => {
    const answer = await (await fetch(`${BASE_URL}/map/view?bbox=${box}&zoom=21&operator=${code}`, { headers: { Accept: 'application/json' } })).json();
    return answer.features.find((f) => String(f.id) === stationId);
  };
  for (const connector of connectorsOf(station)) await operator.push(connector, 3);
  assert.ok(await until(async () => (await onMap())?.f === 0, 1000, 'no connector free'));
  await operator.push(id, 1);
  await until(async () => (await onMap())?.f === 1, 1000, 'one connector free');
});

test('each bad message gets the standard code, a message that says what to mend, and leaves nothing behind', async () => {
  const rows = [
    ['wrong-signature', 4001, /Sig/], ['wrong-token', 4002, /令牌/], ['no-token', 4002, /Authorization/],
    ['stale', 4003, /TimeStamp/], ['future', 4003, /TimeStamp/], ['broken-json', 4003, /JSON/],
    ['bad-status', 4004, /ConnectorStatusInfo\.Status/], ['no-connector', 4004, /ConnectorID/], ['gbk', 4004, /UTF-8/],
  ];
  await operator.client.fetchToken();
  const before_ = stored();
  for (const [how, ret, msg] of rows) {
    const reply = await operator.push(first(), 1, how);
    assert.deepEqual([reply.status, reply.Ret], [200, ret], how);
    assert.match(reply.Msg, msg, how);
    assert.equal(reply.raw.Data, '', how);
    if (how !== 'broken-json') assert.equal(reply.signed, true, how);
  }
  assert.equal(stored(), before_);
});

test('each envelope member missing or malformed is 4003 and named', async () => {
  const before_ = stored(), wrong = { OperatorID: 'abc', Data: 7, TimeStamp: '20261120', Seq: '1', Sig: 'F' };
  const good = () => makeRequest(partner.to_gov, code, { ConnectorStatusInfo: { ConnectorID: first(), Status: 1 } });
  for (const name of Object.keys(wrong))
    for (const value of [undefined, null, '', wrong[name]]) {
      const reply = await operator.client.send('notification_stationStatus', { ...good(), [name]: value });
      assert.equal(reply.Ret, 4003, `${name}=${value}`);
      assert.match(reply.Msg, new RegExp(name));
    }
  for (const body of ['', '[]', 'null', '{"a":1,"a":1}', Buffer.from('{"Data":"\xb3\xe4"}', 'latin1'), '['.repeat(100000)])
    assert.equal((await operator.client.send('notification_stationStatus', body)).Ret, 4003);
  assert.equal(stored(), before_);
});

test('Data that is no cipher text, no JSON or no object is 4004', async () => {
  const keys = partner.to_gov, before_ = stored();
  const sealed = [encrypt(keys, 'not json'), encrypt(keys, '[1]'), encrypt(keys, '{"a":1,"a":2}'), '!!!!', 'AAAAAAAAAAAAAAAAAAAAAA==',
    encrypt(keys, '[['.repeat(50000))];
  for (const Data of sealed) {
    const envelope = { ...makeRequest(keys, code, {}), Data };
    envelope.Sig = sign(keys, envelope.OperatorID, Data, envelope.TimeStamp, envelope.Seq);
    const reply = await operator.client.send('notification_stationStatus', envelope, { Authorization: `Bearer ${operator.client.token}` });
    assert.equal(reply.Ret, 4004);
    assert.match(reply.Msg, /Data/);
  }
  assert.equal(stored(), before_);
});

test('base64 with line breaks is read and signed as received', async () => {
  const keys = partner.to_gov, plain = makeRequest(keys, code, { ConnectorStatusInfo: { ConnectorID: first(), Status: 2, ParkStatus: 50 } });
  const Data = plain.Data.replace(/.{76}/g, '$&\r\n');
  const envelope = { ...plain, Data, Sig: sign(keys, code, Data, plain.TimeStamp, plain.Seq) };
  const reply = await operator.client.send('notification_stationStatus', envelope, { Authorization: `Bearer ${operator.client.token}` });
  assert.deepEqual([reply.Ret, connectorRow(first())[0], connectorRow(first())[3]], [0, '2', '50']);
});

test('a replayed envelope is 4003 and changes nothing; the same state in a new envelope is taken', async () => {
  const version = +connectorRow(first())[1];
  const reply = await operator.push(first(), 3, 'replay');
  assert.equal(reply.Ret, 4003);
  assert.equal(+connectorRow(first())[1], version + 1);
  assert.equal((await operator.push(first(), 3)).Ret, 0);
  assert.equal(+connectorRow(first())[1], version + 2);
});

test('many copies of one envelope at once: exactly one is taken', async () => {
  const version = +connectorRow(first())[1];
  const envelope = makeRequest(partner.to_gov, code, { ConnectorStatusInfo: { ConnectorID: first(), Status: 4 } });
  const replies = await Promise.all(Array.from({ length: 12 }, () =>
    operator.client.send('notification_stationStatus', envelope, { Authorization: `Bearer ${operator.client.token}` })));
  assert.deepEqual(replies.map((r) => r.Ret).sort(), [0, ...Array(11).fill(4003)]);
  assert.equal(+connectorRow(first())[1], version + 1);
});

test('unknown connector, unknown station, another operator\'s connector: Ret 0, Status 1, named, nothing stored', async () => {
  const before_ = stored();
  for (const how of ['unknown-connector', 'unknown-station']) {
    const reply = await operator.push(first(), 1, how);
    assert.deepEqual([reply.Ret, reply.Data, reply.signed], [0, { Status: 1 }, true], how);
    assert.match(reply.Msg, /nowhere/);
  }
  const alien = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: other, keys: stranger.to_gov });
  assert.deepEqual((await alien.pushStatus(first(), 1)).Data, { Status: 1 });
  assert.equal(stored(), before_);
  assert.match(readFileSync(path.join(VAR, 'log/exchange.log'), 'utf8'), /exchange\.unknown-connector.*nowhere/);
});

test('another operator\'s token, an expired token, an unknown partner, wrong keys', async () => {
  const alien = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: other, keys: stranger.to_gov });
  await alien.fetchToken();
  const own = operator.client.token, before_ = stored();
  operator.client.token = alien.token;
  assert.equal((await operator.client.call('notification_stationStatus', { ConnectorStatusInfo: { ConnectorID: first(), Status: 1 } }, { refresh: false })).Ret, 4002);
  operator.client.token = own;
  sql(`UPDATE exchange_token SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE operator_id = ${ofOperator}`);
  await sleep(3300);
  assert.equal((await operator.push(first(), 1, 'lower-sig')).Ret, 4002);
  const nobody = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: '700000007', keys: makeKeys() });
  nobody.token = 'x';
  const reply = await nobody.pushStatus(first(), 1);
  assert.deepEqual([reply.Ret, reply.raw.Sig], [4003, '']);
  assert.match(reply.Msg, /OperatorID/);
  assert.equal(stored(), before_);
  await operator.client.fetchToken();
  assert.notEqual(operator.client.token, own);
});

test('new keys work at once, the old ones no more', async () => {
  const renewed = { ...stranger, base_url: '', to_gov: makeKeys() };
  const old = new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: other, keys: stranger.to_gov });
  await old.fetchToken();
  importPartner(renewed);
  await sleep(1100);
  await new Client({ base: `${BASE_URL}/evcs/v1`, operatorId: other, keys: renewed.to_gov }).fetchToken();
  await until(async () => (await old.pushStatus(first(), 1)).Ret === 4001, 6000, 'old keys refused');
});

test('oversized bodies are 413, unknown interfaces 404, GET 405, each as JSON from the program', async () => {
  const large = await post(`${BASE_URL}/evcs/v1/notification_stationStatus`, Buffer.alloc(3 << 20, 'A'));
  assert.equal(large.status, 413);
  assert.ok(JSON.parse(large.body));
  assert.equal((await operator.push(first(), 1, 'huge').catch(() => ({ status: 413 }))).status, 413);
  const unknown = await post(`${BASE_URL}/evcs/v1/query_nothing`, '{}');
  assert.equal(unknown.status, 404);
  assert.equal(JSON.parse(unknown.body).Ret, 4003);
  const get = await fetch(`${BASE_URL}/evcs/v1/query_token`);
  assert.deepEqual([get.status, get.headers.get('allow'), (await get.json()).Ret], [405, 'POST', 4003]);
  // a client that names its JSON a form is answered like any other
  const request = () => makeRequest(partner.to_gov, code, { OperatorID: code, OperatorSecret: partner.to_gov.OperatorSecret });
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
    assert.equal(readReply(partner.to_gov, await post(`${BASE_URL}/evcs/v1/query_token`, { ...request(), Note: '100% & more' }, { 'Content-Type': type })).Ret, 0, type);
});

/** Processes of this instance's exchange program. */
const processes = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '').endsWith('/exchange')
      && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`VAR=${VAR}`);
  } catch { return false; }
});

test('kill -9 of exchange processes during pushes: no acknowledged push is lost', async (t) => {
  if (!processes().length) return t.skip('no exchange process of this instance can be seen');
  const ids = operator.stations.flatMap(connectorsOf), pushed = new Map(), unsure = new Set();
  ids.length -= ids.length % 4;      // each connector has one pusher: its last acknowledged state is what must be found
  let good = 0, broken = 0, stop = false;
  const pusher = async (n) => {
    for (let i = n; !stop; i += 4) {
      const id = ids[i % ids.length], status = [0, 1, 2, 3, 4, 255][Math.floor(i / ids.length) % 6];
      const reply = await operator.push(id, status, 'once').catch(() => ({}));
      if (reply.Ret === 0) { good++; pushed.set(id, status); unsure.delete(id); } else { broken++; unsure.add(id); }
    }
  };
  const killer = async () => {
    for (let i = 0; i < 12; i++) {
      await sleep(200);
      const now = processes();
      if (now.length) try { process.kill(+now[i % now.length], 'SIGKILL'); } catch { /* it was gone already */ }
    }
    stop = true;
  };
  await Promise.all([killer(), ...[0, 1, 2, 3].map(pusher)]);
  assert.ok(good > 20, `${good} acknowledged, ${broken} not`);
  for (const [id, status] of pushed)
    if (!unsure.has(id)) assert.equal(+connectorRow(id)[0], status, id);
  const logged = +sqlValue(`SELECT COUNT(*) FROM connector_state_log l JOIN connector c ON c.id = l.connector_id WHERE c.operator_id = ${ofOperator}`);
  assert.ok(logged >= good);
  await until(async () => (await operator.push(ids[0], 1).catch(() => ({}))).Ret === 0, 5000, 'served again');
});

test('pull: what disappears is removed, what comes back returns, and only a whole good pull removes', async () => {
  const kept = operator.stations, gone = () => sql(`SELECT code FROM station WHERE operator_id = ${ofOperator} AND removed_at IS NOT NULL`).flat();
  operator.stations = kept.slice(1);
  for (const how of ['repeat-page', 'wrong-signature', 'garbage', 'http-500', 'unsigned', 'null-data', 'redirect', 'busy', 'error', 'huge']) {
    operator.plans.set('query_stations_info', { how, times: 0 });
    const { status, said } = await pull();
    assert.equal(status > 0, how !== 'repeat-page', `${how}: ${said}`);
    assert.deepEqual(gone(), [], how);
  }
  operator.plans.clear();
  await pullWell();
  assert.deepEqual(gone(), [kept[0].StationID]);
  assert.equal((await operator.push(connectorsOf(kept[0])[0], 1)).Data.Status, 1);
  operator.stations = kept;
  for (const how of ['page-size-ignored', 'numbers-as-strings', 'ret-as-string', 'line-breaks', 'token-4002']) {
    operator.plans.set('query_stations_info', { how, times: how === 'token-4002' ? 1 : 0 });
    await pullWell();
    assert.deepEqual(gone(), [], how);
  }
  operator.plans.clear();
  assert.equal(sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${ofOperator}`), '12');
});

test('pull: a bad station is left out and said, the others are stored, and it is not taken for gone', async () => {
  operator.plans.set('query_stations_info', { how: 'bad-station', times: 0 });
  operator.stations[6].StationName = '改名后的充电站';
  const { said } = await pull();
  operator.plans.clear();
  assert.match(said, /StationName|StationLng/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${ofOperator} AND removed_at IS NULL`), '12');
  assert.equal(sqlValue(`SELECT name FROM station WHERE operator_id = ${ofOperator} AND code = '${operator.stations[6].StationID}'`), '改名后的充电站');
});

test('states asked for after a pull arrive by a job', async (t) => {
  if (!sql(`SELECT 1 FROM job WHERE state IN ('done', 'running') LIMIT 1`).length) return t.skip('no job runner in this instance');
  const id = connectorsOf(operator.stations[7])[0];
  operator.states.set(id, 255);
  await pullWell();
  await until(() => connectorRow(id)[0] === '255', 20000, 'state 255 by query_station_status');
});

test('database away: Ret -1, signed, nothing lost; served again without a restart when it returns', async (t) => {
  if (!existsSync(path.join(VAR, 'run/control'))) return t.skip('the instance has no control');
  await operator.push(first(), 1);
  part('hold', 'mariadb');
  try {
    const reply = await operator.push(first(), 2, 'once');
    assert.deepEqual([reply.status, reply.Ret, reply.raw.Data], [200, -1, '']);
    assert.match(reply.Msg, /稍后|一分钟/);
  } finally { part('release', 'mariadb'); }
  await until(async () => (await operator.push(first(), 3)).Ret === 0, 15000, 'pushes are taken again');
  assert.equal(connectorRow(first())[0], '3');
});

test('secrets are in no log and nowhere in the clear in the database', () => {
  const secrets = [partner.to_gov, partner.to_operator].flatMap(Object.values).concat(operator.client.token);
  const logs = readdirSync(path.join(VAR, 'log')).filter((name) => name.endsWith('.log')).map((name) => readFileSync(path.join(VAR, 'log', name), 'utf8')).join('');
  const rows = JSON.stringify(sql('SELECT * FROM partner; SELECT sealed FROM exchange_token; SELECT sealed FROM partner_token; SELECT payload FROM job')) + sql('SELECT sealed FROM partner_key').join();
  for (const secret of secrets) assert.ok(!logs.includes(secret) && !rows.includes(secret));
});

// Every interface an operator's platform may call, through the real door: a good message made from the message table is taken,
// each bad one gets the standard's code and a message that names the field, and leaves no trace but in the message log.
// Key rotation, address list, rate limit, token life and clock window of a partner. The other side is tests/simulator/, on
// node:crypto alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BASE_URL, portalctl } from './lib/env.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { sessionOf } from './lib/house.mjs';
import { formToken, get, post as submit, wordsOf } from './lib/http.mjs';
import { declared, inbound, messages, sample, variants } from './lib/messages.mjs';
import { makeKeys, makePartner } from '../simulator/operator.mjs';
import { Client, encrypt, makeRequest, post, readReply, sign, timeStamp } from '../simulator/tcec.mjs';
import { connectorsOf, makeStations } from '../simulator/city.mjs';

const BASE = `${BASE_URL}/evcs/v1`;
const code = `7${Date.now().toString(36).slice(-7).toUpperCase()}M`, other = `6${code.slice(1)}`;
const partner = makePartner(code, '', '报文测试充电有限公司'), stranger = makePartner(other, '', '另一家报文测试运营商');
const client = new Client({ base: BASE, operatorId: code, keys: partner.to_gov });
const foreign = new Client({ base: BASE, operatorId: other, keys: stranger.to_gov });
const [station] = makeStations(code, 1, 7), [far] = makeStations(other, 1, 8);
far.StationID = 'F00001';
far.EquipmentInfos.forEach((e, i) => { e.EquipmentID = `F${i}`; e.ConnectorInfos.forEach((c, n) => { c.ConnectorID = `F${i}C${n}`; }); });
const folder = mkdtempSync(path.join(tmpdir(), 'exchange-messages-'));

const importPartner = (one) => {
  const file = path.join(folder, `${one.operator_id}.json`);
  writeFileSync(file, JSON.stringify(one));
  portalctl('partner-import', file);
};
const ofBoth = `(SELECT id FROM operator WHERE code IN ('${code}', '${other}'))`;
const own = `(SELECT id FROM operator WHERE code = '${code}')`;
const settings = (list) => sql(`UPDATE partner SET ${list} WHERE operator_id = ${own}`);
/** A process knows a partner for five seconds. */
const known = () => new Promise((resolve) => setTimeout(resolve, 5200));

let number = 0;
const sequence = () => `${code}${String(Date.now()).slice(-9)}${String(++number).padStart(9, '0')}`;
const codes = () => ({ OperatorID: code, StationID: station.StationID, ConnectorID: connectorsOf(station)[0], sequence,
  EquipmentID: station.EquipmentInfos[0].EquipmentID, OrderNo: sequence(), StationLng: 113.5, StationLat: 22.3, ConnectorStatus: 3,
  StartTime: '2026-11-20 09:00:00', EndTime: '2026-11-20 10:00:00', Pictures: [], AreaCode: '440402', CountryCode: 'CN' });
/** Names that mean something else in a message: an order's times, a station's prices. */
const good = (m) => {
  const data = sample(m.request, codes());
  for (const list of ['ChargeFeeDetail', 'DiscountFeeDetail', 'OriginalFeeDetail']) data[list]?.forEach((d) => Object.assign(d, { StartTime: '00:00', EndTime: '24:00' }));
  if (m.interface === 'query_token') data.OperatorSecret = partner.to_gov.OperatorSecret;
  if (m.interface.startsWith('check_')) Object.assign(data, { OrderCount: 1, TotalOrderPower: 1, TotalOrderMoney: 1 });
  return data;
};
const send = (m, data, headers = {}) => client.send(m.interface, makeRequest(partner.to_gov, code, data), { Authorization: `Bearer ${client.token}`, ...headers });

/** Sums over everything of the two operators, whatever tables there are: but the message log and what it counts. */
const logs = ['exchange_log', 'connection_tried'];
const owned = () => sql(`SELECT c.table_name, GROUP_CONCAT(c.column_name) FROM information_schema.columns c JOIN information_schema.tables t
  ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'
  GROUP BY 1 HAVING SUM(c.column_name = 'operator_id') = 1`).filter(([table]) => !logs.includes(table));
const whole = ['exchange_seen', 'station_power', 'connector_power', 'station_fee'];
let tables;
function stored() {
  tables ??= owned();
  const sum = (names) => `COALESCE(SUM(CRC32(CONCAT_WS(0x1f, ${names.split(',').map((n) => `COALESCE(HEX(\`${n}\`), '-')`).join(', ')}))), 0)`;
  const rows = tables.map(([table, names]) => `SELECT '${table}', COUNT(*), ${sum(names)} FROM \`${table}\` WHERE operator_id IN ${ofBoth}`);
  rows.push(...whole.map((table) => `SELECT '${table}', COUNT(*), 0 FROM ${table}`),
    `SELECT 'connector_state_log', COUNT(*), 0 FROM connector_state_log l JOIN connector c ON c.id = l.connector_id WHERE c.operator_id IN ${ofBoth}`);
  return sql(rows.join(' UNION ALL ')).map((row) => row.join(' ')).join('\n');
}

before(async () => {
  importPartner(partner);
  importPartner(stranger);
  await client.fetchToken();
  assert.equal((await client.call('notification_stationInfo', { StationInfos: [station] })).Ret, 0);
  await foreign.fetchToken();
  assert.equal((await foreign.call('notification_stationInfo', { StationInfos: [far] })).Ret, 0);
});
after(() => rmSync(folder, { recursive: true }));

test('every interface of parts 2 to 4 and of the supervision extensions is in the table, and each inbound one is answered', async () => {
  assert.ok(messages.length >= 25);
  assert.deepEqual(inbound.map((m) => m.interface), declared.map((m) => m.interface), 'each has a route');
  for (const m of inbound) {
    const reply = await send(m, m.interface.endsWith('tation_info') || m.interface.endsWith('tationInfo') ? { StationInfos: [station] } : good(m));
    assert.deepEqual([reply.status, reply.Ret, reply.signed], [200, 0, true], `${m.interface}: ${reply.Msg}`);
    for (const f of m.response) if (f.need !== 'optional') assert.ok(f.name in reply.Data, `${m.interface}: the answer has ${f.name}`);
  }
});

test('each field missing, of a wrong type, too long, outside its enumeration: 4004, the field named, nothing stored', { timeout: 120000 }, async () => {
  let count = 0;
  const began = Date.now(), before_ = stored();
  for (const m of inbound) {
    const all = [...variants(m.request, good(m))];
    count += all.length;
    for (let at = 0; at < all.length; at += 8)
      await Promise.all(all.slice(at, at + 8).map(async ({ what, name, label, data }) => {
        const reply = await send(m, data);
        assert.deepEqual([reply.status, reply.Ret], [200, 4004], `${m.interface}: ${what}: ${reply.Msg}`);
        assert.ok(reply.Msg.includes(name), `${m.interface}: ${what}: ${reply.Msg}`);
        assert.ok(label && reply.signed && reply.raw.Data === '', `${m.interface}: ${what}`);
      }));
  }
  assert.equal(stored(), before_);
  assert.ok(count > 900, `${count} messages`);
  console.log(`# ${count} bad messages in ${Date.now() - began} ms`);
});

test('every interface: broken JSON, GBK, deep nesting, 20 MB, wrong signature, stale, wrong token: the code, in words, nothing stored', { timeout: 120000 }, async () => {
  const before_ = stored();
  const gbk = Buffer.concat([Buffer.from('{"StationName":"'), Buffer.from([0xb3, 0xe4, 0xb5, 0xe7]), Buffer.from('"}')]);
  const deep = `${'{"a":['.repeat(40000)}1${']}'.repeat(40000)}`, large = Buffer.alloc(20 << 20, 0x41);
  for (const m of inbound) {
    const url = `${BASE}/${m.interface}`, data = good(m), bearer = { Authorization: `Bearer ${client.token}` };
    const ask = async (body, headers = bearer) => readReply(partner.to_gov, await post(url, body, headers));
    const plain = () => makeRequest(partner.to_gov, code, data);
    const rows = [
      ['broken JSON', await ask('{"OperatorID":'), 4003, /JSON/],
      ['broken JSON inside', await ask(makeRequest(partner.to_gov, code, '{"StationID":')), 4004, /JSON/],
      ['GBK envelope', await ask(Buffer.concat([Buffer.from('{"OperatorID":"'), Buffer.from([0xb3, 0xe4]), Buffer.from('"}')])), 4003, /UTF-8/],
      ['GBK inside', await ask(makeRequest(partner.to_gov, code, gbk)), 4004, /UTF-8/],
      ['deep envelope', await ask(`{"OperatorID":"${code}","x":${deep}}`), 4003, /JSON/],
      ['deep inside', await ask(makeRequest(partner.to_gov, code, deep)), 4004, /JSON/],
      ['no object inside', await ask(makeRequest(partner.to_gov, code, '[]')), 4004, /JSON 对象/],
      ['no cipher text', await ask((() => { const e = plain(); e.Data = 'AAAA'; e.Sig = sign(partner.to_gov, e.OperatorID, e.Data, e.TimeStamp, e.Seq); return e; })()), 4004, /Data/],
      ['wrong signature', await ask({ ...plain(), Sig: '0'.repeat(32) }), 4001, /Sig/],
      ['signed with foreign keys', await ask({ ...makeRequest(stranger.to_gov, code, data) }), 4001, /Sig/],
      ['stale', await ask(makeRequest(partner.to_gov, code, data, { at: Date.now() - 3600e3 })), 4003, /TimeStamp/],
      ['unknown operator', await ask(makeRequest(partner.to_gov, '500000005', data)), 4003, /OperatorID/],
    ];
    if (m.interface !== 'query_token')
      rows.push(['no token', await ask(plain(), {}), 4002, /Authorization/], ['wrong token', await ask(plain(), { Authorization: 'Bearer x' }), 4002, /令牌/],
        ['a foreign token', await ask(plain(), { Authorization: `Bearer ${foreign.token}` }), 4002, /令牌/]);
    for (const [what, reply, ret, words] of rows) {
      assert.deepEqual([reply.status, reply.Ret], [200, ret], `${m.interface}: ${what}: ${reply.Msg}`);
      assert.match(reply.Msg, words, `${m.interface}: ${what}`);
    }
    const huge = await post(url, large, bearer).catch(() => ({ status: 413 }));         /* nginx may close before all is sent */
    assert.equal(huge.status, 413, m.interface);
  }
  assert.equal(stored(), before_);
});

test('each envelope member missing, of a wrong type, malformed: 4003 and named, on every interface', async () => {
  const before_ = stored();
  for (const m of inbound)
    for (const [name, wrong] of Object.entries({ OperatorID: 'abc', Data: 7, TimeStamp: '20261120', Seq: '1', Sig: 'F' }))
      for (const value of [undefined, null, '', wrong, {}]) {
        const reply = await client.send(m.interface, { ...makeRequest(partner.to_gov, code, good(m)), [name]: value });
        assert.equal(reply.Ret, 4003, `${m.interface} ${name}=${value}`);
        assert.ok(reply.Msg.includes(name), `${m.interface} ${name}: ${reply.Msg}`);
      }
  assert.equal(stored(), before_);
});

test('replayed: the same envelope again is 4003, or answered as the first time where a number is its own guard; the books do not change', async () => {
  for (const m of inbound.filter((one) => one.interface !== 'query_token')) {
    const data = /tation_?[iI]nfo$/.test(m.interface) ? { StationInfos: [station] } : good(m);
    const envelope = makeRequest(partner.to_gov, code, data), bearer = { Authorization: `Bearer ${client.token}` };
    const first = await client.send(m.interface, envelope, bearer), before_ = stored();
    const again = await client.send(m.interface, envelope, bearer);
    assert.equal(first.Ret, 0, `${m.interface}: ${first.Msg}`);
    if (/order/.test(m.interface)) assert.deepEqual([again.Ret, again.Data], [0, first.Data], m.interface);
    else assert.deepEqual([again.Ret, /重放/.test(again.Msg)], [4003, true], m.interface);
    assert.equal(stored(), before_, m.interface);
  }
});

test('another operator\'s station, connector or OperatorID: named in the answer, nothing of it changes', async () => {
  const theirs = `(SELECT id FROM operator WHERE code = '${other}')`;
  const sums = () => sql(`SELECT COUNT(*), SUM(CRC32(name)), SUM(seen_at IS NOT NULL) FROM station WHERE operator_id = ${theirs} UNION ALL
    SELECT COUNT(*), SUM(state_version), 0 FROM connector WHERE operator_id = ${theirs} UNION ALL
    SELECT COUNT(*), 0, 0 FROM charge_snapshot WHERE operator_id = ${theirs} OR connector_id IN (SELECT id FROM connector WHERE operator_id = ${theirs}) UNION ALL
    SELECT COUNT(*), 0, 0 FROM station_power p JOIN station s ON s.id = p.station_id WHERE s.operator_id = ${theirs} UNION ALL
    SELECT COUNT(*), 0, 0 FROM station_fee p JOIN station s ON s.id = p.station_id WHERE s.operator_id = ${theirs}`).join();
  const before_ = sums(), connector = connectorsOf(far)[0];
  for (const m of inbound.filter((one) => /^(supervise_)?notification_(?!charge_order)/.test(one.interface))) {
    const data = JSON.parse(JSON.stringify(good(m)), (key, value) => (key === 'StationID' ? far.StationID : key === 'ConnectorID' ? connector : value));
    if (data.StationInfos) data.StationInfos = [{ ...far, OperatorID: other }];
    const reply = await send(m, data);
    assert.ok(reply.Ret === 4004 || (reply.Ret === 0 && [reply.Data.Status, reply.Data.SuccStat, reply.Data.ConfirmResult].includes(1)), `${m.interface}: ${JSON.stringify(reply)}`);
    assert.match(reply.Msg, /StationID|ConnectorID|OperatorID|StartChargeSeq/, m.interface);
    if (m.request.some((f) => f.name === 'OperatorID')) {
      const named = await send(m, { ...good(m), OperatorID: other });
      assert.deepEqual([named.Ret, /OperatorID/.test(named.Msg)], [4004, true], m.interface);
    }
  }
  assert.equal(sums(), before_);
});

test('both spellings are one: Sevice and Service, and the stored snapshot knows the money', async () => {
  for (const name of ['SeviceMoney', 'ServiceMoney']) {
    const seq = sequence(), data = sample(messages.find((m) => m.interface === 'notification_equip_charge_status').request, codes());
    Object.assign(data, { StartChargeSeq: seq, ChargeDetails: [], SumPeriod: 0 });
    delete data.ServiceMoney;
    data[name] = '3.21';
    const reply = await client.call('notification_equip_charge_status', data);
    assert.deepEqual([reply.Ret, reply.Data], [0, { StartChargeSeq: seq, SuccStat: 0 }], reply.Msg);
    assert.equal(sqlValue(`SELECT service_money FROM charge_snapshot WHERE order_code = '${seq}' AND operator_id = ${own}`), '3.21', name);
  }
});

test('a late snapshot and late power figures change nothing; the newest of each is kept', async () => {
  const m = inbound.find((one) => one.interface === 'supervise_notification_realtime_power_info');
  const at = (time, power) => send(m, { SupStationPowerInfos: [{ OperatorID: code, StationID: station.StationID, DataTime: time, StationRealTimePower: power, EquipmentPowerInfos:
    [{ EquipmentID: station.EquipmentInfos[0].EquipmentID, EquipRealTimePower: power, ConnectorPowerInfos: [{ ConnectorID: connectorsOf(station)[0], ConnectorRealTimePower: power }] }] }] });
  await at('2026-11-20 12:00:00', 55.5);
  await at('2026-11-20 11:00:00', 11);
  assert.deepEqual(sql(`SELECT p.power FROM station_power p JOIN station s ON s.id = p.station_id WHERE s.operator_id = ${own} UNION ALL
    SELECT p.power FROM connector_power p JOIN connector c ON c.id = p.connector_id WHERE c.operator_id = ${own}`).flat(), ['55.500', '55.500']);
  const seq = sequence(), snapshot = (time, energy) => client.call('notification_equip_charge_status', { ...sample(messages.find((one) => one.interface === 'notification_equip_charge_status').request, codes()), StartChargeSeq: seq, EndTime: time, TotalPower: energy });
  await snapshot('2026-11-20 12:00:00', 20);
  await snapshot('2026-11-20 11:00:00', 10);
  assert.deepEqual(sql(`SELECT energy, sampled_at FROM charge_snapshot WHERE order_code = '${seq}'`)[0], ['20.000', '2026-11-20 12:00:00.000']);
});

test('known answers: what openssl makes of the same keys and text is what the portal understands, and what it sends openssl opens', async () => {
  const openssl = (args, input) => execFileSync('openssl', args, { input });
  const k = partner.to_gov, hex = (text) => Buffer.from(text).toString('hex');
  const aes = ['enc', '-aes-128-cbc', '-K', hex(k.DataSecret), '-iv', hex(k.DataSecretIV), '-nosalt'];
  const mac = (text) => openssl(['dgst', '-md5', '-mac', 'HMAC', '-macopt', `hexkey:${hex(k.SigSecret)}`], text).toString().trim().split(/\s/).pop().toUpperCase();
  const vector = ['enc', '-aes-128-cbc', '-K', hex('1234567890abcdef'), '-iv', hex('1234567890abcdef'), '-nosalt'];
  assert.equal(openssl(vector, 'hello world!').toString('base64'), 'cmljobIKHDAcF9uf3mgs/w==');
  const Data = openssl(aes, JSON.stringify({ OperatorID: code, OperatorSecret: k.OperatorSecret })).toString('base64');
  assert.equal(Data, encrypt(k, JSON.stringify({ OperatorID: code, OperatorSecret: k.OperatorSecret })), 'openssl and node agree');
  const TimeStamp = timeStamp(), Seq = '0001';
  const { status, body } = await post(`${BASE}/query_token`, { OperatorID: code, Data, TimeStamp, Seq, Sig: mac(code + Data + TimeStamp + Seq) });
  const reply = JSON.parse(body);
  assert.deepEqual([status, reply.Ret, reply.Sig], [200, 0, mac(`${reply.Ret}${reply.Msg}${reply.Data}`)]);
  const opened = JSON.parse(openssl([...aes, '-d'], Buffer.from(reply.Data, 'base64')));
  assert.deepEqual([opened.OperatorID, opened.SuccStat, opened.FailReason], [code, 0, 0]);
});

test('rotation: earlier keys hold for the overlap and are answered in kind, then no more; their token ends with them', async () => {
  const before_ = { ...partner.to_gov }, m = inbound.find((one) => one.interface === 'notification_stationStatus');
  const old = new Client({ base: BASE, operatorId: code, keys: before_ }), fresh = new Client({ base: BASE, operatorId: code, keys: makeKeys() });
  await old.fetchToken();
  // what partner_save() does with an overlap: the new set in force, the earlier one until a time
  importPartner({ ...partner, to_gov: fresh.keys });
  sql(`UPDATE partner_key SET ends_at = NOW(3) + INTERVAL 1 HOUR WHERE operator_id = ${own} AND direction = 'to_gov' AND ends_at IS NOT NULL ORDER BY id DESC LIMIT 1;
    UPDATE exchange_token SET expires_at = NOW(3) + INTERVAL 1 HOUR WHERE operator_id = ${own}`);
  await known();
  await fresh.fetchToken();
  assert.notEqual(fresh.token, old.token, 'a token belongs to the keys it was asked with');
  for (const one of [old, fresh]) {
    const reply = await one.call(m.interface, good(m), { refresh: false });
    assert.deepEqual([reply.Ret, reply.signed], [0, true], reply.Msg);
  }
  importPartner({ ...partner, to_gov: partner.to_gov = makeKeys() });
  await known();
  for (const one of [old, fresh]) assert.equal((await one.call(m.interface, good(m), { refresh: false })).Ret, 4001);
  client.keys = partner.to_gov;
  client.token = fresh.token;
  assert.equal((await client.call(m.interface, good(m), { refresh: false })).Ret, 4002, 'a token of ended keys, with the new ones');
  await client.fetchToken();
  assert.equal((await client.call(m.interface, good(m))).Ret, 0);
});

test('the address list: who is not in it gets 4003 in words; IPv4 and IPv6 networks', async () => {
  const m = inbound.find((one) => one.interface === 'notification_stationStatus'), before_ = [];
  settings("allow_list = '203.0.113.0/24, 2001:db8::/32'");
  await known();
  const at = stored();
  const reply = await client.call(m.interface, good(m), { refresh: false });
  assert.deepEqual([reply.Ret, reply.signed, /127\.0\.0\.1.*地址/.test(reply.Msg)], [4003, true, true], reply.Msg);
  assert.equal((await client.send('query_token', makeRequest(partner.to_gov, code, good(inbound[0])))).Ret, 4003);
  assert.equal(stored(), at);
  settings("allow_list = '203.0.113.0/24\\n127.0.0.0/8'");
  await known();
  assert.equal((await client.call(m.interface, good(m))).Ret, 0);
  settings("allow_list = ''");
  assert.equal(before_.length, 0);
});

test('the rate limit: over all processes together, Ret -1 in words; the others are not held up', async () => {
  const m = inbound.find((one) => one.interface === 'notification_stationStatus');
  settings('rate_limit = 5');
  await known();
  const replies = await Promise.all(Array.from({ length: 12 }, () => client.call(m.interface, good(m), { refresh: false })));
  const taken = replies.filter((r) => r.Ret === 0), refused = replies.filter((r) => r.Ret === -1);
  assert.ok(taken.length >= 4 && taken.length <= 6, `${taken.length} taken`);
  assert.equal(taken.length + refused.length, 12);
  assert.ok(refused.every((r) => r.signed && /每分钟最多受理 5 条/.test(r.Msg)));
  assert.equal((await foreign.call(m.interface, { ConnectorStatusInfo: { ConnectorID: connectorsOf(far)[0], Status: 1 } })).Ret, 0);
  settings('rate_limit = NULL');
});

test('clock window and token life of a partner, edition with its required fields', async () => {
  const m = inbound.find((one) => one.interface === 'notification_charge_order_info');
  settings("clock_window = 7200, token_seconds = 90, edition = '2021'");
  sql(`DELETE FROM exchange_token WHERE operator_id = ${own}`);
  await known();
  const token = await client.fetchToken();
  assert.ok(token.Data.TokenAvailableTime <= 90);
  assert.equal((await client.call(m.interface, good(m), { at: Date.now() - 3600e3 })).Ret, 0, 'an hour late is within two');
  const bare = good(m);
  delete bare.ChargeDetails;
  const reply = await client.call(m.interface, bare);
  assert.deepEqual([reply.Ret, /ChargeDetails/.test(reply.Msg)], [4004, true], reply.Msg);
  settings("clock_window = NULL, token_seconds = NULL, edition = '2016'");
  await known();
  assert.equal((await client.call(m.interface, { ...bare, StartChargeSeq: sequence() })).Ret, 0);
  const shown = portalctl('partner-show', code);
  assert.match(shown, /Edition\s+2016/);
  assert.match(shown, /to_gov made .* in force/);
  for (const secret of [partner.to_gov, partner.to_operator].flatMap(Object.values)) assert.ok(!shown.includes(secret));
});

test('Z30: a department sets a platform\'s profile and ends earlier keys; a wrong network is named; another city and the operator cannot', async () => {
  const id = sqlValue(`SELECT id FROM connection WHERE operator_id = ${own} AND platform_id = operator_id`), path_ = `/interconnect/connections/${id}/profile`;
  const place = (division) => sql(`UPDATE connection SET division_code = '${division}' WHERE id = ${id}`);
  const city = sessionOf('demo-city');
  place('410102');
  assert.equal((await get(path_, { cookie: city })).status, 404);
  place('440402');
  assert.equal((await get(path_, { cookie: sessionOf('demo-operator') })).status, 403);
  const { token, cookie } = await formToken(path_, city);
  const save = (fields) => submit(path_, { cookie, form: { csrf: token, edition: '2016', allow_list: '', rate_limit: '', token_seconds: '', clock_window: '', ...fields } });
  const wrong = await save({ allow_list: '127.0.0.0/8\nx.example' });
  assert.equal(wrong.status, 422);
  assert.match(wordsOf(wrong.body), /x\.example 不是 IP 地址或网段/);
  assert.equal((await save({ allow_list: '127.0.0.0/8', rate_limit: '600', clock_window: '120' })).status, 303);
  assert.deepEqual(sql(`SELECT allow_list, rate_limit, token_seconds, clock_window FROM partner WHERE operator_id = ${own}`)[0], ['127.0.0.0/8', '600', 'NULL', '120']);
  sql(`INSERT INTO partner_key (operator_id, direction, sealed, ends_at) SELECT operator_id, direction, sealed, NOW(3) + INTERVAL 1 HOUR FROM partner_key
    WHERE operator_id = ${own} AND direction = 'to_gov' AND ends_at IS NULL`);
  assert.match(wordsOf((await get(path_, { cookie: city })).body), /原密钥，有效至/);
  const end = (fields) => submit(`/interconnect/connections/${id}/keys`, { cookie, form: { csrf: token, ...fields } });
  assert.match(wordsOf((await end({})).body), /是否停用/, 'asks first');
  assert.equal((await end({ confirmed: '1' })).status, 303);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM partner_key WHERE operator_id = ${own} AND direction = 'to_gov' AND (ends_at IS NULL OR ends_at > NOW(3))`), '1');
  assert.equal((await save({})).status, 303);
  place('');
});

#!/usr/bin/env node
// An operator's platform over real HTTP, both sides of T/CEC 102, with each misbehaviour on request.
//
//   node tests/simulator/operator.mjs --partner FILE.json --portal http://127.0.0.1:8080/evcs/v1 [--listen 0]
//        [--stations 20] [--seed 1] [--rate 0] [--page-size 10]
//
// FILE.json is what `portalctl partner-import` takes; without it keys are made and written to the path given
// with --write-partner. --rate N pushes N status changes a second. The first line printed is
// {"address":"http://127.0.0.1:PORT"}; /evcs/v1/<interface> answers the portal, /control/* drives the simulator:
//
//   GET  /control/state                      stations, states, counters, received calls
//   POST /control/misbehave {"on":"query_stations_info","how":"wrong-signature","times":1}    times 0: until cleared
//   POST /control/push      {"connector":"…","status":3,"how":""}      answers the portal's reply
//   POST /control/rate      {"rate":5}
//   POST /control/stations  {"remove":["000001"],"touch":["000002"],"rename":{"000003":"新名称"}}
//
// how, as server: wrong-signature unsigned error garbage http-500 hang redirect huge token-4002 refuse-token busy
//                 page-size-ignored repeat-page endless-pages numbers-as-strings ret-as-string line-breaks
//                 bad-station null-data
// how, as client: wrong-signature stale future replay unknown-station unknown-connector wrong-token no-token
//                 array infos station root numbers-as-strings bad-status no-connector gbk broken-json huge lower-sig
import http from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { Client, decrypt, makeReply, makeRequest, post, readReply, sign } from './tcec.mjs';
import { connectorsOf, makeStations, nextStatus } from './city.mjs';

const secret = () => randomBytes(8).toString('hex');
export const makeKeys = () => ({ OperatorSecret: secret(), DataSecret: secret(), DataSecretIV: secret(), SigSecret: secret() });
export const makePartner = (operatorId = '91440400X', baseUrl = '', name = '演示充电运营有限公司') => ({
  operator_id: operatorId, gov_id: '11440400A', name, base_url: baseUrl, to_gov: makeKeys(), to_operator: makeKeys() });

const asStrings = (value) => Array.isArray(value) ? value.map(asStrings)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, asStrings(v)]))
  : typeof value === 'number' ? String(value) : value;

/** yyyy-MM-dd HH:mm:ss in Beijing time. */
const wall = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

export class Operator {
  constructor({ partner, portal, stations = 20, seed = 1, pageSize = 10 }) {
    Object.assign(this, { partner, pageSize, tokens: new Set(), plans: new Map(), calls: [], pushed: 0, refused: 0, charges: new Map(), told: [] });
    this.stations = makeStations(partner.operator_id, stations, seed);
    this.changed = new Map(this.stations.map((s) => [s.StationID, 0]));
    this.states = new Map(this.stations.flatMap(connectorsOf).map((id) => [id, 1]));
    this.client = new Client({ base: portal, operatorId: partner.operator_id, keys: partner.to_gov });
  }

  // --- server side: what the portal asks -----------------------------------------------------------
  /** The misbehaviour planned for an interface, used up when its times run out. */
  planned(name) {
    const plan = this.plans.get(name);
    if (!plan) return '';
    if (plan.times > 0 && --plan.times === 0) this.plans.delete(name);
    return plan.how;
  }

  answerTo(name, asked, how) {
    if (name === 'query_token') {
      const good = asked.OperatorSecret === this.partner.to_operator.OperatorSecret && how !== 'refuse-token';
      const token = good ? randomBytes(16).toString('hex') : '';
      if (good) this.tokens.add(token);
      return { OperatorID: asked.OperatorID, SuccStat: good ? 0 : 1, AccessToken: token, TokenAvailableTime: good ? 7200 : 0, FailReason: good ? 0 : 2 };
    }
    if (name === 'query_stations_info') return this.page(asked, how);
    if (name === 'query_station_status') return this.statuses(asked);
    if (name === 'query_station_stats') return this.stats(asked);
    return this.charging(name, asked);
  }

  // --- part 3: one charge at a time a connector; results and the order are pushed at once ---------------
  charging(name, asked) {
    const seq = asked.StartChargeSeq, id = asked.ConnectorID, charge = this.charges.get(seq);
    if (name === 'query_equip_auth') return { EquipAuthSeq: asked.EquipAuthSeq, ConnectorID: id, SuccStat: this.states.has(id) ? 0 : 1, FailReason: this.states.has(id) ? 0 : 2 };
    if (name === 'query_equip_business_policy')
      return { EquipBizSeq: asked.EquipBizSeq, ConnectorID: id, SuccStat: 0, FailReason: 0, SumPeriod: 1, PolicyInfos: [{ StartTime: '000000', ElecPrice: 0.9, SevicePrice: 0.35 }] };
    if (name === 'query_start_charge') {
      if (!charge) {
        this.charges.set(seq, { seq, id, start: Date.now(), stat: 2, energy: 12.34 });
        this.tell('notification_start_charge_result', { StartChargeSeq: seq, StartChargeSeqStat: 2, ConnectorID: id, StartTime: wall(Date.now()) });
      }
      return { StartChargeSeq: seq, StartChargeSeqStat: 2, ConnectorID: id, SuccStat: 0, FailReason: 0 };
    }
    if (name === 'query_equip_charge_status' && charge) return this.snapshot(charge);
    if (name === 'query_stop_charge') {
      if (charge?.stat === 2) {
        Object.assign(charge, { stat: 4, end: charge.start + 3600e3 });
        this.tell('notification_stop_charge_result', { StartChargeSeq: seq, StartChargeSeqStat: 4, ConnectorID: id, SuccStat: 0, FailReason: 0 });
        this.tell('notification_charge_order_info', this.order(charge));
      }
      return { StartChargeSeq: seq, StartChargeSeqStat: charge ? 4 : 5, SuccStat: charge ? 0 : 1, FailReason: charge ? 0 : 1 };
    }
    return undefined;
  }

  snapshot({ seq, id, start, stat, energy }) {
    return { StartChargeSeq: seq, StartChargeSeqStat: stat, ConnectorID: id, ConnectorStatus: stat === 2 ? 3 : 1, CurrentA: 100, VoltageA: 400, Soc: 55.5,
      StartTime: wall(start), EndTime: wall(Date.now()), TotalPower: energy, ElecMoney: 11.11, SeviceMoney: 4.32, TotalMoney: 15.43 };
  }

  /** An hour at 12.34 kWh: 11.11 + 4.32 yuan. It began an hour ago, so that it does not end in the future. */
  order({ seq, id, start, energy }) {
    const times = { StartTime: wall(start - 3600e3), EndTime: wall(start) };
    return { StartChargeSeq: seq, ConnectorID: id, ...times, TotalPower: energy, TotalElecMoney: 11.11, TotalSeviceMoney: 4.32, TotalMoney: 15.43, StopReason: 1, SumPeriod: 1,
      ChargeDetails: [{ DetailStartTime: times.StartTime, DetailEndTime: times.EndTime, ElecPrice: 0.9, SevicePrice: 0.35, DetailPower: energy, DetailElecMoney: 11.11, DetailSeviceMoney: 4.32 }] };
  }

  /** In order, after the answer that caused it; refusals are kept for whoever asks. */
  tell(name, data) {
    this.telling = (this.telling ?? Promise.resolve()).then(() => this.client.call(name, data)).then((reply) => { this.told.push({ name, reply }); }, (error) => { this.told.push({ name, error }); });
  }

  stats(asked) {
    const station = this.stations.find((s) => s.StationID === asked.StationID), of = { StartTime: asked.StartTime, EndTime: asked.EndTime };
    if (!station) return { StationStats: { StationID: asked.StationID, ...of, StationElectricity: 0, EquipmentStatsInfos: [] } };
    return { StationStats: { StationID: station.StationID, ...of, StationElectricity: 12.5 * station.EquipmentInfos.length,
      EquipmentStatsInfos: station.EquipmentInfos.map((e) => ({ EquipmentID: e.EquipmentID, EquipmentElectricity: 12.5,
        ConnectorStatsInfos: e.ConnectorInfos.map((c) => ({ ConnectorID: c.ConnectorID, ConnectorElectricity: 12.5 / e.ConnectorInfos.length })) })) } };
  }

  page(asked, how) {
    const since = asked.LastQueryTime ? Date.parse(`${asked.LastQueryTime.replace(' ', 'T')}+08:00`) : 0;
    const all = this.stations.filter((s) => !since || this.changed.get(s.StationID) >= since);
    const size = how === 'page-size-ignored' ? 3 : Math.min(+asked.PageSize || 10, this.pageSize), no = +asked.PageNo || 1;
    const from = how === 'repeat-page' || how === 'endless-pages' ? 0 : (no - 1) * size;
    let infos = all.slice(from, from + size);
    if (how === 'bad-station') infos = infos.map((s, i) => i ? s : { ...s, StationLng: '东经', StationName: undefined });
    const pages = how === 'repeat-page' || how === 'endless-pages' ? 1e6 : Math.max(1, Math.ceil(all.length / size));
    if (how === 'endless-pages') infos = infos.map((s, i) => ({ ...s, StationID: `p${no}x${i}`, EquipmentInfos: [] }));
    return { PageNo: no, PageCount: pages, ItemSize: all.length, StationInfos: infos };
  }

  statuses(asked) {
    const infos = this.stations.filter((s) => asked.StationIDs?.includes(s.StationID)).map((s) => ({
      StationID: s.StationID,
      ConnectorStatusInfos: connectorsOf(s).map((id) => ({ ConnectorID: id, Status: this.states.get(id) })) }));
    return { Total: infos.length, StationStatusInfos: infos };
  }

  reply(name, envelope, token, how) {
    const keys = this.partner.to_operator;
    if (sign(keys, envelope.OperatorID, envelope.Data, envelope.TimeStamp, envelope.Seq) !== envelope.Sig)
      return makeReply(keys, 4001, '签名错误');
    if (how === 'busy') return makeReply(keys, -1, '系统繁忙');
    if (how === 'error') return { Ret: 500, Msg: '系统错误', Data: null };
    if (name !== 'query_token' && (!this.tokens.has(token) || how === 'token-4002')) return makeReply(keys, 4002, '令牌错误');
    const asked = JSON.parse(decrypt(keys, envelope.Data));
    this.calls.push({ name, asked });
    let data = this.answerTo(name, asked, how);
    if (data === undefined) return makeReply(keys, 4004, '未知接口');
    if (how === 'numbers-as-strings') data = asStrings(data);
    const reply = makeReply(keys, 0, '', data);
    if (how === 'wrong-signature') reply.Sig = '0'.repeat(32);
    if (how === 'unsigned') delete reply.Sig;
    if (how === 'ret-as-string') reply.Ret = '0';
    if (how === 'null-data') reply.Data = null;
    if (how === 'line-breaks') {
      reply.Data = reply.Data.replace(/.{76}/g, '$&\r\n');
      reply.Sig = sign(keys, '0', '', reply.Data);
    }
    return reply;
  }

  async serve(request, response) {
    const name = request.url.replace(/\/$/, '').split('/').pop(), body = await bodyOf(request), how = this.planned(name);
    const send = (status, text, headers = {}) => { response.writeHead(status, { 'Content-Type': 'application/json', ...headers }); response.end(text); };
    if (how === 'hang') return;
    if (how === 'garbage') return send(200, randomBytes(300));
    if (how === 'http-500') return send(500, '<html>Internal Server Error</html>');
    if (how === 'redirect') return send(302, '', { Location: 'http://127.0.0.1:1/' });
    if (how === 'huge') return send(200, Buffer.alloc(40e6, 32));
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    try { send(200, JSON.stringify(this.reply(name, JSON.parse(body), token, how))); }
    catch (error) { send(400, JSON.stringify({ Ret: 4003, Msg: String(error.message), Data: '' })); }
  }

  // --- client side: what the operator pushes ----------------------------------------------------------
  statusData(connector, status, how) {
    const info = { ConnectorID: connector, Status: status };
    const station = this.stations.find((s) => connectorsOf(s).includes(connector))?.StationID ?? '';
    if (how === 'unknown-connector') info.ConnectorID = 'nowhere-00';
    if (how === 'bad-status') info.Status = 77;
    if (how === 'no-connector') delete info.ConnectorID;
    if (how === 'numbers-as-strings') info.Status = String(status);
    if (how === 'array') return { ConnectorStatusInfo: [info] };
    if (how === 'infos') return { ConnectorStatusInfos: [info] };
    if (how === 'station') return { StationStatusInfo: { StationID: station, ConnectorStatusInfos: [info] } };
    if (how === 'unknown-station') return { StationStatusInfo: { StationID: 'nowhere', ConnectorStatusInfos: [info] } };
    if (how === 'root') return { OperatorID: this.partner.operator_id, StationID: station, ...info, UpdateTime: '2026-11-20 09:08:07' };
    return { ConnectorStatusInfo: info };
  }

  /** The envelope of a push, with its misbehaviour; a string or Buffer where it is no JSON any more. */
  envelope(connector, status, how) {
    const keys = this.partner.to_gov, at = Date.now() + ({ stale: -3600e3, future: 3600e3 }[how] ?? 0);
    let data = this.statusData(connector, status, how);
    if (how === 'gbk') data = Buffer.from('{"ConnectorStatusInfo":{"ConnectorID":"\xb3\xe4","Status":1}}', 'latin1');
    const envelope = makeRequest(keys, this.partner.operator_id, data, { at });
    if (how === 'wrong-signature') envelope.Sig = (envelope.Sig[0] === 'A' ? 'B' : 'A') + envelope.Sig.slice(1);
    if (how === 'lower-sig') envelope.Sig = envelope.Sig.toLowerCase();
    if (how === 'broken-json') return JSON.stringify(envelope).slice(0, -9);
    if (how === 'huge') return JSON.stringify({ ...envelope, Data: 'A'.repeat(21e6) });
    return envelope;
  }

  async push(connector, status, how = '') {
    if (!this.client.token) await this.client.fetchToken();
    const headers = how === 'no-token' ? {} : { Authorization: `Bearer ${how === 'wrong-token' ? 'x'.repeat(32) : this.client.token}` };
    const url = `${this.client.base}/notification_stationStatus`, envelope = this.envelope(connector, status, how);
    let reply = readReply(this.partner.to_gov, await post(url, envelope, headers));
    if (how === 'replay') reply = readReply(this.partner.to_gov, await post(url, envelope, headers));
    if (!how && reply.Ret === 4002) {
      await this.client.fetchToken();
      return this.push(connector, status, 'once-more');
    }
    if (reply.Ret === 0) { this.pushed++; this.states.set(connector, status); } else this.refused++;
    return reply;
  }

  setRate(rate) {
    clearInterval(this.timer);
    const ids = [...this.states.keys()];
    if (rate > 0) this.timer = setInterval(() => {
      const id = ids[Math.floor(Math.random() * ids.length)];
      this.push(id, nextStatus(this.states.get(id))).catch(() => { this.refused++; });
    }, 1000 / rate);
  }

  // --- control -----------------------------------------------------------------------------------------
  state() {
    return { operator_id: this.partner.operator_id, stations: this.stations, states: Object.fromEntries(this.states),
      calls: this.calls, pushed: this.pushed, refused: this.refused };
  }

  change({ remove = [], touch = [], rename = {} }) {
    this.stations = this.stations.filter((s) => !remove.includes(s.StationID));
    for (const station of this.stations) {
      if (rename[station.StationID]) station.StationName = rename[station.StationID];
      if (rename[station.StationID] || touch.includes(station.StationID)) this.changed.set(station.StationID, Date.now());
    }
    return { stations: this.stations.length };
  }

  async control(request) {
    const what = request.url.split('/').pop(), text = (await bodyOf(request)).toString() || '{}', asked = JSON.parse(text);
    if (what === 'state') return this.state();
    if (what === 'push') return this.push(asked.connector, asked.status, asked.how);
    if (what === 'rate') { this.setRate(asked.rate); return { rate: asked.rate }; }
    if (what === 'stations') return this.change(asked);
    if (what === 'misbehave') {
      if (asked.how) this.plans.set(asked.on, { how: asked.how, times: asked.times ?? 1 }); else this.plans.delete(asked.on);
      return { planned: [...this.plans.keys()] };
    }
    return { error: 'unknown control' };
  }

  /** Listens on loopback; resolves to the address. */
  listen(port = 0) {
    this.server = http.createServer((request, response) => {
      if (!request.url.startsWith('/control/')) return void this.serve(request, response);
      this.control(request).then((out) => response.end(JSON.stringify(out)), (error) => { response.statusCode = 500; response.end(String(error)); });
    });
    return new Promise((resolve) => this.server.listen(port, '127.0.0.1', () => {
      this.address = `http://127.0.0.1:${this.server.address().port}`;
      resolve(this.address);
    }));
  }

  close() {
    this.setRate(0);
    this.server?.closeAllConnections();
    return new Promise((resolve) => this.server ? this.server.close(resolve) : resolve());
  }
}

const main = async () => {
  const { values } = parseArgs({ options: Object.fromEntries(['partner', 'write-partner', 'portal', 'listen', 'stations', 'seed', 'rate',
    'page-size', 'operator-id'].map((name) => [name, { type: 'string' }])) });
  const partner = values.partner ? JSON.parse(readFileSync(values.partner, 'utf8')) : makePartner(values['operator-id']);
  const operator = new Operator({ partner, portal: values.portal ?? 'http://127.0.0.1:8080/evcs/v1', stations: +(values.stations ?? 20),
    seed: +(values.seed ?? 1), pageSize: +(values['page-size'] ?? 10) });
  const address = await operator.listen(+(values.listen ?? 0));
  if (values['write-partner'])
    writeFileSync(values['write-partner'], JSON.stringify({ ...partner, base_url: `${address}/evcs/v1` }, null, 2), { mode: 0o600 });
  console.log(JSON.stringify({ address }));
  operator.setRate(+(values.rate ?? 0));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => operator.close().then(() => process.exit(0)));
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();

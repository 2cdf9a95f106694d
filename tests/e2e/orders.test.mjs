// Issue 5, charging orders: pushed over the exchange, answered as reference section 10 says, seen on the pages of those they
// concern and of nobody else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BASE_URL, BUILD, ROOT, portalctl, programEnv } from './lib/env.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { get } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';
import { connectorsOf } from '../simulator/city.mjs';
import { makeRequest } from '../simulator/tcec.mjs';
import { day, makeOrder, makeSuperviseOrder, sequence, stamp } from '../simulator/orders.mjs';

const code = `6${Date.now().toString(36).slice(-7).toUpperCase()}R`, partner = makePartner(code, '', '订单测试运营商');
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 5 });
const connectors = operator.stations.flatMap(connectorsOf), folder = mkdtempSync(path.join(tmpdir(), 'orders-e2e-'));
const own = `operator_id = (SELECT id FROM operator WHERE code = '${code}')`, PUSH = 'notification_charge_order_info';
const push = (data, name = PUSH) => operator.client.call(name, data);
const END = Date.now() - 60e3, order = (n, more = {}, given = {}) => makeOrder({ operatorId: code, n, end: END, connector: connectors[n % connectors.length], more, ...given });
const stored = (n) => sql(`SELECT version, doubts, total_money, energy_wh, source FROM charge_order WHERE ${own} AND order_no = '${sequence(code, n)}' ORDER BY version`);
const sums = () => sql(`SELECT SUM(orders), SUM(energy_wh), SUM(total_money), SUM(doubt_orders) FROM charge_order_day WHERE ${own}`)[0];

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  const file = path.join(folder, 'partner.json');
  writeFileSync(file, JSON.stringify(partner));
  portalctl('partner-import', file);
  await new Promise((resolve) => execFile(path.join(BUILD, 'portalctl'), ['partner-pull', code], { cwd: ROOT, env: programEnv }, resolve));
});
after(async () => {
  await operator.close();
  rmSync(folder, { recursive: true });
});

test('an order is confirmed and stored once, however often it comes', async () => {
  const data = order(1);
  for (let i = 0; i < 3; i++) {
    const reply = await push(data);
    assert.deepEqual([reply.Ret, reply.Data], [0, { StartChargeSeq: data.StartChargeSeq, ConnectorID: data.ConnectorID, ConfirmResult: 0 }]);
  }
  // the very same envelope, as a client sends it whose connection broke
  const envelope = makeRequest(partner.to_gov, code, data), token = { Authorization: `Bearer ${operator.client.token}` };
  for (let i = 0; i < 2; i++) assert.equal((await operator.client.send(PUSH, envelope, token)).Data.ConfirmResult, 0);
  assert.deepEqual(stored(1), [['1', '0', '4.80', '4000', 'push']]);
  assert.deepEqual(sums(), ['1', '4000', '4.80', '0']);
});

test('other content under a number is disputed, both are kept and neither counted', async () => {
  assert.equal((await push(order(2))).Data.ConfirmResult, 0);
  const other = order(2, { TotalElecMoney: 3.3, TotalMoney: 4.9 });
  for (let i = 0; i < 2; i++) assert.equal((await push(other)).Data.ConfirmResult, 1);
  assert.deepEqual(stored(2).map((row) => row.slice(0, 3)), [['1', '1', '4.80'], ['2', '33', '4.90']]);
  assert.equal((await push(order(2))).Data.ConfirmResult, 0, 'the first stays as it was confirmed');
  assert.equal(sums()[3], '2');
});

test("the provinces' order: stored by OrderNo, and whose car it was is kept nowhere", async () => {
  const data = makeSuperviseOrder({ operatorId: code, n: 3, connector: connectors[3 % connectors.length] });
  const reply = await push(data, 'supervise_notification_charge_order_info');
  assert.deepEqual([reply.Ret, reply.Data], [0, { OrderNo: data.OrderNo, ConfirmResult: 0 }]);
  assert.deepEqual(stored(3).map((row) => row.slice(1)), [['0', '4.80', '4000', 'supervise']]);
  const row = JSON.stringify(sql(`SELECT * FROM charge_order WHERE ${own} AND order_no = '${data.OrderNo}'`));
  assert.doesNotMatch(row, /粤C12345|LSVAU2A37N2000001|13900000000/);
});

test('doubtful orders are confirmed, kept, marked', async () => {
  assert.equal((await push(order(4, { ConnectorID: 'nowhere-1' }))).Data.ConfirmResult, 0);
  assert.equal((await push(order(5, { TotalMoney: 9 }))).Data.ConfirmResult, 0);
  assert.deepEqual([stored(4)[0][1], stored(5)[0][1]], ['2', '32']);
});

test('a refused order names the member, and nothing of it is stored', async () => {
  const before = sqlValue(`SELECT COUNT(*) FROM charge_order WHERE ${own}`);
  for (const [more, member] of [[{ EndTime: '昨天' }, 'EndTime'], [{ TotalPower: 'viel' }, 'TotalPower'], [{ ConnectorID: undefined }, 'ConnectorID'],
    [{ StartChargeSeq: 'short' }, 'StartChargeSeq'], [{ ChargeDetails: 'x' }, 'ChargeDetails'], [{ TotalMoney: 1e12 }, 'TotalMoney']]) {
    const reply = await push(order(6, more));
    assert.equal(reply.Ret, 4004, member);
    assert.match(reply.Msg, new RegExp(member));
  }
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE ${own}`), before);
});

test('reconciliation answers each dispute with its reason, and the same again', async () => {
  const today = Date.now(), told = (n, power, money) => ({ StartChargeSeq: sequence(code, n), TotalPower: power, TotalMoney: money });
  const question = { CheckOrderSeq: sequence(code, 900), StartTime: stamp(today - 86400e3), EndTime: stamp(today + 3600e3), OrderCount: 4,
    TotalOrderPower: 16, TotalOrderMoney: 19.2, ChargeOrders: [told(1, 4, 4.8), told(2, 4, 4.8), told(3, 4, 4.81), told(77, 4, 4.8)] };
  const reply = await push(question, 'check_charge_orders');
  assert.equal(reply.Ret, 0);
  assert.deepEqual(reply.Data.DisputeOrders.map((d) => [+d.StartChargeSeq.slice(-4), d.DisputeReason]), [[2, 5], [3, 3], [77, 1], [4, 6], [5, 6]]);
  assert.equal(reply.Data.TotalDisputeOrder, 5);
  assert.deepEqual((await push(question, 'check_charge_orders')).Data, reply.Data);
});

test('pages: the department of the division finds them by number, others do not', async () => {
  const number = sequence(code, 2), id = sqlValue(`SELECT id FROM charge_order WHERE ${own} AND order_no = '${number}' AND version = 1`);
  const city = sessionOf('demo-city'), list = await get(`/interconnect/orders?order_no=${number}`, { cookie: city });
  assert.equal(list.status, 200);
  assert.match(list.body, new RegExp(`/interconnect/orders/${id}"`));
  const page = await get(`/interconnect/orders/${id}`, { cookie: city });
  assert.match(page.body, /同一订单编号内容不一致/);
  assert.match(page.body, /第 2 份/);
  assert.equal((await get(`/interconnect/orders/${id}`, { cookie: sessionOf('demo-operator') })).status, 404, 'another operator');
  assert.doesNotMatch((await get(`/interconnect/orders?order_no=${number}`, { cookie: sessionOf('demo-operator') })).body, new RegExp(`orders/${id}"`));
  assert.equal((await get(`/interconnect/orders/${id}`)).status, 303, 'a visitor');
  assert.equal((await get(`/interconnect/orders/${id}`, { cookie: sessionOf('demo-citizen') })).status, 403);
});

test('statistics: an operator sees its stations and never another operator; figures are those of the rollup', async () => {
  const mine = await get(`/interconnect/order-statistics?operator_id=${sqlValue(`SELECT id FROM operator WHERE code = '${code}'`)}`, { cookie: sessionOf('demo-operator') });
  assert.equal(mine.status, 200);
  assert.doesNotMatch(mine.body, new RegExp(operator.stations[0].StationName));
  const [orders, money] = sql(`SELECT SUM(orders), SUM(total_money) FROM charge_order_day WHERE ${own} AND day >= DATE_FORMAT(CURDATE(), '%Y-%m-01')`)[0];
  const city = await get(`/interconnect/order-statistics?month=${day(END).slice(0, 7)}&operator_id=${sqlValue(`SELECT id FROM operator WHERE code = '${code}'`)}`, { cookie: sessionOf('demo-city') });
  assert.match(city.body, new RegExp(`<b>${orders}</b>`));
  assert.match(city.body, new RegExp(`<b>${money}</b>`));
});

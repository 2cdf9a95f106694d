// Issue 5, "exactly once": orders pushed at least once while exchange processes are killed. What was acknowledged is in the
// books, nothing is there twice, and the rollups are what a full recount finds.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BASE_URL, BUILD, ROOT, programEnv, portalctl } from '../e2e/lib/env.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';
import { connectorsOf } from '../simulator/city.mjs';
import { makeOrder, makeSuperviseOrder } from '../simulator/orders.mjs';
import { eventually, processesOf, sleep } from './lib/processes.mjs';

const code = `7${Date.now().toString(36).slice(-7).toUpperCase()}K`, partner = makePartner(code, '', '订单可靠性测试');
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 6 });
const folder = mkdtempSync(path.join(tmpdir(), 'orders-kill-'));
const control = (...args) => new Promise((resolve) => execFile(path.join(BUILD, 'portalctl'), args, { cwd: ROOT, env: programEnv },
  (error, stdout, stderr) => resolve({ status: error ? error.code : 0, said: stdout + stderr })));
const own = `operator_id = (SELECT id FROM operator WHERE code = '${code}')`;
const connectors = operator.stations.flatMap(connectorsOf);

/** Pushed again and again until it is acknowledged, as part 4 asks; sometimes once more for good measure. */
async function pushUntilDone(interfaceName, data, tries) {
  let reply;
  for (let i = 0; i < 60; i++) {
    tries.pushes++;
    reply = await operator.client.call(interfaceName, data).catch(() => ({}));
    if (reply.Ret === 0) return reply.Data.ConfirmResult;
    tries.broken++;
    await sleep(30);
  }
  return assert.fail(`${data.StartChargeSeq ?? data.OrderNo}: not acknowledged, ${JSON.stringify(reply)}`);
}

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  const file = path.join(folder, 'partner.json');
  writeFileSync(file, JSON.stringify(partner));
  portalctl('partner-import', file);
  const pulled = await control('partner-pull', code);
  assert.equal(pulled.status, 0, pulled.said);
  await operator.client.fetchToken();
});
after(async () => {
  await operator.close();
  rmSync(folder, { recursive: true });
});

test('kill -9 of exchange processes under order load: acknowledged is stored, once, and the rollups are right', { timeout: 120000 }, async (t) => {
  const done = new Map(), tries = { pushes: 0, broken: 0 }, begin = Date.now() - 3 * 86400e3;
  let going = true, next = 0, kills = 0;
  const pusher = async () => {
    while (going || next % 60) {                                   /* whole rounds, so that every kind is among them */
      const n = ++next, given = { operatorId: code, n, connector: n % 17 === 0 ? 'nowhere' : connectors[n % connectors.length],
        end: begin + Math.floor(n / connectors.length) * 50 * 60e3, wh: 1000 + n % 3000 };
      const supervise = n % 3 === 0, data = supervise ? makeSuperviseOrder(given) : makeOrder(given);
      const name = supervise ? 'supervise_notification_charge_order_info' : 'notification_charge_order_info';
      assert.equal(await pushUntilDone(name, data, tries), 0);
      if (n % 5 === 0) assert.equal(await pushUntilDone(name, data, tries), 0);
      if (n % 20 === 0) assert.equal(await pushUntilDone(name, { ...data, TotalMoney: data.TotalMoney + 1 }, tries), 1);
      done.set(n, data.StartChargeSeq ?? data.OrderNo);
    }
  };
  const killer = async () => {
    for (let i = 0; i < 20; i++) {
      await sleep(250);
      const pids = processesOf('exchange');
      if (pids.length) { process.kill(pids[i % pids.length], 'SIGKILL'); kills++; }
    }
    going = false;
  };
  await Promise.all([killer(), ...Array.from({ length: 6 }, pusher)]);
  t.diagnostic(`${kills} kills, ${tries.pushes} pushes, ${tries.broken} without an answer, ${done.size} orders`);
  assert.ok(kills >= 10 && done.size >= 60);
  assert.ok(tries.broken > 0, 'some answers were lost to the kills');
  const numbers = new Set(sql(`SELECT order_no FROM charge_order WHERE ${own} AND version = 1`).flat());
  for (const number of done.values()) assert.ok(numbers.has(number), `${number} was acknowledged`);
  assert.equal(+sqlValue(`SELECT COUNT(*) FROM charge_order WHERE ${own} AND version = 1`), numbers.size, 'none twice');
  assert.equal(numbers.size, done.size);
  assert.equal(+sqlValue(`SELECT COUNT(*) - COUNT(DISTINCT order_no, digest) FROM charge_order WHERE ${own}`), 0, 'no content twice');
  assert.equal(+sqlValue(`SELECT COUNT(*) FROM charge_order WHERE ${own} AND version = 2`), Math.floor(next / 20));
  assert.equal(+sqlValue(`SELECT SUM(orders) + SUM(doubt_orders) FROM charge_order_day WHERE ${own}`), done.size + Math.floor(next / 20));
  const mine = sqlValue(`SELECT id FROM operator WHERE code = '${code}'`), { said } = await control('recount-orders');
  assert.match(said, /days differ/);
  assert.doesNotMatch(said, new RegExp(`operator ${mine} station`), 'the rollups are what a full recount finds');
  assert.ok(await eventually(async () => (await operator.push(connectors[0], 1).catch(() => ({}))).Ret === 0), 'served again');
});

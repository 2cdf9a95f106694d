// kill -9 while a charge is being started and stopped: of the runner that has sent the start, and of the programs that take what
// the platform tells. Nothing is started twice, nothing is told twice, the charge comes to its end and has one order.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { kit, sleep, until } from '../e2e/lib/kit.mjs';
import { formToken, post } from '../e2e/lib/http.mjs';
import { sessionOf } from '../e2e/lib/house.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { processesOf } from './lib/processes.mjs';

const code = `5${Date.now().toString(36).slice(-7).toUpperCase()}K`;
let one, account;
const clear = () => sql(`DELETE FROM charge_hold WHERE charge_id IN (SELECT id FROM charge WHERE account_id = ${account}); DELETE FROM charge WHERE account_id = ${account}`);
before(async () => {
  account = sqlValue("SELECT id FROM account WHERE login = 'demo-citizen'");
  clear();
  one = await (await kit(code)).connect();
});
after(async () => {
  clear();
  await one?.end();
  sql(`UPDATE partner SET enabled = 0 WHERE operator_id = ${one.operator}; UPDATE station SET published = 0 WHERE operator_id = ${one.operator}`);
});

async function act(address) {
  const { token, cookie } = await formToken('/charging', sessionOf('demo-citizen'));
  return post(address, { cookie: cookie || sessionOf('demo-citizen'), form: { csrf: token } });
}
const state = (id) => sqlValue(`SELECT state FROM charge WHERE id = ${id}`);
const reach = (id, wanted) => until(() => state(id) === wanted, `${wanted}, is ${state(id)}`, 60000);
const runner = (id) => Number(sqlValue(`SELECT SUBSTRING_INDEX(runner, ':', -1) FROM job WHERE job_key = 'charging.start.${id}' AND state = 'running'`) ?? 0);

async function ask(connector) {
  const answer = await act(`/charging/connectors/${connector.id}`), id = Number(/\/charging\/(\d+)$/.exec(answer.headers.location ?? '')?.[1]);
  assert.ok(id, `${answer.status}`);
  await reach(id, 'ready');
  return id;
}

test('kill -9 of the runner between the start it sent and the answer: one charge, found by asking', { timeout: 120000 }, async () => {
  const id = await ask(one.connectors[0]), seq = sqlValue(`SELECT seq FROM charge WHERE id = ${id}`);
  await one.plan('slow@query_start_charge*1');
  await act(`/charging/${id}/start`);
  const pid = await until(() => sqlValue(`SELECT start_sent FROM charge WHERE id = ${id}`) === '1' && runner(id), 'the runner that sends');
  assert.ok(processesOf('jobs').includes(pid), `${pid} is a runner of this instance`);
  process.kill(pid, 'SIGKILL');
  await reach(id, 'charging');
  assert.equal((await one.state()).charges.filter((charge) => charge.seq === seq).length, 1);
  assert.equal((one.said.match(/<- query_start_charge: 0/g) ?? []).length, 1, 'asked to start once');
  await act(`/charging/${id}/stop`);
  await reach(id, 'ended');
  await until(() => sqlValue(`SELECT COUNT(*) FROM charge_order WHERE order_no = '${seq}'`) === '1', 'its order');
});

test('kill -9 of the exchange\'s processes all the while: every telling comes through, once', { timeout: 120000 }, async () => {
  const id = await ask(one.connectors[1]), seq = sqlValue(`SELECT seq FROM charge WHERE id = ${id}`);
  let killing = true, killed = 0;
  const killer = (async () => {
    while (killing) {
      const [pid] = processesOf('exchange').sort(() => Math.random() - 0.5);
      if (pid) { process.kill(pid, 'SIGKILL'); killed++; }
      await sleep(150);
    }
  })();
  await act(`/charging/${id}/start`);
  await reach(id, 'charging');
  await act(`/charging/${id}/stop`);
  await reach(id, 'ended');
  killing = false;
  await killer;
  await until(() => sqlValue(`SELECT COUNT(*) FROM charge_order WHERE order_no = '${seq}'`) === '1', 'its order', 60000);
  await until(async () => (await one.state()).waiting === 0, 'everything acknowledged', 60000);
  assert.ok(killed > 3, `${killed} killed`);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE order_no = '${seq}'`), '1');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_hold WHERE charge_id = ${id}`), '0');
});

// The walk of simulator.test.mjs: an instance started as `make run` does, with one operator's platform as a part.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { portalctlLater, sleep, until } from '../../e2e/lib/kit.mjs';
import { formToken, get, post } from '../../e2e/lib/http.mjs';
import { sessionOf } from '../../e2e/lib/house.mjs';
import { sql, sqlValue } from '../../e2e/lib/db.mjs';
import { processesOf } from '../lib/processes.mjs';

const operator = sqlValue('SELECT operator_id FROM partner WHERE enabled = 1 AND base_url <> \'\'');
const told = (seconds) => Number(sqlValue(`SELECT COUNT(*) FROM connector WHERE operator_id = ${operator} AND removed_at IS NULL AND state_at > NOW(3) - INTERVAL ${seconds} SECOND`));
const ticks = (pid) => { const field = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return Number(field[11]) + Number(field[12]); };

test('one operator of the city lives through the exchange: every connector is told, the others are told as before', { timeout: 330000 }, async () => {
  const all = Number(sqlValue(`SELECT COUNT(*) FROM connector WHERE operator_id = ${operator} AND removed_at IS NULL`));
  assert.ok(all > 20, `${all} connectors`);
  await until(() => told(600) === all, `all ${all} told, ${told(600)} are`, 120000);
  assert.ok(Number(sqlValue(`SELECT COUNT(*) FROM connector WHERE operator_id = ${operator} AND state = 3`)) > 0, 'somebody charges');
  // states of the demonstration's first filling are told too: only its own pushes change them again and are noted at the partner
  await until(() => sqlValue(`SELECT COUNT(*) FROM connector WHERE operator_id = ${operator} AND state_version > 1`) !== '0', 'states that changed', 120000);
  await until(() => sqlValue(`SELECT last_push_at IS NOT NULL FROM partner WHERE operator_id = ${operator}`) === '1', 'its platform pushed', 60000);
  await until(() => sqlValue(`SELECT COUNT(*) FROM connector WHERE operator_id <> ${operator} AND state_at > NOW(3) - INTERVAL 60 SECOND`) !== '0', 'the rest of the city');
  await portalctlLater('partner-pull', sqlValue(`SELECT code FROM operator WHERE id = ${operator}`));
  assert.equal(sqlValue(`SELECT last_pull_at IS NOT NULL FROM partner WHERE operator_id = ${operator}`), '1', 'its stations were pulled');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${operator} AND removed_at IS NOT NULL`), '0', 'its codes are those the portal knows');
});

test('a driver charges there', { timeout: 90000 }, async () => {
  const [[connector, station]] = sql(`SELECT c.id, c.station_id FROM connector c JOIN station s ON s.id = c.station_id WHERE c.operator_id = ${operator} AND c.state = 1 AND s.published = 1 AND s.station_status = 50 LIMIT 1`);
  const own = sessionOf('demo-citizen');
  assert.match((await get(`/map/stations/${station}`)).body, new RegExp(`/charging/connectors/${connector}"`));
  const act = async (address) => { const { token, cookie } = await formToken('/charging', own); return post(address, { cookie: cookie || own, form: { csrf: token } }); };
  const id = Number(/(\d+)$/.exec((await act(`/charging/connectors/${connector}`)).headers.location)[1]);
  const reach = (wanted) => until(() => sqlValue(`SELECT state FROM charge WHERE id = ${id}`) === wanted, `${wanted}: ${sql(`SELECT state, why FROM charge WHERE id = ${id}`)}`);
  await reach('ready');
  await act(`/charging/${id}/start`);
  await reach('charging');
  await act(`/charging/${id}/stop`);
  await reach('ended');
  await until(() => sqlValue(`SELECT COUNT(*) FROM charge_order o JOIN charge c ON c.seq = o.order_no WHERE c.id = ${id}`) === '1', 'its order');
});

test('killed, it comes back and goes on; it costs little', { timeout: 120000 }, async (t) => {
  const [pid] = processesOf('simulator');
  const before = ticks(pid);
  await sleep(10000);
  const share = (ticks(pid) - before) / 10;                  // hundredths of a second in ten of them: percent of a core
  t.diagnostic(`simulator: ${share.toFixed(1)} % of a core`);
  assert.ok(share < 10, `${share} % of a core`);
  process.kill(pid, 'SIGKILL');
  const next = await until(() => processesOf('simulator').find((one) => one !== pid), 'another one');
  assert.notEqual(next, pid);
  await until(() => told(5) > 0, 'states are told again', 60000);
});

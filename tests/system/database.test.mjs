// The database away: what needs it answers 503 in the site's look and says when to come back; what does not goes on;
// everything recovers without a restart.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { getRoutes, programs, role, sessionOf } from '../e2e/lib/house.mjs';
import { addressesOf } from '../e2e/lib/crawl.mjs';
import { formToken, get, isPage, post, wordsOf } from '../e2e/lib/http.mjs';
import { part } from '../e2e/lib/env.mjs';
import { sql } from '../e2e/lib/db.mjs';
import { eventually, processesOf } from './lib/processes.mjs';

// Answered from memory, files or nothing at all.
const WITHOUT = ['/map', '/map/view', '/map/list', '/map/facet'];
// Cannot be made without the database.
const NEEDING = ['/', '/news', '/open', '/about', '/site/map', '/healthz', '/map/stations/{id}', '/news/{id}'];
let addresses, processes, login;
before(async () => {
  addresses = await addressesOf(role('visitor'));
  login = await formToken();
  sessionOf('demo-admin');
  processes = new Map(programs.map((name) => [name, processesOf(name).sort().join()]));
  part('hold', 'mariadb');
});
after(() => part('release', 'mariadb'));

const saysWhen = (answer, at) => {
  assert.equal(answer.status, 503, at);
  assert.ok(isPage(answer) && answer.body.includes('<footer class="foot"'), `${at}: in the site's look`);
  assert.ok(Number(answer.headers['retry-after']) > 0, `${at}: Retry-After`);
  assert.match(wordsOf(/<main[\s\S]*<\/main>/.exec(answer.body)[0]), /(分钟|稍后|恢复)/, `${at}: says when to come back`);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.doesNotMatch(answer.body, /mysql|mariadb|socket|SQL|errno|lib\//i, `${at}: no inner words`);
};

test('pages that need the database: 503 with words, Retry-After and the frame; JSON for machines', { timeout: 120000 }, async () => {
  for (const route of getRoutes.filter((r) => r.capability === 'public' && !WITHOUT.includes(r.path) && addresses.get(r.path))) {
    const address = addresses.get(route.path), began = Date.now(), answer = await get(address, { headers: { Accept: 'text/html' } });
    if (!NEEDING.includes(route.path) && [200, 303].includes(answer.status)) continue;       // made from what the program has
    saysWhen(answer, address);
    assert.ok(Date.now() - began < 5000, `${address}: at once, not after ${Date.now() - began} ms`);
    const machine = await get(address, { headers: { Accept: 'application/json' } });
    assert.equal(machine.status, 503);
    assert.ok(JSON.parse(machine.body).error.text, address);
  }
});

test('the map goes on from its memory; pages without the database go on', async () => {
  for (const path of WITHOUT.filter((p) => addresses.has(p))) {
    const answer = await get(addresses.get(path), { headers: { Accept: 'text/html' } });
    assert.ok([200, 303].includes(answer.status), `${path}: ${answer.status}`);
  }
  assert.ok(JSON.parse((await get('/map/view')).body).stations > 0);
  assert.equal((await get('/css/portal.css')).status, 200);
});

test('somebody logged in, and a log-in: 503, no loss of the session, no false refusal', async () => {
  saysWhen(await get('/account', { cookie: sessionOf('demo-admin'), headers: { Accept: 'text/html' } }), '/account');
  saysWhen(await post('/account/login', { cookie: login.cookie, form: { csrf: login.token, account: 'demo-operator', password: 'x' } }), 'log-in');
});

test('the database back: everything answers again, by the same processes, sessions included', { timeout: 120000 }, async () => {
  part('release', 'mariadb');
  assert.ok(await eventually(async () => (await get('/healthz')).status === 200, 20000), 'health');
  for (let round = 0; round < 4; round++)
    for (const route of getRoutes.filter((r) => r.capability === 'public')) {
      const answer = await get(addresses.get(route.path));
      assert.ok([200, 303].includes(answer.status), `${route.path}: ${answer.status}`);
    }
  assert.equal((await get('/account', { cookie: sessionOf('demo-admin') })).status, 200, 'the session lives on');
  for (const [name, pids] of processes) assert.equal(processesOf(name).sort().join(), pids, `${name} was not restarted`);
  assert.ok(sql('SELECT 1').length);
});

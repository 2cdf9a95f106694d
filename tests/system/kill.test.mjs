// kill -9 of any process under load: no visitor sees it, and another process stands in its place at once.
import test from 'node:test';
import assert from 'node:assert/strict';
import { getRoutes, programs, role } from '../e2e/lib/house.mjs';
import { addressesOf } from '../e2e/lib/crawl.mjs';
import { get } from '../e2e/lib/http.mjs';
import { sqlValue } from '../e2e/lib/db.mjs';
import { sessionOf } from '../e2e/lib/house.mjs';
import { eventually, parentOf, processesOf, sleep } from './lib/processes.mjs';

for (const program of programs.filter((p) => getRoutes.some((r) => r.program === p)))
  test(`${program}: kill -9 of its processes under GET load fails no request, and each is replaced`, { timeout: 60000 }, async (t) => {
    const addresses = await addressesOf(role('admin')), cookie = sessionOf('demo-admin');
    const own = getRoutes.filter((r) => r.program === program).map((r) => addresses.get(r.path)).filter(Boolean), wanted = processesOf(program).length;
    const counts = {}, times = [];
    let going = true, next = 0, kills = 0;
    const visitors = Array.from({ length: 6 }, async () => {
      while (going) {
        const began = Date.now(), answer = await get(own[next++ % own.length], { cookie }).catch((error) => ({ status: error.code ?? error.message }));
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        times.push(Date.now() - began);
      }
    });
    for (const end = Date.now() + 6000; Date.now() < end;) {
      const pids = processesOf(program);
      if (pids.length) { process.kill(pids[kills % pids.length], 'SIGKILL'); kills++; }
      await sleep(500);
    }
    going = false;
    await Promise.all(visitors);
    times.sort((a, b) => a - b);
    t.diagnostic(`${kills} kills, ${times.length} requests ${JSON.stringify(counts)}, p99 ${times[Math.floor(times.length * 0.99)]} ms, longest ${times.at(-1)} ms`);
    assert.ok(kills >= 8 && times.length > 100);
    assert.deepEqual(Object.keys(counts).filter((status) => !['200', '303', '304'].includes(status)), [], JSON.stringify(counts));
    assert.ok(await eventually(() => processesOf(program).length === wanted), `${wanted} processes again`);
  });

test('all processes of a program killed at once: it answers again within seconds', async () => {
  for (const pid of processesOf('portal')) process.kill(pid, 'SIGKILL');
  assert.ok(await eventually(async () => (await get('/')).status === 200, 8000));
});

test('the job runner: its workers and its leader are replaced, and a job asked for meanwhile is done', { timeout: 120000 }, async () => {
  for (let round = 0; round < 3; round++) {
    const pids = processesOf('jobs');
    assert.ok(pids.length >= 1, 'the runner runs');
    const leader = pids.find((pid) => !pids.includes(parentOf(pid))), worker = pids.find((pid) => pid !== leader) ?? leader;
    const victim = round === 1 ? leader : worker;
    process.kill(victim, 'SIGKILL');
    assert.ok(await eventually(() => { const now = processesOf('jobs'); return now.length === pids.length && !now.includes(victim); }, 20000),
      `round ${round}: ${pids} -> ${processesOf('jobs')}`);
  }
  const before = sqlValue("SELECT MAX(at) FROM statistic");
  assert.ok(await eventually(() => sqlValue("SELECT MAX(at) FROM statistic") > before, 90000, 1000), 'the figures of the home page are counted again');
});

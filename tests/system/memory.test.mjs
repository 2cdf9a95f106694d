// An idle program process stays under 8 MiB (Pss); the map may hold its index, shared between its processes, on top.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { BUILD, VAR } from '../e2e/lib/env.mjs';
import { getRoutes, programs, role } from '../e2e/lib/house.mjs';
import { addressesOf } from '../e2e/lib/crawl.mjs';
import { get, post } from '../e2e/lib/http.mjs';
import { sessionOf } from '../e2e/lib/house.mjs';
import { processesOf } from './lib/processes.mjs';

const LIMIT = 8192;      // KiB
const sum = (text, name) => [...text.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB`, 'gm'))].reduce((all, m) => all + Number(m[1]), 0);
/** {pss, private, shared map} of a process in KiB; pages of files under VAR/map counted apart. */
function memoryOf(pid) {
  let index = 0;
  for (const part of readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m))
    if (part.split('\n')[0].includes(`${VAR}/map/`)) index += sum(part, 'Pss');
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { pss: sum(rollup, 'Pss'), own: sum(rollup, 'Private_Dirty') + sum(rollup, 'Private_Clean'), index };
}

test('idle memory of every program process is under 8 MiB after it has served', async (t) => {
  const addresses = await addressesOf(role('admin')), cookie = sessionOf('demo-admin');
  for (const program of programs) {
    const own = getRoutes.filter((r) => r.program === program).map((r) => addresses.get(r.path)).filter(Boolean);
    const count = processesOf(program).length;
    for (let round = 0; round < count * 6; round++)                         // each process gets its share
      await Promise.all((own.length ? own : []).map((address) => get(address, { cookie })));
    if (!own.length) for (let i = 0; i < count * 6; i++) await post('/evcs/v1/query_token', { body: '{}', headers: { 'Content-Type': 'application/json' } });
  }
  await new Promise((done) => setTimeout(done, 1500));
  for (const program of programs) {
    const pids = processesOf(program);
    assert.ok(pids.length >= 2, `${program}: several processes`);
    for (const pid of pids) {
      const { pss, own, index } = memoryOf(pid);
      t.diagnostic(`${program} ${pid}: Pss ${pss} KiB, private ${own} KiB${index ? `, of it the map's index ${index} KiB` : ''}`);
      assert.ok(pss - index < LIMIT, `${program}: Pss ${pss} KiB${index ? ` with ${index} KiB of index` : ''}`);
    }
  }
});

test('memory is flat: two thousand requests later a process is not larger than after the first hundred (+ 512 KiB)', async (t) => {
  const addresses = await addressesOf(role('admin')), cookie = sessionOf('demo-admin');
  for (const program of programs.filter((p) => getRoutes.some((r) => r.program === p))) {
    const own = getRoutes.filter((r) => r.program === program).map((r) => addresses.get(r.path)).filter((a) => a && !/png|svg|csv|xlsx/.test(a));
    const load = async (times) => { for (let i = 0; i < times; i += 8) await Promise.all(Array.from({ length: 8 }, (_, k) => get(own[(i + k) % own.length], { cookie }))); };
    await load(100 + processesOf(program).length * 50);
    const before = new Map(processesOf(program).map((pid) => [pid, memoryOf(pid)]));
    await load(500 * processesOf(program).length);
    for (const [pid, first] of before) {
      const now = memoryOf(pid), more = now.own - now.index - (first.own - first.index);
      t.diagnostic(`${program} ${pid}: ${more} KiB more`);
      assert.ok(more < 512, `${program} ${pid} grew by ${more} KiB`);
    }
  }
});

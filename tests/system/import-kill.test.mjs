// kill -9 of the job runner in the middle of storing an import: nothing is half stored, another runner does it by itself,
// every row is there exactly once.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended, filled, forget, importOf, large, ownOf, report, send, station } from '../e2e/lib/workbooks.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { eventually, processesOf } from './lib/processes.mjs';

const MARK = 'SYSK', FILES = 'sysk', COUNT = 6000;
const clear = () => forget(MARK, FILES);
before(clear);
after(clear);

/** Facilities, guns and beginnings of the flow, as one snapshot; the import's state, seen by the same statement. */
const stored = (id) => sql(`SELECT (SELECT COUNT(*) FROM equipment_record WHERE code LIKE '${MARK}%'), (SELECT COUNT(*) FROM connector_record WHERE code LIKE '${MARK}%'),
  (SELECT COUNT(*) FROM flow_step f JOIN equipment_record e ON f.flow = 'equipment-record' AND f.case_id = e.id WHERE e.code LIKE '${MARK}%'),
  (SELECT state FROM sheet_import WHERE id = ${id})`)[0];
/** Pid of the process that stores it right now, some rows in; undefined: none. */
const storing = (id) => sqlValue(`SELECT SUBSTRING_INDEX(j.runner, ':', -1) FROM sheet_import i JOIN sheet_import_progress p ON p.import_id = i.id JOIN job j ON j.job_key = CONCAT('sheet.import:', i.id)
  WHERE i.id = ${id} AND i.state = 'storing' AND p.rows_done >= 500 AND j.state = 'running'`);

test(`kill -9 while ${COUNT} facilities are stored: nothing half, then all of it once, by another runner`, { timeout: 90000 }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'import-kill-')), file = path.join(folder, 'large.xlsx'), own = ownOf('demo-operator');
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal((await ended(await send('stations', await filled('stations', { 站点档案: [station(`${MARK}S`)] }), { name: `${FILES}-s.xlsx` }))).state, 'done');
  report(`${MARK}R`, own);
  await large(file, COUNT, { mark: MARK, stations: [`${MARK}S`], reports: [`${MARK}R`] });
  const id = importOf(await send('equipment', readFileSync(file), { name: `${FILES}-large.xlsx` })), seen = new Set(), killed = [];
  const whole = [String(COUNT), String(COUNT), String(COUNT), 'done'].join();
  const look = () => { const now = stored(id); seen.add(now[3] === 'done' ? now.join() : now.slice(0, 3).join()); return now[3]; };
  for (let round = 0; round < 2; round++) {                     // the one that follows is killed as well
    assert.ok(await eventually(() => {
      const pid = Number(storing(id));
      if (!pid || killed.includes(pid)) return false;
      assert.ok(processesOf('jobs').includes(pid), `${pid} is a runner of this instance`);
      process.kill(pid, 'SIGKILL');
      return killed.push(pid);
    }, 40000, 10), `round ${round}: caught while storing (${stored(id)})`);
    assert.notEqual(look(), 'done', 'killed before the end');
  }
  assert.ok(await eventually(() => look() === 'done', 60000), `done by itself: ${stored(id)}, ${sql(`SELECT state, runner, attempts, last_error FROM job WHERE job_key = 'sheet.import:${id}'`)}`);
  assert.deepEqual([...seen].sort(), ['0,0,0', whole].sort(), 'nothing, or all');
  assert.equal(sqlValue(`SELECT COUNT(DISTINCT code) FROM equipment_record WHERE code LIKE '${MARK}%' AND operator_id = ${own} AND connectors = 1 AND state = 'draft'`), String(COUNT));
  assert.ok(await eventually(() => sqlValue(`SELECT state FROM job WHERE job_key = 'sheet.import:${id}'`) === 'done'));
  assert.equal(sqlValue(`SELECT attempts FROM job WHERE job_key = 'sheet.import:${id}'`), '3');
  assert.equal(sqlValue(`SELECT rows_total FROM sheet_import WHERE id = ${id}`), String(COUNT));
});

// Workbooks through the running portal: 50,000 facilities imported by the real job, 500,000 exported over HTTP by
// list_xlsx, each beside xlsx2csv reading the very file. Bars (issue 4): below 60 s and 256 MiB; below 64 MiB.
// The exported facilities stay in the instance for the next run; what was imported is removed again.
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BASE_URL } from '../e2e/lib/env.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { sessionOf } from '../e2e/lib/house.mjs';
import { ended, filled, forget, importOf, large, ownOf, report, send, station } from '../e2e/lib/workbooks.mjs';
import { processesOf } from '../system/lib/processes.mjs';

const MARK = 'BENCHI', FILES = 'benchi', IMPORTED = Number(process.env.IMPORTED || 50000), EXPORTED = Number(process.env.EXPORTED || 500000);
const folder = mkdtempSync(path.join(tmpdir(), 'bench-sheet-'));
const seconds = (from) => (performance.now() - from) / 1000, mib = (bytes) => (bytes / 1048576).toFixed(1);
const reset = (program) => processesOf(program).forEach((pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5'));   // VmHWM begins anew
const highest = (program) => Math.max(...processesOf(program).map((pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024));

/** xlsx2csv on all sheets: {seconds, lines}. */
function yardstick(file) {
  const out = path.join(folder, 'out.csv'), from = performance.now();
  const { status, stderr } = spawnSync('sh', ['-c', '/usr/bin/xlsx2csv -s 0 "$1" >"$2"', 'sh', file, out]);
  if (status !== 0) throw new Error(`xlsx2csv ${file}: ${stderr}`);
  return { seconds: seconds(from), lines: Number(spawnSync('sh', ['-c', 'wc -l <"$1"', 'sh', out], { encoding: 'utf8' }).stdout) };
}
function tell(what, ours, memory, bar, theirs, more = '') {
  console.log(`${what}: ${ours.toFixed(1)} s${more}, ${memory.toFixed(1)} MiB (${bar}); xlsx2csv reads the same file in ${theirs.toFixed(1)} s: ratio ${(ours / theirs).toFixed(2)}`);
}

async function bring() {
  const file = path.join(folder, 'in.xlsx');
  await ended(await send('stations', await filled('stations', { 站点档案: [station(`${MARK}S`)] }), { name: `${FILES}-s.xlsx` }));
  report(`${MARK}R`, ownOf('demo-operator'));
  await large(file, IMPORTED, { mark: MARK, stations: [`${MARK}S`], reports: [`${MARK}R`] });
  reset('jobs');
  const from = performance.now(), address = await send('equipment', readFileSync(file), { name: `${FILES}-large.xlsx` }), id = importOf(address);
  while (['waiting', 'checking'].includes(sqlValue(`SELECT state FROM sheet_import WHERE id = ${id}`))) await new Promise((done) => setTimeout(done, 100));
  const checked = seconds(from), end = await ended(address, 300000), all = seconds(from), memory = highest('jobs');
  if (end.state !== 'done' || end.total !== IMPORTED) throw new Error(`import: ${JSON.stringify(end)}`);
  const theirs = yardstick(file);
  if (theirs.lines < 2 * IMPORTED) throw new Error(`xlsx2csv: ${theirs.lines} lines`);
  tell(`import    ${IMPORTED} facilities with a gun each (${mib(statSync(file).size)} MiB)`, all, memory, 'bar 60 s, 256 MiB', theirs.seconds,
    ` (sent and checked ${checked.toFixed(1)}, stored ${(all - checked).toFixed(1)})`);
}

/** As many facilities as a city's department may export, of a company that is not the importing one. */
function fill() {
  const has = Number(sqlValue("SELECT COUNT(*) FROM equipment_record WHERE filed_division LIKE '4404%'"));
  for (let n = has; n < EXPORTED; n += 50000)
    sql(`INSERT INTO equipment_record (operator_id, station_record_id, code, name, serial_no, manufacturer_name, model, equipment_type, power, division_code, connectors, state, submitted_at)
      SELECT s.operator_id, s.id, CONCAT('BENCHX', LPAD(q.seq, 10, '0')), CONCAT('导出桩 ', q.seq), CONCAT('SN-', q.seq), '某某充电设备有限公司', 'DC-120', 1, 120, s.division_code, 2, 'filed', NOW(3)
      FROM seq_${n + 1}_to_${Math.min(n + 50000, EXPORTED)} q JOIN (SELECT id, operator_id, division_code FROM station_record WHERE filed_division LIKE '4404%' AND operator_id <> ${ownOf('demo-operator')} LIMIT 1) s`);
  const now = Number(sqlValue("SELECT COUNT(*) FROM equipment_record WHERE filed_division LIKE '4404%'"));
  if (now !== EXPORTED) throw new Error(`${now} facilities to export`);
}

async function take() {
  fill();
  const file = path.join(folder, 'out.xlsx');
  reset('archives');
  const from = performance.now(), answer = await fetch(`${BASE_URL}/archives/equipment.xlsx`, { headers: { Cookie: sessionOf('demo-city') } });
  if (answer.status !== 200) throw new Error(`export: ${answer.status}`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
  const all = seconds(from), memory = highest('archives'), theirs = yardstick(file);
  if (theirs.lines < EXPORTED + 1) throw new Error(`export: ${theirs.lines} lines`);
  tell(`export    ${EXPORTED} facilities over HTTP (${mib(statSync(file).size)} MiB)`, all, memory, 'bar 64 MiB', theirs.seconds);
}

try {
  forget(MARK, FILES);
  await bring();
  await take();
} finally {
  forget(MARK, FILES);
  rmSync(folder, { recursive: true });
}

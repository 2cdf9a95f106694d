// Requests per second over HTTP, each beside its yardstick in the same run on the same machine (wrk, loopback):
//   nginx static file  |  home page, news list, log-in page (database, template)  |  map viewports
//   map viewports      |  supercluster behind Fastify, the same points and the same wrk script (bar: ratio >= 1)
// STATIONS=FILE.ndjson[.gz] (or the first argument) is imported into the bench's own instance (VAR named var-bench…)
// once; without it the demonstration city is multiplied to as many stations. Both sides serve what is then there.
//   SECONDS_EACH=4 CONNECTIONS=16 node tests/bench/http.mjs [FILE]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BASE_URL, BUILD, VAR, portalctl, programEnv } from '../e2e/lib/env.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { get } from '../e2e/lib/http.mjs';

const SECONDS = Number(process.env.SECONDS_EACH || 4), CONNECTIONS = Number(process.env.CONNECTIONS || 16);
const here = path.dirname(fileURLToPath(import.meta.url)), stations = process.argv[2] || process.env.STATIONS;
const work = mkdtempSync(path.join(tmpdir(), 'bench-http-'));

/** {rate, p50, p99 (ms), bytes (a reply), errors} of one wrk run. */
function wrk(url, { script, connections = CONNECTIONS, headers = [] } = {}) {
  const lua = path.join(work, 'report.lua');
  writeFileSync(lua, `${script ?? ''}
done = function(s, l) io.write(string.format("FIGURES %d %d %.1f %.1f %d %d\\n", s.requests, s.duration, l:percentile(50), l:percentile(99), s.bytes,
  s.errors.connect + s.errors.read + s.errors.write + s.errors.status + s.errors.timeout)) end\n`);
  const run = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${SECONDS}s`, '-s', lua, ...headers.flatMap((h) => ['-H', h]), url], { encoding: 'utf8' });
  const found = /FIGURES (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+) (\d+)/.exec(run.stdout);
  if (!found) throw new Error(`wrk ${url}: ${run.stderr || run.stdout}`);
  const [requests, micro, p50, p99, bytes, errors] = found.slice(1).map(Number);
  return { rate: requests / (micro / 1e6), p50: p50 / 1000, p99: p99 / 1000, bytes: bytes / requests, errors };
}

/** Viewports of a 1280 x 800 window around stations taken at random, zoom 5 to 14: the same sequence for both. */
function viewports(points, pathOf) {
  let seed = 20261120;
  const random = () => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed / 2 ** 32; };
  const list = Array.from({ length: 3000 }, () => {
    const [x, y] = points[Math.floor(random() * points.length)], z = 5 + Math.floor(random() * 10);
    const w = 1280 / 256 * 360 / 2 ** z, h = 800 / 256 * 360 / 2 ** z * Math.cos(y * Math.PI / 180), at = (v) => v.toFixed(5);
    const east = x + (random() - 0.5) * w / 2, north = y + (random() - 0.5) * h / 2;
    return `${pathOf}?bbox=${at(Math.max(-179.9, east - w / 2))},${at(Math.max(-84, north - h / 2))},${at(Math.min(179.9, east + w / 2))},${at(Math.min(84, north + h / 2))}&zoom=${z}`;
  });
  return `local list = {${list.map((one) => JSON.stringify(one)).join(',')}}
local at = 0
request = function() at = at % #list + 1; return wrk.format("GET", list[at]) end`;
}

async function yardstick() {
  const points = path.join(work, 'points.json');
  const rows = sql(`SELECT s.lng, s.lat, COALESCE(SUM(c.state = 1), 0) FROM station s LEFT JOIN connector c ON c.station_id = s.id AND c.removed_at IS NULL
    WHERE s.published = 1 AND s.removed_at IS NULL GROUP BY s.id`).map((row) => row.map(Number));
  writeFileSync(points, JSON.stringify(rows));
  const child = spawn(process.execPath, [path.join(here, 'lib/supercluster.mjs'), points], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(String(line).trim()));
    child.once('exit', (code) => reject(new Error(`the yardstick ended: ${code}`)));
  });
  return { child, address, rows };
}

const number = (value, digits = 0) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const widthOf = (text) => [...text].reduce((w, c) => w + (c > '\u2e7f' ? 2 : 1), 0);
const pad = (text, width) => text + ' '.repeat(Math.max(1, width - widthOf(text)));
function row(what, one, yard, yardName) {
  console.log(`${pad(what, 34)}${pad(`${number(one.rate)}/s`, 12)}${pad(`p50 ${number(one.p50, 2)} ms`, 14)}${pad(`p99 ${number(one.p99, 2)} ms`, 15)}${pad(`${number(one.bytes)} B`, 11)}`
    + (yard ? `${number(one.rate / yard.rate, 2)} x ${yardName}` : '') + (one.errors ? `  ERRORS ${one.errors}` : ''));
}

/** Every demonstration station 61 times more, strewn over the province, with one piece of equipment and one connector each. */
function multiply() {
  sql(`SET @op = (SELECT MIN(operator_id) FROM station);
    INSERT INTO station (operator_id, code, name, country_code, division_code, address, station_type, station_status, construction, lng, lat, payment_mask, source, published)
      SELECT s.operator_id, CONCAT('x', n.seq, '-', s.id), CONCAT(s.name, n.seq), 'CN', s.division_code, s.address, s.station_type, 50, s.construction,
        s.lng + (RAND(n.seq) - 0.5) * 4, s.lat + (RAND(1000 + n.seq) - 0.4) * 3, s.payment_mask, 'multiplied', 1 FROM station s JOIN seq_1_to_61 n WHERE s.source = 'demo';
    INSERT INTO equipment (station_id, operator_id, code, equipment_type, power) SELECT id, operator_id, code, 1 + id % 2, 60 FROM station WHERE source = 'multiplied';
    INSERT INTO connector (equipment_id, station_id, operator_id, code, power, state, state_at)
      SELECT id, station_id, operator_id, code, 60, ELT(1 + id % 4, 0, 1, 3, 255), NOW(3) FROM equipment WHERE code LIKE 'x%';`);
}

function fill() {
  if (Number(sqlValue("SELECT COUNT(*) FROM station WHERE source IN ('import', 'multiplied')")) > 1000) return;
  if (!path.basename(VAR).startsWith('var-bench')) {
    console.log(`VAR=${VAR} is no instance for benches (var-bench…): nothing is added to it`);
    return;
  }
  console.log(stations ? `importing ${path.basename(stations)} …` : 'multiplying the demonstration city …');
  if (stations) spawnSync(path.join(BUILD, 'portalctl'), ['import-stations', path.resolve(stations)], { env: programEnv, stdio: ['ignore', 'ignore', 'inherit'] });
  else multiply();
  portalctl('map-build');
}

async function main() {
  fill();
  const yard = await yardstick();
  let failed = 0;
  try {
    const memory = JSON.parse((await get('/map/view?zoom=5')).body).stations;
    console.log(`${number(yard.rows.length)} stations in the database, ${number(memory)} in the map's memory; wrk -t1 -c${CONNECTIONS} -d${SECONDS}s each\n`);
    if (memory !== yard.rows.length) { console.log('the map does not hold what the database holds'); failed++; }
    wrk(`${BASE_URL}/map/view`, {});                                                             // warm
    const still = wrk(`${BASE_URL}/css/portal.css`), small = wrk(`${BASE_URL}/img/favicon.svg`);
    row('nginx 静态文件 favicon.svg', small);
    row('nginx 静态文件 portal.css', still, small, 'the small file');
    for (const [what, address] of [['首页 /', '/'], ['新闻资讯 /news', '/news'], ['一篇文章', `/news/${sqlValue("SELECT MIN(id) FROM article WHERE state = 'published'")}`], ['登录 /account/login (no rows)', '/account/login'], ['充电地图 /map (90 KB page)', '/map']])
      row(what, wrk(BASE_URL + address), small, 'nginx static');
    const ours = wrk(BASE_URL, { script: viewports(yard.rows, '/map/view') });
    row('map viewports /map/view', ours, small, 'nginx static');
    console.log('');
    for (const connections of [1, 8, CONNECTIONS]) {
      const own = [], his = [];                 // by turns, so that what else the machine does falls on both; the middle one counts
      for (let turn = 0; turn < 3; turn++) {
        his.push(wrk(yard.address, { script: viewports(yard.rows, '/view'), connections }));
        own.push(wrk(BASE_URL, { script: viewports(yard.rows, '/map/view'), connections }));
      }
      const [mine, yours] = [own, his].map((runs) => runs.sort((x, y) => x.rate - y.rate)[1]), met = mine.rate >= yours.rate;
      row(`Fastify + supercluster, ${connections} conn.`, yours);
      row(`/map/view with facets, ${connections} conn.`, mine, yours, `supercluster${connections === CONNECTIONS ? ` (bar 1.0 ${met ? 'met' : 'NOT met'})` : ''}`);
      if ((connections === CONNECTIONS && !met) || [...own, ...his].some((run) => run.errors)) failed++;
    }
    console.log('');
    await passwords();
  } finally {
    yard.child.kill();
    rmSync(work, { recursive: true, force: true });
  }
  process.exit(failed ? 1 : 0);
}

/** What guessing one password costs an attacker who asks us: argon2id, as stored. */
async function passwords() {
  const { agent, formToken, post } = await import('../e2e/lib/http.mjs');
  agent.destroy();                                 // its connections are older than nginx keeps them
  const times = [];
  for (let i = 0; i < 9; i++) {
    const { token, cookie } = await formToken(), began = process.hrtime.bigint();
    await post('/account/login', { cookie, form: { csrf: token, account: `bench-${i}`, password: 'x' } });
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  sql("DELETE FROM login_failure WHERE login LIKE 'bench-%'");
  const hash = sqlValue('SELECT password_hash FROM account LIMIT 1');
  console.log(`${pad('log-in with a wrong password', 34)}${number(times.sort((a, b) => a - b)[4], 1)} ms   ${hash.split('$').slice(1, 4).join(' ')}`);
}

await main();

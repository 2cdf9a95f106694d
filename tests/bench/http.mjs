// Requests per second over HTTP, each beside its yardstick in the same run on the same machine (wrk, loopback):
//   nginx static file  |  home page, news list, log-in page (database, template)  |  map viewports
//   map viewports      |  supercluster behind Fastify, the same points and the same wrk script (bar: ratio >= 1)
// STATIONS=FILE.ndjson[.gz] (or the first argument) serves those stations in the yardstick's place too: they are
// imported into this bench's own instance once. Without it the demonstration city is what both serve.
//   SECONDS_EACH=4 CONNECTIONS=16 node tests/bench/http.mjs [FILE]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BASE_URL, BUILD, programEnv } from '../e2e/lib/env.mjs';
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

/** Random viewports of a 1280 x 800 window over where the stations are, zoom 5 to 14: the same sequence for both. */
function viewports([west, south, east, north], pathOf) {
  return `
local W, S, E, N = ${west}, ${south}, ${east}, ${north}
math.randomseed(20261120)
local list = {}
for i = 1, 4000 do
  local z = math.random(5, 14)
  local x, y = W + math.random() * (E - W), S + math.random() * (N - S)
  local w = 1280 / 256 * 360 / 2 ^ z
  local h = 800 / 256 * 360 / 2 ^ z * math.cos(math.rad(y))
  list[i] = string.format(${JSON.stringify(pathOf)}, math.max(-179.9, x - w / 2), math.max(-84, y - h / 2), math.min(179.9, x + w / 2), math.min(84, y + h / 2), z)
end
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
  const all = rows.length ? [0, 1].flatMap((edge) => [0, 1].map((axis) => { const v = rows.map((r) => r[axis]).sort((a, b) => a - b); return v[Math.floor((v.length - 1) * (edge ? 0.98 : 0.02))]; })) : [113, 22, 114, 23];
  return { child, address, count: rows.length, box: all };
}

const number = (value, digits = 0) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const widthOf = (text) => [...text].reduce((w, c) => w + (c > '\u2e7f' ? 2 : 1), 0);
const pad = (text, width) => text + ' '.repeat(Math.max(1, width - widthOf(text)));
function row(what, one, yard, yardName) {
  console.log(`${pad(what, 34)}${pad(`${number(one.rate)}/s`, 12)}${pad(`p50 ${number(one.p50, 2)} ms`, 14)}${pad(`p99 ${number(one.p99, 2)} ms`, 15)}${pad(`${number(one.bytes)} B`, 11)}`
    + (yard ? `${number(one.rate / yard.rate, 2)} x ${yardName}` : '') + (one.errors ? `  ERRORS ${one.errors}` : ''));
}

async function main() {
  if (stations && Number(sqlValue("SELECT COUNT(*) FROM station WHERE source = 'import'")) < 1000) {
    console.log(`importing ${path.basename(stations)} …`);
    spawnSync(path.join(BUILD, 'portalctl'), ['import-stations', path.resolve(stations)], { env: programEnv, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const yard = await yardstick();
  let failed = 0;
  try {
    const memory = JSON.parse((await get('/map/view?zoom=5')).body).stations;
    console.log(`${number(yard.count)} stations in the database, ${number(memory)} in the map's memory; wrk -t1 -c${CONNECTIONS} -d${SECONDS}s each\n`);
    if (memory !== yard.count) { console.log('the map does not hold what the database holds'); failed++; }
    wrk(`${BASE_URL}/map/view`, {});                                                             // warm
    const still = wrk(`${BASE_URL}/css/portal.css`), small = wrk(`${BASE_URL}/img/favicon.svg`);
    row('nginx 静态文件 favicon.svg', small);
    row('nginx 静态文件 portal.css', still, small, 'the small file');
    for (const [what, address] of [['首页 /', '/'], ['新闻资讯 /news', '/news'], ['一篇文章', `/news/${sqlValue("SELECT MIN(id) FROM article WHERE state = 'published'")}`], ['登录 /account/login (no rows)', '/account/login'], ['充电地图 /map (90 KB page)', '/map']])
      row(what, wrk(BASE_URL + address), small, 'nginx static');
    const portal = '/map/view?bbox=%.5f,%.5f,%.5f,%.5f&zoom=%d', other = '/view?bbox=%.5f,%.5f,%.5f,%.5f&zoom=%d';
    const ours = wrk(BASE_URL, { script: viewports(yard.box, portal) });
    row('map viewports /map/view', ours, small, 'nginx static');
    console.log('');
    for (const connections of [1, 8, CONNECTIONS]) {
      const own = wrk(BASE_URL, { script: viewports(yard.box, portal), connections }), his = wrk(yard.address, { script: viewports(yard.box, other), connections });
      row(`Fastify + supercluster, ${connections} conn.`, his);
      row(`/map/view with facets, ${connections} conn.`, own, his, `supercluster ${own.rate >= his.rate ? '(bar 1.0 met)' : '(bar 1.0 NOT met)'}`);
      if (own.rate < his.rate) failed++;
      if (own.errors || his.errors) failed++;
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
  const { formToken, post } = await import('../e2e/lib/http.mjs');
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

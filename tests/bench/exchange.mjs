// make bench, exchange: makes a partner with stations in a running instance and lets exchange_push measure.
// Status pushes, order pushes, and order pushes into a table of 10 thousand and of ORDERS (10 million) orders.
// Settings: BASE_URL (http://127.0.0.1:8080), VAR, BUILD, SECONDS, CLIENTS ("1 8 32"), ORDERS (10000000), PARTS ("status order late").
// The instance is the bench's own: its orders are emptied.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Operator, makePartner } from '../simulator/operator.mjs';

const base = process.env.BASE_URL ?? 'http://127.0.0.1:8080', build = process.env.BUILD ?? 'build';
const run = promisify(execFile), folder = mkdtempSync(join(tmpdir(), 'exchange-bench-'));
const partner = makePartner('91440400B', '', '性能测试运营商');
const operator = new Operator({ partner, portal: `${base}/evcs/v1`, stations: 200 });

const database = (text) => run('mariadb', ['--no-defaults', '-S', `${process.env.VAR ?? 'var'}/db.sock`, '-N', 'chargehall', '-e', text], { maxBuffer: 64e6 });
const own = `(SELECT id FROM operator WHERE code = '${partner.operator_id}')`;
/** Orders of the last twelve months, a month at a time in the order of time, as they would have come. */
async function load(count) {
  const connectors = +(await database(`SELECT COUNT(*) FROM connector WHERE operator_id = ${own}`)).stdout;
  await database(`CREATE OR REPLACE TABLE bench_gun (n INT PRIMARY KEY, id BIGINT, station_id BIGINT) SELECT ROW_NUMBER() OVER (ORDER BY id) - 1 AS n, id, station_id FROM connector WHERE operator_id = ${own}`);
  for (let month = 0; month < 12; month++) {
    const each = Math.ceil(count / 12), from = month * each;
    const at = `NOW() - INTERVAL 360 DAY + INTERVAL ((${from} + seq) * ${360 * 86400 - 86400 * 20} DIV ${count}) SECOND`;
    await database(`SET unique_checks = 0; SET foreign_key_checks = 0;
      INSERT INTO charge_order_key (operator_id, order_no, digest, at) SELECT ${own}, CONCAT('${partner.operator_id}', LPAD(${from} + seq, 18, '0')), '0123456789012345', ${at} FROM seq_0_to_${each - 1};
      INSERT INTO charge_order (at, operator_id, order_no, connector_code, connector_id, station_id, division_code, start_at, end_at, energy_wh, elec_money, service_money, total_money, stop_reason, source, digest)
      SELECT ${at}, ${own}, CONCAT('${partner.operator_id}', LPAD(${from} + seq, 18, '0')), 'bench', g.id, g.station_id, '440402', ${at} - INTERVAL 30 MINUTE, ${at}, 20000 + seq % 9000, 16, 8, 24, '0', 'push', '0123456789012345'
      FROM seq_0_to_${each - 1} JOIN bench_gun g ON g.n = seq % ${connectors};
      INSERT INTO charge_order_day (day, operator_id, station_id, orders, energy_wh, elec_money, service_money, total_money)
      SELECT DATE(${at}), ${own}, g.station_id, COUNT(*), SUM(20000 + seq % 9000), 16 * COUNT(*), 8 * COUNT(*), 24 * COUNT(*) FROM seq_0_to_${each - 1} JOIN bench_gun g ON g.n = seq % ${connectors}
      GROUP BY DATE(${at}), g.station_id ON DUPLICATE KEY UPDATE orders = orders + VALUE(orders), energy_wh = energy_wh + VALUE(energy_wh),
        elec_money = elec_money + VALUE(elec_money), service_money = service_money + VALUE(service_money), total_money = total_money + VALUE(total_money)`);
  }
  await database('DROP TABLE bench_gun');
  await settle();
}
/** What loading left in memory is written first: it is no push's doing. */
async function settle() {
  await database('SET GLOBAL innodb_max_dirty_pages_pct = 0, GLOBAL innodb_io_capacity_max = 20000, GLOBAL innodb_io_capacity = 20000');
  for (const end = Date.now() + 120e3; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 500)))
    if (+(await database("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")).stdout.split('\t')[1] < 200) break;
  await database('SET GLOBAL innodb_max_dirty_pages_pct = 90, GLOBAL innodb_io_capacity = 200, GLOBAL innodb_io_capacity_max = 2000');
}

/** Milliseconds of a page for the city's department: the median of nine. */
async function pages(paths) {
  const cookie = (await run(`${build}/portalctl`, ['session', 'demo-city'])).stdout.trim();
  for (const path of paths) {
    const took = [];
    for (let i = 0; i < 9; i++) {
      const began = performance.now(), answer = await fetch(base + path, { headers: { cookie } });
      await answer.text();
      took.push(answer.status === 200 ? performance.now() - began : NaN);
    }
    console.log(`  ${path.padEnd(48)} ${took.sort((a, b) => a - b)[4].toFixed(0)} ms, first ${took.at(-1).toFixed(0)} ms`);
  }
}

try {
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  const file = join(folder, 'partner.json'), list = join(folder, 'connectors.txt');
  writeFileSync(file, JSON.stringify(partner), { mode: 0o600 });
  await run(`${build}/portalctl`, ['partner-import', file]);
  await run(`${build}/portalctl`, ['partner-pull', partner.operator_id]);
  const { stdout } = await run('mariadb', ['--no-defaults', '-S', `${process.env.VAR ?? 'var'}/db.sock`, '-N', 'chargehall', '-e',
    `SELECT c.code, c.id FROM connector c JOIN operator o ON o.id = c.operator_id WHERE o.code = '${partner.operator_id}' AND c.removed_at IS NULL`]);
  writeFileSync(list, stdout);
  await operator.client.fetchToken();
  const url = new URL(base), clients = (process.env.CLIENTS ?? '1 8 32').split(' '), wanted = +(process.env.ORDERS ?? 1e7), parts = (process.env.PARTS ?? 'status order late').split(' ');
  const measure = (kind, counts) => new Promise((resolve, reject) => {
    const child = spawn(`${build}/tests/bench/exchange_push`,
      [kind, url.hostname, url.port || '80', file, operator.client.token, list, process.env.SECONDS ?? '4', ...counts], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text) => { said += text; process.stdout.write(text); });
    child.on('close', (status) => status ? reject(new Error(`exchange_push ${kind}: ${status}`)) : resolve(said));
  });
  const empty = () => database('SET foreign_key_checks = 0; TRUNCATE charge_order; TRUNCATE charge_order_key; TRUNCATE charge_order_other; TRUNCATE charge_order_day');
  if (parts.includes('status')) await measure('status', clients);
  await empty();
  if (parts.includes('order')) await measure('order', clients);
  if (parts.includes('late') && wanted) {
    const rateOf = (said) => [...said.matchAll(/^ +\d+ clients? +(\d+)/gm)].map((m) => +m[1]);
    await empty();
    await load(10000);
    const small = rateOf(await measure('late', ['8']));
    await empty();
    const began = Date.now();
    await load(wanted);
    console.log(`  ${wanted} orders loaded in ${Math.round((Date.now() - began) / 1000)} s`);
    const large = rateOf(await measure('late', ['8']));
    console.log(`order pushes at ${wanted} orders of those at 10000: ${(large[0] / small[0]).toFixed(2)}`);
    const day = (back) => new Date(Date.now() - back * 86400e3).toISOString().slice(0, 10), month = day(60).slice(0, 7);
    await pages([`/interconnect/orders?at_from=${day(60)}&at_to=${day(30)}`, `/interconnect/orders?at_from=${day(300)}&at_to=${day(30)}&sort=at`,
      `/interconnect/orders?at_from=${day(60)}&at_to=${day(30)}&doubt=6`, `/interconnect/orders?order_no=${partner.operator_id}${String(wanted >> 1).padStart(18, '0')}`,
      `/interconnect/order-statistics?month=${month}`]);
    await empty();
  }
} finally {
  await operator.close();
  rmSync(folder, { recursive: true });
}

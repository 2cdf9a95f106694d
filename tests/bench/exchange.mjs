// make bench, exchange: makes a partner with stations in a running instance and lets exchange_push measure.
// Settings: BASE_URL (http://127.0.0.1:8080), VAR, BUILD, SECONDS, CLIENTS ("1 8 32").
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
  const url = new URL(base), clients = (process.env.CLIENTS ?? '1 8 32').split(' ');
  const child = spawn(`${build}/tests/bench/exchange_push`,
    [url.hostname, url.port || '80', file, operator.client.token, list, process.env.SECONDS ?? '4', ...clients], { stdio: 'inherit' });
  process.exitCode = await new Promise((resolve) => child.on('close', resolve));
} finally {
  await operator.close();
  rmSync(folder, { recursive: true });
}

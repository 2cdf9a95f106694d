// The conformance kit (build/simulator) as an operator connected to the instance under test.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BASE_URL, BUILD, ROOT, programEnv } from './env.mjs';
import { sql, sqlValue } from './db.mjs';

export const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Waits until ask() gives something true. */
export async function until(ask, what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`not within ${ms} ms: ${what}`);
}

/** Not the waiting kind: the platform that is asked answers meanwhile. */
export const portalctlLater = (...args) => new Promise((resolve, reject) => {
  execFile(path.join(BUILD, 'portalctl'), args, { cwd: ROOT, env: programEnv }, (error, stdout, stderr) => (error && !/stored/.test(stdout) ? reject(new Error(stdout + stderr)) : resolve(stdout)));
});

export class Kit {
  constructor(code, child, folder, hello) {
    Object.assign(this, { code, child, folder, address: hello.address, base: new URL(hello.address).origin, said: '' });
    this.file = path.join(folder, 'partner.json');
    this.partner = JSON.parse(readFileSync(this.file, 'utf8'));
    child.stdout.on('data', (text) => { this.said += text; });
    child.stderr.on('data', (text) => { this.said += text; });
  }

  /** Its stations stand in the portal afterwards. */
  async connect() {
    await portalctlLater('partner-import', this.file);
    await portalctlLater('partner-pull', this.code);
    this.operator = sqlValue(`SELECT id FROM operator WHERE code = '${this.code}'`);
    this.connectors = sql(`SELECT id, code, station_id FROM connector WHERE operator_id = ${this.operator} AND removed_at IS NULL ORDER BY code`)
      .map(([id, code, station]) => ({ id, code, station }));
    return this;
  }

  async control(what, body) {
    const answer = await fetch(`${this.base}/control/${what}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    return answer.json();
  }

  state() { return this.control('state'); }
  /** One misbehaviour at a time; '' is none. */
  async plan(text) { await this.control('misbehave', { plan: '' }); if (text) await this.control('misbehave', { plan: text }); }

  async end() {
    const gone = new Promise((resolve) => { this.child.once('exit', resolve); });
    this.child.kill('SIGTERM');
    await gone;
    rmSync(this.folder, { recursive: true });
  }
}

/** A simulator with keys of its own; more: further options of build/simulator. */
export async function kit(code, ...more) {
  const folder = mkdtempSync(path.join(tmpdir(), 'kit-'));
  const child = spawn(path.join(BUILD, 'simulator'), ['--operator-id', code, '--name', '一致性工具测试运营商', '--portal', `${BASE_URL}/evcs/v1`,
    '--write-partner', path.join(folder, 'partner.json'), '--control', '--idle', '--stations', '2', '--start-delay', '0', '--asked-snapshot', '1', ...more],
  { stdio: ['ignore', 'pipe', 'pipe'] });
  const hello = await new Promise((resolve, reject) => {
    let wrong = '';
    child.stderr.on('data', (text) => { wrong += text; });
    child.stdout.once('data', (text) => resolve(JSON.parse(String(text).split('\n')[0])));
    child.once('exit', () => reject(new Error(`simulator ended: ${wrong}`)));
  });
  return new Kit(code, child, folder, hello);
}

// The demonstration city with one operator's platform as a part (SIMULATOR=1, what `make run` says): an instance of its own, for
// the others run without.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../e2e/lib/env.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const freePort = () => new Promise((done, failed) => {
  const server = net.createServer().once('error', failed).listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => done(port)); });
});

/** {code, text} of a program, ended with its whole group when it takes too long. */
function finished(file, args, env, ms) {
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => { text += piece; });
    const clock = setTimeout(() => { text += `\nno end within ${ms} ms`; try { process.kill(-child.pid, 'SIGKILL'); } catch { /* gone */ } }, ms);
    child.on('exit', (code) => { clearTimeout(clock); done({ code, text }); });
  });
}

test('make run: one operator\'s platform lives beside the demonstration city', { timeout: 500000 }, async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'var-alive-')), port = String(await freePort());
  const env = { ...process.env, SITE: 'zhuhai', SIMULATOR: '1', PORT: port, VAR: path.join(folder, 'var-alive'), BASE_URL: `http://127.0.0.1:${port}` };
  delete env.NODE_TEST_CONTEXT;
  try {
    const up = await finished('conf/host/start.sh', ['--background', '--prepared'], env, 120000);
    assert.equal(up.code, 0, up.text);
    const walk = await finished(process.execPath, ['--test', '--test-reporter=tap', path.join(HERE, 'profiles', 'alive.mjs')], env, 300000);
    for (const line of walk.text.match(/^((not )?ok .*|# simulator: .*)$/gm) ?? []) t.diagnostic(line);
    assert.equal(walk.code, 0, walk.text);
    assert.match(walk.text, /^# pass 3/m);
  } finally {
    await finished('conf/host/stop.sh', [], env, 60000);
    rmSync(folder, { recursive: true, force: true });
  }
});

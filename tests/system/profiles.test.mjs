// The other places' profiles: registration as their manuals tell it, each in an instance of its own (SITE, a free port, a VAR
// that is removed afterwards), one after another. The walks are in profiles/<site>.mjs.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../e2e/lib/env.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const START_MS = 90000, WALK_MS = 150000;

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

/** profiles/<site>.mjs, and what else is told of that place: profiles/<site>-….mjs */
const walks = (site) => readdirSync(path.join(HERE, 'profiles')).filter((name) => new RegExp(`^${site}(-.*)?\\.mjs$`).test(name)).map((name) => path.join(HERE, 'profiles', name));

for (const site of ['henan', 'zhongshan', 'qinghai'])
  test(`the profile ${site}: registration walked by its manual`, { timeout: START_MS + WALK_MS + 60000 }, async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), `var-${site}-`)), port = String(await freePort());
    const env = { ...process.env, SITE: site, PORT: port, VAR: path.join(folder, `var-${site}`), BASE_URL: `http://127.0.0.1:${port}` };
    delete env.NODE_TEST_CONTEXT;                       // a run of its own, not a part of this one
    try {
      const up = await finished('conf/host/start.sh', ['--background', '--prepared'], env, START_MS);
      assert.equal(up.code, 0, up.text);
      const walk = await finished(process.execPath, ['--test', '--test-reporter=tap', ...walks(site)], env, WALK_MS);
      for (const line of walk.text.match(/^(not )?ok .*$/gm) ?? []) t.diagnostic(line);
      assert.equal(walk.code, 0, walk.text);
      assert.match(walk.text, /^# pass [1-9]/m, 'a walk that tested nothing is none');
    } finally {
      await finished('conf/host/stop.sh', [], env, 60000);
      rmSync(folder, { recursive: true, force: true });
    }
  });

// Where the instance under test is. tests/run.sh and with-instance.sh set these; alone: the running `make run`.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const BASE_URL = (process.env.BASE_URL || 'http://127.0.0.1:8080').replace(/\/$/, '');
export const VAR = path.resolve(ROOT, process.env.VAR || 'var');
export const BUILD = path.resolve(ROOT, process.env.BUILD || 'build');
export const CHROMIUM = process.env.CHROMIUM
  || ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));

/** What the instance's programs see, for calls of portalctl and of the scripts in conf/host. */
export const programEnv = { ...process.env, VAR, BUILD, CHARGEHALL_ROOT: ROOT, TZ: 'Asia/Shanghai' };

export const run = (file, args, options = {}) =>
  execFileSync(file, args, { encoding: 'utf8', env: programEnv, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26, ...options });

export const portalctl = (...args) => run(path.join(BUILD, 'portalctl'), args);
/** hold, release or restart a part of the instance: mariadb, jobs, nginx, a program. */
export const part = (verb, name) => run('conf/host/part.sh', [verb, name]);

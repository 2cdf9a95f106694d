// Processes of the instance under test, by the mark start.sh gives them; only these are ever ended here.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { BUILD, VAR } from '../../e2e/lib/env.mjs';

const read = (file) => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };

/** Pids of a program of this instance: the serving processes, not their multiwatch. */
export function processesOf(name) {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(Number).filter((pid) => {
    if (read(`/proc/${pid}/cmdline`).split('\0')[0] !== path.join(BUILD, name)) return false;
    return read(`/proc/${pid}/environ`).split('\0').includes(`CHARGEHALL_HOST=${VAR}`);
  });
}
export const parentOf = (pid) => Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
export const alive = (pid) => { try { return !/\) Z /.test(read(`/proc/${pid}/stat`)) && readlinkSync(`/proc/${pid}/exe`) !== ''; } catch { return false; } };
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until `condition` holds; false when it does not within the time. */
export async function eventually(condition, ms = 15000, every = 100) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(every)) if (await condition()) return true;
  return false;
}

/** Pid of this instance's MariaDB. */
export const mariadbOf = () => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(Number).find((pid) => {
  const words = read(`/proc/${pid}/cmdline`).split('\0');
  return /(mariadbd|mysqld)$/.test(words[0]) && words.some((word) => word.includes(`${VAR}/`));
});

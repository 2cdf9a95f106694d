// The instance's private MariaDB, as its owner, through the ordinary client.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { VAR } from './env.mjs';

/** Rows of the last statement, each an array of texts. */
export function sql(statement) {
  const out = execFileSync('mariadb', ['--no-defaults', '-S', path.join(VAR, 'db.sock'), '--default-character-set=utf8mb4', '-N', '-B', 'chargehall'],
    { input: statement, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
  return out.split('\n').slice(0, -1).map((line) => line.split('\t'));
}
export const sqlValue = (statement) => sql(statement)[0]?.[0];
export const quote = (text) => `CONVERT(0x${Buffer.from(text).toString('hex') || '00'} USING utf8mb4)`;

export const tables = () => sql('SHOW TABLES').map((row) => row[0]);

/** table -> checksum of its rows. */
export function checksums(except = []) {
  const names = tables().filter((name) => !except.includes(name));
  return Object.fromEntries(sql(`CHECKSUM TABLE ${names.map((n) => `\`${n}\``).join(', ')}`).map(([name, sum]) => [name.replace('chargehall.', ''), sum]));
}

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

/** table -> checksum of its rows, by their values: CHECKSUM TABLE reads bytes that belong to no value where a column is generated. */
export function checksums(except = []) {
  const columns = new Map();
  for (const [table, column] of sql(`SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
      ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' ORDER BY 1, c.ordinal_position`))
    if (!except.includes(table)) columns.set(table, [...columns.get(table) ?? [], column]);
  const one = ([table, names]) => `SELECT '${table}', CONCAT(COUNT(*), ' ', COALESCE(SUM(CRC32(CONCAT_WS(0x1f, ${names.map((n) => `COALESCE(HEX(\`${n}\`), 'null')`).join(', ')}))), 0)) FROM \`${table}\``;
  return Object.fromEntries(sql([...columns].map(one).join('\nUNION ALL\n')));
}

// Z7.2: how long 「忘记密码」 takes for a number somebody has and for one nobody has, asked in turns; prints both
// distributions and says nothing about good or bad. BASE_URL, VAR and BUILD as for the end-to-end tests; ROUNDS (200).
import { formToken, post } from '../e2e/lib/http.mjs';
import { sql } from '../e2e/lib/db.mjs';

const ROUNDS = Number(process.env.ROUNDS || 200), KNOWN = '13900008001', NOBODY = '13900008999';
const clear = () => sql('DELETE FROM verification_code; DELETE FROM verification_try; DELETE FROM outbox_quota');
sql(`INSERT INTO account (login, name, role, phone, password_hash) VALUES ('bench-recover', '计时', 'citizen', '${KNOWN}', '!') ON DUPLICATE KEY UPDATE phone = VALUES(phone)`);

const { token, cookie } = await formToken('/account/recover');
async function time(form) {
  const began = process.hrtime.bigint(), { status } = await post('/account/recover', { cookie, form: { csrf: token, ...form } });
  return [Number(process.hrtime.bigint() - began) / 1e6, status];
}
const line = (name, list) => {
  const at = (q) => list[Math.min(list.length - 1, Math.floor(list.length * q))].toFixed(2).padStart(7);
  list.sort((a, b) => a - b);
  console.log(`${name.padEnd(34)} n ${list.length}  p10 ${at(0.1)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  mean ${(list.reduce((a, b) => a + b, 0) / list.length).toFixed(2)} ms`);
};
for (const [what, fields, wanted] of [['asks for a code', { do: 'code' }, 200], ['gives a wrong code', { code: '000000', password: 'Kettle-river-43', again: 'Kettle-river-43' }, 422]]) {
  const taken = { [KNOWN]: [], [NOBODY]: [] };
  for (let i = 0; i < 2 * ROUNDS; i++) {
    const phone = (i + (i >> 1)) % 2 ? KNOWN : NOBODY;           // A B B A: no place in the row is anybody's
    clear();
    const [ms, status] = await time({ phone, ...fields });
    if (status !== wanted) throw new Error(`${what}: ${status}`);
    taken[phone].push(ms);
  }
  line(`${what}, a number there is`, taken[KNOWN]);
  line(`${what}, nobody's number`, taken[NOBODY]);
}
clear();
sql("DELETE FROM account WHERE login = 'bench-recover'");

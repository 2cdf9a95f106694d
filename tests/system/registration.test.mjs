// A registration killed at any moment is whole or absent: kill -9 of the program's processes and of MariaDB while
// registrations with an upload arrive; then the same submission again makes each of them exactly once.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import path from 'node:path';
import { VAR, part } from '../e2e/lib/env.mjs';
import { cookiesOf, formToken, get, patiently, post, unescapeHtml } from '../e2e/lib/http.mjs';
import { creditCode } from '../e2e/lib/uscc.mjs';
import { sql, sqlValue } from '../e2e/lib/db.mjs';
import { eventually, mariadbOf, processesOf, sleep } from './lib/processes.mjs';

const MARK = `kill-${Date.now().toString(36)}`, PASSWORD = 'Kettle-river-42';
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC', 'base64');
let phone = 13900000000 + randomInt(10000000, 80000000);

/** multipart/form-data of fields and one licence. */
function multipart(fields) {
  const boundary = `----${randomBytes(8).toString('hex')}`, part = (head, body) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), body, Buffer.from('\r\n')];
  const parts = Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, Buffer.from(String(value))));
  const body = Buffer.concat([...parts, ...part('name="licence"; filename="licence.png"', PNG), Buffer.from(`--${boundary}--\r\n`)]);
  return { body, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Accept: 'text/html' } };
}
async function codeOf(mail) {
  let code;
  assert.ok(await eventually(() => {
    const files = readdirSync(path.join(VAR, 'outbox')).filter((name) => name.includes(mail)).sort();
    code = files.map((name) => /验证码为 (\d{6})/.exec(readFileSync(path.join(VAR, 'outbox', name), 'utf8'))?.[1]).filter(Boolean).at(-1);
    return code;
  }, 60000), `a code for ${mail}`);
  return code;
}

/** A visitor before the last click: his address is proved, the form with its key is before him. */
async function candidate(number) {
  const login = `${MARK}-${number}`, mail = `${login}@example.com`, first = await formToken('/account/register');
  const agreed = /name="agreed"[^>]*value="([^"]*)"/.exec((await get('/account/register')).body)[1];      // the version he was shown
  sql("DELETE FROM outbox_quota");
  assert.equal((await patiently(() => post('/account/register', { cookie: first.cookie, form: { csrf: first.token, target: mail, do: 'code' } }))).status, 200);
  const code = await codeOf(mail);
  const proved = await patiently(() => post('/account/register', { cookie: first.cookie, form: { csrf: first.token, target: mail, code, agreed, do: 'next' } }));
  assert.equal(proved.status, 303);
  const cookie = [first.cookie, ...cookiesOf(proved).filter((one) => one.startsWith('registering='))].join('; ');
  const { body } = await get('/account/register/form', { cookie }), key = unescapeHtml(/name="key" value="([^"]+)"/.exec(body)?.[1] ?? '');
  assert.ok(key.length >= 16, 'the form has its key');
  return { login, cookie, sent: multipart({ csrf: /name="csrf" value="([^"]+)"/.exec(body)[1], key, account_name: login, password: PASSWORD, again: PASSWORD, company: `${MARK}测试有限公司${number}`,
    uscc: creditCode(), 'division_code-1': '440402', contact: '王经办', phone: String(phone++), agreed, do: 'send' }), code, mail, first, agreed };
}
const submit = (one) => post('/account/register/zhuhai', { cookie: one.cookie, ...one.sent, timeout: 90000 }).catch((error) => ({ status: 0, error }));

/** absent or whole; anything between fails. */
function stateOf({ login }) {
  const count = (query) => Number(sqlValue(query));
  const account = sqlValue(`SELECT id FROM account WHERE login = '${login}'`), id = sqlValue(`SELECT id FROM operator_registration WHERE account_name = '${login}'`);
  if (!account || account === 'NULL') {
    assert.equal(id, undefined, `${login}: a case without an account`);
    assert.equal(count(`SELECT COUNT(*) FROM submission WHERE result = '${login}'`), 0, `${login}: a key without an account`);
    return 'absent';
  }
  assert.ok(id, `${login}: an account without its case`);
  const whole = { account: count(`SELECT COUNT(*) FROM account WHERE login = '${login}' AND state = 'pending'`),
    case: count(`SELECT COUNT(*) FROM operator_registration WHERE account_name = '${login}' AND account_id = ${account} AND state = 'filed'`),
    filed: count(`SELECT COUNT(*) FROM registration_filed WHERE registration_id = ${id}`),
    submitted: count(`SELECT COUNT(*) FROM flow_step WHERE flow = 'registration' AND case_id = ${id} AND to_state = 'filed'`),
    due: count(`SELECT COUNT(*) FROM flow_due WHERE flow = 'registration' AND case_id = ${id}`),
    licence: count(`SELECT COUNT(*) FROM file_link l JOIN file f ON f.id = l.file_id WHERE l.record = 'operator_registration' AND l.record_id = ${id} AND l.field = 'licence'`),
    submission: count(`SELECT COUNT(*) FROM submission WHERE result = '${login}'`),
    trail: count(`SELECT COUNT(*) FROM trail WHERE act = 'register' AND object = 'account:${account}'`) };
  assert.deepEqual(whole, { account: 1, case: 1, filed: 1, submitted: 1, due: 1, licence: 1, submission: 1, trail: 1 }, login);
  for (const [hex] of sql(`SELECT LOWER(HEX(f.sha256)) FROM file_link l JOIN file f ON f.id = l.file_id WHERE l.record = 'operator_registration' AND l.record_id = ${id}`))
    assert.ok(existsSync(path.join(VAR, 'files', hex.slice(0, 2), hex.slice(2))), `${login}: the licence's bytes`);
  return 'whole';
}
async function finish(one) {
  let answer;
  assert.ok(await eventually(async () => [303].includes((answer = await patiently(() => submit(one))).status), 60000, 500), `${one.login}: sent again: ${answer?.status}`);
  assert.match(answer.headers.location, /\/account\/register\/done/, `${one.login}: ${answer.headers.location}`);
  assert.equal(stateOf(one), 'whole');
  assert.equal((await patiently(() => submit(one))).status, 303, `${one.login}: and once more`);
  assert.equal(stateOf(one), 'whole');
}

before(() => sql('DELETE FROM outbox_quota; DELETE FROM login_failure'));
after(() => {
  const ids = `(SELECT id FROM operator_registration WHERE account_name LIKE '${MARK}%')`, accounts = `(SELECT id FROM account WHERE login LIKE '${MARK}%')`;
  sql(`DELETE FROM file_link WHERE record = 'operator_registration' AND record_id IN ${ids}; DELETE FROM registration_filed WHERE registration_id IN ${ids};
    DELETE FROM flow_due WHERE flow = 'registration' AND case_id IN ${ids}; DELETE FROM operator_registration WHERE account_name LIKE '${MARK}%';
    DELETE FROM session WHERE account_id IN ${accounts}; DELETE FROM password_history WHERE account_id IN ${accounts}; DELETE FROM account WHERE login LIKE '${MARK}%'`);
});

/** Registrations one after the other, each killed at a moment of its own. */
async function killed(t, what, rounds, kill) {
  const ends = { whole: 0, absent: 0 }, calm = await candidate(`${what}-calm`), began = Date.now();
  assert.equal((await submit(calm)).status, 303);
  const usual = Date.now() - began;                        // what one takes when nobody is killed
  assert.equal(stateOf(calm), 'whole');
  for (let round = 0; round < rounds; round++) {
    const one = await candidate(`${what}-${round}`);
    const answer = submit(one);
    await sleep(usual * (round + Math.random()) / rounds);
    await kill();
    const { status } = await answer;
    assert.ok(await eventually(async () => (await get('/healthz').catch(() => ({}))).status === 200, 60000, 200), 'everything is up again');
    assert.ok(await eventually(() => { try { return sql('SELECT 1').length; } catch { return false; } }, 60000, 200));
    const state = stateOf(one);
    if (status === 303) assert.equal(state, 'whole', `${one.login}: it was told to be done`);
    ends[state]++;
    await finish(one);
  }
  t.diagnostic(`${rounds} killed within the ${usual} ms a registration takes: ${ends.whole} were whole, ${ends.absent} absent; each was there once after it was sent again`);
}

test('kill -9 of the account program at any moment of a registration: whole or absent, and sent again it is there once', { timeout: 400000 }, (t) =>
  killed(t, 'program', 12, () => { for (const pid of processesOf('account')) try { process.kill(pid, 'SIGKILL'); } catch { /* it has just been replaced */ } }));

test('MariaDB killed at any moment of a registration: the same', { timeout: 400000 }, (t) =>
  killed(t, 'database', 4, () => {     /* the fifth within a minute ends the instance */ const pid = mariadbOf(); if (pid) process.kill(pid, 'SIGKILL'); }));

test('a code works once, is bound to its address, and cannot be guessed: after few wrong ones it is void', async () => {
  const { first, mail, code, agreed } = await candidate('code');
  const next = (target, given) => patiently(() => post('/account/register', { cookie: first.cookie, form: { csrf: first.token, target, code: given, agreed, do: 'next' } }));
  assert.equal((await next(mail, code)).status, 422, 'used up');
  const other = `${MARK}-guess@example.com`;
  sql('DELETE FROM outbox_quota');
  assert.equal((await patiently(() => post('/account/register', { cookie: first.cookie, form: { csrf: first.token, target: other, do: 'code' } }))).status, 200);
  const right = await codeOf(other);
  assert.equal((await next(mail, right)).status, 422, 'of another address');
  const wrong = right === '000000' ? '111111' : '000000', seen = [];
  for (let tries = 0; tries < 12; tries++) seen.push((await next(other, wrong)).status);
  assert.ok(seen.every((status) => [422, 429].includes(status)), seen.join());
  assert.notEqual((await next(other, right)).status, 303, 'the right one comes too late');
});

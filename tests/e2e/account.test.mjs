// Z7.1 by the manual's labels: log-in, its refusals, log-out, where `back` may lead, what a session is.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { launch, visit } from './lib/browser.mjs';
import { formToken, get, isLogin, post, wordsOf } from './lib/http.mjs';
import { portalctl } from './lib/env.mjs';
import { freshSession, roles } from './lib/house.mjs';
import { quote, sql, sqlValue, tables } from './lib/db.mjs';

const PASSWORD = portalctl('demo-logins').split('\n').map((line) => line.split(/\s+/)).find(([login]) => login === 'demo-operator')[1];
let browser;
before(async () => { browser = await launch(); sql('DELETE FROM login_failure'); });
after(async () => { sql('DELETE FROM login_failure'); await browser.close(); });

const fill = async (page, account, password) => {
  await page.getByRole('main').getByLabel('账号或手机号').fill(account);
  await page.getByRole('main').getByLabel('密码', { exact: true }).fill(password);
  await page.getByRole('main').getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForLoadState();
};
/** Log-in without a browser; {answer, cookie} with the session's cookie when it worked. */
async function login(account, password, { back, cookie: given, from } = {}) {
  const { token, cookie } = await formToken('/', given);
  const answer = await post('/account/login', { cookie, from, form: { csrf: token, account, password, ...(back === undefined ? {} : { back }) } });
  const line = (answer.headers['set-cookie'] ?? []).find((one) => one.startsWith('session='));
  return { answer, line, cookie: line?.split(';')[0] };
}
const hashOf = (cookie) => createHash('sha256').update(cookie.slice('session='.length)).digest('hex');

for (const script of [true, false])
  test(`Z7.1: 「登录」 with account name and password leads to the account; 「退出」 ends it (${script ? 'with' : 'without'} scripts)`, async () => {
    const context = await visit(browser, { script }), page = await context.newPage();
    await page.goto('/account/login');
    await fill(page, 'demo-operator', PASSWORD);
    assert.match(page.url(), /\/operator$/);
    await page.goto('/account');
    assert.equal(await page.locator('h1').innerText(), '我的账号');
    const text = await page.locator('main').innerText();
    for (const fact of ['demo-operator', '充电设施运营商']) assert.ok(text.includes(fact), fact);
    assert.ok(await page.locator('header').getByText('退出').isVisible());
    await page.goto('/');
    assert.ok(await page.locator('header').getByText('退出').isVisible(), 'logged in on every page');
    await page.locator('header').getByRole('button', { name: '退出' }).click();
    await page.waitForLoadState();
    assert.ok(await page.locator('header').getByRole('link', { name: '登录' }).isVisible());
    await page.goto('/account');
    assert.match(page.url(), /\/account\/login/);
    await context.close();
  });

test('Z7.1: 「登录」 opens as a pop-up window on the page one is on, and works there', async () => {
  const context = await visit(browser), page = await context.newPage();
  await page.goto('/news');
  await page.locator('header').getByRole('link', { name: '登录' }).click();
  const dialog = page.getByRole('dialog', { name: '登录' });
  await dialog.waitFor();
  assert.ok(await dialog.getByLabel('账号或手机号').evaluate((e) => e === document.activeElement), 'the first field has the focus');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('header').getByRole('link', { name: '登录' }).click();
  await dialog.getByLabel('账号或手机号').fill('demo-operator');
  await dialog.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL(/\/(account|operator)$/);
  await context.close();
});

test('Z7.1: the phone number is a login name too', async () => {
  sql("UPDATE account SET phone = '13900000001' WHERE login = 'demo-citizen' AND phone IS NULL");
  const phone = sqlValue("SELECT phone FROM account WHERE login = 'demo-citizen'");
  const { answer, cookie } = await login(phone, PASSWORD);
  assert.equal(answer.status, 303);
  assert.ok(wordsOf((await get('/account', { cookie })).body).includes('demo-citizen'));
});

test('every demonstration account of the README logs in with the password printed', async () => {
  for (const one of roles.filter((r) => r.login)) {
    const { answer, cookie } = await login(one.login, PASSWORD);
    assert.equal(answer.status, 303, one.login);
    assert.ok(wordsOf((await get('/account', { cookie })).body).includes(one.label), `${one.login} is ${one.label}`);
  }
});

test('a wrong password: 422, said in words, the account stays typed, the password does not', async () => {
  const context = await visit(browser), page = await context.newPage();
  await page.goto('/account/login');
  await fill(page, 'demo-builder', 'wrong-password');
  assert.match(await page.title(), /^错误：/);
  assert.match(await page.locator('.govuk-error-summary').innerText(), /账号或密码不正确/);
  assert.equal(await page.getByRole('main').getByLabel('账号或手机号').inputValue(), 'demo-builder');
  assert.equal(await page.getByRole('main').getByLabel('密码', { exact: true }).inputValue(), '');
  assert.ok(!(await page.content()).includes('wrong-password'));
  await context.close();
  sql('DELETE FROM login_failure');
  const unknown = await login('nobody-here', 'x');
  sql('DELETE FROM login_failure');
  const wrong = await login('demo-builder', 'x');
  const said = (one) => /class="govuk-error-summary"[\s\S]*?<\/ul>/.exec(one.answer.body)[0];
  assert.equal(said(unknown), said(wrong), 'nobody learns which accounts exist');
  assert.equal(wrong.answer.status, 422);
});

test('five failures make the account wait, even with the right password; others go on; the wait ends', async () => {
  sql('DELETE FROM login_failure');
  const minutes = 10;
  /* from the third on a captcha would stand before them: tests/e2e/doors.test.mjs */
  for (let i = 0; i < 2; i++) assert.equal((await login('demo-finance', `wrong ${i}`)).answer.status, 422, `failure ${i + 1}`);
  sql(`INSERT INTO login_failure (login, address, at) VALUES ${Array.from({ length: 3 }, () => "('demo-finance', '10.0.0.1', NOW(3))")}`);
  const { answer, line } = await login('demo-finance', PASSWORD);
  assert.equal(answer.status, 429);
  assert.equal(line, undefined, 'no session');
  assert.match(wordsOf(answer.body), new RegExp(`${minutes} 分钟`));
  assert.ok(Number(answer.headers['retry-after']) > 0);
  sql("UPDATE login_failure SET address = '10.0.0.1'");      /* no captcha for this address */
  assert.equal((await login('demo-expert', PASSWORD)).answer.status, 303, 'another account is not held up');
  sql(`UPDATE login_failure SET at = at - INTERVAL ${minutes} MINUTE, address = '10.0.0.1'`);
  sql("DELETE FROM login_failure WHERE login = 'demo-finance' LIMIT 4");      /* the captcha's share */
  assert.equal((await login('demo-finance', PASSWORD)).answer.status, 303);
  assert.equal(sqlValue("SELECT COUNT(*) FROM login_failure WHERE login = 'demo-finance'"), '0', 'forgiven');
});

test('twenty-five failures from one address make the address wait, whatever the names', async () => {
  sql('DELETE FROM login_failure');
  sql(`INSERT INTO login_failure (login, address, at) VALUES ${Array.from({ length: 25 }, (_, i) => `('someone-${i}', '127.0.0.1', NOW(3))`)}`);
  assert.equal((await login('demo-expert', PASSWORD, { from: '127.0.0.1' })).answer.status, 429);
  assert.equal((await login('demo-expert', PASSWORD, { from: '127.0.6.1' })).answer.status, 303, 'another address is not held up');
  sql('DELETE FROM login_failure');
  assert.equal((await login('demo-expert', PASSWORD, { from: '127.0.0.1' })).answer.status, 303);
});

test('`back` leads to where one was going, and never off the site', async () => {
  const asked = await get('/admin/jobs', { headers: { Accept: 'text/html' } });
  assert.ok(isLogin(asked));
  assert.match(asked.headers.location, /back=\/admin\/jobs$/);
  assert.equal((await login('demo-admin', PASSWORD, { back: '/admin/jobs' })).answer.headers.location, '/admin/jobs');
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', 'evil', 'javascript:alert(1)', '/a\r\nSet-Cookie: x=1', '\\\\evil', ' //evil', '/%0d%0aX: y', '/%2f%2fevil.example']) {
    const { answer } = await login('demo-citizen', PASSWORD, { back });
    const to = answer.headers.location;
    assert.ok(answer.status === 422 || answer.status === 400 || (to?.startsWith('/') && new URL(to, 'http://own.example').host === 'own.example'), `${JSON.stringify(back)}: ${answer.status} ${to}`);
    assert.ok(!(answer.headers['set-cookie'] ?? []).some((one) => one.startsWith('x=')));
  }
});

test('the session: cookie HttpOnly, SameSite, whole site; the token is stored nowhere, its hash is; a new one each log-in', async () => {
  const first = await login('demo-county', PASSWORD), { line, cookie } = first;
  assert.match(line, /; HttpOnly/i);
  assert.match(line, /; SameSite=(Lax|Strict)/i);
  assert.match(line, /; Path=\//i);
  const token = cookie.slice('session='.length);
  assert.ok(token.length >= 32, 'at least 192 bits');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM session WHERE token_hash = 0x${hashOf(cookie)}`), '1');
  for (const table of tables()) {
    const columns = sql(`SELECT column_name FROM information_schema.columns WHERE table_schema = 'chargehall' AND table_name = '${table}'`).map((r) => `\`${r[0]}\``);
    assert.equal(sqlValue(`SELECT COUNT(*) FROM \`${table}\` WHERE ${columns.map((c) => `CAST(${c} AS CHAR) LIKE '%${token}%'`).join(' OR ')}`), '0', `the token stands in ${table}`);
  }
  const second = await login('demo-city', PASSWORD, { cookie });
  assert.ok(second.cookie && second.cookie !== cookie);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM session WHERE token_hash = 0x${hashOf(cookie)}`), '0', 'the old session ends with a new log-in (no fixation)');
  const fixed = await login('demo-county', PASSWORD, { cookie: `session=${'a'.repeat(43)}` });
  assert.ok(fixed.cookie && fixed.cookie !== `session=${'a'.repeat(43)}`);
});

test('a session ends: by log-out on the server too, by idling, by its absolute limit, with its account', async () => {
  const open = async (cookie) => (await get('/account', { cookie })).status === 200;
  const cookie = (await login('demo-county', PASSWORD)).cookie;
  assert.ok(await open(cookie));
  const { token } = await formToken('/account', cookie);
  const out = await post('/account/logout', { cookie, form: { csrf: token } });
  assert.equal(out.status, 303);
  assert.ok(out.headers['set-cookie'].some((one) => /^session=;/.test(one)));
  assert.ok(!await open(cookie), 'the cookie is worth nothing afterwards');
  for (const change of ['seen_at = NOW(3) - INTERVAL 31 MINUTE', 'expires_at = NOW(3) - INTERVAL 1 SECOND']) {
    const one = freshSession('demo-county');
    assert.ok(await open(one));
    sql(`UPDATE session SET ${change} WHERE token_hash = 0x${hashOf(one)}`);
    assert.ok(!await open(one), change);
  }
  const one = freshSession('demo-security');
  sql("UPDATE account SET state = 'locked' WHERE login = 'demo-security'");
  try {
    assert.ok(!await open(one), 'a locked account has no session');
    assert.equal((await login('demo-security', PASSWORD)).answer.status, 422);
  } finally {
    sql("UPDATE account SET state = 'active' WHERE login = 'demo-security'");
  }
  assert.equal((await get('/', { cookie: 'session=short' })).status, 200, 'a foreign cookie is a visitor');
  assert.equal((await get('/', { cookie: `session=${'x'.repeat(5000)}` })).status < 500, true);
});

test('log-in, refusal and log-out stand in the trail, without the password', async () => {
  const since = sqlValue('SELECT COALESCE(MAX(id), 0) FROM trail');
  await login('demo-builder', 'secret-wrong-731');
  const { cookie } = await login('demo-builder', PASSWORD);
  const { token } = await formToken('/account', cookie);
  await post('/account/logout', { cookie, form: { csrf: token } });
  assert.deepEqual(sql(`SELECT act, outcome FROM trail WHERE id > ${since} ORDER BY id`), [['login', 'refused'], ['login', 'done'], ['logout', 'done']]);
  for (const secret of ['secret-wrong-731', PASSWORD, cookie.slice(8)])
    assert.equal(sqlValue(`SELECT COUNT(*) FROM trail WHERE CONCAT_WS(' ', actor, object, detail, outcome) LIKE CONCAT('%', ${quote(secret)}, '%')`), '0');
  sql('DELETE FROM login_failure');
});

test('passwords are argon2id in the database; the demonstration ones are marked as such', async () => {
  for (const [login2, hash, demo] of sql('SELECT login, password_hash, demo FROM account')) {
    assert.match(hash, /^\$argon2id\$/, login2);
    if (login2.startsWith('demo-')) assert.equal(demo, '1', login2);
  }
});

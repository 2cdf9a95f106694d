// Z7.1, Z7.2, H1.4, H1.5 by the manuals' labels: captcha, waits, second factor, recovery, devices, re-authentication, the trail.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { AXE_TAGS, launch, visit } from './lib/browser.mjs';
import { formToken, get, isLogin, post, unescapeHtml, wordsOf } from './lib/http.mjs';
import { VAR, portalctl, run, BUILD } from './lib/env.mjs';
import { freshSession } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const DEMO = portalctl('demo-logins').split('\n').map((line) => line.split(/\s+/)).find(([login]) => login === 'demo-operator')[1];
const HASH = sqlValue("SELECT password_hash FROM account WHERE login = 'demo-operator'");
const PHONE = '13900007001', NOBODY = '13900007999';
let browser;
const calm = () => sql('DELETE FROM login_failure; DELETE FROM verification_code; DELETE FROM verification_try; DELETE FROM outbox_quota');

/** A person of one's own for this file, as migrated data would bring: password DEMO. */
function person(login, { role = 'operator', phone = null, state = 'active' } = {}) {
  sql(`DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE login = ${quote(login)});
    DELETE FROM recovery_code WHERE account_id IN (SELECT id FROM account WHERE login = ${quote(login)});
    DELETE FROM password_history WHERE account_id IN (SELECT id FROM account WHERE login = ${quote(login)});
    DELETE FROM password_reset WHERE account_id IN (SELECT id FROM account WHERE login = ${quote(login)});
    INSERT INTO account (login, name, role, phone, password_hash, state, password_at) VALUES (${quote(login)}, '门禁测试', '${role}', ${phone ? quote(phone) : 'NULL'}, ${quote(HASH)}, '${state}', NOW(3))
    ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), state = VALUES(state), phone = VALUES(phone), password_at = NOW(3), last_login_at = NULL,
      created_at = NOW(3), lock_reason = '', totp_secret = NULL, totp_step = 0`);
  return login;
}
const idOf = (login) => sqlValue(`SELECT id FROM account WHERE login = ${quote(login)}`);
before(async () => { browser = await launch(); calm(); });
after(async () => { calm(); await browser.close(); });

async function login(account, password, { cookie: given, more = {} } = {}) {
  const { token, cookie } = await formToken('/account/login', given);
  const answer = await post('/account/login', { cookie: [cookie, given].filter(Boolean).join('; '), form: { csrf: token, account, password, ...more } });
  return { answer, cookie: sessionIn(answer) };
}
const sessionIn = (answer) => (answer.headers['set-cookie'] ?? []).find((one) => /^session=./.test(one) && !/^session=;/.test(one))?.split(';')[0];
const open = async (cookie) => (await get('/account', { cookie })).status === 200;
const send = async (address, cookie, form = {}, page = address) => post(address, { cookie, form: { csrf: (await formToken(page, cookie)).token, ...form } });
const hidden = (html, name) => unescapeHtml(new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '');

/** RFC 6238 as an authenticator application does it. */
function totp(secret, steps = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest(), at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
const han = (text) => [...text].reduce(([total, digit], c) => c === '十' ? [total + (digit || 1) * 10, 0] : [total, '零一二三四五六七八九'.indexOf(c)], [0, 0]).reduce((a, b) => a + b);
function answerTo(question) {
  const word = /词语「(.+?)」的第(.)个字/.exec(question);
  if (word) return word[1][han(word[2]) - 1];
  const [, a, op, b] = /([零一二三四五六七八九十]+)(加|减)([零一二三四五六七八九十]+)等于/.exec(question);
  return String(op === '加' ? han(a) + han(b) : han(a) - han(b));
}
/** The newest code sent to a phone; the job runner writes it as a file in demonstration mode. */
async function codeFor(phone, since) {
  for (let tries = 0; tries < 100; tries++) {
    const files = readdirSync(path.join(VAR, 'outbox')).filter((name) => name.includes(phone) && name > since).sort();
    if (files.length) return /\b(\d{6})\b/.exec(readFileSync(path.join(VAR, 'outbox', files.at(-1)), 'utf8').replaceAll(phone, ''))[1];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no code for ${phone}`);
}
/** What was sent to a phone after `since`. */
async function textTo(phone, since) {
  for (let tries = 0; tries < 100; tries++) {
    const name = readdirSync(path.join(VAR, 'outbox')).filter((one) => one.includes(phone) && one > since).sort().at(-1);
    if (name) return readFileSync(path.join(VAR, 'outbox', name), 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nothing for ${phone}`);
}
/** Clicks a button and waits until the page it leads to is there. */
const press = (page, name) => Promise.all([page.waitForNavigation(), page.getByRole('main').getByRole('button', { name, exact: true }).click()]);
const newestFile = () => readdirSync(path.join(VAR, 'outbox')).sort().at(-1) ?? '';

test('captcha: after two failures a picture or a spoken question; wrong, missing and used ones are refused', async () => {
  person('doors-a');
  const context = await visit(browser), page = await context.newPage(), main = page.getByRole('main');
  await page.goto('/account/login');
  assert.equal(await main.getByLabel('验证码').count(), 0);
  for (let i = 0; i < 2; i++) {
    await main.getByLabel('账号或手机号').fill('doors-a');
    await main.getByLabel('密码', { exact: true }).fill(`wrong ${i}`);
    await press(page, '登录');
  }
  const picture = main.locator('.captcha img');
  await picture.waitFor();
  assert.ok(await picture.evaluate((e) => e.decode().then(() => e.naturalWidth === 200)), 'the picture loads');
  await main.getByLabel('密码', { exact: true }).fill(DEMO);
  await press(page, '登录');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /请填写验证码/);
  await main.getByRole('textbox', { name: '验证码' }).focus();
  const axe = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(axe.violations.map((one) => one.id), [], 'a captcha a screen reader can use');
  const spoken = await main.getByLabel('验证码').evaluate((e) => (e.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
  assert.match(spoken, /等于多少|个字是什么/, 'the question is read with the field');
  await main.getByLabel('密码', { exact: true }).fill(DEMO);
  await page.keyboard.press('Tab');
  while (await page.evaluate(() => document.activeElement.id) !== 'captcha') await page.keyboard.press('Tab');
  await page.keyboard.insertText(answerTo(spoken));
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/operator$/);
  await context.close();
  const failed = await login('doors-a', 'x'), twice = await login('doors-a', 'x');
  const html = twice.answer.body, answer = answerTo(html), token = hidden(html, 'captcha_token');
  assert.equal((await login('doors-a', 'x', { more: { captcha_token: token, captcha: 'ZZZZZ' } })).answer.status, 422);
  const reused = await login('doors-a', DEMO, { more: { captcha_token: token, captcha: answer } });
  assert.equal(reused.cookie, undefined, 'a used question is worth nothing, even with the right answer');
  assert.ok(failed.answer.status === 422);
  calm();
});

test('the account waits longer after each failure; only whoever knows the password hears that it is locked', async () => {
  person('doors-a');
  const wait = (n) => sql(`DELETE FROM login_failure; INSERT INTO login_failure (login, address, at) VALUES ${Array.from({ length: n }, () => "('doors-a', '10.9.9.9', NOW(3))")}`);
  for (const [failures, minutes] of [[5, 10], [6, 20], [8, 80], [20, 240]]) {
    wait(failures);
    const { answer } = await login('doors-a', DEMO);
    assert.equal(answer.status, 429);
    assert.match(wordsOf(answer.body), new RegExp(`请 ${minutes} 分钟`));
  }
  calm();
});

test('H1.4: three months without log-in lock the account; the words say so; unlocked by staff it opens', async () => {
  person('doors-a');
  sql("UPDATE account SET created_at = NOW(3) - INTERVAL 4 MONTH, last_login_at = NOW(3) - INTERVAL 4 MONTH WHERE login = 'doors-a'");
  const { answer, cookie } = await login('doors-a', DEMO);
  assert.equal(cookie, undefined);
  assert.match(wordsOf(answer.body), /三个月以上未登录，已被锁定，请联系平台管理员解锁/);
  assert.equal(sqlValue("SELECT CONCAT(state, ' ', lock_reason) FROM account WHERE login = 'doors-a'"), 'locked dormant');
  assert.doesNotMatch(wordsOf((await login('doors-a', 'wrong')).answer.body), /锁定/);
  calm();
  portalctl('unlock', 'doors-a');
  assert.ok((await login('doors-a', DEMO)).cookie);
});

test('Z7.2: 「忘记密码」 opens in a pop-up; 「获取验证码」 by SMS, new password twice, log in with it', async () => {
  person('doors-b', { phone: PHONE });
  const other = (await login('doors-b', DEMO)).cookie, since = newestFile();
  const context = await visit(browser), page = await context.newPage(), main = page.getByRole('main');
  await page.goto('/account/login');
  await page.getByRole('link', { name: '忘记密码' }).click();
  await page.getByRole('dialog', { name: '重置密码' }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto('/account/recover');
  await main.getByLabel('手机号码').fill(PHONE);
  await main.getByRole('button', { name: '获取验证码' }).click();
  await page.getByText('如果该手机号已注册').waitFor();
  const code = await codeFor(PHONE, since);
  await main.getByLabel('短信验证码').fill(code);
  await main.getByLabel('新密码', { exact: true }).fill(DEMO);
  await main.getByLabel('确认新密码').fill(DEMO);
  await press(page, '重置密码');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /不得与最近/);
  await main.getByLabel('新密码', { exact: true }).fill('Kettle-river-42');
  await main.getByLabel('确认新密码').fill('Kettle-river-42');
  await main.getByRole('button', { name: '重置密码' }).click();
  await page.waitForURL(/\/account\/login/);
  await page.getByText('密码已重置，请使用新密码登录').waitFor();
  assert.ok(!await open(other), 'the old sessions ended');
  await main.getByLabel('账号或手机号').fill(PHONE);
  await main.getByLabel('密码', { exact: true }).fill('Kettle-river-42');
  await main.getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL(/\/operator$/);
  await context.close();
  assert.equal((await login('doors-b', DEMO)).answer.status, 422);
  calm();
  const again = await send('/account/recover', '', { phone: PHONE, code, password: 'Willow-garden-77', again: 'Willow-garden-77' });
  assert.equal(again.status, 403, 'a form without the visit cookie');
});

test('Z7.2: nobody learns whether a number exists: same words, same size, same work; limits alike', async () => {
  person('doors-b', { phone: PHONE });
  calm();
  const jobs = () => Number(sqlValue("SELECT (SELECT COUNT(*) FROM job WHERE kind = 'sms.send') + (SELECT COUNT(*) FROM outbox)"));
  const ask = async (phone, fields = { do: 'code' }) => {
    const { token, cookie } = await formToken('/account/recover');
    const before = jobs(), answer = await post('/account/recover', { cookie, form: { csrf: token, phone, ...fields } });
    return { status: answer.status, size: answer.bytes.length, words: wordsOf(answer.body).replaceAll(phone, 'PHONE').replace(/本次请求编号 \w+/, ''), jobs: jobs() - before };
  };
  assert.deepEqual(await ask(PHONE), await ask(NOBODY));
  const wrong = { code: '000000', password: 'Kettle-river-43', again: 'Kettle-river-43' };
  assert.deepEqual(await ask(PHONE, wrong), await ask(NOBODY, wrong));
  const [soon, soonNobody] = [await ask(PHONE), await ask(NOBODY)];
  assert.equal(soon.status, 429, 'too soon');
  assert.equal(soonNobody.status, 429);
  assert.equal(soon.words.replace(/\d+ 秒/, ''), soonNobody.words.replace(/\d+ 秒/, ''));
  assert.ok(!readdirSync(path.join(VAR, 'outbox')).some((name) => name.includes(NOBODY)), 'no SMS to a number that is nobody\'s');
  calm();
});

test('H1.5: a reset ends the old password; the link works once; must_change shuts every other page', async () => {
  person('doors-c', { phone: PHONE.replace(/1$/, '3') });
  const old = (await login('doors-c', DEMO)).cookie;
  const link = portalctl('reset-password', 'doors-c').trim().replace(/^https?:\/\/[^/]+/, '');
  assert.ok(!await open(old));
  assert.equal((await login('doors-c', DEMO)).answer.status, 422);
  const { token, cookie } = await formToken(link), code = new URL(link, 'http://x').searchParams.get('code');
  const set = (password) => post('/account/reset', { cookie, form: { csrf: token, code, password, again: password } });
  assert.equal((await set('short')).status, 422);
  assert.equal((await set('Maple-window-31')).status, 303);
  assert.equal((await set('Maple-window-32')).status, 404, 'once');
  assert.equal((await get(link)).status, 404);
  assert.ok((await login('doors-c', 'Maple-window-31')).cookie);
  sql("UPDATE account SET state = 'must_change' WHERE login = 'doors-c'");
  const { answer, cookie: half } = await login('doors-c', 'Maple-window-31', { more: { back: '/news' } });
  assert.match(answer.headers.location, /^\/account\/login\/password/);
  assert.ok(isLogin(await get('/account', { cookie: half })), 'nobody to the rest of the portal');
  assert.ok(isLogin(await get('/account/sessions', { cookie: half })));
  const stranger = await formToken('/account/login');
  for (const step of ['factor', 'enrol', 'password', 'cancel'])
    for (const csrf of ['', stranger.token])
      assert.equal((await post(`/account/login/${step}`, { cookie: half, form: { csrf } })).status, 403, `${step} without its token`);
  assert.equal((await get('/account/login/password', { cookie: freshSession('demo-county') })).status, 403, 'no step is due for a whole session');
  const form = { password: 'Maple-window-33', again: 'Maple-window-33', back: '/news' };
  assert.equal((await send('/account/login/password', half, { ...form, again: 'other' })).status, 422);
  const done = await send('/account/login/password', half, form);
  assert.equal(done.headers.location, '/news');
  assert.notEqual(sessionIn(done), half, 'a new token when the log-in is complete');
  assert.ok(await open(sessionIn(done)));
  assert.ok(!await open(half));
});

test('second factor: enrolment with QR code, log-in asks for it, a code works once, recovery codes once', async () => {
  person('doors-d');
  const context = await visit(browser), page = await context.newPage(), main = page.getByRole('main');
  await context.addCookies([{ name: 'session', value: freshSession('doors-d').slice(8), url: process.env.BASE_URL || 'http://127.0.0.1:8080' }]);
  sql(`UPDATE session SET reauth_at = NOW(3) - INTERVAL 11 MINUTE WHERE account_id = ${idOf('doors-d')}`);
  await page.goto('/account/second-factor');
  await page.getByRole('button', { name: '启用双重验证' }).or(page.getByRole('link', { name: '启用双重验证' })).click();
  await page.waitForURL(/\/account\/confirm/);
  await main.getByLabel('密码', { exact: true }).fill(DEMO);
  await main.getByRole('button', { name: '确认' }).click();
  await page.waitForURL(/second-factor\/enrol/);
  assert.ok(await page.locator('.qr-code img').evaluate((e) => e.decode().then(() => e.naturalWidth > 0)));
  const secret = await page.locator('.secret-text').innerText();
  await main.getByLabel('动态验证码').fill(totp(secret, -1));
  await main.getByRole('button', { name: '启用' }).click();
  const codes = await page.locator('.codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  await context.close();
  const first = await login('doors-d', DEMO);
  assert.match(first.answer.headers.location, /^\/account\/login\/factor/);
  assert.ok(isLogin(await get('/account', { cookie: first.cookie })), 'password alone does not open');
  assert.equal((await send('/account/login/factor', first.cookie, { code: '12' })).status, 422);
  const code = totp(secret), good = await send('/account/login/factor', first.cookie, { code });
  assert.equal(good.status, 303);
  assert.notEqual(sessionIn(good), first.cookie);
  assert.ok(await open(sessionIn(good)));
  const second = await login('doors-d', DEMO);
  assert.equal((await send('/account/login/factor', second.cookie, { code })).status, 422, 'replay refused');
  assert.equal((await send('/account/login/factor', second.cookie, { code: codes[0] })).status, 303);
  const third = await login('doors-d', DEMO);
  assert.equal((await send('/account/login/factor', third.cookie, { code: codes[0] })).status, 422);
  for (let i = 0; i < 4; i++) await send('/account/login/factor', third.cookie, { code: '000000' });
  assert.equal((await send('/account/login/factor', third.cookie, { code: codes[1] })).status, 429, 'guessing the factor waits too');
  calm();
  sql(`UPDATE session SET reauth_at = NOW(3) - INTERVAL 11 MINUTE WHERE account_id = ${idOf('doors-d')}`);
  const stolen = sessionIn(good);
  assert.equal((await send('/account/confirm', stolen, { password: DEMO })).status, 422, 'the password alone is not the owner');
  assert.match((await get('/account/second-factor/enrol', { cookie: stolen })).headers.location, /^\/account\/confirm/);
  const proved = await send('/account/confirm', stolen, { password: DEMO, code: codes[2], back: '/account/second-factor/enrol' });
  assert.equal(proved.headers.location, '/account/second-factor/enrol');
  assert.equal((await get('/account/second-factor/enrol', { cookie: sessionIn(proved) })).status, 200);
  calm();
  assert.ok(!sql(`SELECT CONCAT_WS(' ', actor, object, detail) FROM trail`).some(([text]) => text.includes(secret) || codes.some((one) => text.includes(one))));
});

test('登录设备: one\'s own sessions, 「退出其他设备」; another account\'s session cannot be ended', async () => {
  person('doors-e');
  const mine = (await login('doors-e', DEMO)).cookie, other = (await login('doors-e', DEMO)).cookie, foreign = freshSession('demo-county');
  const hash = (cookie) => createHash('sha256').update(cookie.slice(8)).digest('hex');
  const foreignId = sqlValue(`SELECT id FROM session WHERE token_hash = 0x${hash(foreign)}`);
  await send('/account/sessions/close', mine, { id: foreignId }, '/account/sessions');
  assert.ok(await open(foreign));
  const context = await visit(browser), page = await context.newPage();
  await context.addCookies([{ name: 'session', value: mine.slice(8), url: process.env.BASE_URL || 'http://127.0.0.1:8080' }]);
  await page.goto('/account/sessions');
  assert.equal(await page.locator('tbody tr').count(), 2);
  assert.ok(!(await page.content()).includes(hash(other).slice(0, 20)));
  await page.getByRole('button', { name: '退出其他设备' }).click();
  await page.getByText('已退出 1 个其他设备').waitFor();
  await context.close();
  assert.ok(await open(mine));
  assert.ok(!await open(other));
});

test('修改密码 wants the old one, ends other sessions, renews the token; phone and e-mail want the password again', async () => {
  person('doors-f');
  const mine = (await login('doors-f', DEMO)).cookie, other = (await login('doors-f', DEMO)).cookie;
  const form = { old: DEMO, password: 'Lantern-bridge-5', again: 'Lantern-bridge-5' };
  assert.equal((await send('/account/password', mine, { ...form, old: 'x' })).status, 422);
  const changed = await send('/account/password', mine, form), now = sessionIn(changed);
  assert.equal(changed.status, 303);
  assert.ok(!await open(mine) && !await open(other) && await open(now));
  sql(`UPDATE session SET reauth_at = NOW(3) - INTERVAL 11 MINUTE WHERE account_id = ${idOf('doors-f')}`);
  for (const page of ['/account/phone', '/account/email', '/account/second-factor/enrol'])
    assert.match((await get(page, { cookie: now })).headers.location ?? '', /^\/account\/confirm\?back=/, page);
  const refused = await post('/account/phone', { cookie: now, form: { csrf: (await formToken('/account', now)).token, target: '13900007555', code: '000000' } });
  assert.match(refused.headers.location, /^\/account\/confirm/);
  assert.equal((await send('/account/confirm', now, { password: 'wrong' })).status, 422);
  const proved = sessionIn(await send('/account/confirm', now, { password: 'Lantern-bridge-5', back: '/account/phone' }));
  for (const [page, target, words] of [['/account/email', 'a@b..cn', '请填写电子邮箱'], ['/account/email', `${'a'.repeat(70)}@b.cn`, '请填写电子邮箱'], ['/account/phone', '1390000755', '请填写 11 位手机号']]) {
    const wrong = await send(page, proved, { target, do: 'code' });
    assert.ok(wrong.status === 422 && wordsOf(wrong.body).includes(words) && wrong.body.includes(`value="${target}"`), `${target}: told at the field, which keeps it`);
  }
  const since = newestFile();
  assert.equal((await send('/account/phone', proved, { target: '13900007555', do: 'code' })).status, 200);
  assert.equal((await send('/account/phone', proved, { target: '13900007555', code: '000000' })).status, 422);
  assert.equal((await send('/account/phone', proved, { target: '13900007555', code: await codeFor('13900007555', since) })).status, 303);
  assert.equal(sqlValue("SELECT phone FROM account WHERE login = 'doors-f'"), '13900007555');
  sql("UPDATE account SET phone = '13900007556' WHERE login = 'doors-f'; DELETE FROM verification_code");
  const later = newestFile();
  assert.equal((await send('/account/phone', proved, { target: '13900007557', do: 'code' })).status, 200);
  assert.equal((await send('/account/phone', proved, { target: '13900007557', code: await codeFor('13900007557', later) })).status, 303);
  assert.match(await textTo('13900007556', later), /绑定的手机号已更换.*如非本人操作/, 'the old number hears of it');
  sql("UPDATE account SET phone = NULL WHERE login = 'doors-f'");
  calm();
});

test('one address logs in so often a minute and no more (nginx); reading, and other addresses, go on', async () => {
  const burst = Number(portalctl('config', 'Limits.GuessBurst'));
  const flood = await Promise.all(Array.from({ length: burst + 40 }, (_, i) => post(['/account/login', '/account/recover', '/account/register', '/account/login/factor'][i % 4], { from: '127.0.8.1', form: {} })));
  const held = flood.filter((one) => one.status === 429);
  assert.ok(held.length > 0 && held.length < flood.length, `${held.length} of ${flood.length} held`);
  assert.ok(flood.every((one) => [303, 403, 429].includes(one.status)), 'without a token: refused, or not even looked at');
  assert.equal((await get('/account/login', { from: '127.0.8.1' })).status, 200);
  assert.equal((await post('/account/logout', { from: '127.0.8.1', form: {} })).status === 429, false, 'what guesses nothing is not held');
  assert.equal((await post('/account/login', { from: '127.0.8.2', form: {} })).status, 403);
});

test('ten guesses of the second factor at the same moment are five at most; ten uses of one recovery code are one', async () => {
  person('doors-g');
  const cookie = (await login('doors-g', DEMO)).cookie;
  const page = (await get('/account/second-factor/enrol', { cookie })).body, secret = /secret-text">([A-Z2-7]+)</.exec(page)[1];
  const shown = await post('/account/second-factor/enrol', { cookie, form: { csrf: hidden(page, 'csrf'), offer: hidden(page, 'offer'), code: totp(secret, -1) } });
  const codes = [...shown.body.matchAll(/<li>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})<\/li>/g)].map(([, code]) => code);
  assert.equal(codes.length, 10);
  const halves = [];
  for (let i = 0; i < 10; i++) halves.push((await login('doors-g', DEMO)).cookie);
  const tokens = await Promise.all(halves.map((half) => formToken('/account/login/factor', half)));
  const give = (code) => Promise.all(halves.map((half, i) => post('/account/login/factor', { cookie: half, form: { csrf: tokens[i].token, code } })));
  const guessed = await give('12345678');
  assert.ok(guessed.filter((one) => one.status === 422).length <= 5, guessed.map((one) => one.status).join(' '));
  calm();
  const used = [];
  for (const batch of [halves.slice(0, 4), halves.slice(4, 8)])        /* five at once would be the last try */
    used.push(...await Promise.all(batch.map((half) => post('/account/login/factor', { cookie: half, form: { csrf: tokens[halves.indexOf(half)].token, code: codes[0] } }))));
  assert.equal(used.filter((one) => one.status === 303).length, 1, used.map((one) => one.status).join(' '));
  calm();
});

test('log-in CSRF: another visitor\'s token, another origin, or none logs nobody in', async () => {
  person('doors-a');
  const mine = await formToken('/account/login'), attackers = await formToken('/account/login');
  const fields = { account: 'doors-a', password: DEMO };
  for (const [cookie, csrf, headers, why] of [[mine.cookie, attackers.token, {}, 'the token of another visit'], [mine.cookie, '', {}, 'no token'], ['', mine.token, {}, 'no visit'],
    [mine.cookie, mine.token, { Origin: 'https://evil.example' }, 'another origin'], [mine.cookie, mine.token, { Origin: 'null' }, 'a sandboxed origin'],
    [mine.cookie, mine.token, { Referer: 'https://evil.example/127.0.0.1' }, 'another referer']]) {
    const answer = await post('/account/login', { cookie, headers, form: { csrf, ...fields } });
    assert.equal(answer.status, 403, why);
    assert.equal(sessionIn(answer), undefined, why);
  }
  assert.equal((await post('/account/login', { cookie: mine.cookie, form: { csrf: mine.token, ...fields } })).status, 303);
});

test('fixation: a session planted before the log-in, or half of one, is worth nothing after it', async () => {
  person('doors-a');
  person('doors-c');
  const planted = (await login('doors-c', DEMO)).cookie;                 /* the attacker's own */
  const victim = await send('/account/login', planted, { account: 'doors-a', password: DEMO }, '/account');
  assert.ok(sessionIn(victim) && sessionIn(victim) !== planted);
  assert.ok(!await open(planted), 'the planted one ended');
  sql("UPDATE account SET state = 'must_change' WHERE login = 'doors-a'");
  const half = (await login('doors-a', DEMO)).cookie;
  const whole = sessionIn(await send('/account/login/password', half, { password: 'Harbour-lamp-62', again: 'Harbour-lamp-62' }));
  assert.ok(await open(whole) && !await open(half));
});

test('a name nobody has is not written down: it may be a password in the wrong field', async () => {
  await login('Secret-typed-831', 'x');
  assert.equal(sqlValue("SELECT COUNT(*) FROM trail WHERE CONCAT_WS(' ', actor, object, detail) LIKE '%Secret-typed-831%'"), '0');
  assert.equal(sqlValue("SELECT object FROM trail WHERE act = 'login' ORDER BY id DESC LIMIT 1"), 'login:Se***');
  calm();
});

test('Z7.2: recovery ends after its tries, after its time, and with its first use', async () => {
  person('doors-b', { phone: PHONE });
  calm();
  const since = newestFile();
  const { token, cookie } = await formToken('/account/recover');
  const give = (form) => post('/account/recover', { cookie, form: { csrf: token, phone: PHONE, ...form } });
  const words = { password: 'Harbour-lamp-61', again: 'Harbour-lamp-61' };
  await give({ do: 'code' });
  let code = await codeFor(PHONE, since);
  const wrong = code === '111111' ? '222222' : '111111';
  for (let i = 0; i < Number(portalctl('config', 'Outbox.CodeTries')); i++) assert.equal((await give({ ...words, code: wrong })).status, 422);
  assert.equal((await give({ ...words, code })).status, 422, 'the tries are used up');
  calm();
  const again = newestFile();
  await give({ do: 'code' });
  code = await codeFor(PHONE, again);
  sql(`UPDATE verification_code SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE target = '${PHONE}'`);
  assert.equal((await give({ ...words, code })).status, 422, 'it expired');
  sql(`UPDATE verification_code SET expires_at = NOW(3) + INTERVAL 1 MINUTE WHERE target = '${PHONE}'`);
  const both = await Promise.all([give({ ...words, code }), give({ ...words, code })]);
  assert.equal(both.filter((one) => one.status === 303).length, 1, both.map((one) => one.status).join(' '));
  calm();
});

test('the trail: the auditor alone searches and exports it, the export is in it; a changed row is named', async () => {
  assert.equal((await get('/admin/trail', { cookie: freshSession('demo-admin') })).status, 403);
  const cookie = freshSession('demo-auditor'), page = await get('/admin/trail?actor=demo-auditor', { cookie });
  assert.equal(page.status, 200);
  const csv = await post('/admin/trail/export?actor=doors', { cookie, form: { csrf: hidden(page.body, 'csrf') } });
  assert.match(csv.headers['content-type'], /csv/);
  assert.ok(csv.body.split('\r\n').slice(1, -1).every((line) => line.includes('doors')), 'the search holds');
  assert.equal(sqlValue("SELECT COUNT(*) > 0 FROM trail WHERE act = 'trail-export' AND actor = 'demo-auditor' AND detail = 'actor=doors'"), '1');
  for (let tries = 0; sqlValue('SELECT COUNT(*) FROM trail t LEFT JOIN trail_seal s ON s.row_id = t.id WHERE s.row_id IS NULL') !== '0' && tries < 60; tries++)
    await new Promise((resolve) => setTimeout(resolve, 500));
  assert.match(portalctl('verify-trail'), / 0 faults/);
  const victim = sqlValue('SELECT row_id FROM trail_seal ORDER BY row_id DESC LIMIT 1'), was = sqlValue(`SELECT HEX(detail) FROM trail WHERE id = ${victim}`);
  sql(`UPDATE trail SET detail = 'nothing happened' WHERE id = ${victim}`);
  try {
    assert.throws(() => run(path.join(BUILD, 'portalctl'), ['verify-trail']), (error) => error.stdout.includes(`row ${victim}: changed`));
  } finally {
    sql(`UPDATE trail SET detail = ${was ? `0x${was}` : "''"} WHERE id = ${victim}`);
  }
  assert.match(portalctl('verify-trail'), / 0 faults/);
});

test('the programs\' database account may not change or delete in the trail', () => {
  const grants = sql('SHOW GRANTS FOR chargehall@localhost').map(([line]) => line);
  assert.ok(!grants.some((line) => /(UPDATE|DELETE|ALL|DROP).* ON `chargehall`\.(\*|`trail)/.test(line)), grants.join('\n'));
  assert.ok(grants.some((line) => /UPDATE.* ON `chargehall`\.`account`/.test(line)));
});

test('personal data: shown once to who gives a reason, and the reason is in the trail, not the value', async () => {
  person('doors-b', { phone: PHONE });
  const cookie = freshSession('demo-security'), id = idOf('doors-b'), page = `/admin/reveal?kind=account-phone&id=${id}`;
  assert.ok(!(await get(page, { cookie })).body.includes(PHONE));
  assert.equal((await send('/admin/reveal', cookie, { kind: 'account-phone', id }, page)).status, 422);
  assert.equal((await get(page, { cookie: freshSession('demo-admin') })).status, 403);
  const shown = await send('/admin/reveal', cookie, { kind: 'account-phone', id, reason: '核实注册信息' }, page);
  assert.ok(shown.body.includes(PHONE));
  assert.match(shown.headers['cache-control'], /no-store/);
  assert.deepEqual(sql("SELECT object, detail FROM trail WHERE act = 'reveal' ORDER BY id DESC LIMIT 1"), [[`account-phone:${id}`, '核实注册信息']]);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM trail WHERE detail LIKE '%${PHONE}%'`), '0');
});

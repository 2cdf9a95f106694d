// An instance as it would serve (Henan, no demonstration): the first staff account comes in by its one-time link, a password
// of its own and a second factor; H1.6 beside the log-in; links carry the site's own address.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

// the libraries look at these when they are loaded
const port = process.env.SERVICE_PORT ?? await new Promise((done) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port: free } = s.address(); s.close(() => done(free)); }); });
process.env.VAR = `${process.env.VAR ?? path.resolve('var-test')}-service`;
process.env.BASE_URL = `http://127.0.0.1:${port}`;
const { VAR, portalctl, run } = await import('../e2e/lib/env.mjs');
const { AXE_TAGS, launch, visit } = await import('../e2e/lib/browser.mjs');
const { AxeBuilder } = await import('@axe-core/playwright');
const { formToken, get, post } = await import('../e2e/lib/http.mjs');
const { sqlValue } = await import('../e2e/lib/db.mjs');

const host = (script, ...args) => run(`conf/host/${script}`, args, { env: { ...process.env, VAR, BUILD: process.env.BUILD, SITE: 'henan', DEMO: '0', PORT: String(port) }, timeout: 120000 });
let browser;
before(async () => { rmSync(VAR, { recursive: true, force: true }); host('start.sh', '--background', '--prepared'); browser = await launch(); }, { timeout: 150000 });
after(async () => { await browser?.close(); try { host('stop.sh'); } finally { rmSync(VAR, { recursive: true, force: true }); } });

function totp(secret, steps = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest(), at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
const main = (page) => page.getByRole('main');
const press = (page, name) => Promise.all([page.waitForNavigation(), main(page).getByRole('button', { name, exact: true }).click()]);
const typed = async (page, fields) => { for (const [label, value] of Object.entries(fields)) await main(page).getByLabel(label, { exact: true }).fill(value); };
const sound = async (page) => assert.deepEqual((await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze()).violations.map((one) => `${one.id} ${one.nodes[0].html}`), [], page.url());
const linkOf = (...args) => portalctl(...args).trim().replace(/^https?:\/\/[^/]+/, '');

test('H1.6: the log-in page shows 「政策汇编」 and the support phone', async () => {
  const context = await visit(browser), page = await context.newPage();
  await page.goto('/account/login');
  await main(page).getByText('平台技术支持电话：0371-').waitFor();
  await sound(page);
  await main(page).getByRole('link', { name: '政策汇编' }).click();
  await page.waitForURL(/\/news\?column=policy$/);
  assert.equal(await page.getByRole('main').count(), 1);
  await context.close();
});

test('staff: a new account, its one-time link, a password of its own, the second factor; recovery codes work once', async () => {
  const context = await visit(browser), page = await context.newPage();
  assert.throws(() => portalctl('administrator', 'li-wei', 'city', '李伟'), 'back-office roles alone');
  const link = linkOf('administrator', 'li-wei', 'security', '李伟');
  await page.goto(link);
  await typed(page, { 新密码: 'Kettle-river-42', 确认新密码: 'Kettle-river-42' });
  await press(page, '保存新密码');
  assert.equal((await get(link)).status, 404, 'the link works once');
  await typed(page, { 账号或手机号: 'li-wei', 密码: 'Kettle-river-42' });
  await press(page, '登录');
  assert.match(page.url(), /\/account\/login\/enrol/);
  assert.equal((await page.goto('/admin/accounts')).url().includes('/account/login'), true, 'nothing before the second factor');
  await page.goto('/account/login/enrol');
  assert.ok(await page.locator('.qr-code img').evaluate((e) => e.decode().then(() => e.naturalWidth > 0)), 'the QR code is drawn');
  await sound(page);
  const offered = await page.locator('.secret-text').innerText();
  await typed(page, { 动态验证码: '000000' });
  await press(page, '启用');
  assert.equal(await page.locator('.secret-text').innerText(), offered, 'a wrong code keeps the key that was scanned');
  await typed(page, { 动态验证码: totp(offered, -1) });
  await press(page, '启用');
  const codes = await page.locator('.codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  await sound(page);
  await main(page).getByRole('button', { name: '已保存，继续' }).or(main(page).getByRole('link', { name: '已保存，继续' })).click();
  await page.waitForURL(/\/account$/);
  assert.equal((await page.goto('/admin/accounts')).status(), 200, 'in');
  for (const [wanted, where] of [[codes[0], /\/account$/], [codes[0], /\/login\/factor/], [codes[1], /\/account$/]]) {
    await context.clearCookies();
    await page.goto('/account/login');
    await typed(page, { 账号或手机号: 'li-wei', 密码: 'Kettle-river-42' });
    await press(page, '登录');
    await typed(page, { 动态验证码: wanted });
    await press(page, '继续登录');
    assert.match(page.url(), where);
  }
  // a password that ended by staff: the second factor stays, the new password is set first
  await page.goto(linkOf('reset-password', 'li-wei'));
  await typed(page, { 新密码: 'Willow-garden-77', 确认新密码: 'Willow-garden-77' });
  await press(page, '保存新密码');
  await typed(page, { 账号或手机号: 'li-wei', 密码: 'Willow-garden-77' });
  await press(page, '登录');
  assert.match(page.url(), /\/login\/factor/);
  await context.close();
});

test('a link for a new password carries the site\'s address, whatever the visitor\'s Host says', async () => {
  const admin = linkOf('administrator', 'wang-fang', 'admin', '王芳'), form = await formToken(admin);
  const code = new URL(admin, 'http://x').searchParams.get('code'), password = 'Maple-window-31';
  assert.equal((await post('/account/reset', { cookie: form.cookie, form: { csrf: form.token, code, password, again: password } })).status, 303);
  const cookie = portalctl('session', 'wang-fang').trim(), { token } = await formToken('/admin/accounts/new', cookie);
  const made = await post('/admin/accounts/new', { cookie, headers: { Host: 'evil.example' }, form: { csrf: token, login: 'zhao-liu', name: '赵六' } });
  assert.ok(!made.body.includes('evil.example'), made.status);
  assert.equal(sqlValue("SELECT COUNT(*) FROM account WHERE login = 'zhao-liu'"), '1', wordsIn(made.body));
  assert.match(made.body, /https:\/\/ev\.henan\.example\.gov\.cn\/account\/reset\?code=/);
});
const wordsIn = (html) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 400);

// Z6.1–Z6.3, Z8.1, Z8.2, H1.3: Zhuhai 2.6–2.7 and 3.1 by the manual's labels in Chromium: code by mail, form, success page, log-in,
// the reviewer's refusal, correction and pass; who may see and decide what.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { launch, overflow, visit, watch } from './lib/browser.mjs';
import { formToken, get, isLogin, post, wordsOf } from './lib/http.mjs';
import { VAR } from './lib/env.mjs';
import { role, sessionOf } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';

const mark = Date.now().toString(36), LOGIN = `reg-${mark}`, MAIL = `reg-${mark}@example.com`, PHONE = `139${String(Date.now()).slice(-8)}`;
const PASSWORD = 'Kettle-river-42', COMPANY = `珠海注册测试有限公司${mark}`;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC', 'base64');
let browser, context, page, main;

/** A credit code whose check character fits (GB 32100-2015), new for each run. */
function creditCode() {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY', weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const body = Array.from({ length: 8 }, () => letters[Math.floor(Math.random() * 31)]).join('');
  const w = [3, 7, 9, 10, 5, 8, 4, 2], digit = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const check = 11 - ([...body].reduce((sum, c, i) => sum + digit.indexOf(c) * w[i], 0) % 11);
  const first = `91440400${body}${check === 11 ? '0' : check === 10 ? 'X' : check}`;
  return first + letters[(31 - ([...first].reduce((sum, c, i) => sum + letters.indexOf(c) * weights[i], 0) % 31)) % 31];
}
const USCC = creditCode();

async function mail(to, pattern) {
  for (let tries = 0; tries < 150; tries++) {
    const texts = readdirSync(path.join(VAR, 'outbox')).filter((name) => name.includes(to)).sort().map((name) => readFileSync(path.join(VAR, 'outbox', name), 'utf8'));
    const found = texts.map((text) => pattern.exec(text)).filter(Boolean).at(-1);
    if (found) return found[1] ?? found[0];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no mail to ${to} like ${pattern}`);
}
const press = async (name) => { await Promise.all([page.waitForNavigation(), main.getByRole('button', { name, exact: true }).click()]); };
const idOf = () => sqlValue(`SELECT id FROM operator_registration WHERE account_name = '${LOGIN}'`);
const send = async (address, given, form, from = address) => {
  const { token, cookie } = await formToken(from, given);
  return post(address, { cookie, form: { csrf: token, ...form } });
};

before(async () => {
  sql('DELETE FROM outbox_quota; DELETE FROM login_failure');
  browser = await launch();
  context = await visit(browser);
  context.setDefaultTimeout(10000);
  page = await context.newPage();
  main = page.getByRole('main');
});
after(() => browser.close());

test('Z6.1: an e-mail address proved by its code, and the agreement, before the next step', async () => {
  await page.goto('/');
  await page.getByRole('link', { name: '注册', exact: true }).first().click();
  await page.waitForURL('**/account/register');
  await main.getByLabel('企业邮箱').fill(MAIL);
  await press('获取验证码');
  await page.getByText('验证码已发送').waitFor();
  const code = await mail(MAIL, /验证码为 (\d{6})/);
  await main.getByLabel('邮箱验证码').fill(code);
  await press('下一步');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /请阅读并同意《注册协议》/);
  await main.getByLabel('邮箱验证码').fill(code === '000000' ? '111111' : '000000');
  await main.getByLabel('我已阅读并同意').check();
  await press('下一步');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /验证码不正确或已失效/);
  await main.getByLabel('邮箱验证码').fill(code);
  await press('下一步');
  await page.waitForURL('**/account/register/form');
  assert.ok((await main.innerText()).includes(MAIL));
  const again = await send('/account/register', '', { target: MAIL, code, agreed: '1', do: 'next' });
  assert.equal(again.status, 422, 'a code works once');
});

test('Z6.2, Z6.3: the form keeps what was typed on errors; one record; the success page shows account and phone, 「返回首页」', async () => {
  await main.getByLabel('用户名').fill(LOGIN);
  await main.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await main.getByLabel('确认密码').fill(`${PASSWORD}x`);
  await main.getByLabel('企业名称').fill(COMPANY);
  await main.getByLabel('统一社会信用代码').first().fill(USCC);
  await main.getByRole('textbox', { name: '第一联系人', exact: true }).fill('王经办');
  await main.getByLabel('第一联系人电话').fill(PHONE);
  await main.getByLabel('营业执照').setInputFiles({ name: '执照.png', mimeType: 'image/png', buffer: PNG });
  await press('提交');
  const summary = await page.locator('.govuk-error-summary').innerText();
  assert.match(summary, /注册地/);
  assert.equal(await main.getByLabel('企业名称').inputValue(), COMPANY);
  assert.ok((await main.innerText()).includes('执照.png'), 'the upload is kept');
  for (const [level, code] of [[1, '440402']]) {
    await page.locator(`#division_code-${level} option[value="${code}"]`).waitFor({ state: 'attached' });
    await page.locator(`#division_code-${level}`).selectOption(code);
  }
  await main.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await main.getByLabel('确认密码').fill(PASSWORD);
  await press('提交');
  await page.waitForURL('**/account/register/done');
  const words = await main.innerText();
  assert.ok(words.includes(LOGIN) && words.includes(PHONE));
  await main.getByRole('link', { name: '返回首页' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM account WHERE login = '${LOGIN}' AND state = 'pending' AND email = '${MAIL}'`), '1');
  assert.equal(sqlValue(`SELECT CONCAT(state, ' ', division_code) FROM operator_registration WHERE id = ${idOf()}`), 'filed 440402');
  assert.equal(sqlValue(`SELECT agreement_version FROM operator_registration WHERE id = ${idOf()}`), sqlValue("SELECT MAX(version) FROM agreement WHERE kind = 'registration'"));
});

test('Z8.1: log in by phone; the overview shows the progress; nothing else is in the menu, other pages refuse', async () => {
  await page.goto('/account/login');
  await main.getByLabel('账号或手机号').fill(PHONE);
  await main.getByLabel('密码', { exact: true }).fill(PASSWORD);
  await press('登录');
  await page.waitForURL('**/operator');
  assert.match(await main.locator('.steps').innerText(), /注册审核中，预计 \d{4}-\d\d-\d\d 前办结/);
  assert.deepEqual(await page.locator('nav[aria-label="运营商工作台"] a, .side nav a').allInnerTexts().then((all) => all.map((one) => one.trim())), ['运营商概览']);
  const cookie = (await context.cookies()).filter((one) => one.name === 'session').map((one) => `session=${one.value}`)[0];
  for (const address of ['/workbench', '/company', '/company/profile', '/company/contacts']) assert.equal((await get(address, { cookie })).status, 403, address);
  assert.equal(await overflow(page), null);
});

test('H1.3, Z30: the reviewer\'s list and page; not in another division; refusal needs an opinion, extension a reason the applicant reads', async () => {
  const county = sessionOf(role('county').login), city = sessionOf(role('city').login), id = idOf(), at = `/admin/registrations/${id}`;
  assert.ok((await get('/admin/registrations?state=filed', { cookie: county })).body.includes(COMPANY));
  const { body } = await get(at, { cookie: city });
  for (const text of [COMPANY, USCC, '440402' && '香洲区', '王经办', '执照.png']) assert.ok(wordsOf(body).includes(text), text);
  for (const other of ['operator', 'citizen']) assert.equal((await get(at, { cookie: sessionOf(role(other).login) })).status, 403, other);
  assert.ok(isLogin(await get(at)));
  sql(`UPDATE operator_registration SET division_code = '442000' WHERE id = ${id}`);
  assert.equal((await get(at, { cookie: city })).status, 404, 'outside the division it does not exist');
  assert.equal((await send(`${at}/move`, city, { id, action: 'pass' }, '/admin/registrations')).status, 404);
  sql(`UPDATE operator_registration SET division_code = '440402' WHERE id = ${id}`);
  const refused = await send(`${at}/move`, city, { id, action: 'refuse', opinion: '' }, at);
  assert.equal(refused.status, 422);
  assert.match(wordsOf(refused.body), /请填写「不通过」的意见/);
  assert.equal((await send(`${at}/move`, city, { id, action: 'extend', opinion: '近期申请较多' }, at)).status, 303);
  await page.goto('/operator');
  assert.match(await main.innerText(), /办理期限已延长至[\s\S]*近期申请较多/);
  assert.equal((await send(`${at}/move`, city, { id, action: 'refuse', opinion: '营业执照不清晰，请重新上传' }, at)).status, 303);
  const second = await send(`${at}/move`, county, { id, action: 'pass' }, at);
  assert.equal(second.status, 409, 'who comes second reads who decided');
  assert.match(await mail(MAIL, /审核不通过[\s\S]*营业执照不清晰/), /营业执照不清晰/);
});

test('Z8.2: the reasons under the progress, 「修改注册信息」, resubmitted; what changed is marked; passed; everything opens', async () => {
  await page.goto('/operator');
  assert.match(await main.innerText(), /审核不通过[\s\S]*营业执照不清晰，请重新上传/);
  await main.getByRole('button', { name: '修改注册信息' }).or(main.getByRole('link', { name: '修改注册信息' })).first().click();
  await page.waitForURL('**/operator/registration');
  assert.equal(await main.getByLabel('企业名称').inputValue(), COMPANY);
  await main.getByRole('textbox', { name: '第一联系人', exact: true }).fill('李经办');
  await press('重新提交');
  await page.waitForURL('**/operator?done=sent');
  const id = idOf(), at = `/admin/registrations/${id}`, city = sessionOf(role('city').login);
  const words = wordsOf((await get(at, { cookie: city })).body);
  assert.ok(words.includes('李经办') && words.includes('王经办'), 'what it was before stands beside');
  assert.equal((await send(`${at}/move`, city, { id, action: 'pass' }, at)).status, 303);
  assert.equal(sqlValue(`SELECT CONCAT(a.state, ' ', o.uscc) FROM account a JOIN operator o ON o.id = a.operator_id WHERE a.login = '${LOGIN}'`), `active ${USCC}`);
  const wrong = watch(page);
  await page.goto('/operator');
  assert.match(await main.innerText(), /注册成功[\s\S]*正常/);
  assert.equal((await page.goto('/workbench')).status(), 200);
  assert.deepEqual(wrong, []);
});

test('a code that fails its check character: refused, then filed on the applicant\'s word; passed only after staff accepted it', async () => {
  const id = idOf(), at = `/admin/registrations/${id}`, city = sessionOf(role('city').login), bad = USCC.slice(0, 17) + (USCC[17] === '0' ? '1' : '0');
  sql(`UPDATE operator_registration SET uscc = '${bad}', state = 'filed' WHERE id = ${id}; UPDATE account SET state = 'pending', operator_id = NULL WHERE login = '${LOGIN}'`);
  const refused = await send(`${at}/move`, city, { id, action: 'pass' }, at);
  assert.equal(refused.status, 422);
  assert.match(wordsOf(refused.body), /人工核验/);
  assert.equal((await send(`${at}/uscc`, city, { reason: '' }, at)).status, 422);
  assert.equal((await send(`${at}/uscc`, city, { reason: '公示系统查询无误' }, at)).status, 303);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM trail WHERE act = 'uscc-override' AND object = 'registration:${id}'`), '1');
  assert.equal((await send(`${at}/move`, city, { id, action: 'pass' }, at)).status, 303);
});

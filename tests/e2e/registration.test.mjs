// Z6.1–Z6.3, Z8.1, Z8.2, H1.3: Zhuhai 2.6–2.7 and 3.1 by the manual's labels in Chromium: code by mail, form, success page, log-in,
// the reviewer's refusal, correction and pass; who may see and decide what.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, overflow, visit, watch } from './lib/browser.mjs';
import { cookiesOf, formToken, get, isLogin, post, wordsOf } from './lib/http.mjs';
import { postRoutes, role, routes, sessionOf } from './lib/house.mjs';
import { PASSWORD, chooseDivision, creditCode, errors, fill, main as mainOf, message as mail, newPhone, png, press as pressOn, send } from './lib/registering.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const mark = Date.now().toString(36), LOGIN = `reg-${mark}`, MAIL = `reg-${mark}@example.com`, PHONE = newPhone();
const COMPANY = `珠海注册测试有限公司${mark}`, USCC = creditCode();
let browser, context, page, main;

const press = (name) => pressOn(page, name);
const idOf = (login = LOGIN) => sqlValue(`SELECT id FROM operator_registration WHERE account_name = '${login}'`);
const stateOf = (login) => sqlValue(`SELECT state FROM operator_registration WHERE account_name = '${login}'`);
const sessionIn = async (where) => (await where.cookies()).filter((one) => one.name === 'session').map((one) => `session=${one.value}`)[0];

/** A visitor's own context whose address is proved: straight to the second step. */
async function proved(email) {
  const first = await formToken('/account/register'), form = { csrf: first.token, target: email };
  assert.equal((await post('/account/register', { cookie: first.cookie, form: { ...form, do: 'code' } })).status, 200);
  const agreed = sqlValue("SELECT MAX(version) FROM agreement WHERE kind = 'registration'");
  const next = await post('/account/register', { cookie: first.cookie, form: { ...form, do: 'next', agreed, code: await mail(email, /验证码为 (\d{6})/) } });
  assert.equal(next.status, 303, wordsOf(next.body));
  const cookies = [first.cookie, ...cookiesOf(next)].join('; ').split('; ');
  return { agreed, cookie: cookies.join('; '), cookies };
}
async function visitor(email) {
  const who = await proved(email), own = await visit(browser);
  await own.addCookies(who.cookies.map((one) => ({ name: one.split('=')[0], value: one.slice(one.indexOf('=') + 1), url: process.env.BASE_URL || 'http://127.0.0.1:8080' })));
  const opened = await own.newPage();
  opened.setDefaultTimeout(10000);
  await opened.goto('/account/register/form');
  return { own, page: opened };
}
async function fillForm(where, { login, company, phone, uscc = creditCode() }) {
  await fill(where, { 用户名: login, 密码: PASSWORD, 确认密码: PASSWORD, 企业名称: company, 统一社会信用代码: uscc, 第一联系人电话: phone });
  await mainOf(where).getByRole('textbox', { name: '第一联系人', exact: true }).fill('王经办');
  await chooseDivision(where, '440402');
  await mainOf(where).getByLabel('营业执照').setInputFiles(png());
}

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
  assert.match(await errors(page), /请阅读并同意《注册协议》/);
  await main.getByLabel('邮箱验证码').fill(code === '000000' ? '111111' : '000000');
  await main.getByLabel('我已阅读并同意').check();
  await press('下一步');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /验证码不正确或已失效/);
  await main.getByLabel('邮箱验证码').fill(code);
  await press('下一步');
  await page.waitForURL('**/account/register/form');
  assert.ok((await main.innerText()).includes(MAIL));
  const again = await send('/account/register', '', { target: MAIL, code, agreed: sqlValue("SELECT MAX(version) FROM agreement WHERE kind = 'registration'"), do: 'next' });
  assert.equal(again.status, 422, 'a code works once');
});

test('Z6.2, Z6.3: the form keeps what was typed on errors; one record; the success page shows account and phone, 「返回首页」', async () => {
  await fill(page, { 用户名: LOGIN, 密码: PASSWORD, 确认密码: `${PASSWORD}x` });
  await main.getByLabel('企业名称').fill(COMPANY);
  await main.getByLabel('统一社会信用代码').first().fill(USCC);
  await main.getByRole('textbox', { name: '第一联系人', exact: true }).fill('王经办');
  await main.getByLabel('第一联系人电话').fill(PHONE);
  await main.getByLabel('营业执照').setInputFiles(png());
  await press('提交');
  const summary = await page.locator('.govuk-error-summary').innerText();
  assert.match(summary, /注册地/);
  assert.equal(await main.getByLabel('企业名称').inputValue(), COMPANY);
  assert.ok((await main.innerText()).includes('执照.png'), 'the upload is kept');
  await chooseDivision(page, '440402');
  await fill(page, { 密码: PASSWORD, 确认密码: PASSWORD });
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
  const cookie = await sessionIn(context), { token } = await formToken('/operator', cookie), own = (path) => /^\/(operator|account|place)(\/|$)/.test(path);
  const tried = { closed: 0, open: 0 };
  for (const route of routes) {
    const address = route.path.replace(/\{id\}/g, '1').replace(/\{\w+\}/g, 'registration'), open = route.capability === 'public' || (own(route.path) && ['signed-in', 'company'].includes(route.capability));
    if (route.path === '/account/logout' || route.capability === 'public' || /^\/evcs|^\/api/.test(route.path)) continue;
    const answer = route.method === 'POST' ? await post(address, { cookie, form: { csrf: open ? 'none' : token } }) : await get(address, { cookie });
    tried[open ? 'open' : 'closed']++;
    if (!open) assert.ok(answer.status === 403 || route.capability === 'signing-in' || (route.capability === 'signed-in' && answer.status === 404), `${route.method} ${address} (${route.capability}): ${answer.status}`);
    else assert.ok(route.method === 'POST' || answer.status < 400, `${address}: ${answer.status}`);
  }
  assert.ok(tried.closed > 40 && tried.open > 8 && postRoutes.length > 20, JSON.stringify(tried));
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

test('the agreement published anew between reading and sending: said so, what was typed stays, the version ticked is stored', async () => {
  const login = `agr-${mark}`, { own, page: form } = await visitor(`${login}@example.com`), version = Number(sqlValue("SELECT MAX(version) FROM agreement WHERE kind = 'registration'"));
  assert.ok(await mainOf(form).getByLabel('我已阅读并同意').isChecked(), 'accepted in the first step');
  await fillForm(form, { login, company: `协议测试有限公司${mark}`, phone: newPhone() });
  sql(`INSERT INTO agreement (kind, version, title, body) VALUES ('registration', ${version + 1}, ${quote('注册协议')}, ${quote('新的文本')})`);
  try {
    await pressOn(form, '提交');
    assert.match(await errors(form), /《注册协议》的文本已更新，请阅读新版本后重新勾选/);
    assert.equal(await mainOf(form).getByLabel('企业名称').inputValue(), `协议测试有限公司${mark}`);
    assert.ok((await mainOf(form).innerText()).includes('执照.png'));
    assert.ok(!(await mainOf(form).getByLabel('我已阅读并同意').isChecked()), 'the new text is not accepted by itself');
    await fill(form, { 密码: PASSWORD, 确认密码: PASSWORD });
    await mainOf(form).getByLabel('我已阅读并同意').check();
    await pressOn(form, '提交');
    await form.waitForURL('**/account/register/done');
    assert.equal(sqlValue(`SELECT agreement_version FROM operator_registration WHERE id = ${idOf(login)}`), String(version + 1));
    const step = await send('/account/register', '', { target: `x-${login}@example.com`, code: '123456', agreed: String(version), do: 'next' });
    assert.match(wordsOf(step.body), /文本已更新/);
  } finally {
    sql(`DELETE FROM agreement WHERE kind = 'registration' AND version = ${version + 1}`);
    await own.close();
  }
});

test('drafts by the visit: 「保存」, away and back, another window; a double click makes one record', async () => {
  const login = `dra-${mark}`, company = `暂存测试（珠海）有限公司${mark}`, { own, page: form } = await visitor(`${login}@example.com`);
  await fillForm(form, { login, company, phone: newPhone() });
  await pressOn(form, '保存');
  await form.goto('/');
  await form.goBack();
  const second = await own.newPage();
  await second.goto('/account/register/form');
  assert.match(await mainOf(second).innerText(), /已恢复未提交的内容[^]*执照\.png/);
  assert.equal(await mainOf(second).getByLabel('企业名称').inputValue(), company, 'brackets as typed');
  assert.equal(await second.locator('#division_code-1').inputValue(), '440402');
  await fill(second, { 密码: PASSWORD, 确认密码: PASSWORD });
  const stranger = await (await visit(browser)).newPage();
  await stranger.goto('/account/register/form');
  assert.match(stranger.url(), /\/account\/register$/, 'the draft is this visit\'s alone');
  const fields = await second.evaluate(() => { const f = document.querySelector('form[data-form]'); return [...new FormData(f)].filter(([, v]) => typeof v === 'string'); });
  const cookie = (await own.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');
  const answers = await Promise.all([1, 2].map(() => post('/account/register/zhuhai', { cookie, form: new URLSearchParams([...fields, ['do', 'submit']]) })));
  assert.deepEqual(answers.map((one) => one.status), [303, 303]);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM operator_registration WHERE account_name = '${login}'`), '1');
  assert.equal(sqlValue(`SELECT company FROM operator_registration WHERE account_name = '${login}'`), company);
  const found = await get(`/admin/registrations?q=${encodeURIComponent(`暂存测试(珠海)有限公司${mark}`)}`, { cookie: sessionOf(role('city').login) });
  assert.ok(found.body.includes(company), 'either width of a bracket finds it');
  await own.close();
});

test('H1.3: withdrawn, supplemented after a return, resubmitted by the applicant; a session that ends in the middle loses nothing', async () => {
  const login = `dra-${mark}`, own = await visit(browser), form = await own.newPage(), at = `/admin/registrations/${idOf(login)}`, city = sessionOf(role('city').login);
  const logIn = async () => {
    await mainOf(form).getByLabel('账号或手机号').fill(login);
    await mainOf(form).getByLabel('密码', { exact: true }).fill(PASSWORD);
    await pressOn(form, '登录');
  };
  form.setDefaultTimeout(10000);
  await form.goto('/account/login');
  await logIn();
  form.once('dialog', (dialog) => dialog.accept());
  await mainOf(form).getByRole('button', { name: '撤回', exact: true }).click();
  await form.locator('dialog[open]').getByRole('button').first().click({ timeout: 1500 }).catch(() => {});
  await form.getByText('待提交').first().waitFor();
  assert.equal(stateOf(login), 'draft');
  await mainOf(form).getByRole('link', { name: '修改注册信息' }).click();
  await fill(form, { 详细地址: '情侣中路 1 号' });
  await mainOf(form).getByLabel('营业执照').setInputFiles(png('中断时上传.png'));
  sql(`DELETE FROM session WHERE account_id = (SELECT id FROM account WHERE login = '${login}')`);
  await pressOn(form, '重新提交');
  assert.match(form.url(), /\/account\/login/);
  assert.equal(stateOf(login), 'draft');
  await logIn();
  await form.waitForURL('**/operator/registration');
  assert.equal(await mainOf(form).getByLabel('详细地址').inputValue(), '情侣中路 1 号');
  assert.equal(await form.locator('#division_code-1').inputValue(), '440402');
  assert.ok((await mainOf(form).innerText()).includes('中断时上传.png'));
  await pressOn(form, '重新提交');
  await form.waitForURL('**/operator?done=sent');
  assert.equal((await send(`${at}/move`, city, { id: idOf(login), action: 'return', opinion: '请补充授权书' }, at)).status, 303);
  await form.goto('/operator/registration');
  assert.match(await mainOf(form).innerText(), /待补充材料[^]*请补充授权书/);
  const before = sqlValue(`SELECT phone FROM account WHERE login = '${login}'`);
  await fill(form, { 第一联系人电话: PHONE });
  await mainOf(form).getByLabel('营业执照').setInputFiles(png('授权书.png'));
  await pressOn(form, '重新提交');
  if (await form.locator('.govuk-error-summary').count()) assert.fail(await errors(form));
  await form.waitForURL('**/operator?done=sent');
  assert.equal(stateOf(login), 'filed');
  assert.equal(sqlValue(`SELECT phone FROM account WHERE login = '${login}'`), before, 'the number to log in with changes by a code alone, and another\'s tells nothing');
  assert.equal((await send(`${at}/move`, city, { id: idOf(login), action: 'pass' }, at)).status, 303);
  assert.equal(stateOf(login), 'passed');
  await own.close();
});

test('tries are limited: of one proved address, of one network address; the form says so and keeps what was typed', async () => {
  const email = `lim-${mark}@example.com`, who = await proved(email), { token } = await formToken('/account/register/form', who.cookie);
  const give = () => post('/account/register/zhuhai', { cookie: who.cookie, form: { csrf: token, account_name: LOGIN, password: PASSWORD, again: PASSWORD, company: '限次测试有限公司', uscc: creditCode(),
    'division_code-1': '440402', contact: '王', phone: PHONE, agreed: who.agreed, do: 'submit' } });
  const first = await give();
  assert.equal(first.status, 422);
  assert.match(wordsOf(first.body), /请上传「营业执照」/, 'the engine\'s findings cost no try');
  const own = await visit(browser), form = await own.newPage();
  await own.addCookies(who.cookies.map((one) => ({ name: one.split('=')[0], value: one.slice(one.indexOf('=') + 1), url: process.env.BASE_URL || 'http://127.0.0.1:8080' })));
  form.setDefaultTimeout(10000);
  await form.goto('/account/register/form');
  await fillForm(form, { login: LOGIN, company: '限次测试有限公司', phone: newPhone() });
  for (const [subject, words] of [[`register:${email}`, /您今日提交注册的次数已达上限/], ['register-from:127.0.0.1', /您所在网络今日提交注册的次数已达上限/]]) {
    await pressOn(form, '提交');
    assert.match(await errors(form), /「用户名」已被使用/);
    assert.ok(Number(sqlValue(`SELECT taken FROM outbox_quota WHERE subject = '${subject}' AND size = 'D' ORDER BY window_at DESC LIMIT 1`)) > 0, subject);
    sql(`UPDATE outbox_quota SET taken = 100000 WHERE subject = '${subject}'`);
    await fill(form, { 密码: PASSWORD, 确认密码: PASSWORD });
    await pressOn(form, '提交');
    assert.match(await errors(form), words);
    assert.equal(await mainOf(form).getByLabel('企业名称').inputValue(), '限次测试有限公司');
    sql(`DELETE FROM outbox_quota WHERE subject = '${subject}'`);
    await fill(form, { 密码: PASSWORD, 确认密码: PASSWORD });
  }
  await own.close();
});

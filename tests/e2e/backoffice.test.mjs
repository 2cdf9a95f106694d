// Issue 3, the back office by its labels: accounts (H1.4, H1.5) with the duties kept apart, divisions, calendar, parameters, agreements.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, overflow, settle, visit, watch, WIDTHS } from './lib/browser.mjs';
import { formToken, get, post, wordsOf } from './lib/http.mjs';
import { freshSession, role, routes } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const LOGIN = 'backoffice-li';
const idOf = (login) => sqlValue(`SELECT id FROM account WHERE login = ${quote(login)}`);
const forget = () => sql(`DELETE FROM password_reset WHERE account_id IN (SELECT id FROM account WHERE login = '${LOGIN}');
  DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE login = '${LOGIN}'); DELETE FROM account WHERE login = '${LOGIN}';
  DELETE FROM division WHERE name IN ('走查园区', '走查新区'); DELETE FROM calendar_day WHERE name = '走查';
  DELETE FROM agreement WHERE title = '走查隐私政策'`);
let browser;
before(async () => { browser = await launch(); forget(); });
after(async () => { forget(); await browser.close(); });
const send = async (address, login, form, page) => {
  const cookie = freshSession(login);
  return post(address, { cookie, form: { csrf: (await formToken(page ?? address, cookie)).token, ...form } });
};
const open = async (login, width = 1280) => { const context = await visit(browser, { login, width }); context.setDefaultTimeout(4000); return [await context.newPage(), context]; };
const press = async (page, name) => { await page.getByRole('main').getByRole('button', { name, exact: true }).click(); await page.waitForLoadState(); };
const PAGES = ['/admin', '/admin/accounts', '/admin/accounts/new', '/admin/divisions', '/admin/divisions?parent=440400', '/admin/dictionaries',
  '/admin/parameters', '/admin/calendar', '/admin/agreements', '/admin/agreements/new?kind=privacy'];

for (const width of WIDTHS)
  test(`the back office fits ${width} px and its pages complain of nothing`, async () => {
    const [page, context] = await open('demo-admin', width), wrong = watch(page);
    for (const address of [...PAGES, `/admin/accounts/${idOf('demo-county')}`]) {
      assert.equal((await page.goto(address)).status(), 200, address);
      await settle(page);
      assert.equal(await overflow(page), null, address);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });

test('「开立账号」 gives a one-time link once; the security administrator gives the role; neither does the other\'s work', async () => {
  const [page, context] = await open('demo-admin');
  await page.goto('/admin/accounts');
  await page.getByRole('link', { name: '开立账号' }).click();
  await page.getByLabel('账号名').fill(LOGIN);
  await page.getByLabel('姓名').fill('李走查');
  await press(page, '开立账号');
  const link = await page.getByLabel('设置密码的链接').inputValue();
  assert.match(link, /\/account\/reset\?code=[\w-]{30,}/);
  const id = idOf(LOGIN);
  await page.goto(`/admin/accounts/${id}`);
  assert.ok(!(await page.content()).includes('reset?code='), 'shown once');
  assert.equal(await page.getByRole('link', { name: /变更/ }).count(), 0, 'no roles for the system administrator');
  assert.equal((await get(`/admin/accounts/roles?id=${id}`, { cookie: freshSession('demo-admin') })).status, 403);
  assert.equal((await send('/admin/accounts/roles', 'demo-admin', { id, role: 'city', division: '440400', reason: '自行授权' }, '/admin/accounts')).status, 403);
  await context.close();
  const [security, other] = await open('demo-security');
  await security.goto(`/admin/accounts/${id}`);
  await security.getByRole('link', { name: /变更/ }).click();
  await security.getByLabel('角色').selectOption({ label: '县（区）主管部门' });
  await security.getByLabel('变更依据').fill('任职文件一号');
  await press(security, '保存');
  assert.match(await security.getByRole('main').innerText(), /县、区/, 'a county needs its division');
  assert.equal(await security.getByLabel('变更依据').inputValue(), '任职文件一号', 'what was typed stays');
  await security.getByLabel('辖区').selectOption('440402');
  await press(security, '保存');
  assert.match(await security.getByRole('main').innerText(), /角色和辖区已变更/);
  assert.equal(sqlValue(`SELECT CONCAT(role, division_code) FROM account WHERE id = ${id}`), 'county440402');
  await other.close();
});

test('「开立账号」 sent twice is one account; the list offers divisions; a reset asks first', async () => {
  const cookie = freshSession('demo-admin'), { token } = await formToken('/admin/accounts/new', cookie), twin = `${LOGIN}-2`;
  const form = { csrf: token, key: `opening-${process.pid}-${Date.now()}-once`, login: twin, name: '李两次' };
  const [first, second] = [await post('/admin/accounts/new', { cookie, form }), await post('/admin/accounts/new', { cookie, form })];
  assert.ok(first.body.includes('reset?code='));
  assert.equal(second.status, 303);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM account WHERE login = '${twin}'`), '1');
  assert.equal((await post('/admin/accounts/new', { cookie, form: { ...form, key: `opening-${process.pid}-${Date.now()}-next` } })).status, 422, 'the name is taken');
  const id = idOf(twin), asked = await post('/admin/accounts/reset', { cookie, form: { csrf: token, id } });
  assert.match(wordsOf(asked.body), /原密码立即失效/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM password_reset WHERE account_id = ${id}`), '1', 'nothing happened yet');
  const list = await get('/admin/accounts?division=440402', { cookie });
  assert.match(list.body, /<option value="440402" selected>/);
  assert.ok(list.body.includes('demo-county') && !list.body.includes('demo-city'));
  sql(`DELETE FROM password_reset WHERE account_id = ${id}; DELETE FROM account WHERE id = ${id}`);
});

test('工作日历: a bad day and a bad file are named at their fields; a change asks for the deadlines to be counted anew', async () => {
  const bad = await send('/admin/calendar/day', 'demo-admin', { day: '2026-02-30', kind: 'holiday' }, '/admin/calendar');
  assert.equal(bad.status, 422);
  assert.match(bad.body, /href="#day"/);
  sql("UPDATE job SET finished_at = '2020-01-01' WHERE kind = 'flow.due'");
  assert.equal((await send('/admin/calendar/day', 'demo-admin', { day: '2026-12-29', kind: 'plain', name: '走查' }, '/admin/calendar')).status, 303);
  assert.equal(sqlValue("SELECT COUNT(*) FROM job WHERE kind = 'flow.due' AND (finished_at IS NULL OR finished_at > '2020-01-02')"), '1');
});

test('后台任务: every part of the daily work is a job of its own', async () => {
  const parts = sqlValue("SELECT GROUP_CONCAT(DISTINCT SUBSTRING_INDEX(job_key, ':', -1) ORDER BY 1) FROM job WHERE kind = 'daily' AND job_key NOT LIKE '%:asked:%'");
  assert.equal(parts.split(',').sort().join(), 'accounts,drafts,files,jobs,outbox,submissions,trail');
  assert.match(wordsOf((await get('/admin/jobs?kind=daily', { cookie: freshSession('demo-admin') })).body), /每日维护[^]*清理过期草稿/);
});

test('H1.4: 「锁定账号」 asks for the reason and ends the sessions, 「解锁账号」 opens it again; not for keepers of the portal', async () => {
  const id = idOf(LOGIN), [page, context] = await open('demo-admin'), was = sqlValue(`SELECT state FROM account WHERE id = ${id}`);
  await page.goto(`/admin/accounts/${id}`);
  const lock = async () => {
    await press(page, '锁定账号');
    await page.getByRole('dialog').getByRole('button', { name: '确认锁定账号' }).click();
    await page.waitForLoadState();
  };
  await lock();
  assert.match(await page.getByRole('alert').innerText(), /锁定原因/);
  await page.getByLabel('锁定原因').fill('离岗待查');
  await lock();
  assert.match(await page.getByRole('main').innerText(), /已锁定[^]*离岗待查|离岗待查[^]*/);
  assert.equal(sqlValue(`SELECT state FROM account WHERE id = ${id}`), 'locked');
  await press(page, '解锁账号');
  assert.equal(sqlValue(`SELECT state FROM account WHERE id = ${id}`), was, 'a forced change of password is not forgotten');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM trail WHERE object = 'account:${id}' AND act IN ('account-lock', 'account-unlock')`), '2');
  await page.goto(`/admin/accounts/${idOf('demo-security')}`);
  assert.equal(await page.getByRole('button', { name: '锁定账号' }).count(), 0);
  assert.equal((await send('/admin/accounts/reset', 'demo-admin', { id: idOf('demo-security') }, '/admin/accounts')).status, 403);
  await context.close();
});

test('a department sees accounts of its division and below; another\'s answer 404; phones are masked', async () => {
  const cookie = freshSession('demo-county');
  sql(`UPDATE account SET division_code = '440403', phone = '13900008123' WHERE login = '${LOGIN}'`);
  assert.equal((await get(`/admin/accounts/${idOf(LOGIN)}`, { cookie })).status, 404);
  assert.ok(!(await get('/admin/accounts', { cookie })).body.includes(LOGIN));
  const city = await get(`/admin/accounts?q=${LOGIN}`, { cookie: freshSession('demo-city') });
  assert.ok(wordsOf(city.body).includes('139****8123') && !city.body.includes('13900008123'));
  assert.equal((await send('/admin/accounts/lock', 'demo-county', { id: idOf(LOGIN), reason: '越权锁定' }, '/admin/accounts')).status, 404);
});

test('区划: a portal-owned entry is added, renamed, retired; one of GB/T 2260 is not', async () => {
  const [page, context] = await open('demo-admin');
  await page.goto('/admin/divisions?parent=440400');
  await page.getByLabel('名称', { exact: false }).last().fill('走查园区');
  await press(page, '新增');
  const code = sqlValue("SELECT code FROM division WHERE name = '走查园区'");
  assert.match(code, /^4404QT\d+$/);
  assert.equal((await send('/admin/divisions', 'demo-admin', { parent: '440400', code, name: '走查新区' }, '/admin/divisions?parent=440400')).status, 303);
  assert.equal((await send('/admin/divisions/retire', 'demo-admin', { parent: '440400', code, retired: '1' }, '/admin/divisions?parent=440400')).status, 303);
  assert.ok(!(await get('/account/divisions?parent=440400')).body.includes('走查新区'), 'no longer offered');
  assert.equal((await send('/admin/divisions', 'demo-admin', { parent: '440400', code: '440402', name: '别处' }, '/admin/divisions?parent=440400')).status, 422);
  await context.close();
});

test('工作日历: a day is set; 参数 hide secrets; 协议文本 keep the version before', async () => {
  assert.equal((await send('/admin/calendar/day', 'demo-admin', { day: '2026-12-30', kind: 'holiday', name: '走查' }, '/admin/calendar')).status, 303);
  assert.equal(sqlValue("SELECT kind FROM calendar_day WHERE day = '2026-12-30'"), 'holiday');
  assert.ok(wordsOf((await get('/admin/calendar?year=2099', { cookie: freshSession('demo-admin') })).body).includes('尚未确认'));
  const parameters = await get('/admin/parameters', { cookie: freshSession('demo-admin') });
  assert.ok(parameters.body.includes('Password.HashPasses') && parameters.body.includes('已设置，不显示'));
  for (const seen of ['0', '1'])
    assert.equal((await send('/admin/agreements', 'demo-admin', { kind: 'privacy', seen, title: '走查隐私政策', body: `第 ${seen} 稿`, confirmed: '1' }, '/admin/agreements/new?kind=privacy')).status, 303);
  const asked = await send('/admin/agreements', 'demo-admin', { kind: 'privacy', seen: '2', title: '走查隐私政策', body: '未确认' }, '/admin/agreements/new?kind=privacy');
  assert.match(wordsOf(asked.body), /不能撤回[^]*确认发布/);
  const late = await send('/admin/agreements', 'demo-admin', { kind: 'privacy', seen: '1', title: '走查隐私政策', body: '迟到', confirmed: '1' }, '/admin/agreements/new?kind=privacy');
  assert.equal(late.status, 409);
  assert.match(late.body, /id="theirs"[^>]*>第 1 稿<[^]*id="body"[^>]*>迟到</, 'both texts stand on the page');
  assert.match(late.body, /name="seen" value="2"/);
  assert.equal(sqlValue("SELECT GROUP_CONCAT(body ORDER BY version) FROM agreement WHERE kind = 'privacy'"), '第 0 稿,第 1 稿');
});

test('role × route: each page of the back office opens to its roles alone', async () => {
  const may = { 'account-view': ['county', 'city', 'province', 'admin', 'security'], 'account-manage': ['admin'], 'account-roles': ['security'],
    settings: ['admin'], 'agreement-publish': ['admin'] };
  for (const key of ['operator', 'county', 'city', 'province', 'expert', 'finance', 'editor', 'admin', 'security', 'auditor'])
    for (const route of routes.filter((one) => one.program === 'admin' && one.method === 'GET' && may[one.capability] && !one.path.includes('{'))) {
      const status = (await get(route.path, { cookie: freshSession(role(key).login) })).status;
      assert.equal(status === 403, !may[route.capability].includes(key), `${key} ${route.path}: ${status}`);
    }
});

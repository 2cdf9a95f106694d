// Issue 3, deliver 6: parameters and dictionaries that staff change while the portal runs. True in every process within seconds,
// nothing lost to a second editor, each change with its reason in the history and in the trail.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, overflow, settle, visit, watch, WIDTHS } from './lib/browser.mjs';
import { formToken, get, post, wordsOf } from './lib/http.mjs';
import { freshSession } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';

const KEY = 'Password.Length', EDIT = `/admin/parameters/edit?parameter=${KEY}`, ENTRY = '/admin/dictionaries/entry?dict=construction';
const forget = () => sql(`DELETE FROM parameter WHERE name = '${KEY}'; DELETE FROM dict_entry WHERE dict = 'construction';
  DELETE FROM setting_change WHERE subject = 'parameter:${KEY}' OR subject LIKE 'dict:construction:%';
  UPDATE setting_version SET version = version + 1`);
let browser;
before(async () => { browser = await launch(); forget(); });
after(async () => { forget(); await browser.close(); });
const send = async (page, form, login = 'demo-admin') => {
  const cookie = freshSession(login);
  return post(page.split('?')[0], { cookie, form: { csrf: (await formToken(page, cookie)).token, ...form } });
};
const seen = async (page) => (await get(page, { cookie: freshSession('demo-admin') })).body.match(/name="seen" value="(\d+)"/)[1];
const until = async (what, ask) => {
  for (let i = 0; i < 150; i++) {
    if (await ask()) return;
    await new Promise((go) => setTimeout(go, 200));
  }
  assert.fail(`not seen: ${what}`);
};
/** Asked so often that each of the program's processes has most likely answered; all must say the same. */
const everywhere = async (ask, times = 12) => (await Promise.all(Array.from({ length: times }, ask))).every(Boolean);
const rule = async (least) => wordsOf((await get('/account/password', { cookie: freshSession('demo-citizen') })).body).includes(`${least} 至`);

test('参数: set by its label; another program knows it within seconds, in all its processes; default comes back', async () => {
  const context = await visit(browser, { login: 'demo-admin' }), page = await context.newPage();
  context.setDefaultTimeout(5000);
  await page.goto('/admin/parameters');
  await page.getByRole('row', { name: /最短长度/ }).getByRole('link', { name: /调整/ }).click();
  await page.getByLabel('新值').fill('7');
  await page.getByLabel('变更依据').fill('等保测评意见');
  await page.getByRole('button', { name: '保存' }).click();
  assert.match(await page.getByRole('alert').first().innerText(), /8/, 'the bound is named');
  assert.equal(await page.getByLabel('变更依据').inputValue(), '等保测评意见', 'what was typed stays');
  await page.getByLabel('新值').fill('14');
  await page.getByRole('button', { name: '保存' }).click();
  assert.match(await page.getByRole('main').innerText(), /参数已调整[^]*10 个字符 → 14 个字符[^]*等保测评意见/);
  await until('14 in the account program', () => everywhere(() => rule(14)));
  assert.match(sqlValue(`SELECT detail FROM trail WHERE act = 'parameter-set' AND object = 'parameter:${KEY}' ORDER BY id DESC LIMIT 1`), /10 个字符 → 14 个字符；依据：等保测评意见/);
  await page.goto('/admin/parameters');
  assert.match(await page.getByRole('row', { name: /最短长度/ }).innerText(), /14[^]*已调整/);
  await page.goto(EDIT);
  await page.getByLabel('变更依据').fill('恢复原规定');
  await page.getByRole('button', { name: '恢复默认值' }).click();
  await until('the default again', () => everywhere(() => rule(10)));
  await context.close();
});

test('参数: the second editor gets 409, reads both values and may send again over the first', async () => {
  const old = await seen(EDIT);
  assert.equal((await send(EDIT, { parameter: KEY, seen: old, value: '12', reason: '第一位编辑' })).status, 303);
  const late = await send(EDIT, { parameter: KEY, seen: old, value: '16', reason: '第二位编辑' });
  assert.equal(late.status, 409);
  assert.match(wordsOf(late.body), /改为 12 个字符，您填写的是 16/);
  assert.match(late.body, /name="value"[^>]*value="16"/, 'what was typed stays');
  assert.equal(sqlValue(`SELECT value FROM parameter WHERE name = '${KEY}'`), '12');
  assert.equal((await send(EDIT, { parameter: KEY, seen: late.body.match(/name="seen" value="(\d+)"/)[1], value: '16', reason: '核对后提交' })).status, 303);
  const both = await Promise.all(['18', '20'].map(async (value) => send(EDIT, { parameter: KEY, seen: await seen(EDIT), value, reason: '同时提交' })));
  assert.deepEqual(both.map((one) => one.status).sort(), [303, 409], 'of two at once one is made');
});

test('参数: what is not declared, secrets and addresses cannot be set; others are refused; a reason is asked for', async () => {
  for (const key of ['Mail.Url', 'Mail.Password', 'Sms.SignKey', 'Database.Password', 'Session.StaffSecondFactor', 'Nothing.AtAll']) {
    assert.equal((await get(`/admin/parameters/edit?parameter=${key}`, { cookie: freshSession('demo-admin') })).status, 404, key);
    assert.equal((await send(EDIT, { parameter: key, seen: '0', value: '1', reason: '越权修改' })).status, 404, key);
  }
  assert.equal((await send(EDIT, { parameter: KEY, seen: await seen(EDIT), value: '15' })).status, 422);
  for (const value of ['', 'abc', '1e3', '-9', '33', '12.5'])
    assert.equal((await send(EDIT, { parameter: KEY, seen: await seen(EDIT), value, reason: '不合规则' })).status, 422, value);
  for (const login of ['demo-security', 'demo-auditor', 'demo-city', 'demo-operator'])
    assert.equal((await get(EDIT, { cookie: freshSession(login) })).status, 403, login);
});

test('字典: a new code where it is open, another name, hidden but never gone; second editor gets 409', async () => {
  const trailed = () => Number(sqlValue("SELECT COUNT(*) FROM trail WHERE act = 'dict-set' AND object = 'dict:construction:40'")), before = trailed();
  assert.equal((await send(ENTRY, { dict: 'construction', added: '1', seen: '0', code: '3', label: '别处', position: '5', reason: '省厅来函' })).status, 422, 'taken');
  assert.equal((await send(ENTRY, { dict: 'construction', added: '1', seen: '0', code: '999', label: '别处', position: '5', reason: '省厅来函' })).status, 422, 'no such code');
  assert.equal((await send(ENTRY, { dict: 'construction', added: '1', seen: '0', code: '40', label: '居民区', position: '5', reason: '省厅来函' })).status, 422, 'the name is taken');
  assert.equal((await send(ENTRY, { dict: 'construction', added: '1', seen: '0', code: '40', label: '换电走廊', position: '5', reason: '省厅来函' })).status, 303);
  const list = async (words) => wordsOf((await get('/admin/dictionaries', { cookie: freshSession('demo-admin') })).body).includes(words);
  await until('the new entry', () => everywhere(() => list('换电走廊'), 4));
  const one = `${ENTRY}&code=40`, old = await seen(one);
  assert.equal((await send(one, { dict: 'construction', seen: old, code: '40', label: '换电长廊', position: '500', hidden: '1', reason: '更名停用' })).status, 303);
  const late = await send(one, { dict: 'construction', seen: old, code: '40', label: '换电中心', position: '5', reason: '迟到的人' });
  assert.equal(late.status, 409);
  assert.match(wordsOf(late.body), /换电长廊[^]*您填写的是「换电中心」/);
  assert.equal(sqlValue("SELECT CONCAT(label, hidden) FROM dict_entry WHERE dict = 'construction' AND code = '40'"), '换电长廊1');
  await until('hidden', () => everywhere(() => list('换电长廊 已停用'), 4));
  assert.equal((await get('/admin/dictionaries/entry?dict=account_state&code=active', { cookie: freshSession('demo-admin') })).status, 404, 'not the business\'s');
  assert.equal((await get('/admin/dictionaries/entry?dict=station_type', { cookie: freshSession('demo-admin') })).status, 404, 'not open');
  assert.equal(trailed() - before, 2);
});

for (const width of WIDTHS)
  test(`参数 and 字典 fit ${width} px and complain of nothing`, async () => {
    const context = await visit(browser, { login: 'demo-admin', width }), page = await context.newPage(), wrong = watch(page);
    for (const address of ['/admin/parameters', EDIT, '/admin/dictionaries', ENTRY, `${ENTRY}&code=1`]) {
      assert.equal((await page.goto(address)).status(), 200, address);
      await settle(page);
      assert.equal(await overflow(page), null, address);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });

test('审计员: the result of the verification is on the page, and can be asked for; nothing but the trail is theirs', async () => {
  const cookie = freshSession('demo-auditor'), { token } = await formToken('/admin/trail', cookie);
  const count = () => Number(sqlValue('SELECT COUNT(*) FROM trail_check')), before = count();
  assert.equal((await post('/admin/trail/verify', { cookie, form: { csrf: token } })).status, 303);
  await until('another verification', async () => count() > before);
  assert.match(wordsOf((await get('/admin/trail', { cookie })).body), /完整性校验[^]*未发现修改、缺失或插入/);
  for (const address of ['/admin/accounts', '/admin/jobs', '/admin/outbox', '/admin/partners', '/workbench', '/workbench/flows', '/admin/registrations', '/admin/reveal'])
    assert.equal((await get(address, { cookie })).status, 403, address);
  assert.ok(!wordsOf((await get('/admin', { cookie })).body).includes('接入运营商'));
});

test('每日维护: a part that fails leaves the others alone', async () => {
  const add = (part) => sql(`INSERT INTO job (kind, job_key, payload) VALUES ('daily', 'daily:settings-test:${part}', '{"part":"${part}"}')`);
  const state = (part) => sqlValue(`SELECT state FROM job WHERE job_key = 'daily:settings-test:${part}'`);
  sql("DELETE FROM job WHERE job_key LIKE 'daily:settings-test:%'");
  ['nothing-of-that-name', 'drafts', 'outbox'].forEach(add);
  await until('the good parts', async () => state('drafts') === 'done' && state('outbox') === 'done');
  await until('the bad part', async () => state('nothing-of-that-name') === 'failed');
  sql("DELETE FROM job WHERE job_key LIKE 'daily:settings-test:%'");
});

// A session that ends in the middle of a form loses nothing: log in again and the form is as it was; nobody else gets it.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from './lib/browser.mjs';
import { portalctl } from './lib/env.mjs';
import { freshSession } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const PASSWORD = portalctl('demo-logins').split('\n').map((line) => line.split(/\s+/)).find(([login]) => login === 'demo-operator')[1];
const FORM = '/company/qualification/form', OTHER = 'kept-other';
const TYPED = { 企业名称: '未提交的企业名称', 资产总额: '2345.00', 法人代表: '赵六', 注册地址: '香洲区未提交路 7 号' };
let browser;

const clear = () => sql(`DELETE FROM form_draft WHERE form = 'company-qualification'; DELETE FROM login_failure;
  DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE login = '${OTHER}')`);
before(async () => {
  browser = await launch();
  clear();
  const hash = sqlValue("SELECT password_hash FROM account WHERE login = 'demo-operator'");
  sql(`INSERT INTO account (login, name, role, operator_id, password_hash) SELECT '${OTHER}', '另一运营商', 'operator', MAX(o.id), ${quote(hash)} FROM operator o
    WHERE o.id <> (SELECT operator_id FROM account WHERE login = 'demo-operator') ON DUPLICATE KEY UPDATE state = 'active'`);
});
after(async () => { clear(); await browser.close(); });

const main = (page) => page.getByRole('main');
const field = (page, label) => main(page).getByLabel(label, { exact: false }).first();
async function logIn(page, login) {
  await main(page).getByLabel('账号或手机号').fill(login);
  await main(page).getByLabel('密码', { exact: true }).fill(PASSWORD);
  await main(page).getByRole('button', { name: '登录', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/account/login');
}

for (const script of [true, false])
  test(`the session ends while a long form is typed: said at the log-in, and the form is as it was (${script ? 'with' : 'without'} scripts)`, async () => {
    clear();
    const context = await visit(browser, { cookie: freshSession('demo-operator'), script }), page = await context.newPage();
    await page.goto(`${FORM}?step=1`);
    for (const [label, value] of Object.entries(TYPED)) await field(page, label).fill(value);
    sql("UPDATE session SET seen_at = NOW(3) - INTERVAL 31 MINUTE WHERE account_id = (SELECT id FROM account WHERE login = 'demo-operator')");
    await main(page).getByRole('button', { name: '下一步', exact: true }).click();
    await page.waitForURL(/\/account\/login\?/);
    await page.getByText('登录已失效，您填写的内容已保留').waitFor();
    assert.ok(!Object.values(TYPED).some((value) => page.url().includes(encodeURIComponent(value))), 'nothing typed in the address');
    assert.equal(sqlValue(`SELECT COUNT(*) FROM form_draft WHERE sealed LIKE '%赵六%'`), '0', 'sealed');

    // somebody else at the same browser
    await logIn(page, OTHER);
    await page.goto(`${FORM}?step=1`);
    const theirs = await page.content();
    for (const value of Object.values(TYPED)) assert.ok(!theirs.includes(value), `${OTHER} sees ${value}`);
    for (const label of Object.keys(TYPED)) assert.notEqual(await field(page, label).inputValue(), TYPED[label]);
    await page.goto('/account');
    await page.locator('header').getByRole('button', { name: '退出' }).click();
    await page.waitForURL((url) => url.pathname === '/');

    // the one who typed it
    await page.goto('/account/login');
    await logIn(page, 'demo-operator');
    await page.goto(`${FORM}?step=1`);
    for (const [label, value] of Object.entries(TYPED)) assert.equal((await field(page, label).inputValue()).replace(/,/g, ''), value, label);
    await context.close();
  });

test('log-in leads straight back to the form', async () => {
  clear();
  const context = await visit(browser, { cookie: freshSession('demo-operator') }), page = await context.newPage();
  await page.goto(`${FORM}?step=1`);
  await field(page, '法人代表').fill('钱七');
  sql("DELETE FROM session WHERE account_id = (SELECT id FROM account WHERE login = 'demo-operator')");
  await main(page).getByRole('button', { name: '下一步', exact: true }).click();
  await page.waitForURL(/\/account\/login\?/);
  await logIn(page, 'demo-operator');
  assert.equal(new URL(page.url()).pathname, FORM);
  assert.equal(await field(page, '法人代表').inputValue(), '钱七');
  await context.close();
});

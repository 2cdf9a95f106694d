// Z30: batch decisions and races, in the browser. A result for each case; who moved meanwhile is named; without JavaScript too.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { formToken, get, post, wordsOf } from './lib/http.mjs';
import { freshSession } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const NAMES = ['批量甲', '批量乙', '批量丙'];
let browser, operator, county;
function clear() {
  for (const table of ['flow_copy', 'flow_due', 'flow_step']) sql(`DELETE FROM ${table} WHERE flow = 'qualification' AND case_id IN (SELECT id FROM qualification WHERE company LIKE '批量%')`);
  sql("DELETE FROM qualification WHERE company LIKE '批量%'");
}
/** Three filed cases of the county; their ids. */
function cases(names = NAMES) {
  clear();
  sql(`INSERT INTO qualification (operator_id, company, division_code, state) VALUES ${names.map((name) => `(${operator}, ${quote(name)}, '${county}', 'filed')`)}`);
  return names.map((name) => sqlValue(`SELECT id FROM qualification WHERE company = ${quote(name)}`));
}
const stateOf = (id) => sqlValue(`SELECT state FROM qualification WHERE id = ${id}`);
before(async () => {
  browser = await launch();
  operator = sqlValue("SELECT operator_id FROM account WHERE login = 'demo-operator'");
  county = sqlValue("SELECT division_code FROM account WHERE login = 'demo-county'");
});
after(async () => { clear(); await browser.close(); });
const main = (page) => page.getByRole('main');
const press = async (page, name) => { await main(page).getByRole('button', { name }).click(); await page.waitForLoadState(); };
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${(await page.title()).slice(0, 8)}-${page.viewportSize().width}.png`, fullPage: true });
}

for (const width of WIDTHS)
  test(`Z30: ticked cases of 「待办事项」 are decided at once; one that moved meanwhile is named (${width} px)`, async () => {
    const ids = cases(), context = await visit(browser, { login: 'demo-county', width }), page = await context.newPage(), wrong = watch(page);
    await page.goto('/workbench?flow=qualification');
    for (const name of NAMES) await page.getByLabel(`选择 ${name}`).check();
    await sound(page);
    await press(page, '批量办理');
    await sound(page);
    assert.match(await main(page).innerText(), /3 件/);
    await press(page, /^批量不通过/);
    assert.match(await page.getByRole('alert').innerText(), /意见/, 'an opinion is asked for');
    await page.getByLabel('审批意见').fill('材料不全，请补正');
    sql(`UPDATE qualification SET state = 'draft', state_at = NOW(3) WHERE id = ${ids[1]}`);       // withdrawn meanwhile
    await press(page, /^批量不通过/);
    await sound(page);
    const words = await main(page).innerText();
    assert.match(words, /已办理 2 件，未办理 1 件/);
    assert.match(await main(page).getByRole('row', { name: /批量乙/ }).innerText(), /未办理[^]*待提交/);
    assert.deepEqual(ids.map(stateOf), ['refused', 'draft', 'refused']);
    assert.equal(sqlValue(`SELECT GROUP_CONCAT(DISTINCT opinion) FROM flow_step WHERE flow = 'qualification' AND case_id IN (${ids})`), '材料不全，请补正');
    await main(page).getByRole('link', { name: '返回列表' }).click();
    await page.waitForURL(/\/workbench$/);
    assert.deepEqual(wrong.filter((w) => !/422/.test(w)), []);
    await context.close();
  });

test('Z30: without JavaScript: all that wait of one flow', async () => {
  const ids = cases(), context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.BASE_URL });
  const [name, value] = freshSession('demo-county').split('=');
  await context.addCookies([{ name, value, url: process.env.BASE_URL }]);
  const page = await context.newPage();
  await page.goto('/workbench');
  await press(page, '批量办理');
  assert.match(await page.locator('.govuk-error-summary').innerText(), /请先勾选/);
  await page.goto('/workbench?flow=qualification');
  await page.getByLabel(/^全部 \d+ 件$/).check();
  await press(page, '批量办理');
  await press(page, /^批量通过/);
  assert.match(await main(page).innerText(), /已办理/);
  assert.deepEqual(ids.map(stateOf), ['passed', 'passed', 'passed']);
  await context.close();
});

test('Z30: outside the division nothing is decided; who may not decide is refused; a double submission is one', async () => {
  const [id] = cases(['批量外']), send = async (login, form) => {
    const cookie = freshSession(login), { token } = await formToken('/workbench', cookie);
    return post('/workbench/batch/take', { cookie, form: { csrf: token, flow: 'qualification', action: 'pass', cases: id, ...form } });
  };
  sql(`UPDATE qualification SET division_code = '110101' WHERE id = ${id}`);
  const answer = await send('demo-county', {});
  assert.match(wordsOf(answer.body), /没有这个事项/);
  assert.ok(!answer.body.includes('批量外'));
  assert.equal(stateOf(id), 'filed');
  assert.equal((await send('demo-finance', {})).status, 403);
  assert.equal((await send('demo-county', { flow: 'nothing' })).status, 404);
  assert.equal((await send('demo-county', { back: 'https://elsewhere.example/' })).status, 422);
  sql(`UPDATE qualification SET division_code = '${county}' WHERE id = ${id}`);
  const cookie = freshSession('demo-county'), { token } = await formToken('/workbench', cookie);
  const form = { csrf: token, flow: 'qualification', action: 'pass', cases: id, key: 'batch-0123456789-once' };
  for (let i = 0; i < 2; i++) assert.match(wordsOf((await post('/workbench/batch/take', { cookie, form })).body), /已办理 1 件/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM flow_step WHERE flow = 'qualification' AND case_id = ${id}`), '1');
});

test('Z30: two reviewers race: one decides, the other reads who was faster and keeps the opinion', async () => {
  const [id] = cases(['批量争']), address = `/company/review/qualification/${id}`, open = async (login) => {
    const context = await visit(browser, { login }), page = await context.newPage();
    await page.goto(address);
    await page.getByLabel('审批意见').fill(`意见出自 ${login}`);
    return page;
  };
  const pages = [await open('demo-county'), await open('demo-city')];
  const answers = await Promise.all(pages.map(async (page, i) => {
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'POST'),
      main(page).getByRole('button', { name: i ? '不通过' : '通过', exact: true }).click()]);
    await page.waitForLoadState();
    return answer.status();
  }));
  assert.deepEqual([...answers].sort(), [303, 409]);
  const late = pages[answers.indexOf(409)], words = await main(late).innerText();
  assert.match(words, answers.indexOf(409) ? /区发展改革部门（县（区）主管部门）于 \d{4}-\d\d-\d\d \d\d:\d\d 办理/ : /市发展改革部门（市级主管部门）于 \d{4}-\d\d-\d\d \d\d:\d\d 办理/);
  assert.ok((await late.content()).includes(`意见出自 ${answers.indexOf(409) ? 'demo-city' : 'demo-county'}`), 'the opinion is kept');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM flow_step WHERE flow = 'qualification' AND case_id = ${id}`), '1');
  for (const page of pages) await page.context().close();
});

test('Z30: the same from an area\'s own list: 「注册审核」', async () => {
  const cookie = freshSession('demo-county'), { token } = await formToken('/admin/registrations', cookie);
  sql(`INSERT INTO operator_registration (company, division_code, state) VALUES ('批量登记', '${county}', 'draft')`);
  const id = sqlValue("SELECT MAX(id) FROM operator_registration WHERE company = '批量登记'");
  const asked = await post('/admin/registrations/batch', { cookie, form: { csrf: token, id } });
  assert.equal(asked.status, 200);
  assert.match(wordsOf(asked.body), /批量登记[^]*当前状态不能批量办理/);
  sql(`DELETE FROM operator_registration WHERE id = ${id}`);
  assert.equal((await get('/admin/registrations', { cookie })).status, 200);
});

// T/CEC 102 part 3, 充值启停对接: a driver starts and stops a charge through the operator's platform (the conformance kit plays it),
// in Chromium and over HTTP: each misbehaviour in words, nothing started twice, nobody sees another's charge.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { formToken, get, isLogin, post, wordsOf } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { BASE_URL } from './lib/env.mjs';
import { kit, portalctlLater, until } from './lib/kit.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';

const code = `7${Date.now().toString(36).slice(-7).toUpperCase()}S`;
let browser, one, account;
const own = () => sessionOf('demo-citizen');

const clear = () => {
  sql(`DELETE FROM charge_hold WHERE charge_id IN (SELECT id FROM charge WHERE account_id = ${account}); DELETE FROM charge WHERE account_id = ${account}`);
};
before(async () => {
  account = sqlValue("SELECT id FROM account WHERE login = 'demo-citizen'");
  clear();
  one = await (await kit(code)).connect();
  browser = await launch();
});
after(async () => {
  clear();
  await browser?.close();
  await one?.end();
  sql(`UPDATE partner SET enabled = 0 WHERE operator_id = ${one.operator}; UPDATE station SET published = 0 WHERE operator_id = ${one.operator}`);
});

let turn = 0;
/** Another connector each time: what happened at one is no matter of the next test. */
const fresh = () => one.connectors[turn++ % one.connectors.length];
const row = (id) => { const [[state, why, sent]] = sql(`SELECT state, why, start_sent FROM charge WHERE id = ${id}`); return { state, why, sent }; };
const reach = (id, ...states) => until(() => { const now = row(id); return states.includes(now.state) && now; }, `charge ${id}: ${states}, is ${row(id).state} ${row(id).why}`);
async function act(address, cookie = own()) {
  const form = await formToken('/charging', cookie);
  return post(address, { cookie: form.cookie || cookie, form: { csrf: form.token } });
}
/** The first step over HTTP; the id of the charge. */
async function ask(connector) {
  const answer = await act(`/charging/connectors/${connector.id}`);
  assert.equal(answer.status, 303, wordsOf(answer.body).slice(0, 300));
  return Number(/\/charging\/(\d+)$/.exec(answer.headers.location)[1]);
}
async function begin(connector) {
  const id = await ask(connector);
  await reach(id, 'ready');
  assert.equal((await act(`/charging/${id}/start`)).status, 303);
  return id;
}
const charges = async (seq) => (await one.state()).charges.filter((charge) => charge.seq === seq);
const seqOf = (id) => sqlValue(`SELECT seq FROM charge WHERE id = ${id}`);
const pageOf = async (id) => wordsOf((await get(`/charging/${id}`, { cookie: own() })).body);
async function end(id) {
  await act(`/charging/${id}/stop`);
  await reach(id, 'ended');
}

async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  assert.deepEqual(page.wrong, []);
}
const shot = async (page, name) => { if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/charging-${name}-${page.viewportSize().width}.png`, fullPage: true }); };

for (const width of WIDTHS)
  test(`part 3: from the station's page: price, start, charging, stop, order (${width} px)`, async () => {
    await one.plan('');
    const connector = fresh(), context = await visit(browser, { login: 'demo-citizen', width }), page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.wrong = watch(page);
    await page.goto(`/map/stations/${connector.station}`);
    await page.locator(`a[href="/charging/connectors/${connector.id}"]`).click();
    await sound(page);
    await shot(page, 'connector');
    await page.getByRole('button', { name: '已插好枪，查询价格' }).click();
    await page.getByText('请确认价格').waitFor();
    assert.equal(await page.getByRole('row').count(), 7, 'six periods and the head');
    await page.getByText('当前时段', { exact: true }).waitFor();
    await sound(page);
    await shot(page, 'price');
    await page.getByRole('button', { name: '确认价格，启动充电' }).click();
    await page.getByRole('button', { name: '停止充电' }).waitFor();
    await page.locator('.state', { hasText: '充电中' }).waitFor();
    await page.locator('.figures b', { hasText: /^0\.\d\d$/ }).first().waitFor();          // energy came with a snapshot
    await sound(page);
    await shot(page, 'charging');
    await page.getByRole('button', { name: '停止充电' }).click();
    await page.getByRole('heading', { name: '订单' }).waitFor();
    await sound(page);
    await shot(page, 'order');
    const id = Number(/\/charging\/(\d+)/.exec(page.url())[1]), seq = seqOf(id);
    assert.equal(row(id).state, 'ended');
    assert.match(seq, /^[0-9A-Z]{9}\d{18}$/);
    assert.ok(seq.startsWith(one.partner.gov_id));
    assert.equal((await charges(seq)).length, 1);
    const [[energy, total]] = sql(`SELECT FORMAT(energy_wh / 1000, 2), total_money FROM charge_order WHERE order_no = '${seq}'`);
    assert.ok(await page.getByText(`${total} 元`).first().isVisible(), total);
    assert.ok(await page.getByText(`${energy} kWh`).first().isVisible(), energy);
    await page.goto('/charging');
    await sound(page);
    await shot(page, 'own');
    assert.ok(await page.locator(`a[href="/charging/${id}"]`).isVisible());
    await context.close();
  });

test('without scripts the same steps lead to the order', async () => {
  const connector = fresh(), context = await visit(browser, { login: 'demo-citizen', script: false }), page = await context.newPage();
  await page.goto(`/charging/connectors/${connector.id}`);
  await page.getByRole('button', { name: '已插好枪，查询价格' }).click();
  const id = Number(/\/charging\/(\d+)/.exec(page.url())[1]);
  await reach(id, 'ready');
  await page.getByRole('link', { name: '刷新' }).click();
  await page.getByRole('button', { name: '确认价格，启动充电' }).click();
  await reach(id, 'charging');
  await page.getByRole('link', { name: '刷新' }).click();
  await page.getByRole('button', { name: '停止充电' }).click();
  await until(() => sqlValue(`SELECT 1 FROM charge_order WHERE order_no = '${seqOf(id)}'`), 'the order');
  await page.goto(`/charging/${id}`);
  assert.match(await page.locator('main').innerText(), /总金额/);
  await context.close();
});

test('a double click starts one charge; a second connector waits until the first charge is over', async () => {
  await one.plan('');
  const connector = fresh(), other = fresh();
  const asked = await Promise.all([1, 2, 3].map(() => ask(connector)));
  assert.equal(new Set(asked).size, 1, 'three clicks, one charge');
  const [id] = asked;
  await reach(id, 'ready');
  await Promise.all([1, 2, 3, 4].map(() => act(`/charging/${id}/start`)));
  await reach(id, 'charging');
  assert.equal((await charges(seqOf(id))).length, 1);
  assert.equal(await ask(other), id, 'whoever charges is led to that charge');
  await end(id);
  await act(`/charging/${id}/stop`);
  await act(`/charging/${id}/start`);
  assert.equal(row(id).state, 'ended', 'what is over stays over');
  assert.equal((await charges(seqOf(id))).length, 1);
});

test('never two charges at one connector: who comes second is told', async () => {
  const connector = fresh(), id = await ask(connector);
  await reach(id, 'ready');
  const stranger = sqlValue("SELECT MIN(id) FROM account WHERE login = 'demo-editor'");
  sql(`INSERT INTO charge (seq, account_id, operator_id, station_id, connector_id, state, state_at, asked_at, heard_at) VALUES ('X${id.toString().padStart(26, '0')}', ${stranger}, ${one.operator},
    ${connector.station}, ${connector.id}, 'charging', NOW(3), NOW(3), NOW(3)); INSERT INTO charge_hold VALUES ('connector', ${connector.id}, LAST_INSERT_ID())`);
  const answer = await act(`/charging/${id}/start`);
  assert.equal(answer.status, 409);
  assert.match(wordsOf(answer.body), /正在为其他用户充电/);
  assert.equal(row(id).state, 'ready');
  sql(`DELETE FROM charge_hold WHERE subject = ${connector.id} AND what = 'connector'; DELETE FROM charge WHERE account_id = ${stranger}`);
  await act(`/charging/${id}/cancel`);
  assert.equal(row(id).state, 'cancelled');
});

// misbehaviour → where the charge ends, and what the driver reads
const before_ = {
  'not-plugged': /车辆还没有插枪/, 'no-policy': /没有提供这把充电枪的价格/, 'wrong-signature@query_equip_auth': /没有正常应答/,
  'garbage@query_equip_auth': /没有正常应答/, 'http-500@query_equip_auth': /没有正常应答/, 'error@query_equip_auth': /拒绝了请求/,
  'busy@query_equip_auth': /拒绝了请求.*系统繁忙/, 'token-4002': /拒绝了请求.*4002/, 'wrong-padding@query_equip_auth': /没有正常应答/,
  'bad-enum@query_equip_auth': /没有正常应答/, 'unsigned@query_equip_auth': /没有正常应答/,
  'gbk@query_equip_auth': /没有正常应答/, 'endless-body@query_equip_auth': /没有正常应答/,
};
for (const [plan, words] of Object.entries(before_))
  test(`before the start, ${plan}: nothing is started, and the driver reads why`, async () => {
    await one.plan(plan);
    const id = await ask(fresh());
    assert.match((await reach(id, 'refused')).why, words);
    assert.match(await pageOf(id), words);
    await one.plan('');
    assert.equal((await charges(seqOf(id))).length, 0);
  });

for (const plan of ['token-4002@query_equip_auth*1', 'numbers-as-strings@query_equip_auth', 'line-breaks@query_equip_auth', 'slow@query_equip_auth*1', 'missing-field@query_equip_business_policy'])
  test(`${plan} is lived with`, async () => {
    await one.plan(plan);
    const id = await ask(fresh());
    await reach(id, 'ready');
    await one.plan('');
    await act(`/charging/${id}/cancel`);
  });

test('refuse-start, start-fails: 启动失败, in words, and the driver is free again', async () => {
  for (const [plan, words] of [['refuse-start', /离线/], ['start-fails', /未能启动充电/]]) {
    await one.plan(plan);
    const id = await begin(fresh());
    assert.match((await reach(id, 'failed')).why, words, plan);
    assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_hold WHERE charge_id = ${id}`), '0');
  }
  await one.plan('');
});

test('the answer to a start is lost: it is asked what became of it, and never started twice', async () => {
  await one.plan('garbage@query_start_charge*1');
  const id = await begin(fresh());
  assert.match((await reach(id, 'unclear', 'failed', 'charging')).why, /核实|没有收到|^$/);
  assert.equal((await reach(id, 'failed')).state, 'failed', 'the platform never saw it');
  assert.equal((await charges(seqOf(id))).length, 0);
  // it saw it, and its answer could not be read
  await one.plan('wrong-padding@query_start_charge*1');
  const second = await begin(fresh());
  await reach(second, 'charging');
  assert.equal((await charges(seqOf(second))).length, 1);
  assert.equal(row(second).sent, '1');
  await end(second);
});

test('start-untold: the state is asked for and the charge is seen to run', async () => {
  await one.plan('start-untold');
  const id = await begin(fresh());
  await reach(id, 'charging');
  await one.plan('');
  await end(id);
});

test('refuse-stop: it runs on and says so; then it stops', async () => {
  await one.plan('refuse-stop*1');
  const id = await begin(fresh());
  await reach(id, 'charging');
  await act(`/charging/${id}/stop`);
  await until(() => /充电桩离线/.test(row(id).why), 'the refusal');
  assert.equal(row(id).state, 'charging');
  await one.plan('');
  await end(id);
});

test('end-untold: an end nobody told is found by asking, and marked', async () => {
  await one.plan('end-untold');
  const id = await begin(fresh());
  await reach(id, 'charging');
  await act(`/charging/${id}/stop`);
  sql(`UPDATE charge SET heard_at = NOW(3) - INTERVAL 10 MINUTE WHERE id = ${id}`);
  await until(async () => { sql(`UPDATE charge SET heard_at = NOW(3) - INTERVAL 10 MINUTE WHERE id = ${id} AND state <> 'ended'`); return row(id).state === 'ended'; }, 'the end');
  await one.plan('');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_order WHERE order_no = '${seqOf(id)}'`), '0');
  assert.match(await pageOf(id), /充电已结束/);
});

test('a platform that has forgotten the charge: 终止情况不明, and driver and connector are free', async () => {
  await one.plan('');
  const connector = fresh(), id = await begin(connector);
  await reach(id, 'charging');
  sql(`UPDATE charge SET seq = CONCAT(LEFT(seq, 9), '9', RIGHT(seq, 17)), heard_at = NOW(3) - INTERVAL 10 MINUTE WHERE id = ${id}`);
  assert.match((await reach(id, 'lost')).why, /查不到/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM charge_hold WHERE charge_id = ${id}`), '0');
});

test('orders gone wrong are confirmed to the platform and marked, the driver sees his own', async () => {
  for (const plan of ['duplicate-order', 'sums-wrong', 'impossible-energy']) {
    await one.plan(`${plan}*1`);
    const id = await begin(fresh());
    await reach(id, 'charging');
    await end(id);
    const rows = await until(() => { const all = sql(`SELECT version, doubts FROM charge_order WHERE order_no = '${seqOf(id)}'`); return all.length && all; }, plan);
    assert.equal(rows.length, 1, plan);
    assert.equal(rows[0][1] === '0', plan === 'duplicate-order', plan);
    assert.match(await pageOf(id), plan === 'duplicate-order' ? /总金额/ : /存在疑点/, plan);
  }
  await one.plan('');
});

test('the whole sequence with a platform written by somebody else (tests/simulator, on node alone)', async () => {
  const partner = makePartner(`4${code.slice(1)}`, '', '另一实现的运营商'), operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 1 });
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  const folder = mkdtempSync(path.join(tmpdir(), 'charging-')), file = path.join(folder, 'partner.json');
  writeFileSync(file, JSON.stringify(partner));
  await portalctlLater('partner-import', file);
  await portalctlLater('partner-pull', partner.operator_id);
  const [[id]] = sql(`SELECT c.id FROM connector c JOIN operator o ON o.id = c.operator_id WHERE o.code = '${partner.operator_id}' ORDER BY c.id LIMIT 1`);
  const charge = await ask({ id });
  await reach(charge, 'ready');
  assert.match(await pageOf(charge), /1\.2500 元\/千瓦时/);
  await act(`/charging/${charge}/start`);
  await reach(charge, 'charging');
  await end(charge);
  await until(() => operator.told.length === 3, 'three tellings');
  assert.deepEqual(operator.told.map(({ reply }) => [reply?.Ret, reply?.signed, reply?.Data.SuccStat ?? reply?.Data.ConfirmResult]), [[0, true, 0], [0, true, 0], [0, true, 0]], JSON.stringify(operator.told));
  await until(async () => /15\.43 元/.test(await pageOf(charge)), 'the order on the page');
  const seq = seqOf(charge), asked = operator.calls.filter((call) => call.name !== 'query_token' && /equip|charge/.test(call.name)).map((call) => call.name);
  assert.deepEqual(asked.slice(0, 3), ['query_equip_auth', 'query_equip_business_policy', 'query_start_charge']);
  assert.equal(asked.filter((name) => name === 'query_start_charge').length, 1);
  assert.equal(operator.calls.find((call) => call.name === 'query_stop_charge').asked.StartChargeSeq, seq);
  sql(`UPDATE partner SET enabled = 0 WHERE operator_id = (SELECT id FROM operator WHERE code = '${partner.operator_id}')`);
  await operator.close();
  rmSync(folder, { recursive: true });
});

test('anonymous, another driver, another role: log-in, 404, 403', async () => {
  const id = await ask(fresh());
  await reach(id, 'ready');
  for (const address of ['/charging', `/charging/${id}`, `/charging/connectors/${fresh().id}`]) assert.ok(isLogin(await get(address)), address);
  assert.equal((await get(`/charging/${id}`, { cookie: sessionOf('demo-operator') })).status, 403);
  assert.equal((await get('/charging/figures', { cookie: own() })).status, 403);
  // the same charge in another driver's books
  const other = sqlValue("SELECT id FROM account WHERE login = 'demo-editor'");
  sql(`UPDATE charge SET account_id = ${other} WHERE id = ${id}`);
  assert.equal((await get(`/charging/${id}`, { cookie: own() })).status, 404);
  for (const what of ['start', 'stop', 'cancel']) assert.equal((await act(`/charging/${id}/${what}`)).status, 404, what);
  sql(`UPDATE charge SET account_id = ${account} WHERE id = ${id}`);
  await act(`/charging/${id}/cancel`);
  assert.equal((await get('/charging/connectors/999999999', { cookie: own() })).status, 404);
});

test('departments count, and read no driver', async () => {
  const answer = await get('/charging/figures', { cookie: sessionOf('demo-city') });
  assert.equal(answer.status, 200);
  assert.match(wordsOf(answer.body), /一致性工具测试运营商/);
  assert.doesNotMatch(answer.body, /演示市民|demo-citizen/);
});

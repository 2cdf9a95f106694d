// Z12.2: the debugging console in the browser: each direction, what is wrong with a message in words, the last messages, 报文自查.
// The other side is tests/simulator/, written on node:crypto alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { BASE_URL, portalctl } from './lib/env.mjs';
import { formToken, get, post } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';
import { encrypt, makeRequest, post as send, sign } from '../simulator/tcec.mjs';
import { connectorsOf } from '../simulator/city.mjs';

const code = `7${Date.now().toString(36).slice(-7).toUpperCase()}X`, strange = `6${code.slice(1)}`;
const partner = makePartner(code, '', '联调测试充电有限公司'), stranger = makePartner(strange, '', '另一家联调公司');
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 3 });
const folder = mkdtempSync(path.join(tmpdir(), 'console-e2e-'));
const LOGINS = { own: `console-${code}`, other: `console-${strange}` };
let browser;

function company(one, login, phone) {
  const file = path.join(folder, `${one.operator_id}.json`);
  writeFileSync(file, JSON.stringify(one));
  portalctl('partner-import', file);
  sql(`UPDATE operator SET division_code = '440402' WHERE code = '${one.operator_id}'`);
  sql(`INSERT INTO account (login, name, role, operator_id, phone, password_hash) SELECT '${login}', '联调工程师', 'operator', id, '${phone}', '!' FROM operator WHERE code = '${one.operator_id}'`);
}
const ofOperator = (one = code) => `(SELECT id FROM operator WHERE code = '${one}')`;
const lastMessage = (where) => sqlValue(`SELECT MAX(id) FROM exchange_log WHERE operator_id = ${ofOperator()} AND ${where}`);

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1`;
  company(partner, LOGINS.own, `188${Date.now() % 1e8}`.padEnd(11, '0'));
  company({ ...stranger, base_url: '' }, LOGINS.other, `187${Date.now() % 1e8}`.padEnd(11, '0'));
  browser = await launch();
});
after(async () => {
  await browser.close();
  await operator.close();
  rmSync(folder, { recursive: true });
});

const main = (page) => page.getByRole('main');
async function open(login, address, width = 1280, script = true) {
  const context = await visit(browser, { login, width, script }), page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.wrong = watch(page);
  await page.goto(address);
  await settle(page);
  return page;
}
async function sound(page, name) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${page.viewportSize().width}.png`, fullPage: true });
}
/** Sends the example of an interface and waits for what comes of it. */
async function tryOut(page, name, change = (text) => text) {
  await page.goto(`/interconnect/debug/console?interface=${name}`);
  const box = main(page).getByLabel('业务数据');
  await box.fill(change(await box.inputValue()));
  await main(page).getByRole('button', { name: '发送' }).click();
  await page.waitForURL(/\/tries\/\d+$/);
  await main(page).locator('.notice').first().waitFor();
}

for (const width of WIDTHS)
  test(`Z12.2: the portal calls the platform: example, plain and sealed texts, each member's verdict (${width} px)`, async () => {
    const page = await open(LOGINS.own, '/interconnect/debug/console?interface=query_stations_info', width);
    await sound(page, 'console-out');
    await tryOut(page, 'query_stations_info');
    await sound(page, 'console-good');
    const said = await main(page).textContent();
    assert.match(said, /通过/);
    for (const word of ['签名原文', '请求信封', '应答业务数据', 'StationInfos', 'ConnectorID', '不超过 20 个字符']) assert.ok(said.includes(word), word);
    assert.equal(await sqlValue(`SELECT COUNT(*) FROM connection_tried WHERE operator_id = ${ofOperator()} AND interface = 'query_stations_info' AND passed_at IS NOT NULL`), '1');
    await page.context().close();
  });

test('Z12.2: what is wrong with an answer is named at a glance: field, signature, certificate, garbage, silence', async () => {
  const page = await open(LOGINS.own, '/interconnect/debug/console');
  const cases = [['bad-station', /StationInfos\[0\]\.StationLng（经度）应为数字/, null], ['wrong-signature', /Sig 缺失或错误/, /怎样修改/],
    ['garbage', /不是合法的 JSON/, /怎样修改/], ['http-500', /HTTP 状态 500/, /HTTP 200/], ['busy', /Ret -1/, /稍后重发/], ['unsigned', /Sig 缺失或错误/, /应答没有签名/]];
  for (const [how, words, mend] of cases) {
    operator.plans.set('query_stations_info', { how, times: 1 });
    await tryOut(page, 'query_stations_info');
    const said = await main(page).locator('.notice.bad').first().innerText();
    assert.match(said, words, how);
    if (mend) assert.match(said, mend, how);
    if (how === 'bad-station' || how === 'wrong-signature') await sound(page, `console-${how}`);
  }
  await page.context().close();
});

test('Z12.2: the example of each interface the platform calls is accepted as the page gives it, sent by the page\'s own curl recipe', async () => {
  const page = await open(LOGINS.own, '/interconnect/debug/console?direction=in&interface=query_token');
  const shell = async (token) => {
    const script = await main(page).locator('#recipe').textContent();
    return new Promise((resolve) => execFile('bash', ['-c', script.replace('******', partner.to_gov.OperatorSecret)], { env: { ...process.env, TOKEN: token,
      DATA_SECRET: partner.to_gov.DataSecret, DATA_SECRET_IV: partner.to_gov.DataSecretIV, SIG_SECRET: partner.to_gov.SigSecret } },
    (error, stdout, stderr) => resolve({ reply: JSON.parse(stdout || '{}'), stderr })));
  };
  const { reply, stderr } = await shell('');
  assert.equal(reply.Ret, 0, stderr + JSON.stringify(reply));
  const { token } = await (operator.client.fetchToken(), { token: sqlValue('SELECT 1') });
  await operator.client.fetchToken();
  assert.ok(token);
  await page.goto('/interconnect/debug/console?direction=in&interface=notification_stationStatus');
  const second = await shell(operator.client.token);
  assert.equal(second.reply.Ret, 0, JSON.stringify(second.reply));
  await main(page).locator('#recent').getByText('通过').first().waitFor();
  await sound(page, 'console-in');
  await page.context().close();
});

test('Z12.2: a refused message of the platform shows which step failed and what was done instead', async () => {
  const info = { ConnectorStatusInfo: { ConnectorID: connectorsOf(operator.stations[0])[0], Status: 77 } };
  const url = `${BASE_URL}/evcs/v1/notification_stationStatus`, headers = { Authorization: `Bearer ${operator.client.token}` };
  await send(url, makeRequest(partner.to_gov, code, info), headers);
  const crossed = makeRequest(partner.to_operator, code, info);
  await send(url, crossed, headers);
  const page = await open(LOGINS.own, `/interconnect/debug/messages/${lastMessage("what LIKE '%Status%77%'")}`);
  await sound(page, 'message-field');
  assert.match(await main(page).getByRole('row', { name: /Status.*77/ }).innerText(), /有误/);
  await page.goto(`/interconnect/debug/messages/${lastMessage('ret = 4001')}`);
  await sound(page, 'message-sig');
  assert.match(await main(page).locator('.notice.bad').innerText(), /另一个方向的签名密钥/);
  assert.match(await main(page).innerText(), /签名原文/);
  await page.context().close();
});

for (const width of WIDTHS)
  test(`Z12.2: 报文自查 says step by step where an envelope fails, and stores nothing (${width} px)`, async () => {
    const good = makeRequest(partner.to_gov, code, { ConnectorStatusInfo: { ConnectorID: 'C1', Status: 1 } });
    const keys = partner.to_gov, { OperatorID, Data, TimeStamp, Seq } = good;
    const page = await open(LOGINS.own, '/interconnect/debug/verify', width), logged = () => sqlValue(`SELECT COUNT(*) FROM exchange_log WHERE operator_id = ${ofOperator()}`);
    const before_ = logged();
    const cases = [[good, /信封、签名、加密和业务参数均符合要求/], [{ ...good, Sig: sign(keys, Data) }, /只对 Data 签名/],
      [{ ...good, Sig: sign({ SigSecret: keys.DataSecret }, OperatorID, Data, TimeStamp, Seq) }, /签名用了消息密钥/],
      [{ ...good, Seq: '1' }, /Seq 格式错误/], [makeRequest(keys, code, '{"a":'), /不是合法的 JSON/],
      [(() => { const Data2 = encrypt({ DataSecret: keys.DataSecretIV, DataSecretIV: keys.DataSecret }, '{}'); return { ...good, Data: Data2, Sig: sign(keys, OperatorID, Data2, TimeStamp, Seq) }; })(), /用反了/],
      [makeRequest(keys, code, { ConnectorStatusInfo: { ConnectorID: 'C1' } }), /Status.*缺失，为必填项/s]];
    for (const [envelope, words] of cases) {
      await main(page).getByLabel('请求信封').fill(JSON.stringify(envelope, null, 2));
      await main(page).getByRole('button', { name: '核对' }).click();
      await main(page).locator('.notice').first().waitFor();
      await page.waitForLoadState('load');
      assert.match(await main(page).innerText(), words);
    }
    await sound(page, 'verify');
    assert.equal(logged(), before_);
    for (const secret of Object.values(partner.to_gov)) assert.ok(!(await page.content()).includes(secret));
    await page.context().close();
  });

test('Z12.2: the last messages are filtered by interface, direction and result', async () => {
  const page = await open(LOGINS.own, '/interconnect/debug/messages?good=0');
  await sound(page, 'messages');
  const rows = await main(page).locator('tbody tr').allInnerTexts();
  assert.ok(rows.length && rows.every((row) => /未通过/.test(row)), rows.join('\n'));
  await page.setViewportSize({ width: 360, height: 780 });
  await sound(page, 'messages');
  await page.goto('/interconnect/debug/messages?interface=query_token&incoming=1');
  assert.ok((await main(page).locator('tbody tr').allInnerTexts()).every((row) => /query_token/.test(row) && /收到/.test(row)));
  await page.context().close();
});

test('Z12.2: secrets and tokens are in no message that is kept, and on no page', () => {
  const kept = JSON.stringify(sql(`SELECT * FROM exchange_log WHERE operator_id = ${ofOperator()}`)) + JSON.stringify(sql('SELECT request, what FROM exchange_try'));
  for (const secret of [...Object.values(partner.to_gov), ...Object.values(partner.to_operator), operator.client.token, ...operator.tokens]) assert.ok(!kept.includes(secret), secret);
});

test('Z12.2: another operator, a department elsewhere and a visitor see nothing; the department of the place may look, not send', async () => {
  const id = lastMessage('1 = 1'), mine = sqlValue(`SELECT MAX(id) FROM exchange_try WHERE operator_id = ${ofOperator()}`);
  const as = (login) => ({ cookie: sessionOf(login) });
  for (const address of [`/interconnect/debug/messages/${id}`, `/interconnect/debug/tries/${mine}`]) {
    assert.equal((await get(address, as(LOGINS.own))).status, 200, address);
    assert.equal((await get(address, as(LOGINS.other))).status, 404, address);
    assert.equal((await get(address)).status, 303, address);
  }
  assert.equal((await get(`/interconnect/debug/messages/${id}`, as('demo-city'))).status, 200);
  assert.match((await get('/interconnect/debug/messages', as('demo-city'))).body, /联调测试|query_/);
  sql(`UPDATE exchange_log SET division_code = '110105' WHERE id = ${id}`);
  assert.equal((await get(`/interconnect/debug/messages/${id}`, as('demo-city'))).status, 404);
  assert.equal((await get('/interconnect/debug/console', as('demo-city'))).status, 403);
  const token = await formToken('/account', sessionOf('demo-city'));
  const answer = await post('/interconnect/debug/send', { ...as('demo-city'), form: { interface: 'query_stations_info', request: '{}', csrf: token.csrf ?? token } });
  assert.equal(answer.status, 403);
  assert.ok(!(await get('/interconnect/debug/messages', as(LOGINS.other))).body.includes(`messages/${id}`));
});

test('Z12.2: while a platform hangs, pages are served and the try ends with words; a second one must wait', async () => {
  operator.plans.set('query_stations_info', { how: 'hang', times: 1 });
  const page = await open(LOGINS.own, '/interconnect/debug/console?interface=query_stations_info');
  await main(page).getByRole('button', { name: '发送' }).click();
  await page.waitForURL(/\/tries\/\d+$/);
  await main(page).getByText('正在等待平台应答').waitFor();
  const address = page.url();
  await page.goto('/interconnect/debug/console?interface=query_station_status');
  await main(page).getByRole('button', { name: '发送' }).click();
  await main(page).getByText('上一条报文还在发送').first().waitFor();
  const pages = await Promise.all(Array.from({ length: 20 }, () => get('/interconnect/debug/messages', { cookie: sessionOf(LOGINS.own) })));
  assert.ok(pages.every((one) => one.status === 200));
  await page.goto(address);
  await main(page).locator('.notice.bad').getByText('规定时间内应答').waitFor({ timeout: 40000 });
  await page.context().close();
});

test('Z12.2: works without scripts', async () => {
  const page = await open(LOGINS.own, '/interconnect/debug/console?interface=query_station_status', 360, false);
  await main(page).getByRole('button', { name: '发送' }).click();
  for (let i = 0; i < 100 && !await main(page).locator('.notice').count(); i++) {
    const again = main(page).getByRole('link', { name: '刷新' });
    if (await again.count()) await again.click();
  }
  assert.match(await main(page).locator('.notice').first().innerText(), /通过/);
  await page.context().close();
});
void quote;

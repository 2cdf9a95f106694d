// Z30, S3–S6: the reviewers' side of the archives in the browser: queue, changes, comparison, position, duplicates, decisions, phrases.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { formToken, get, post } from './lib/http.mjs';
import { freshSession, sessionOf } from './lib/house.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';

const LONG_AGO = '2020-01-0';                 // before everything of the demonstration: these stand first in the queue
let browser, own, other, county, elsewhere;

/** What this file makes carries codes that begin with REV. */
function clear() {
  const cases = (table) => `SELECT id FROM ${table} WHERE code LIKE 'REV%'`;
  for (const [flow, table] of [['station-record', 'station_record'], ['equipment-record', 'equipment_record']]) {
    sql(`DELETE FROM flow_copy WHERE flow = '${flow}' AND case_id IN (${cases(table)})`);
    for (const own of ['flow_step', 'flow_due']) sql(`DELETE FROM ${own} WHERE flow = '${flow}' AND case_id IN (${cases(table)})`);
    sql(`DELETE FROM record_snapshot WHERE flow = '${flow}' AND record_id IN (${cases(table)})`);
  }
  sql(`DELETE FROM file_link WHERE record = 'station_record' AND record_id IN (${cases('station_record')})`);
  sql("DELETE FROM equipment_record WHERE code LIKE 'REV%'; DELETE FROM station_record WHERE code LIKE 'REV%'; DELETE FROM station WHERE code LIKE 'REV%'");
  sql("DELETE FROM review_phrase WHERE words LIKE 'REV%'");
}
/** A filed station record; its id. */
function station(code, { division = county, minute = 1, operator = own, name = `审核${code}`, lng = 113.57, lat = 22.27 } = {}) {
  sql(`INSERT INTO station_record (operator_id, code, name, station_type, station_status, construction, opened_on, division_code, address, datum, typed_lng,
    typed_lat, lng, lat, service_tel, park_nums, busine_hours, electricity_fee, service_fee, state, state_at, submitted_at) VALUES (${operator}, '${code}',
    ${quote(name)}, 1, 50, 9, '2024-05-01', '${division}', ${quote('人民东路 1 号')}, 'gcj02', ${lng}, ${lat}, ${lng}, ${lat}, '4001234567', 20, '00:00-24:00',
    ${quote('1.2 元/度')}, ${quote('0.6 元/度')}, 'filed', '${LONG_AGO}1 00:0${minute}:00', NOW(3))`);
  const id = sqlValue(`SELECT id FROM station_record WHERE code = '${code}' AND operator_id = ${operator}`);
  sql(`INSERT INTO file_link (record, record_id, field, position, file_id) SELECT 'station_record', ${id}, 'photos', 0, MIN(id) FROM file`);
  return id;
}
const stateOf = (id) => sqlValue(`SELECT state FROM station_record WHERE id = ${id}`);
before(() => {
  own = sqlValue("SELECT operator_id FROM account WHERE login = 'demo-operator'");
  other = sqlValue(`SELECT MIN(id) FROM operator WHERE id <> ${own}`);
  county = sqlValue("SELECT division_code FROM account WHERE login = 'demo-county'");
  elsewhere = sqlValue(`SELECT code FROM division WHERE level = 3 AND code LIKE CONCAT(LEFT('${county}', 4), '%') AND code <> '${county}' AND portal_owned = 0 ORDER BY code LIMIT 1`);
  clear();
});
before(async () => { browser = await launch(); });
after(async () => { clear(); await browser.close(); });

const main = (page) => page.getByRole('main');
async function open(login, path, width = 1280) {
  const context = await visit(browser, { login, width }), page = await context.newPage();
  page.setDefaultTimeout(30000);
  page.wrong = watch(page);
  await page.goto(path);
  await settle(page);
  return page;
}
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${new URL(page.url()).pathname.replaceAll('/', '_')}-${page.viewportSize().width}.png`, fullPage: true });
}
async function press(page, name) {
  const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await main(page).getByRole('button', { name, exact: typeof name === 'string' }).first().click();
  await answered;
  await page.waitForLoadState('load');
  await settle(page);
}

for (const width of WIDTHS)
  test(`Z30: from the queue one record after the other; refusal wants an opinion; a stored phrase goes in (${width} px)`, async () => {
    clear();
    const [first, second, third] = [1, 2, 3].map((n) => station(`REV${width}${n}`, { minute: n }));
    sql(`INSERT INTO review_phrase (account_id, division_code, shared, words) SELECT id, division_code, 1, ${quote('REV 请补充铭牌照片')} FROM account WHERE login = 'demo-city'`);
    const page = await open('demo-city', '/archives/review?only=station', width);
    await sound(page);
    await main(page).getByRole('link', { name: '从第一份开始审核' }).click();
    await page.waitForURL(new RegExp(`/archives/review/stations/${first}\\?only=station$`));
    await sound(page);
    await press(page, '不通过');
    assert.match(await page.locator('.govuk-error-summary').innerText(), /意见/);
    assert.equal(stateOf(first), 'filed');
    await page.getByLabel('常用意见').selectOption({ label: 'REV 请补充铭牌照片' });
    assert.equal(await page.getByLabel('审批意见').inputValue(), 'REV 请补充铭牌照片');
    await press(page, '不通过');
    assert.equal(stateOf(first), 'refused');
    assert.match(page.url(), new RegExp(`/stations/${second}\\?only=station`), 'the next one opens');
    assert.match(await main(page).innerText(), /上一份档案已退回/);
    await press(page, '通过');
    assert.equal(stateOf(second), 'passed');
    assert.match(page.url(), new RegExp(`/stations/${third}\\?`));
    assert.equal(sqlValue(`SELECT opinion FROM flow_step WHERE flow = 'station-record' AND case_id = ${first} AND action = 'refuse'`), 'REV 请补充铭牌照片');
    assert.deepEqual(page.wrong.filter((w) => !/422/.test(w)), []);
    await page.context().close();
  });

test('Z30: without JavaScript the phrase chosen in the list is the opinion', async () => {
  clear();
  const id = station('REVNJS'), cookie = freshSession('demo-city');
  sql(`INSERT INTO review_phrase (account_id, division_code, shared, words) SELECT id, division_code, 0, 'REV own' FROM account WHERE login = 'demo-city'`);
  const path = `/archives/review/stations/${id}`, { token } = await formToken(path, cookie);
  const answer = await post(path, { cookie, form: { csrf: token, action: 'refuse', opinion: '', phrase: sqlValue("SELECT id FROM review_phrase WHERE words = 'REV own'") } });
  assert.equal(answer.status, 303, answer.body);
  assert.equal(sqlValue(`SELECT opinion FROM flow_step WHERE flow = 'station-record' AND case_id = ${id} AND action = 'refuse'`), 'REV own');
});

test('Z30: the changes since the last submission stand there field by field', async () => {
  clear();
  const id = station('REVCHG'), operator = await open('demo-operator', `/archives/stations/${id}`), city = await open('demo-city', `/archives/review/stations/${id}`);
  assert.match(await main(city).locator('#changes').innerText(), /首次提交/);
  await main(operator).getByRole('button', { name: '撤回' }).click();
  await operator.getByRole('button', { name: /^确认/ }).click();
  await operator.waitForLoadState('load');
  await operator.goto(`/archives/stations/${id}/edit`);
  await press(operator, '提交审核');                                     // the first submission that is kept
  assert.equal(stateOf(id), 'filed', await main(operator).innerText());
  await city.reload();
  await city.getByLabel('审批意见').fill('地址请写到门牌号');
  await press(city, '不通过');
  await operator.goto(`/archives/stations/${id}/edit`);
  await operator.getByLabel('详细地址').fill('人民东路 1 号 A 座');
  await operator.getByLabel('车位数量').fill('24');
  await press(operator, '提交审核');
  assert.equal(stateOf(id), 'filed', await main(operator).innerText());
  await city.goto(`/archives/review/stations/${id}`);
  await sound(city);
  const changes = await main(city).locator('#changes').innerText();
  assert.match(changes, /有 2 处变化/);
  assert.match(changes, /详细地址[^]*人民东路 1 号[^]*人民东路 1 号 A 座/);
  assert.match(changes, /车位数量[^]*20[^]*24/);
  assert.match(await main(city).innerText(), /上次审核意见[^]*地址请写到门牌号/);
  await operator.context().close(), await city.context().close();
});

test('Z30: beside the platform\'s data, the position, the duplicates: named in scope, else another operator\'s', async () => {
  clear();
  const id = station('REVCMP'), near = station('REVCMP', { operator: other, division: elsewhere, lng: 113.5701 });
  sql(`INSERT INTO station (operator_id, code, name, division_code, lng, lat, station_type, address, source, seen_at) VALUES (${own}, 'REVCMP', ${quote('审核REVCMP')},
    '${county}', 113.57, 22.28, 2, ${quote('人民东路1号')}, 'demo', '2026-11-01 08:00:00')`);
  const city = await open('demo-city', '/archives/review?only=station');
  assert.match(await main(city).getByRole('row', { name: /REVCMP/ }).first().innerText(), /与平台数据 2 处不一致/);
  await city.goto(`/archives/review/stations/${id}`);
  const pushed = await main(city).locator('#pushed').innerText();
  assert.match(pushed, /2026-11-01 08:00/);
  assert.match(await main(city).locator('#pushed').getByRole('row', { name: /^位置/ }).innerText(), /不一致[^]*相距 1\d\d\d 米，不超过 100 米视为一致/);
  assert.match(await main(city).locator('#pushed').getByRole('row', { name: /^详细地址/ }).innerText(), /一致/);
  assert.equal(await main(city).locator(`#twins a[href="/archives/stations/${near}"]`).count() > 0, true);
  assert.equal(await main(city).locator(`#place a[href="/archives/stations/${near}"]`).count(), 1);
  const picture = await get(`/archives/review/stations/${id}/map.png`, { cookie: sessionOf('demo-city') });
  assert.equal(picture.status, 200);
  const staff = await open('demo-county', `/archives/review/stations/${id}`);
  const words = await main(staff).innerText();
  assert.match(words, /另一运营商/);
  assert.equal(await main(staff).locator(`a[href="/archives/stations/${near}"]`).count(), 0);
  await city.context().close(), await staff.context().close();
});

test('Z30: who comes second reads who was first (409) and goes on to the next', async () => {
  clear();
  const id = station('REVRACE'), next = station('REVRACE2', { minute: 2 });
  const county1 = await open('demo-county', `/archives/review/stations/${id}`), city = await open('demo-city', `/archives/review/stations/${id}`);
  await press(county1, '通过');
  await city.getByLabel('审批意见').fill('坐标有误');
  const answered = city.waitForResponse((answer) => answer.request().method() === 'POST');
  await main(city).getByRole('button', { name: '不通过' }).click();
  assert.equal((await answered).status(), 409);
  await city.waitForLoadState('load');
  assert.match(await main(city).innerText(), new RegExp(sqlValue("SELECT name FROM account WHERE login = 'demo-county'")));
  assert.equal(stateOf(id), 'passed');
  await sound(city);
  await main(city).getByRole('link', { name: '打开下一份' }).click();
  await city.waitForURL(new RegExp(`/stations/${next}`));
  await county1.context().close(), await city.context().close();
});

test('Z30: many at once with a result for each; the opinion is asked for', async () => {
  clear();
  const ids = [1, 2, 3].map((n) => station(`REVMANY${n}`, { minute: n })), page = await open('demo-city', '/archives/review?only=station');
  for (const n of [1, 2, 3]) await page.getByLabel(`选择 审核REVMANY${n}`).check();
  await press(page, '批量审核');
  await sound(page);
  await press(page, /^批量不通过/);
  assert.match(await page.locator('.govuk-error-summary').innerText(), /意见/);
  await page.getByLabel('审批意见').fill('材料不全');
  sql(`UPDATE station_record SET state = 'draft' WHERE id = ${ids[1]}`);                 // withdrawn meanwhile
  await press(page, /^批量不通过/);
  await sound(page);
  assert.match(await main(page).innerText(), /已办理 2 件，未办理 1 件/);
  assert.deepEqual(ids.map(stateOf), ['refused', 'draft', 'refused']);
  await page.context().close();
});

test('Z30: 常用意见: added, changed, shared with the department, deleted', async () => {
  clear();
  const page = await open('demo-city', '/archives/review/phrases');
  await page.locator('#words').fill('REV 坐标与现场不符');
  await press(page, '保存');
  await sound(page);
  const id = sqlValue("SELECT id FROM review_phrase WHERE words LIKE 'REV%'");
  await page.locator(`#words-${id}`).fill('REV 坐标有误');
  await page.locator(`#shared-${id}`).check();
  await press(page, /^保存\s*：/);
  assert.deepEqual(sql(`SELECT words, shared FROM review_phrase WHERE id = ${id}`), [['REV 坐标有误', '1']]);
  const { token } = await formToken('/archives/review/phrases', sessionOf('demo-county'));
  assert.equal((await post(`/archives/review/phrases/${id}/drop`, { cookie: sessionOf('demo-county'), form: { csrf: token } })).status, 404, 'another department');
  await press(page, /^删除\s*：/);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM review_phrase WHERE id = ${id}`), '0');
  await page.context().close();
});

test('Z30: a county sees its own alone; another city, an operator and a visitor nothing', async () => {
  clear();
  const mine = station('REVMINE'), theirs = station('REVTHEIRS', { division: elsewhere }), far = station('REVFAR', { division: '440103' });
  const list = (await get('/archives/review?only=station', { cookie: sessionOf('demo-county') })).body;
  assert.match(list, /审核REVMINE/);
  assert.doesNotMatch(list, /审核REVTHEIRS|审核REVFAR/);
  const status = async (login, path) => (await get(path, { cookie: login && sessionOf(login) })).status;
  assert.equal(await status('demo-county', `/archives/review/stations/${mine}`), 200);
  assert.equal(await status('demo-county', `/archives/review/stations/${theirs}`), 404);
  assert.equal(await status('demo-county', `/archives/review/stations/${theirs}/map.png`), 404);
  assert.equal(await status('demo-city', `/archives/review/stations/${theirs}`), 200);
  assert.equal(await status('demo-city', `/archives/review/stations/${far}`), 404, 'another city');
  assert.equal(await status('demo-city', `/archives/review/reports/${mine}`), 404, 'no such kind');
  assert.equal(await status('demo-operator', `/archives/review/stations/${mine}`), 403);
  assert.equal(await status('demo-operator', '/archives/review'), 403);
  assert.ok([302, 303, 401].includes(await status('', `/archives/review/stations/${mine}`)));
  const { token } = await formToken('/archives/review/phrases', sessionOf('demo-county'));
  assert.equal((await post(`/archives/review/stations/${theirs}`, { cookie: sessionOf('demo-county'), form: { csrf: token, action: 'pass' } })).status, 404);
  assert.equal(stateOf(theirs), 'filed');
});

test('Z30: what was never submitted is nobody\'s but its operator\'s, by whatever page', async () => {
  clear();
  const draft = station('REVDRAFT'), draftPath = `/archives/stations/${draft}`;
  sql(`UPDATE station_record SET state = 'draft', submitted_at = NULL WHERE id = ${draft}`);
  for (const login of ['demo-city', 'demo-county'])
    for (const path of [draftPath, `/archives/review/stations/${draft}`, `/workbench/cases/station-record/${draft}`])
      assert.equal((await get(path, { cookie: sessionOf(login) })).status, 404, `${login} ${path}`);
  const cookie = sessionOf('demo-city'), { token } = await formToken('/archives/review/phrases', cookie);
  const batch = await post('/archives/review/batch', { cookie, form: { csrf: token, case: `station-record.${draft}.0` }, headers: { Accept: 'text/html' } });
  assert.doesNotMatch(batch.body, /审核REVDRAFT/);
  assert.equal((await get(draftPath, { cookie: sessionOf('demo-operator') })).status, 200);
});

test('Z11.2: a facility of a station that moves stays with its department until the move has passed', async () => {
  clear();
  const moving = station('REVMOVES');
  sql(`UPDATE station_record SET state = 'passed', passed_at = NOW(3) WHERE id = ${moving}`);
  sql(`INSERT INTO equipment_record (operator_id, station_record_id, code, name, equipment_type, division_code, state, submitted_at) VALUES
    (${own}, ${moving}, 'REVMOVES1', 'REVMOVES1', 1, '${county}', 'filed', NOW(3)), (${own}, ${moving}, 'REVMOVES2', 'REVMOVES2', 1, '${county}', 'draft', NULL)`);
  const cookie = sessionOf('demo-operator'), { token } = await formToken(`/archives/stations/${moving}/edit`, cookie);
  const form = { csrf: token, key: `rev-move-${Date.now()}`, do: 'draft', revision: 1, code: 'REVMOVES', name: 'REVMOVES', division_code: elsewhere };
  const answers = [await post(`/archives/stations/${moving}`, { cookie, form }), await post(`/archives/stations/${moving}`, { cookie, form })];
  assert.deepEqual(answers.map((a) => a.status), [303, 303], 'sent twice: done once, and said so twice');
  assert.equal(sqlValue(`SELECT division_code FROM station_record WHERE id = ${moving}`), elsewhere);
  assert.deepEqual(sql("SELECT code, division_code FROM equipment_record WHERE code LIKE 'REVMOVES%' ORDER BY code"), [['REVMOVES1', county], ['REVMOVES2', elsewhere]]);
});

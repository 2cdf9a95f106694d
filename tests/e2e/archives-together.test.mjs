// Z9.2, Z9.3, Z9.4, Z11.2, Z30, H3.2: colleagues at one record, a workbook once more, choosers of thousands, what a reviewer is
// told before deciding upon many, what asks first.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit } from './lib/browser.mjs';
import { formToken, get, post, unescapeHtml, wordsOf } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { BASE_URL } from './lib/env.mjs';
import { eventually } from '../system/lib/processes.mjs';
import { bare, ended, filled, forget, importOf, ownOf, send, station } from './lib/workbooks.mjs';

const MARK = 'E2ET', FILES = 'e2et';
let browser, own, cookie;
const insert = (code, extra = '') => sql(`INSERT INTO station_record SET operator_id = ${own}, code = '${code}', name = '${code} 站', division_code = '440402', address = '人民东路 1 号'${extra}`);
const idOf = (code) => sqlValue(`SELECT id FROM station_record WHERE code = '${code}' AND operator_id = ${own}`);
function clear() {
  sql(`DELETE FROM flow_due WHERE case_id IN (SELECT id FROM station_record WHERE code LIKE '${MARK}%') AND flow = 'station-record'`);
  sql(`DELETE FROM form_draft WHERE form IN ('station-record', 'equipment-new')`);
  forget(MARK, FILES);
}
before(async () => { browser = await launch(); own = ownOf('demo-operator'); cookie = sessionOf('demo-operator'); clear(); });
after(async () => { clear(); await browser.close(); });

const main = (page) => page.getByRole('main');
async function open(address, { width = 1280, script = true, login = 'demo-operator' } = {}) {
  const context = await visit(browser, { login, width, script }), page = await context.newPage();
  page.setDefaultTimeout(20000);
  await page.goto(address);
  if (script) await settle(page);
  return page;
}
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/together${new URL(page.url()).pathname.replaceAll('/', '_')}-${page.viewportSize().width}.png`, fullPage: true });
}
const click = async (page, name) => { await Promise.all([page.waitForNavigation(), main(page).getByRole('button', { name, exact: true }).first().click()]); await page.waitForLoadState('load'); };

for (const width of WIDTHS)
  test(`Z9.2: two who save one draft do not overwrite each other: who, when, what differs, and the way to take over (${width} px)`, async () => {
    clear();
    insert(`${MARK}1`);
    const id = idOf(`${MARK}1`), at = `/archives/stations/${id}/edit`;
    const one = await open(at, { width }), two = await open(at, { width });
    await one.getByLabel('充电站名称').fill('甲填的名称');
    await click(one, '保存');
    await two.getByLabel('充电站名称').fill('乙填的名称');
    await two.getByLabel('详细地址').fill('乙填的地址');
    await click(two, '保存');
    const words = await main(two).innerText();
    assert.match(words, /未保存/);
    assert.match(words, new RegExp(`${sqlValue("SELECT name FROM account WHERE login = 'demo-operator'")}已于 \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d 保存过该档案`));
    assert.match(words, /甲填的名称/);
    assert.match(words, /乙填的地址/);
    assert.equal(await two.getByLabel('充电站名称').inputValue(), '乙填的名称', 'what was typed is still there');
    assert.equal(sqlValue(`SELECT name FROM station_record WHERE id = ${id}`), '甲填的名称');
    await sound(two);
    await click(two, '保存');
    assert.equal(sqlValue(`SELECT CONCAT(name, ' ', address) FROM station_record WHERE id = ${id}`), '乙填的名称 乙填的地址');
    await one.context().close(), await two.context().close();
  });

test('Z9.4: what a colleague has submitted meanwhile is not changed behind the review; what was typed stays on the page', async () => {
  clear();
  insert(`${MARK}1`);
  const id = idOf(`${MARK}1`), page = await open(`/archives/stations/${id}/edit`);
  sql(`UPDATE station_record SET state = 'filed', state_at = NOW(3), submitted_at = NOW(3) WHERE id = ${id}`);
  await page.getByLabel('充电站名称').fill('迟到的修改');
  await click(page, '保存');
  assert.match(await main(page).innerText(), /该档案已由本企业人员提交，当前为「档案申请中」/);
  assert.equal(await page.getByLabel('充电站名称').inputValue(), '迟到的修改');
  sql(`UPDATE station_record SET state = 'draft', state_at = NOW(3) WHERE id = ${id}`);
  await click(page, '保存');
  assert.equal(sqlValue(`SELECT name FROM station_record WHERE id = ${id}`), '迟到的修改');
  await page.context().close();
});

test('Z9.2: a form that does not say what it was made from changes nothing; the same form sent twice is stored once', async () => {
  clear();
  insert(`${MARK}1`);
  const id = idOf(`${MARK}1`), at = `/archives/stations/${id}`, { body } = await get(`${at}/edit`, { cookie });
  const value = (name) => unescapeHtml(new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(body)[1]);
  const form = { csrf: value('csrf'), key: value('key'), id, code: `${MARK}1`, name: '新名称', do: 'draft' };
  assert.equal((await post(at, { cookie, form })).status, 409);
  assert.equal((await post(at, { cookie, form: { ...form, revision: value('revision') } })).status, 303);
  assert.equal((await post(at, { cookie, form: { ...form, revision: value('revision') } })).status, 303, 'a repeated submission is the first one’s success');
  assert.equal(sqlValue(`SELECT CONCAT(name, revision) FROM station_record WHERE id = ${id}`), '新名称2');
});

/** The hidden fields a form was given: what a browser sends back. */
async function hidden(at) {
  const { body } = await get(at, { cookie });
  return Object.fromEntries([...body.matchAll(/<input type="hidden" name="(csrf|key|id|revision)" value="([^"]*)"/g)].map(([, name, value]) => [name, unescapeHtml(value)]));
}

test('Z9.2: a refused form sent again is refused again: it is not taken for one that was stored', async () => {
  clear();
  insert(`${MARK}1`), insert(`${MARK}2`);
  const id = idOf(`${MARK}1`), at = `/archives/stations/${id}`, given = await hidden(`${at}/edit`);
  sql(`UPDATE station_record SET name = '同事的名称', revision = revision + 1 WHERE id = ${id}`);
  const stale = { ...given, code: `${MARK}1`, name: '迟到的名称', do: 'draft' }, taken = { ...await hidden('/archives/stations/new'), code: `${MARK}2`, name: '重复的编码', do: 'draft' };
  for (const time of ['first', 'again']) {
    assert.equal((await post(at, { cookie, form: stale })).status, 409, time);
    const answer = await post('/archives/stations', { cookie, form: taken });
    assert.equal(answer.status, 422, time);
    assert.match(wordsOf(answer.body), /已用于本企业的另一份站点档案/);
    assert.match(answer.body, /重复的编码/, 'what was typed is still there');
  }
  assert.equal(sqlValue(`SELECT name FROM station_record WHERE id = ${id}`), '同事的名称');
  assert.equal(sqlValue(`SELECT COUNT(*) FROM submission WHERE idempotency_key = '${taken.key}'`), '0');
  const { status, headers } = await post('/archives/stations', { cookie, form: { ...taken, code: `${MARK}3` } });
  assert.deepEqual([status, headers.location.replace(/.*(?=\/archives)/, '')], [303, `/archives/stations/${idOf(`${MARK}3`)}?done=saved`]);
});

const GUN = { suffix: '1', connector_type: '4', national_standard: '2', power: '60', voltage_lower: '200', voltage_upper: '1000', current: '250' };
const TYPE = { equipment_type: '1', manufacturer_name: '南粤电气', model: 'DC-60', power: '60', voltage_lower: '200', voltage_upper: '1000', current: '250', national_standard: '2', production_date: '2024-01-01', commissioned_on: '2024-05-01' };
const rows = (field, list) => Object.fromEntries(list.flatMap((row, i) => Object.entries(row).map(([name, value]) => [`${field}-${i + 1}-${name}`, value])));
const item = (code) => ({ code, name: `${code} 桩`, serial_no: code });
/** A station that passed and a report with its paper, by SQL. */
function ties() {
  insert(`${MARK}1`, ", state = 'passed', passed_at = NOW(3), submitted_at = NOW(3)");
  sql(`INSERT INTO report SET operator_id = ${own}, name = '报告', model = 'DC-60', equipment_type = 1, number = '${MARK}R', agency = '检测中心', issued_on = '2024-01-01', version = 1`);
  const report_id = sqlValue(`SELECT id FROM report WHERE number = '${MARK}R'`), file = sqlValue("SELECT MIN(id) FROM file");
  sql(`INSERT INTO report_file SET report_id = ${report_id}, version = 1, number = '${MARK}R', agency = '检测中心', issued_on = '2024-01-01'`);
  const version = sqlValue(`SELECT id FROM report_file WHERE report_id = ${report_id}`);
  sql(`REPLACE INTO file_link (record, record_id, field, position, file_id) VALUES ('report_file', ${version}, 'paper', 0, ${file})`);
  return { station_record_id: idOf(`${MARK}1`), report_id };
}
function untie() {
  const versions = `SELECT id FROM report_file WHERE number = '${MARK}R'`;
  sql(`DELETE FROM file_link WHERE record = 'report_file' AND record_id IN (${versions}); DELETE FROM report_file WHERE number = '${MARK}R'`);
}

for (const what of ['draft', 'submit'])
  test(`Z11.2: of several facilities of which one is wrong none is stored (${what === 'draft' ? '「保存」' : '「提交并审核」'})`, async () => {
    clear();
    const of = ties(), count = () => Number(sqlValue(`SELECT COUNT(*) FROM equipment_record WHERE code LIKE '${MARK}%'`));
    try {
      sql(`INSERT INTO equipment_record SET operator_id = ${own}, station_record_id = ${of.station_record_id}, code = '${MARK}USED', name = '已有', equipment_type = 1, division_code = '440402'`);
      const steps = () => sqlValue("SELECT COUNT(*) FROM flow_step WHERE flow = 'equipment-record'"), before = steps();
      const form = { ...await hidden('/archives/equipment/new?ready=1'), ...of, ...TYPE, ...rows('guns', [GUN]), ...rows('items', [item(`${MARK}A`), item(`${MARK}USED`)]), do: what };
      for (const time of ['first', 'again']) {
        const { status, body } = await post('/archives/equipment', { cookie, form });
        assert.equal(status, 422, `${time}: ${wordsOf(body).slice(0, 800)}`);
        assert.match(wordsOf(body), /已用于本企业的另一份设施档案/);
        assert.match(body, new RegExp(`value="${MARK}A"`), 'what was typed is still there');
        assert.equal(count(), 1, `${time}: nothing but what was there`);
        assert.equal(steps(), before);
      }
      const good = await post('/archives/equipment', { cookie, form: { ...form, ...rows('items', [item(`${MARK}A`), item(`${MARK}B`)]) } });
      assert.equal(good.status, 303, wordsOf(good.body).slice(0, 800));
      assert.deepEqual(sql(`SELECT code, state FROM equipment_record WHERE code IN ('${MARK}A', '${MARK}B') ORDER BY code`), ['A', 'B'].map((c) => [MARK + c, what === 'draft' ? 'draft' : 'filed']));
    } finally { untie(); }
  });

test('Z9.2, Z11.2: 「提交审核」 of a form that lacks something changes no row; what was typed stays on the page', async () => {
  clear();
  const of = ties();
  try {
    const station_id = (insert(`${MARK}2`), idOf(`${MARK}2`));
    sql(`INSERT INTO equipment_record SET operator_id = ${own}, station_record_id = ${station_id}, code = '${MARK}E', name = '原名', equipment_type = 1, division_code = '440402'`);
    const id = sqlValue(`SELECT id FROM equipment_record WHERE code = '${MARK}E'`);
    const cases = [['station_record', `/archives/stations/${station_id}`, { code: `${MARK}2`, name: '未填完' }],
      ['equipment_record', `/archives/equipment/${id}`, { ...TYPE, ...of, station_record_id: station_id, ...item(`${MARK}E`), name: '未填完', ...rows('guns', [{ ...GUN, code: `${MARK}E1` }]) }]];
    for (const [table, at, typed] of cases) {
      const row = () => sql(`SELECT name, state, revision, submitted_at FROM ${table} WHERE id = ${at.split('/').at(-1)}`), before = row();
      const form = { ...await hidden(`${at}/edit`), ...typed, do: 'submit' };
      for (const time of ['first', 'again']) {
        const { status, body } = await post(at, { cookie, form });
        assert.equal(status, 422, `${table} ${time}`);
        assert.match(body, /未填完/);
        assert.deepEqual(row(), before, `${table} ${time}`);
      }
    }
  } finally { untie(); }
});

test('Z9.4, Z11.2: an old form does not take back what was submitted, decided or linked after it was opened', async () => {
  clear();
  const of = ties(), city = sessionOf('demo-city'), company = ownOf('demo-operator');
  const connected = sqlValue(`SELECT COALESCE(QUOTE(connected_at), 'NULL') FROM operator WHERE id = ${company}`);
  try {
    const typed = { ...TYPE, ...of, ...rows('guns', [GUN]), ...rows('items', [item(`${MARK}E`)]), do: 'draft' };
    assert.equal((await post('/archives/equipment', { cookie, form: { ...await hidden('/archives/equipment/new?ready=1'), ...typed } })).status, 303);
    const id = sqlValue(`SELECT id FROM equipment_record WHERE code = '${MARK}E'`), at = `/archives/equipment/${id}`;
    const now = () => sqlValue(`SELECT CONCAT(name, ' ', state) FROM equipment_record WHERE id = ${id}`);
    const own = async (action) => assert.equal((await post(`${at}/${action}`, { cookie, form: { csrf: (await formToken(at, cookie)).token } })).status, 303, action);
    const decide = async (action, opinion = '') => {
      const page = `/archives/review/equipment/${id}`, form = { csrf: (await formToken(page, city)).token, action, opinion };
      const { status, body } = await post(page, { cookie: city, form });
      assert.equal(status, 303, `${action}: ${wordsOf(body).slice(0, 600)}`);
    };
    const open = async () => ({ ...await hidden(`${at}/edit`), ...TYPE, ...of, ...item(`${MARK}E`), name: '旧页面', ...rows('guns', [{ ...GUN, code: `${MARK}E1` }]), do: 'draft' });
    /** Sends an old form: refused with these words; the form then carries what its page was given. */
    const refused = async (form, words, state) => {
      const { status, body } = await post(at, { cookie, form });
      assert.equal(status, 409, wordsOf(body).slice(0, 600));
      assert.match(wordsOf(body), words);
      assert.equal(now(), state);
      form.revision = /name="revision" value="(\d+)"/.exec(body)[1];
    };
    const was = `${MARK}E 桩`, old = await open();
    await own('submit');
    await refused(old, /当前为「档案申请中」/, `${was} filed`);
    const waiting = { ...old };
    await decide('pass');
    await refused(old, /档案当前为「档案申请通过」.*再次保存时以本页内容为准，档案转为「待提交」，须重新提交审核/, `${was} passed`);
    await refused(waiting, /档案当前为「档案申请通过」/, `${was} passed`);
    sql(`UPDATE operator SET connected_at = NOW(3) WHERE id = ${company}`);
    const before = await open();
    await own('link');
    await refused({ ...before }, /当前为「平台互联互通审核中」/, `${was} linking`);
    await decide('link_refuse', '平台未推送');
    await refused({ ...before }, /档案当前为「互联互通不通过」/, `${was} unlinked`);
    await refused(before, /档案当前为「互联互通不通过」/, `${was} unlinked`);
    assert.equal((await post(at, { cookie, form: before })).status, 303, 'read, and taken over');
    assert.equal(now(), '旧页面 draft');
    await own('submit');
    const late = { ...await hidden('/archives/stations/new'), ...before, revision: 1 };
    await refused(late, /当前为「档案申请中」/, '旧页面 filed');
    await own('withdraw');
    assert.equal((await post(at, { cookie, form: { ...late, name: '撤回后' } })).status, 303, 'what stayed on the page is saved after the withdrawal');
    assert.equal(now(), '撤回后 draft');
    await own('submit');
    const refusal = { ...late };
    await refused(refusal, /当前为「档案申请中」/, '撤回后 filed');
    await decide('refuse', '请核对');
    await refused(refusal, /档案当前为「档案申请不通过」/, '撤回后 refused');
  } finally {
    sql(`UPDATE operator SET connected_at = ${connected} WHERE id = ${company}`);
    untie();
  }
});

test('Z11.2: what differs names stations and reports of the own company, never a number, never another company\'s', async () => {
  clear();
  const of = ties(), company = sqlValue(`SELECT MIN(id) FROM operator WHERE id <> ${own}`);
  try {
    insert(`${MARK}2`);
    sql(`INSERT INTO station_record SET operator_id = ${company}, code = '${MARK}X', name = '别家的站'`);
    sql(`INSERT INTO equipment_record SET operator_id = ${own}, station_record_id = ${of.station_record_id}, code = '${MARK}E', name = '原名', equipment_type = 1, division_code = '440402'`);
    const id = sqlValue(`SELECT id FROM equipment_record WHERE code = '${MARK}E'`), at = `/archives/equipment/${id}`, given = await hidden(`${at}/edit`);
    sql(`UPDATE equipment_record SET name = '同事的名称', revision = revision + 1 WHERE id = ${id}`);
    const differs = async (station_record_id, report_id) => {
      const { status, body } = await post(at, { cookie, form: { ...given, ...item(`${MARK}E`), station_record_id, report_id, do: 'draft' } });
      assert.equal(status, 409);
      return wordsOf(body.slice(body.indexOf('与已保存内容的不同之处'), body.indexOf('查看已保存的档案')));
    };
    const words = await differs(idOf(`${MARK}2`), of.report_id);
    assert.match(words, new RegExp(`${MARK}1 站（${MARK}1） ${MARK}2 站（${MARK}2）`));
    assert.match(words, new RegExp(`未填写 报告（${MARK}R）`));
    const others = await differs(sqlValue(`SELECT id FROM station_record WHERE code = '${MARK}X' AND operator_id = ${company}`), '');
    assert.match(others, new RegExp(`${MARK}1 站（${MARK}1） 无此档案`));
    assert.doesNotMatch(others, /别家的站/);
  } finally { sql(`DELETE FROM station_record WHERE operator_id = ${company} AND code = '${MARK}X'`); untie(); }
});

test('Z9.4: 「撤回」 and 「申请」 from an old list are refused when the record went another way meanwhile', async () => {
  clear();
  insert(`${MARK}1`, ", state = 'filed', state_at = '2026-11-01 08:00:00.123', submitted_at = '2026-11-01 08:00:00'");
  const id = idOf(`${MARK}1`), { body } = await get(`/archives/stations?q=${MARK}1`, { cookie });
  const seen = /name="seen_at" value="([^"]+)"/.exec(body)?.[1];
  assert.equal(seen, '2026-11-01 08:00:00.123');
  sql(`UPDATE station_record SET state_at = '2026-11-02 08:00:00.456' WHERE id = ${id}`);      // withdrawn and submitted again
  const { token } = await formToken('/archives/stations', cookie);
  const stale = await post(`/archives/stations/${id}/withdraw`, { cookie, form: { csrf: token, seen_at: seen } });
  assert.equal(stale.status, 409);
  assert.match(wordsOf(stale.body), /请刷新页面后查看/);
  assert.equal(sqlValue(`SELECT state FROM station_record WHERE id = ${id}`), 'filed');
  assert.equal((await post(`/archives/stations/${id}/withdraw`, { cookie, form: { csrf: token, seen_at: '2026-11-02 08:00:00.456' } })).status, 303);
});

for (const width of WIDTHS)
  test(`Z9.3: a workbook whose records were deleted is imported again when asked for; by accident it doubles nothing (${width} px)`, async () => {
    clear();
    const file = await filled('stations', { 站点档案: [station(`${MARK}1`), station(`${MARK}2`)] }), count = () => Number(sqlValue(`SELECT COUNT(*) FROM station_record WHERE code LIKE '${MARK}%'`));
    const bring = async (page) => {
      await page.goto('/archives/stations/import');
      await page.getByLabel('导入文件').setInputFiles({ name: `${FILES}-${width}.xlsx`, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: file });
      await Promise.all([page.waitForURL(/\/import\/\d+(\?|$)/), main(page).getByRole('button', { name: '上传并检查' }).click()]);
      await main(page).getByText(/已导入 2 行|没有导入任何内容/).first().waitFor();
    };
    const page = await open('/archives/stations/import', { width });
    await bring(page);
    assert.equal(count(), 2);
    await bring(page);
    assert.match(await main(page).innerText(), /该文件已导入过，没有重复导入/);
    assert.equal(count(), 2);
    await sound(page);
    sql(`DELETE FROM station_record WHERE code LIKE '${MARK}%'`);
    await bring(page);
    await click(page, '再次导入');
    await main(page).getByText('已导入 2 行').waitFor();
    assert.equal(count(), 2);
    await bring(page);
    await click(page, '再次导入');
    await main(page).getByText('没有导入任何内容').waitFor();
    assert.match(await main(page).innerText(), /已用于本企业的另一份站点档案/);
    assert.equal(count(), 2);
    await page.context().close();
  });

for (const script of [true, false])
  test(`Z11.2: one of thousands of stations is found by name or code and chosen (${script ? 'while typing' : 'without scripts'})`, async () => {
    clear();
    const reportNumber = `${MARK}R`;
    sql(`INSERT INTO report SET operator_id = ${own}, name = '查找用报告', model = 'M-1', equipment_type = 1, number = '${reportNumber}', agency = '检测中心', issued_on = '2024-01-01'`);
    sql(`INSERT INTO station_record (operator_id, code, name) SELECT ${own}, CONCAT('${MARK}', seq), CONCAT('查找站', seq, '号') FROM seq_1_to_5000`);
    const page = await open('/archives/equipment/new?ready=1', { script }), select = page.getByLabel('所属充电站'), find = page.locator('[name="station_record_id-find"]');
    const id = idOf(`${MARK}7`);
    assert.equal(await select.locator(`option[value="${id}"]`).count(), 0, 'not among the newest');
    await find.fill('查找站7号');
    if (!script) await main(page).getByRole('button', { name: /^查找\s*所属充电站$/ }).click();
    await select.locator(`option[value="${id}"]`).waitFor({ state: 'attached' });
    await select.selectOption(id);
    assert.match(await main(page).innerText(), /「查找站7号」共列出 1 项/);
    await find.fill(`${MARK.toLowerCase()}4999`);
    if (!script) await main(page).getByRole('button', { name: /^查找\s*所属充电站$/ }).click();
    await select.locator(`option[value="${idOf(`${MARK}4999`)}"]`).waitFor({ state: 'attached' });
    assert.equal(await select.inputValue(), id, 'what is chosen stays chosen');
    if (script) await sound(page);
    await page.context().close();
  });

test('Z11.2: a restored draft keeps its station and its report, however many newer ones there are', async () => {
  clear();
  const of = ties();
  try {
    sql(`INSERT INTO station_record (operator_id, code, name) SELECT ${own}, CONCAT('${MARK}N', seq), CONCAT('较新的站', seq, '号') FROM seq_1_to_120`);
    sql(`INSERT INTO report (operator_id, name, model, equipment_type, number, agency, issued_on) SELECT ${own}, '较新的报告', 'M-1', 1, CONCAT('${MARK}R', seq), '检测中心', '2024-01-01' FROM seq_1_to_120`);
    const at = '/archives/equipment/new?ready=1', { body } = await get(at, { cookie }), by = unescapeHtml(/name="by" value="([^"]+)"/.exec(body)[1]);
    const { status } = await post('/archives/equipment', { form: { ...await hidden(at), by, page: '/archives/equipment/new', ...of, model: '暂存的型号', do: 'draft' }, headers: { Origin: BASE_URL } });
    assert.equal(status, 303, 'the session has ended: what was typed is kept for after the log-in');
    const again = (await get(at, { cookie })).body;
    assert.match(wordsOf(again), /已恢复您于 .* 暂存的内容/);
    for (const id of [of.station_record_id, of.report_id]) assert.match(again, new RegExp(`<option value="${id}" selected`));
  } finally { untie(); }
});

test('Z11.2: a chooser lists nothing of another company', async () => {
  clear();
  const other = sqlValue(`SELECT MIN(id) FROM operator WHERE id <> ${own}`);
  sql(`INSERT INTO station_record SET operator_id = ${other}, code = '${MARK}X', name = '别家的站'`);
  const { body } = await get(`/archives/stations/options?q=${encodeURIComponent('别家的站')}`, { cookie });
  assert.equal(body, '[]');
  sql(`DELETE FROM station_record WHERE operator_id = ${other} AND code = '${MARK}X'`);
});

for (const width of WIDTHS)
  test(`Z30: before deciding upon many the reviewer reads what is missing or doubtful of each (${width} px)`, async () => {
    clear();
    insert(`${MARK}1`, ", state = 'filed', submitted_at = NOW(3), state_at = '2026-01-02 08:00:00'");
    const page = await open(`/archives/stations?q=${MARK}1`, { width, login: 'demo-city' });
    await page.getByRole('checkbox', { name: new RegExp(MARK) }).check();
    await click(page, '批量审核');
    const row = page.getByRole('row', { name: new RegExp(`${MARK}1`) });
    assert.match(await row.innerText(), /请填写「服务电话」/);
    assert.match(await row.innerText(), /平台未推送/);
    assert.match(await main(page).innerText(), /其中 1 份有需要核实的内容/);
    await sound(page);
    await click(page, '批量通过（1 份）');
    assert.equal(sqlValue(`SELECT state FROM station_record WHERE code = '${MARK}1'`), 'passed');
    await page.context().close();
  });

test('H3.2: 「解除」 asks first, with and without scripts', async () => {
  const builder = ownOf('demo-builder'), built = sqlValue(`SELECT GROUP_CONCAT(id) FROM station WHERE built_by = ${builder}`);
  sql(`DELETE FROM entrustment WHERE builder_id = ${builder} AND operator_id = ${own}; INSERT INTO entrustment SET builder_id = ${builder}, operator_id = ${own}, state = 'confirmed'`);
  const state = () => sqlValue(`SELECT state FROM entrustment WHERE builder_id = ${builder} AND operator_id = ${own}`);
  for (const script of [false, true]) {
    const page = await open('/archives/entrustments', { script });
    await main(page).getByRole('button', { name: /^解除/ }).first().click();
    if (script) await page.locator('dialog[open]').getByRole('button', { name: '取消' }).click();
    else assert.match(await main(page).innerText(), /是否解除/);
    assert.equal(state(), 'confirmed');
    if (script) {
      await main(page).getByRole('button', { name: /^解除/ }).first().click();
      await Promise.all([page.waitForNavigation(), page.locator('dialog[open]').getByRole('button', { name: /^确认/ }).click()]);
      assert.equal(state(), 'ended');
    }
    await page.context().close();
  }
  sql(`UPDATE entrustment SET state = 'confirmed' WHERE builder_id = ${builder} AND operator_id = ${own}`);
  if (built !== 'NULL') sql(`UPDATE station SET built_by = ${builder} WHERE id IN (${built})`);
});

test('H3.2: what was asked and not yet confirmed is withdrawn, not ended; confirmed meanwhile it is neither', async () => {
  const builder = ownOf('demo-builder'), mine = `builder_id = ${builder} AND operator_id = ${own}`, at = '/archives/entrustments', login = sessionOf('demo-builder');
  const state = () => sqlValue(`SELECT state FROM entrustment WHERE ${mine}`);
  sql(`DELETE FROM entrustment WHERE ${mine}; INSERT INTO entrustment SET builder_id = ${builder}, operator_id = ${own}, state = 'asked'`);
  const form = { csrf: (await formToken(at, login)).token, id: sqlValue(`SELECT id FROM entrustment WHERE ${mine}`), action: 'withdraw' };
  const row = wordsOf((await get(at, { cookie: login })).body);
  assert.match(row, /撤回/);
  assert.doesNotMatch(row, /解除/);
  assert.match(wordsOf((await post(`${at}/decide`, { cookie: login, form })).body), /撤回后该运营商不再办理本次登记，需要时可重新登记。是否撤回？/);
  assert.equal(state(), 'asked', 'asked first');
  const platform = { ...form, csrf: (await formToken(at, cookie)).token, confirmed: 1 };
  assert.equal((await post(`${at}/decide`, { cookie, form: platform })).status, 409, 'the builder\'s alone');
  sql(`UPDATE entrustment SET state = 'confirmed' WHERE ${mine}`);
  assert.equal((await post(`${at}/decide`, { cookie: login, form: { ...form, confirmed: 1 } })).status, 409);
  sql(`UPDATE entrustment SET state = 'asked' WHERE ${mine}`);
  assert.equal((await post(`${at}/decide`, { cookie: login, form: { ...form, confirmed: 1 } })).status, 303);
  assert.equal(state(), 'ended');
  sql(`DELETE FROM entrustment WHERE ${mine}`);
});

test('Z11.2: the Enter that takes a candidate of an input method neither asks nor leaves the search field', async () => {
  clear();
  const page = await open('/archives/equipment/new?ready=1'), find = page.locator('[name="station_record_id-find"]'), asked = [];
  page.on('request', (request) => { if (request.url().includes('/options')) asked.push(request.url()); });
  await find.focus();
  const key = (given) => find.evaluate((input, event) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...event })), given);
  for (const given of [{ isComposing: true }, { keyCode: 229 }]) {
    assert.equal(await key(given), true, 'left to the input method');
    assert.equal(await find.evaluate((input) => document.activeElement === input), true);
  }
  assert.deepEqual(asked, []);
  assert.equal(await key({}), false);
  assert.equal(await find.evaluate((input) => document.activeElement === input), false, 'Enter itself leads to the list');
  await page.context().close();
});

test('QR: a code tells nothing of what is declared and not public: draft, passed and never given answer alike', async () => {
  clear();
  insert(`${MARK}1`), insert(`${MARK}2`, ", state = 'passed', passed_at = NOW(3), submitted_at = NOW(3)");
  const codeOf = (code) => sqlValue(`SELECT public_code FROM station_record WHERE code = '${code}' AND operator_id = ${own}`);
  const plain = (answer) => wordsOf(answer.body).replace(/\d{2}:\d{2}(:\d{2})?/g, '');
  const never = await get(`/map/station/${'0'.repeat(11)}`);
  assert.equal(never.status, 404);
  for (const code of [codeOf(`${MARK}1`), codeOf(`${MARK}2`)]) {
    const answer = await get(`/map/station/${code}`);
    assert.deepEqual([answer.status, plain(answer)], [404, plain(never)], code);
  }
});

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAD0lEQVR4nGP4jwQYiOMAANuQL9FuRbCyAAAAAElFTkSuQmCC', 'base64');
test('Uploads ahead of a form: a ticket of another hour or another person is none; a company fills no disk with what belongs to no record', async () => {
  const page = await get('/archives/stations/new', { cookie }), { token } = await formToken('/archives/stations/new', cookie);
  const ticket = unescapeHtml(/data-ticket="([^"]+)"/.exec(page.body)[1]);
  const upload = async (given) => {
    const form = new FormData();
    form.set('csrf', token), form.set('ticket', given), form.set('file', new Blob([PNG], { type: 'image/png' }), `${FILES}.png`);
    const answer = await fetch(`${BASE_URL}/files/upload`, { method: 'POST', body: form, redirect: 'manual', headers: { Cookie: cookie, Origin: BASE_URL, Accept: 'application/json' } });
    return [answer.status, await answer.text()];
  };
  const [accept, hour, sign] = ticket.split('.');
  assert.match(hour, /^\d{6,}$/);
  assert.equal((await upload(`${accept}.${hour - 30}.${sign}`))[0], 403);
  assert.equal((await upload(`${accept}.${Number(hour) + 1}.${sign}`))[0], 403);
  assert.equal((await upload(ticket))[0], 200);
  const person = sqlValue("SELECT id FROM account WHERE login = 'demo-operator'");
  sql(`INSERT INTO file (id, sha256, kind, size, name, account_id) SELECT 700000000000 + seq, UNHEX(SHA2('${FILES}', 256)), 'png', 10, '${FILES}', ${person} FROM seq_1_to_500`);
  try {
    const [status, words] = await upload(ticket);
    assert.equal(status, 422);
    assert.match(words, /尚未随档案保存的文件达到 500 个，请先保存填写的内容/);
  } finally { sql(`DELETE FROM file WHERE name LIKE '${FILES}%'`); }
});

for (const shared of [false, true])
  test(`Z9.3: a workbook as small libraries write it goes in: ${shared ? 'shared' : 'inline'} strings, no dimension, no addresses, gaps, dates as numbers`, async () => {
    clear();
    const one = station(`${MARK}1`, { 投运日期: 45413 }), two = station(`${MARK}2`, { 投运日期: 45292.0, 车位数量: 7 }), heads = Object.keys(one);
    const at = await send('stations', await bare({ 站点档案: [heads, Object.values(one), null, null, Object.values(two)] }, { shared }), { name: `${FILES}-${shared}.xlsx` });
    const end = await ended(at);
    assert.deepEqual(end, { state: 'done', total: 2, problems: 0 }, sqlValue(`SELECT findings FROM sheet_import WHERE id = ${importOf(at)}`));
    assert.deepEqual(sql(`SELECT opened_on, park_nums FROM station_record WHERE code LIKE '${MARK}%' ORDER BY code`), [['2024-05-01', '20'], ['2024-01-01', '7']]);
  });

test('Z9.1, Z11.1: a department\'s figures are those of its rows, column by column', async () => {
  const city = sqlValue("SELECT LEFT(division_code, 4) FROM account WHERE login = 'demo-city'");
  for (const [list, table, columns] of [['stations', 'station_record', ['state', 'station_type', 'division_code']], ['equipment', 'equipment_record', ['state', 'equipment_type', 'division_code']]])
    for (const column of columns)
      for (const [value, count] of sql(`SELECT ${column}, COUNT(*) FROM ${table} WHERE filed_division LIKE '${city}%' AND ${column} IS NOT NULL GROUP BY 1`)) {
        const shown = async () => {
          const { body } = await get(`/archives/${list}`, { cookie: sessionOf('demo-city') });
          const at = body.indexOf(`?${column === 'division_code' ? 'area' : column}=${value}"`);
          return at > 0 && new RegExp(`\\b${count}\\b`).test(wordsOf(body.slice(Math.max(0, at - 300), at + 400)).replaceAll(',', ''));
        };
        assert.ok(await eventually(shown, 70000, 2000), `${list}: ${column} ${value}: ${count}`);     // figures that took long are kept a minute
      }
});


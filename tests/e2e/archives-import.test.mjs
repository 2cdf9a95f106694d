// Z9.3, Z11.6, S3.2 in the browser by the manual's labels: 「批量导入」, template filled by another program, every problem at its
// cell and nothing stored, the marked workbook mended and sent back, progress with and without scripts, nothing twice.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import ExcelJS from 'exceljs';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { get } from './lib/http.mjs';
import { sessionOf } from './lib/house.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { ended, facility, filled, forget, gun, importOf, ownOf, refilled, report, send, station } from './lib/workbooks.mjs';

const MARK = 'E2EI', FILES = 'e2ei';
let browser, own;
const clear = () => forget(MARK, FILES);
before(async () => { browser = await launch(); own = ownOf('demo-operator'); clear(); });
after(async () => { clear(); await browser.close(); });

const main = (page) => page.getByRole('main');
const count = (table) => Number(sqlValue(`SELECT COUNT(*) FROM ${table} WHERE code LIKE '${MARK}%'`));
async function open(address, { width = 1280, script = true, login = 'demo-operator' } = {}) {
  const context = await visit(browser, { login, width, script }), page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.wrong = watch(page);
  await page.goto(address);
  if (script) await settle(page);                     // without scripts nothing tells when a page has settled
  return page;
}
async function sound(page) {
  await settle(page);
  assert.equal(await overflow(page), null, page.url());
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${new URL(page.url()).pathname.replaceAll('/', '_')}-${page.viewportSize().width}.png`, fullPage: true });
}
const workbook = (buffer, name) => ({ name: `${FILES}-${name}.xlsx`, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer });
/** 「选择文件」, then the button; ends on the import's own page. */
async function bring(page, file) {
  await page.getByLabel('导入文件').setInputFiles(file);
  await main(page).getByRole('button', { name: '上传并检查' }).click();
  await page.waitForURL(/\/import\/\d+$/);
}
const download = async (page, name) => {
  const [file] = await Promise.all([page.waitForEvent('download'), main(page).getByRole('link', { name }).click()]);
  const { readFileSync } = await import('node:fs');
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
};

for (const width of WIDTHS)
  test(`Z9.3, S3.2: stations: every problem at its cell and nothing stored; the marked workbook mended goes in as 「待提交」 (${width} px)`, async () => {
    clear();
    const page = await open('/archives/stations', { width });
    await main(page).getByRole('link', { name: '批量导入' }).click();
    await sound(page);
    const template = await download(page, '下载模板');
    assert.equal(template.name, '站点档案导入模板.xlsx');
    const rows = [station(`${MARK}1`), station(`${MARK}2`, { 充电站名称: ' 前面有空格', 充电站类型: '不知道', 车位数量: '许多' }), station(`${MARK}1`, { 所属区域: '某区' }), station(`${MARK}4`, { 服务电话: null })];
    await bring(page, workbook(await refilled(template.bytes, { 站点档案: rows }, { keep: true }), `s${width}`));
    await main(page).getByText('没有导入任何内容').waitFor();
    await sound(page);
    const words = await main(page).innerText();
    for (const one of ['B4', 'D4', 'A5', '前后有多余的空格', '没有“不知道”这个选项', '与第 3 行重复', '请填写「服务电话」', '许多', '某区']) assert.ok(words.includes(one), `${one}: ${words}`);
    assert.equal(count('station_record'), 0);

    const marked = await download(page, '下载标注文件');
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(marked.bytes);
    assert.equal(book.worksheets[0].name, '错误清单');
    const sheet = book.getWorksheet('站点档案');
    assert.ok(sheet.getCell('B4').note, 'the note says what is wrong');
    Object.entries({ B4: '前面没有空格', D4: '公共', A5: `${MARK}3` }).forEach(([cell, value]) => { sheet.getCell(cell).value = value; });
    const at = (row, header, value) => { sheet.getRow(row).getCell(sheet.getRow(1).values.findIndex((h) => String(h ?? '').startsWith(header))).value = value; };
    at(4, '车位数量', 12), at(5, '所属区域', '斗门区'), at(6, '服务电话', '4001234567');
    await main(page).getByRole('link', { name: '重新上传' }).click();
    await bring(page, workbook(Buffer.from(await book.xlsx.writeBuffer()), `m${width}`));
    await main(page).getByText('已导入 4 行').waitFor();
    await sound(page);
    assert.equal(count('station_record'), 4);
    assert.deepEqual(sql(`SELECT DISTINCT state, operator_id FROM station_record WHERE code LIKE '${MARK}%'`), [['draft', String(own)]]);
    await main(page).getByRole('link', { name: '查看站点档案' }).click();
    assert.match(await main(page).innerText(), /待提交/);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

for (const width of WIDTHS)
  test(`Z11.6: facilities with their guns: the note first; unknown station, report and parent by sheet and cell; then all (${width} px)`, async () => {
    clear();
    await ended(await send('stations', await filled('stations', { 站点档案: [station(`${MARK}S`)] }), { name: `${FILES}-st${width}.xlsx` }));
    report(`${MARK}R`, own);
    const page = await open('/archives/equipment', { width });
    await main(page).getByRole('link', { name: '批量导入' }).click();
    assert.match(await main(page).innerText(), /设施档案需关联站点档案和报告档案/);
    await sound(page);
    await main(page).getByRole('link', { name: '确认' }).click();
    await sound(page);
    const template = await download(page, '下载模板'), piles = [facility(`${MARK}E1`, `${MARK}S`, `${MARK}R`), facility(`${MARK}E2`, 'NOWHERE', `${MARK}R`), facility(`${MARK}E3`, `${MARK}S`, 'NONE')];
    const guns = [gun(`${MARK}E1A`, `${MARK}E1`), gun(`${MARK}E1A`, `${MARK}E1`), gun(`${MARK}E2A`, `${MARK}E2`), gun(`${MARK}E9A`, `${MARK}E9`)];
    await bring(page, workbook(await refilled(template.bytes, { 充电设施: piles, 充电接口: guns }), `e${width}`));
    await main(page).getByText('没有导入任何内容').waitFor();
    const words = await main(page).innerText();
    for (const one of ['NOWHERE', '请先录入该充电站的站点档案', 'NONE', '请先录入该报告档案', '与第 2 行重复', '在工作表「充电设施」中没有这个设施编码', `${MARK}E9`]) assert.ok(words.includes(one), `${one}: ${words}`);
    assert.equal(count('equipment_record'), 0);
    await sound(page);
    await main(page).getByRole('link', { name: '重新上传' }).click();
    const good = workbook(await filled('equipment', { 充电设施: piles.map((one) => ({ ...one, 所属充电站编码: `${MARK}S`, 检测报告编号: `${MARK}R` })),
      充电接口: [1, 2, 3].flatMap((n) => ['A', 'B'].map((end) => gun(`${MARK}E${n}${end}`, `${MARK}E${n}`))) }), `g${width}`);
    if (new URL(page.url()).searchParams.get('ready') === null && await main(page).getByRole('link', { name: '确认' }).count()) await main(page).getByRole('link', { name: '确认' }).click();
    await bring(page, good);
    await main(page).getByText('已导入 3 行').waitFor();
    assert.deepEqual(sql(`SELECT code, state, connectors, division_code FROM equipment_record WHERE code LIKE '${MARK}%' ORDER BY code`), [1, 2, 3].map((n) => [`${MARK}E${n}`, 'draft', '2', '440402']));
    assert.equal(count('connector_record'), 6);
    assert.equal(sqlValue(`SELECT COUNT(*) FROM flow_step f JOIN equipment_record e ON f.flow = 'equipment-record' AND f.case_id = e.id WHERE e.code LIKE '${MARK}%' AND f.action = '' AND f.to_state = 'draft'`), '3');
    await page.goto(`/archives/equipment?q=${MARK}E2`);
    await main(page).getByRole('link', { name: '详情' }).first().click();
    await settle(page);
    assert.match(await main(page).innerText(), new RegExp(`${MARK}E2B`));
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  });

test('Z9.3: the same file doubles nothing; the same codes in another file are refused by cell', async () => {
  clear();
  const bytes = await filled('stations', { 站点档案: [station(`${MARK}A`), station(`${MARK}B`)] });
  const first = await send('stations', bytes, { name: `${FILES}-1.xlsx` });
  assert.equal((await ended(first)).state, 'done');
  assert.equal(await send('stations', bytes, { name: `${FILES}-again.xlsx` }), first);
  const other = await send('stations', await filled('stations', { 站点档案: [station(`${MARK}C`), station(`${MARK}B`)] }), { name: `${FILES}-2.xlsx` });
  assert.deepEqual(await ended(other), { state: 'refused', total: 2, problems: 1 });
  assert.match(sqlValue(`SELECT findings FROM sheet_import WHERE id = ${importOf(other)}`), new RegExp(`"A3".*${MARK}B.*已用于本企业的另一份站点档案`));
  assert.equal(count('station_record'), 2);
});

test('two imports of the same codes at once: one is stored, the other refused by cell', async () => {
  clear();
  const rows = Array.from({ length: 1500 }, (_, i) => station(`${MARK}T${i}`));
  const files = await Promise.all(['甲', '乙'].map((name) => filled('stations', { 站点档案: rows.map((one) => ({ ...one, 备注: name })) })));
  const paths = await Promise.all(files.map((bytes, i) => send('stations', bytes, { name: `${FILES}-at-once-${i}.xlsx` })));
  const ends = await Promise.all(paths.map((one) => ended(one, 120000)));
  assert.deepEqual(ends.map((one) => one.state).sort(), ['done', 'refused'], JSON.stringify(ends));
  assert.equal(count('station_record'), 1500);
  assert.equal(sqlValue(`SELECT COUNT(DISTINCT remark) FROM station_record WHERE code LIKE '${MARK}T%'`), '1');
});

test('progress: the page looks again by itself; without scripts by 「刷新」; it is nobody else\'s', async () => {
  clear();
  const bytes = await filled('stations', { 站点档案: Array.from({ length: 3000 }, (_, i) => station(`${MARK}P${i}`)) });
  const page = await open('/archives/stations/import');
  await bring(page, workbook(bytes, 'progress'));
  const address = new URL(page.url()).pathname, plain = await open(address, { script: false });
  await main(page).getByText('已导入 3000 行').waitFor({ timeout: 40000 });         // no reload: htmx polled
  for (let i = 0; i < 100 && await plain.getByRole('link', { name: '刷新' }).count(); i++) await plain.getByRole('link', { name: '刷新' }).click();
  await plain.getByText('已导入 3000 行').waitFor();
  assert.equal((await get(address, { cookie: sessionOf('demo-operator') })).status, 200);
  for (const login of ['demo-city', 'demo-admin', 'demo-builder']) assert.ok([403, 404].includes((await get(address, { cookie: sessionOf(login) })).status), login);
  assert.equal((await get(address.replace('stations', 'equipment'), { cookie: sessionOf('demo-operator') })).status, 404);
  await page.context().close(), await plain.context().close();
});

test('S3.2: formulas, merged cells, hidden rows, digits lost, other files: words, and nothing stored', async () => {
  clear();
  const strange = async (edit, words) => {
    const bytes = await filled('stations', { 站点档案: [station(`${MARK}X`), station(`${MARK}Y`)] }, { edit: (book) => edit(book.getWorksheet('站点档案'), book) });
    const one = await send('stations', bytes, { name: `${FILES}-odd.xlsx` });
    assert.equal((await ended(one)).state, 'refused');
    assert.match(sqlValue(`SELECT findings FROM sheet_import WHERE id = ${importOf(one)}`), words);
    assert.equal(count('station_record'), 0);
  };
  await strange((sheet) => { sheet.getCell('B2').value = { formula: 'A2&"站"', result: '站' }; }, /B2.*公式/);
  await strange((sheet) => { sheet.mergeCells('B2:B3'); }, /合并单元格/);
  await strange((sheet) => { sheet.getRow(3).hidden = true; }, /隐藏/);
  await strange((sheet) => { sheet.getCell('A2').value = 44040200000000001234; }, /A2.*已丢失/);
  await strange((sheet) => { sheet.getCell('B1').value = '别的列'; }, /缺少列：充电站名称/);
  await strange((sheet, book) => { book.removeWorksheet(sheet.id); }, /没有工作表「站点档案」|列名/);
  await assert.rejects(send('stations', Buffer.from('not a workbook'), { name: `${FILES}-not.xlsx` }), /422/);
});

test('what people do well is taken: other order of columns, full-width letters, dates as dates, rich text, the example left in', async () => {
  clear();
  const bytes = await filled('stations', { 站点档案: [station(`${MARK}Ｚ１`, { 投运日期: new Date(Date.UTC(2024, 4, 1)), 车位数量: '２０' })] }, { keep: true, edit: (book) => {
    const sheet = book.getWorksheet('站点档案'), first = sheet.getColumn(1).values.slice(1), second = sheet.getColumn(2).values.slice(1);
    first.forEach((value, i) => { sheet.getCell(i + 1, 2).value = value; });
    second.forEach((value, i) => { sheet.getCell(i + 1, 1).value = value; });
    sheet.getCell('A3').value = { richText: [{ text: '导入' }, { font: { bold: true }, text: '站' }] };
  } });
  const one = await send('stations', bytes, { name: `${FILES}-well.xlsx` });
  assert.equal((await ended(one)).state, 'done', sqlValue(`SELECT findings FROM sheet_import WHERE id = ${importOf(one)}`));
  assert.deepEqual(sql(`SELECT code, name, opened_on, park_nums FROM station_record WHERE code LIKE '${MARK}%'`), [[`${MARK}Z1`, '导入站', '2024-05-01', '20']]);
});

// Workbooks as people make them: the portal's template opened, filled and saved by another program (exceljs), and large ones.
import ExcelJS from 'exceljs';
import JSZip from 'jszip';
import { get } from './http.mjs';
import { formToken } from './http.mjs';
import { sessionOf } from './house.mjs';
import { BASE_URL } from './env.mjs';
import { sql, sqlValue } from './db.mjs';

const plain = (header) => String(header ?? '').replace(/\*$/, '').trim();

/** The template of a list, filled: {sheet: [{header: value}]}. `keep`: the example row stays. Returns the bytes. */
export async function filled(list, sheets, { login = 'demo-operator', keep = false, edit } = {}) {
  const answer = await get(`/archives/${list}/import/template`, { cookie: sessionOf(login) });
  if (answer.status !== 200) throw new Error(`template of ${list}: ${answer.status}`);
  return refilled(answer.bytes, sheets, { keep, edit });
}
export async function refilled(bytes, sheets, { keep = false, edit } = {}) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes);
  for (const [name, rows] of Object.entries(sheets)) {
    const sheet = book.getWorksheet(name), headers = sheet.getRow(1).values.map(plain);
    rows.forEach((row, i) => {
      const to = sheet.getRow(i + (keep ? 3 : 2));
      headers.forEach((header, c) => { to.getCell(c).value = row[header] ?? null; });
      for (const header of Object.keys(row)) if (!headers.includes(header)) throw new Error(`${name} has no column ${header}`);
    });
    if (!rows.length && !keep) sheet.spliceRows(2, 1);
  }
  edit?.(book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

export const station = (code, more = {}) => ({ 充电站编码: code, 充电站名称: `导入站 ${code}`, 充电站类型: '公共', 站点状态: '正常使用', 建设场所: '大型建筑配建停车场',
  投运日期: '2024-05-01', 所属区域: '香洲区', 详细地址: '人民东路 1 号', 位置: '113.570000,22.270000', 服务电话: '4001234567', 车位数量: 20, 营业时间: '00:00-24:00',
  充电电费: '1.2 元/度', 服务费: '0.6 元/度', ...more });
export const facility = (code, at, report, more = {}) => ({ 所属充电站编码: at, 检测报告编号: report, 设施编码: code, 设施名称: `导入桩 ${code}`, 出厂编号: `SN-${code}`, 设施类型: '直流设备',
  生产厂商: '某某充电设备有限公司', 设施型号: 'DC-120', '额定功率（kW）': 120, '额定电压下限（V）': 200, '额定电压上限（V）': 750, '额定电流（A）': 250, 国家标准: 'GB/T 20234—2015',
  生产日期: '2024-03-01', 投运日期: '2024-06-01', ...more });
export const gun = (code, of, more = {}) => ({ 所属设施编码: of, 充电枪编码: code, 接口类型: '直流接口枪头（模式4）', 接口标准: 'GB/T 20234—2015', '额定功率（kW）': 120, '额定电压下限（V）': 200, '额定电压上限（V）': 750,
  '额定电流（A）': 250, ...more });

/** Sends a workbook; returns the import's path. */
export async function send(list, bytes, { login = 'demo-operator', name = '导入.xlsx' } = {}) {
  const { token, cookie } = await formToken(`/archives/${list}/import?ready=1`, sessionOf(login)), form = new FormData();
  form.set('csrf', token);
  form.set('file', new Blob([bytes], { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }), name);
  const answer = await fetch(`${BASE_URL}/archives/${list}/import`, { method: 'POST', body: form, redirect: 'manual', headers: { Cookie: cookie, Origin: BASE_URL } });
  if (answer.status !== 303) throw new Error(`import of ${list}: ${answer.status} ${(await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 600)}`);
  return new URL(answer.headers.get('location'), BASE_URL).pathname;
}
export const importOf = (address) => Number(address.split('/').at(-1));
/** Its row once it came to an end: {state, total, problems}. */
export async function ended(address, ms = 60000) {
  for (const end = Date.now() + ms; ; await new Promise((done) => setTimeout(done, 100))) {
    const [state, total, problems] = sql(`SELECT state, rows_total, problems FROM sheet_import WHERE id = ${importOf(address)}`)[0];
    if (state === 'done' || state === 'refused') return { state, total: Number(total), problems: Number(problems) };
    if (Date.now() > end) throw new Error(`import ${address} is still ${state}`);
  }
}

/** A report by SQL, so that facilities have one to name. */
export function report(number, operator) {
  sql(`INSERT INTO report (operator_id, name, model, equipment_type, number, agency, issued_on) VALUES (${operator}, '导入测试报告', 'DC-120', 1, '${number}', '检测中心', '2024-01-01')`);
}
/** What tests imported: codes that begin with the mark, and the imports of these files. */
export function forget(mark, names) {
  sql(`DELETE FROM flow_step WHERE flow = 'equipment-record' AND case_id IN (SELECT id FROM equipment_record WHERE code LIKE '${mark}%');
    DELETE FROM equipment_record WHERE code LIKE '${mark}%';
    DELETE FROM flow_step WHERE flow = 'station-record' AND case_id IN (SELECT id FROM station_record WHERE code LIKE '${mark}%');
    DELETE FROM station_record WHERE code LIKE '${mark}%'; DELETE FROM report WHERE number LIKE '${mark}%';
    DELETE FROM job WHERE job_key IN (SELECT CONCAT('sheet.import:', id) FROM sheet_import WHERE name LIKE '${names}%');
    DELETE FROM file_link WHERE record = 'sheet_import' AND record_id IN (SELECT id FROM sheet_import WHERE name LIKE '${names}%');
    DELETE FROM sheet_import WHERE name LIKE '${names}%'`);
}
export const ownOf = (login) => Number(sqlValue(`SELECT operator_id FROM account WHERE login = '${login}'`));

/** Facilities with one gun each into `file`, row by row: inline strings, numbers as numbers, dates as dates. */
export async function large(file, count, { mark, stations, reports }) {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useSharedStrings: false, useStyles: true });
  const write = (name, one, key) => {
    const sheet = book.addWorksheet(name), headers = Object.keys(one(0));
    sheet.addRow(headers.map((header) => `${header}${header === key ? '*' : ''}`)).commit();
    for (let i = 0; i < count; i++) sheet.addRow(Object.values(one(i))).commit();
    sheet.commit();
  };
  const code = (i) => `${mark}${String(i).padStart(8, '0')}`, date = new Date(Date.UTC(2024, 2, 5));
  write('充电设施', (i) => facility(code(i), stations[i % stations.length], reports[i % reports.length], { 生产日期: date, 投运日期: date, 备注: `第 ${i} 台` }), '设施编码');
  write('充电接口', (i) => gun(`${code(i)}A`, code(i)), '充电枪编码');
  await book.commit();
}

/** The least a workbook may be, as small libraries write it: inline or shared strings, no dimension, no styles, no cell addresses in
 * the head row, rows left out, dates as bare numbers. {sheet: rows of values}; null leaves a cell out, a row that is null is a gap. */
export async function bare(sheets, { shared = false } = {}) {
  const zip = new JSZip(), names = Object.keys(sheets), texts = [], xml = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const column = (c) => (c < 26 ? '' : String.fromCharCode(64 + Math.floor(c / 26))) + String.fromCharCode(65 + c % 26);
  const cell = (value, c, row) => {
    const at = row === 1 ? '' : ` r="${column(c)}${row}"`;
    if (value === null || value === undefined) return row === 1 ? '<c/>' : '';
    if (typeof value === 'number') return `<c${at}><v>${value}</v></c>`;
    return shared ? `<c${at} t="s"><v>${texts.push(value) - 1}</v></c>` : `<c${at} t="inlineStr"><is><t>${xml(value)}</t></is></c>`;
  };
  names.forEach((name, i) => zip.file(`xl/worksheets/sheet${i + 1}.xml`, `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${
    sheets[name].map((row, r) => (row ? `<row${r ? ` r="${r + 1}"` : ''}>${row.map((value, c) => cell(value, c, r + 1)).join('')}</row>` : '')).join('')}</sheetData></worksheet>`));
  zip.file('[Content_Types].xml', `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`);
  zip.file('_rels/.rels', `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/xl/workbook.xml"/></Relationships>`);
  zip.file('xl/workbook.xml', `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="r${i + 1}"/>`).join('')}</sheets></workbook>`);
  zip.file('xl/_rels/workbook.xml.rels', `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, i) => `<Relationship Id="r${i + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`);
  zip.file('xl/sharedStrings.xml', `<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${texts.map((text) => `<si><t>${xml(text)}</t></si>`).join('')}</sst>`);
  return zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

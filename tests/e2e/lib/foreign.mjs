// Records a demonstration city lacks: one of each scoped kind that is one's own, and its likes elsewhere — near (another
// county of the city), far (another city of the province), out (another province), each of another company.
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { VAR } from './env.mjs';
import { sql, sqlValue } from './db.mjs';

export const PLACES = { own: '440402', near: '440403', far: '442000', out: '110105' };
const MARK = 'matrix-';

let phones = 0;
function account(login, set) {
  const all = { login: `'${MARK}${login}'`, name: `'${MARK}${login}'`, password_hash: "'!'", phone: `'199000${10000 + phones++}'`, ...set };
  return sqlValue(`INSERT INTO account (${Object.keys(all)}) VALUES (${Object.values(all)}); SELECT LAST_INSERT_ID()`);
}

/** The bytes of a picture, as the portal stores them, with an id that names them. */
function file(id, registration, owner) {
  const bytes = Buffer.concat([Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC', 'base64'), Buffer.from(MARK)]);
  const hex = createHash('sha256').update(bytes).digest('hex'), folder = path.join(VAR, 'files', hex.slice(0, 2)), base = statSync(path.join(VAR, 'files'));
  mkdirSync(folder, { recursive: true });
  for (const name of [hex.slice(2), `${hex.slice(2)}.thumb`]) {
    writeFileSync(path.join(folder, name), bytes);
    chownSync(path.join(folder, name), base.uid, base.gid);
  }
  chownSync(folder, base.uid, base.gid);
  sql(`INSERT INTO file (id, sha256, kind, size, width, height, name, account_id) VALUES (${id}, UNHEX('${hex}'), 'png', ${bytes.length}, 10, 10, '${MARK}licence.png', ${owner});
    INSERT INTO file_link (record, record_id, field, position, file_id) VALUES ('operator_registration', ${registration}, 'licence', 0, ${id})`);
  return id;
}

/** A station record, a report, a facility and an import of an operator, all submitted once. */
function archive(add, operator, person, division, name, at) {
  const filed = { operator_id: operator, division_code: `'${division}'`, state: "'draft'", submitted_at: 'NOW(3)' };
  const station = add('station_record', { ...filed, code: `'${MARK}${at}'`, name: `'${name}'` });
  const report = add('report', { operator_id: operator, name: `'${name}'`, model: "'M'", equipment_type: 1, number: `'${MARK}${at}'`, agency: "'A'", issued_on: "'2024-01-01'", division_code: `'${division}'` });
  const equipment = add('equipment_record', { ...filed, station_record_id: station, report_id: report, code: `'${MARK}${at}'`, name: `'${name}'` });
  const paper = add('file', { id: `8007199254${at}`, sha256: `UNHEX(SHA2('${name}', 256))`, kind: "'xlsx'", size: 1, name: `'${MARK}import.xlsx'`, account_id: person });
  const of = { operator_id: operator, account_id: person, sha256: `UNHEX(SHA2('${name}', 256))`, file_id: `8007199254${at}`, name: `'${name}.xlsx'`, state: "'refused'", problems: 1 };
  void paper;
  return { station_record: station, report, equipment_record: equipment, import_station: add('sheet_import', { ...of, kind: "'station-record'" }), import_equipment: add('sheet_import', { ...of, kind: "'equipment-record'" }) };
}

/** {registration, qualification, change, contact, account, file, operator, copy} of one place, and its archive. */
function make(place, at) {
  const division = PLACES[place], own = place === 'own', name = `${MARK}${place}`;
  const operator = own ? sqlValue("SELECT operator_id FROM account WHERE login = 'demo-operator'")
    : sqlValue(`INSERT INTO operator (code, name, short_name, division_code) VALUES ('MTX00000${at}', '${name}', '${name}', '${division}'); SELECT LAST_INSERT_ID()`);
  const person = own ? sqlValue("SELECT id FROM account WHERE login = 'demo-operator'") : account(place, { role: "'operator'", operator_id: operator });
  const add = (table, columns) => sqlValue(`INSERT INTO ${table} (${Object.keys(columns)}) VALUES (${Object.values(columns)}); SELECT LAST_INSERT_ID()`);
  const filed = { company: `'${name}'`, division_code: `'${division}'`, state: "'filed'" };
  const registration = add('operator_registration', { ...filed, account_id: person, account_name: `'${name}'`, uscc: "'91440400MA4UFX1234'" });
  const order = add('charge_order', { at: 'NOW()', operator_id: operator, order_no: `'${MARK}${at}'`, connector_code: `'${MARK}'`, division_code: `'${division}'`, start_at: 'NOW()',
    end_at: 'NOW()', energy_wh: 1000, total_money: 1, source: "'push'", doubts: 2, doubt: 2, digest: "''" });
  return { operator, registration, charge_order: order, ...archive(add, operator, person, division, name, at), qualification: add('qualification', { ...filed, operator_id: operator }), change: add('profile_change', { ...filed, operator_id: operator }),
    exchange_message: add('exchange_log', { operator_id: operator, division_code: `'${division}'`, at: 'NOW(3)', incoming: 1, proven: 1, source: "'push'", interface: "'query_token'", milliseconds: 1, http_status: 200, good: 0, what: `'${name}'` }),
    exchange_try: add('exchange_try', { operator_id: operator, account_id: person, interface: "'query_token'", request: "'{}'", state: "'done'", what: `'${name}'` }),
    connection_check: add('connection_check', { operator_id: operator, division_code: `'${division}'`, state: "'failed'", begun_at: 'NOW(3)', words: `'${name}'` }),
    connection: add('connection', { ...filed, operator_id: operator, platform_id: `(SELECT MIN(o.id) FROM operator o WHERE o.id <> ${operator} AND o.name NOT LIKE '${MARK}%')`, kind: "'entrusted'" }),
    pushed_station: add('station', { operator_id: operator, code: `'${MARK}${at}'`, name: `'${name}'`, division_code: `'${division}'`, lng: 113.5, lat: 22.2, source: "'exchange'", published: 0 }),
    contact: add('operator_contact', { operator_id: operator, name: `'${name}'`, phone: "'13800138000'", note: `'${MARK}'` }),
    account: account(`${place}-staff`, { role: "'expert'", division_code: `'${division}'` }), file: file(`90071992547${at}`, registration, person) };
}

export function uproot() {
  const like = `LIKE '${MARK}%'`, ids = (table, column) => `(SELECT id FROM ${table} WHERE ${column} ${like})`;
  const cases = [['registration', 'operator_registration'], ['qualification', 'qualification'], ['profile-change', 'profile_change'], ['connection', 'connection']];
  sql(`DELETE FROM station WHERE code ${like}; DELETE FROM exchange_log WHERE what ${like}; DELETE FROM exchange_try WHERE what ${like}; DELETE FROM connection_check WHERE words ${like}; DELETE FROM sheet_import WHERE name ${like}; DELETE FROM file_link WHERE file_id IN ${ids('file', 'name')}; DELETE FROM file WHERE name ${like};
    ${cases.map(([flow, table]) => `DELETE FROM flow_due WHERE flow = '${flow}' AND case_id IN ${ids(table, 'company')}; DELETE FROM ${table} WHERE company ${like};`).join('\n')}
    DELETE FROM flow_step WHERE flow = 'equipment-record' AND case_id IN ${ids('equipment_record', 'code')}; DELETE FROM flow_step WHERE flow = 'station-record' AND case_id IN ${ids('station_record', 'code')};
    DELETE FROM equipment_record WHERE code ${like}; DELETE FROM station_record WHERE code ${like}; DELETE FROM report WHERE number ${like};
    DELETE FROM charge_order WHERE order_no ${like}; DELETE FROM operator_contact WHERE note ${like}; DELETE FROM session WHERE account_id IN ${ids('account', 'login')}; DELETE FROM account WHERE login ${like}; DELETE FROM operator WHERE name ${like}`);
}

/** {own, near, far, out} and the accounts of those who are in no demonstration: login by persona. */
export function plant() {
  uproot();
  const records = Object.fromEntries(Object.keys(PLACES).map((place, at) => [place, make(place, at + 1)]));
  account('step', { role: "'expert'", division_code: "'4404'", state: "'must_change'" });
  account('unassigned', { role: "'unassigned'" });
  const pending = account('pending', { role: "'operator'", state: "'pending'" });
  sql(`INSERT INTO operator_registration (company, account_name, account_id, division_code, state) VALUES ('${MARK}pending', '${MARK}pending', ${pending}, '440402', 'filed')`);
  return { records, logins: { step: `${MARK}step`, unassigned: `${MARK}unassigned`, pending: `${MARK}pending` } };
}

/** What everybody may see: one of each. */
export const open = () => ({ news: sqlValue("SELECT MIN(id) FROM article WHERE state = 'published' AND published_at <= NOW(3)"),
  station: sqlValue('SELECT MIN(id) FROM station WHERE published = 1 AND removed_at IS NULL'), agreement: sqlValue('SELECT MIN(id) FROM agreement'),
  earlier: sqlValue('SELECT MIN(slug) FROM page_history'), version: sqlValue('SELECT MIN(version) FROM page_history WHERE slug = (SELECT MIN(slug) FROM page_history)'),
  page: sqlValue("SELECT MIN(slug) FROM page WHERE section = 'about'"),
  ...Object.fromEntries(['open', 'about', 'site'].map((section) => [section, sqlValue(`SELECT MIN(slug) FROM page WHERE section = '${section}'`)?.split('/').at(-1)])) });

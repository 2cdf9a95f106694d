// Who gets what from every route: tests/e2e/matrix.txt is the truth that was reviewed, a route table alone cannot change it.
// MATRIX_WRITE=1 writes what was seen into the file: read every changed cell before it is committed.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync, readFileSync } from 'node:fs';
import { everyRole, freshSession, routes } from './lib/house.mjs';
import { FILE, PERSONAS, findings, lines } from './lib/matrix.mjs';
import { PLACES, open, plant, uproot } from './lib/foreign.mjs';
import { formToken, get, isLogin, patiently, post } from './lib/http.mjs';
import { ensureRecords } from './lib/records.mjs';
import { sql, sqlValue } from './lib/db.mjs';

// These act though no field is sent (end sessions, drop the record): tried last, each with a session of its own.
const LAST = ['/company/contacts/{id}/drop', '/archives/stations/{id}/delete', '/archives/reports/{id}/delete', '/archives/equipment/{id}/delete', '/account/second-factor/remove', '/account/logout', '/account/sessions/close-others', '/account/login/cancel'];
// Another's id is none of one's own: the answer is that of a second click, and nothing happens to the record.
const AS_GONE = ['/account/sessions/close', '/workbench/copied/read'];
const SCOPED = ['registration', 'qualification', 'change', 'contact', 'account', 'file', 'station_record', 'report', 'equipment_record', 'connection', 'pushed_station', 'operator', 'import_station', 'import_equipment', 'charge_order', 'exchange_message', 'exchange_try', 'connection_check'];
const EVERYWHERE = Object.keys(PLACES).filter((place) => place !== 'own');

let records, login, common;
before(async () => {
  await ensureRecords();
  const planted = plant();
  records = planted.records;
  common = open();
  login = Object.fromEntries([...everyRole.map((one) => [one.key, one.login]), ...Object.entries(planted.logins)].filter(([, name]) => name));
});
after(uproot);

const sessions = new Map();
const cookieOf = (persona) => {
  if (!login[persona]) return '';
  if (!sessions.has(persona)) sessions.set(persona, freshSession(login[persona]));
  return sessions.get(persona);
};
/** {address, form} of a line for the records of a place: the path's own places filled, the rest is the query or the body. */
function filled(line, place, whole = true) {
  const values = { ...common, ...records[place] }, given = new URLSearchParams(line.given.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '0'));
  const address = line.path.replace(/\{(\w+)\}/g, (_, name) => { const value = given.get(name); given.delete(name); return value; });
  const rest = Object.fromEntries(given), query = line.method === 'GET' && given.size ? `?${given}` : '';
  return { address: address + query, form: line.method === 'POST' && whole ? rest : {} };
}
async function ask(line, cookie, { address, form }) {
  if (line.method === 'GET') return patiently(() => get(address, { cookie, headers: { Accept: 'text/html' } }));
  const page = await formToken('/', cookie);
  return patiently(() => post(address, { cookie: page.cookie, form: { ...form, csrf: page.token }, headers: { Accept: 'text/html' } }));
}
const seen = (answer) => isLogin(answer) ? 'login' : String(answer.status);

test('every route has its line, every line its route, and no cell contradicts schema/roles.hdf', { skip: Boolean(process.env.MATRIX_WRITE) }, () => assert.deepEqual(findings(), []));

test('who proves himself by signature instead is this list and no more', () => {
  assert.deepEqual(routes.filter((one) => one.capability === 'peer' && one.program !== 'exchange').map((one) => one.path), []);
});

test('every route as every role: the answer is the one that was reviewed (POSTs: token and nothing else)', { timeout: 600000 }, async () => {
  const all = lines(), wrong = [];
  for (const line of [...all.filter((one) => !LAST.includes(one.path)), ...all.filter((one) => LAST.includes(one.path))])
    for (const persona of PERSONAS) {
      const cookie = LAST.includes(line.path) && login[persona] ? freshSession(login[persona]) : cookieOf(persona);
      const found = seen(await ask(line, cookie, filled(line, 'own', false)));
      if (found !== line.cells[persona]) wrong.push(`${line.method} ${line.path} as ${persona}: ${found}, not ${line.cells[persona]}`);
      line.cells[persona] = found;
    }
  sessions.clear();
  if (process.env.MATRIX_WRITE) write(all);
  else assert.deepEqual(wrong, []);
});

function write(all) {
  const head = readFileSync(FILE, 'utf8').split('\n').filter((line) => line.startsWith('#') && !line.startsWith('# method'));
  const wide = (name) => Math.max(...all.map((one) => (one[name] || '-').length)) + 1, row = (method, route, given, cells) =>
    `${method.padEnd(9)}${route.padEnd(wide('path'))}${given.padEnd(wide('given'))}${cells.map((cell) => cell.padEnd(11)).join('')}`.trimEnd();
  writeFileSync(FILE, [...head, row('# method', 'path', 'given', PERSONAS), ...all.map((one) => row(one.method, one.path, one.given || '-', PERSONAS.map((persona) => one.cells[persona]))), ''].join('\n'));
}

/** Which places besides his own a persona's scope holds. */
function held(persona, kind) {
  if (kind === 'account' && everyRole.find((one) => one.key === persona)?.may.includes('account-all')) return EVERYWHERE;
  return { city: ['near'], finance: ['near'], province: ['near', 'far'] }[persona] ?? [];
}

test('foreign ids: another company, county, city, province: 404 for whoever may open the page, as if there were nothing', { timeout: 600000 }, async () => {
  const wrong = [];
  let tried = 0, open = 0;
  for (const line of lines()) {
    const kind = SCOPED.find((one) => line.given.includes(`{${one}}`));
    if (!kind) continue;
    for (const persona of PERSONAS)
      for (const place of EVERYWHERE) {
        const inside = held(persona, kind).includes(place), refused = ['login', '403'].includes(line.cells[persona]);
        if (inside && (line.method === 'POST' || refused)) continue;                   // it would be carried out
        const found = seen(await ask(line, cookieOf(persona), filled(line, place))), at = `${line.method} ${line.path} as ${persona}, ${kind} ${place}`;
        const right = refused ? line.cells[persona] : inside && line.cells[persona] !== '404' ? line.cells[persona] : '404';
        if (inside) open++;
        tried++;
        if (found !== right) wrong.push(`${at}: ${found}, not ${right}`);
      }
  }
  assert.deepEqual(wrong, []);
  assert.ok(tried > 500 && open > 15, `${tried} tried, ${open} of them inside a wider scope`);
});

test('a number that names nothing: 404 too', async () => {
  for (const line of lines().filter((one) => one.path.includes('{id}')))
    for (const persona of PERSONAS.filter((one) => !['login', '403'].includes(line.cells[one]))) {
      const address = line.path.replace('{id}', '8999999999999').replace(/\{\w+\}/g, 'registration');
      const form = Object.fromEntries(new URLSearchParams(line.given.replace(/\{\w+\}/g, '8999999999999')));
      delete form.id;
      assert.equal(seen(await ask(line, cookieOf(persona), { address, form })), '404', `${line.method} ${address} as ${persona}`);
    }
});

test('another\'s session and another\'s copy: nothing happens to them', async () => {
  const theirs = freshSession('demo-county'), account = sqlValue("SELECT id FROM account WHERE login = 'demo-county'");
  const session = sqlValue(`SELECT MAX(id) FROM session WHERE account_id = ${account}`);
  const step = sqlValue(`INSERT INTO flow_step (flow, case_id, action, from_state, to_state, at) VALUES ('registration', ${records.own.registration}, 'submit', 'draft', 'filed', NOW(3)); SELECT LAST_INSERT_ID()`);
  const copy = sqlValue(`INSERT INTO flow_copy (account_id, flow, case_id, step_id) VALUES (${account}, 'registration', ${records.own.registration}, ${step}); SELECT LAST_INSERT_ID()`);
  try {
    for (const [address, id] of [[AS_GONE[0], session], [AS_GONE[1], copy]])
      assert.ok(['303', '404'].includes(seen(await ask({ method: 'POST' }, cookieOf('operator'), { address, form: { id } }))), address);
    assert.equal((await get('/workbench', { cookie: theirs })).status, 200, 'the session lives');
    assert.equal(sqlValue(`SELECT read_at IS NULL FROM flow_copy WHERE id = ${copy}`), '1', 'the copy is unread');
  } finally {
    sql(`DELETE FROM flow_copy WHERE id = ${copy}; DELETE FROM flow_step WHERE id = ${step}`);
  }
});

// Escaping is on by default: records whose every text is markup, and parameters that are markup, through every page of
// every program. The browser ignores our Content-Security-Policy here, so that a script which got in would run.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { formFields, getRoutes, mayOpen, postRoutes, role, roles, sessionOf } from './lib/house.mjs';
import { addressesOf, crawl } from './lib/crawl.mjs';
import { formToken, get, patiently, post, wordsOf } from './lib/http.mjs';
import { BASE_URL, portalctl } from './lib/env.mjs';
import { quote, sql, sqlValue } from './lib/db.mjs';
import { launch, settle, severalAtOnce } from './lib/browser.mjs';

const EVIL = `<script>window.pwned=1</script>"'&<i>`;
const RICH = `${EVIL}\n\n# ${EVIL}\n\n- ${EVIL}\n\n[${EVIL}](javascript:window.pwned=1) [b](JaVaScRiPt:window.pwned=1) [c](data:text/html,x) <javascript:window.pwned=1>\n\n`
  + `![${EVIL}](x" onerror="window.pwned=1) <img src=x onerror=window.pwned=1>\n\n<script>window.pwned=1</script>\n\n\`${EVIL}\`\n\n    ${EVIL}\n\n> ${EVIL}\n`;

// What of a copied row must stay as it was for the row to be shown at all.
const KEPT = {
  operator: ['source', 'division_code'], account: ['role', 'state', 'division_code', 'password_hash'], news_column: [], article: ['state', 'column_code', 'search_words'],
  page: ['section'], page_history: [], station: ['source', 'country_code', 'received_datum', 'division_code'], equipment: [], connector: [], job: ['state'], division: [],
};
/** Copies one row of a table with every text replaced; `set` gives columns their own values (SQL). */
function plant(table, set = {}, where = '1') {
  const columns = sql(`SELECT column_name, data_type, COALESCE(character_maximum_length, 0), extra FROM information_schema.columns
    WHERE table_schema = 'chargehall' AND table_name = '${table}' ORDER BY ordinal_position`).filter(([, , , extra]) => !/auto_increment|GENERATED/i.test(extra));
  const values = columns.map(([name, type, size]) => {
    if (name in set) return set[name];
    if (!/char|text/.test(type) || (KEPT[table] ?? []).includes(name)) return `\`${name}\``;
    return quote((name === 'body' ? RICH : EVIL).slice(0, Number(size)));
  });
  return sqlValue(`INSERT INTO \`${table}\` (${columns.map(([name]) => `\`${name}\``)}) SELECT ${values} FROM \`${table}\` WHERE ${where} LIMIT 1; SELECT LAST_INSERT_ID()`);
}

const planted = {};
function plantAll() {
  plant('division', { parent_code: 'NULL', level: '3' });
  planted.operator = plant('operator');
  plant('account', { operator_id: planted.operator, phone: 'NULL' }, "login = 'demo-admin'");
  plant('news_column');
  planted.article = plant('article', { published_at: 'NOW(3)' }, "state = 'published'");
  plant('article', { published_at: 'NOW(3)', column_code: quote(EVIL.slice(0, 20)) }, "state = 'published'");
  for (const section of ['open', 'about', 'site']) plant('page', { slug: quote(`${section}/${EVIL}`.slice(0, 40)) }, `section = '${section}'`);
  planted.station = plant('station', { operator_id: planted.operator, published: 1, removed_at: 'NULL' }, 'published = 1 AND removed_at IS NULL');
  plant('station', { operator_id: planted.operator, division_code: quote(EVIL.slice(0, 12)), code: "'evil-2'" }, 'published = 1 AND removed_at IS NULL');
  planted.equipment = plant('equipment', { station_id: planted.station, operator_id: planted.operator, removed_at: 'NULL' });
  plant('connector', { equipment_id: planted.equipment, station_id: planted.station, operator_id: planted.operator, removed_at: 'NULL' });
  sql(`INSERT INTO page_history (slug, version, title, body, account_id) SELECT slug, 1, title, body, 1 FROM page WHERE slug LIKE 'open/<script%'`);
  for (const state of ['failed', EVIL.slice(0, 10)])
    sql(`INSERT INTO job (kind, job_key, payload, state, runner, progress, last_error, run_at) VALUES (${quote(EVIL)}, ${quote(EVIL + state)}, ${quote(EVIL)}, ${quote(state)}, ${quote(EVIL)}, ${quote(EVIL)}, ${quote(EVIL)}, NOW(3) + INTERVAL 1 YEAR)`);
  if (sql("SHOW TABLES LIKE 'partner'").length)
    sql(`INSERT INTO partner (operator_id, gov_id, base_url) VALUES (${planted.operator}, ${quote(EVIL.slice(0, 9))}, '') ON DUPLICATE KEY UPDATE gov_id = VALUES(gov_id)`);
}
function uproot() {
  const evil = (column) => `${column} LIKE '%<script%'`;
  sql(`DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE ${evil('login')});
    DELETE p FROM review_phrase p JOIN account a ON a.id = p.account_id WHERE ${evil('a.login')}; DELETE FROM account WHERE ${evil('login')}; DELETE FROM article WHERE ${evil('title')}; DELETE FROM news_column WHERE ${evil('name')};
    DELETE FROM page_history WHERE ${evil('slug')}; DELETE FROM page WHERE ${evil('slug')}; DELETE FROM job WHERE ${evil('kind')} OR ${evil('job_key')};
    DELETE c FROM connector c JOIN operator o ON o.id = c.operator_id WHERE ${evil('o.name')}; DELETE e FROM equipment e JOIN operator o ON o.id = e.operator_id WHERE ${evil('o.name')};
    DELETE p FROM partner p JOIN operator o ON o.id = p.operator_id WHERE ${evil('o.name')}; DELETE s FROM station s JOIN operator o ON o.id = s.operator_id WHERE ${evil('o.name')};
    DELETE FROM operator WHERE ${evil('name')}; DELETE FROM division WHERE ${evil('name')}; DELETE FROM login_failure`);
  portalctl('map-build');
}

/** The role under which a route is tried: the administrator where he may, else the first who may; null: steps of a log-in, platforms. */
const actorOf = (route) => (mayOpen(role('admin'), route) ? role('admin') : roles.find((one) => mayOpen(one, route))) ?? null;
/** [role, its routes]; the account of the evil name takes on the role meanwhile. */
async function asEach(routes, each) {
  try {
    for (const one of new Set(routes.map(actorOf).filter(Boolean))) {
      sql(`UPDATE account SET role = '${one.key}' WHERE login LIKE '<script%'`);
      await each(one, routes.filter((route) => actorOf(route) === one));
    }
  } finally {
    sql("UPDATE account SET role = 'admin' WHERE login LIKE '<script%'");
  }
}

let browser, context, evilAdmin, found;
before(async () => {
  uproot();
  plantAll();
  portalctl('map-build');
  evilAdmin = portalctl('session', EVIL.slice(0, 60)).trim();
  browser = await launch();
  context = await browser.newContext({ baseURL: BASE_URL, bypassCSP: true });
  await context.addCookies([{ name: 'session', value: evilAdmin.slice(8), url: BASE_URL }]);
  found = await crawl(role('admin'));
});
after(async () => { await browser?.close(); uproot(); });

const RAW = [/<script>/i, /"'&<i>/, /'&<i>/, /<img src=x/i];
function checkBody(answer, at) {
  const type = answer.headers['content-type'] ?? '';
  assert.ok(answer.status < 500, `${at}: ${answer.status}`);
  if (/json/.test(type)) {
    assert.doesNotThrow(() => JSON.parse(answer.body), at);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', at);
  } else if (/html|svg|xml/.test(type)) {
    for (const raw of RAW) assert.doesNotMatch(answer.body, raw, `${at}: raw markup ${answer.body.match(raw)?.index && answer.body.slice(answer.body.match(raw).index - 120, answer.body.match(raw).index + 60)}`);
  }
  return /html/.test(type) && !/^attachment/.test(answer.headers['content-disposition'] ?? '');      // a file is not gone to
}
/** In the browser: nothing ran, nothing broke out of an attribute, no link runs a script. */
async function checkPage(page, at) {
  const seen = await page.evaluate(() => ({ pwned: window.pwned,
    inline: [...document.querySelectorAll('script:not([src])')].length,
    attributes: [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].filter((a) => !/^[a-zA-Z][\w:.-]*$/.test(a.name) || /^on/i.test(a.name)).map((a) => `${e.tagName} ${a.name}`)),
    links: [...document.querySelectorAll('[href],[src],[action]')].map((e) => e.getAttribute('href') ?? e.getAttribute('src') ?? e.getAttribute('action')).filter((v) => /^\s*(javascript|data|vbscript):/i.test(v) && !v.startsWith('data:image/svg+xml,%3Csvg')) }));   // a QR code drawn into an <img> runs nothing
  assert.deepEqual(seen, { pwned: undefined, inline: 0, attributes: [], links: [] }, at);
}
/* The account's own name stands on every page; what was asked with has another number. */
const ASKED = /pwned(=|%3d|&#61;|&#x3d;)2/i, asked = EVIL.replace('pwned=1', 'pwned=2');
/** `must`: opened in the browser although the answer holds nothing of what was asked: a script may take it from the address. */
async function open(addresses, must = () => true) {
  await severalAtOnce(addresses, async (address) => {
    const answer = await get(address, { cookie: evilAdmin, headers: { Accept: 'text/html' } });
    if (!checkBody(answer, address) || !(must(address) || ASKED.test(answer.body))) return;
    const page = await context.newPage();
    await page.goto(address);
    await settle(page);
    await checkPage(page, address);
    await page.close();
  });
}

test('strict mode: the database itself refuses bytes that are no UTF-8', () => {
  for (const bytes of ['FF', 'C0AF', 'F8888080', 'E4B8']) assert.throws(() => sql(`INSERT INTO statistic (name, value, at) VALUES (0x${bytes}, 1, NOW(3))`), /Incorrect string value/, bytes);
});

test('records whose every text is markup: every GET page of every program, as visitor and as an account of such a name', { timeout: 240000 }, async () => {
  const own = [`/map/stations/${planted.station}`, `/map/stations/${planted.station}/card`, `/map/stations/${planted.station}/map.png`, `/map/stations/${planted.station}/qr.svg`,
    `/news/${planted.article}`, `/map?q=${encodeURIComponent('<script>')}`, `/map/list?q=${encodeURIComponent('<script>')}`, `/map/view?q=${encodeURIComponent('<script>')}`,
    ...['open', 'about', 'site'].map((s) => `/${s}/${encodeURIComponent(EVIL)}`), '/admin/jobs', '/admin/partners', '/admin/pages', '/no-such-page', encodeURI(`/${EVIL}`)]
    .filter((address) => !address.startsWith('/admin') || getRoutes.some((route) => route.path === address));
  const shown = await get(`/map/stations/${planted.station}`);
  assert.equal(shown.status, 200);
  assert.ok(wordsOf(shown.body).includes('<script>window.pwned=1'), 'the text is shown, as text');
  assert.ok(wordsOf((await get(`/news/${planted.article}`)).body).includes('<script>window.pwned=1'), 'in the article too');
  await open([...new Set([...own, ...[...found.values()].flat()])]);
  for (const address of own) checkBody(await get(address), `visitor ${address}`);
});

test('the map in the browser: list, card and facets with such names, clicked through', async () => {
  const page = await context.newPage();
  await page.goto(`/map?q=${encodeURIComponent('<script>')}`);
  await page.waitForTimeout(1000);
  await page.locator(`a[href*="/map/stations/${planted.station}"]`).first().click();
  await page.waitForTimeout(1000);
  await checkPage(page, 'after the click on the list');
  await page.goto('/map');
  for (const control of await page.locator('main summary:visible, main [role=tab]:visible, .leaflet-marker-icon:visible').all().then((all) => all.slice(0, 14))) {
    await control.click({ timeout: 1500, force: true }).catch(() => {});
    await page.waitForTimeout(150);
  }
  await checkPage(page, 'after clicks through the map');
  await page.close();
});

test('markup in every declared parameter of every GET route, one by one and all at once', { timeout: 240000 }, async () => {
  await asEach(getRoutes, async (one, own) => {
    const addresses = await addressesOf(one), list = [], whole = new Set();
    for (const route of own) {
      const base = (addresses.get(route.path) ?? route.path).split('?')[0], names = [...formFields(route.form).map((f) => f.name), 'undeclared', EVIL];
      const value = encodeURIComponent(asked), pair = (name) => `${encodeURIComponent(name)}=${value}`;
      whole.add(`${base}?${names.map(pair).join('&')}`);
      list.push(...names.map((name) => `${base}?${pair(name)}`));
      if (route.path.includes('{')) list.push(route.path.replace(/\{\w+\}/g, value), `${base}?id=${value}&slug=${value}`);
    }
    for (const address of [...whole, ...list]) checkBody(await get(address, { cookie: evilAdmin, headers: { Accept: 'application/json' } }), `${one.key} as JSON ${address}`);
    await open([...whole, ...list], (address) => whole.has(address));
  });
});

test('markup in every field of every POST form: redrawn or refused, never raw', async () => {
  await asEach(postRoutes, async (one, own) => { for (const route of own) {
    const cookie = portalctl('session', EVIL.slice(0, 60)).trim(), given = /login/.test(route.path) ? '' : cookie;
    const { token, cookie: cookies } = await formToken('/', given);
    for (const fields of [...formFields(route.form).map((f) => [f.name]), formFields(route.form).map((f) => f.name)]) {
      const form = { csrf: token, ...Object.fromEntries(fields.map((name) => [name, EVIL])) };
      checkBody(await patiently(() => post(route.path, { cookie: cookies, form, headers: { Accept: 'text/html' } })), `POST ${route.path} ${fields}`);
      checkBody(await patiently(() => post(route.path, { cookie: cookies, form, headers: { Accept: 'application/json' } })), `POST ${route.path} ${fields} as JSON`);
    }
  } });
  sql('DELETE FROM login_failure');
  evilAdmin = portalctl('session', EVIL.slice(0, 60)).trim();          // one of the forms ends all other sessions
  await context.addCookies([{ name: 'session', value: evilAdmin.slice(8), url: BASE_URL }]);
});

test('bytes that are no UTF-8, in every parameter of every route: 400 with words', async () => {
  for (const one of new Set([...getRoutes, ...postRoutes].map(actorOf).filter(Boolean))) {
    const addresses = await addressesOf(one), session = sessionOf(one.login), { token, cookie } = await formToken('/', session);
    for (const route of [...getRoutes, ...postRoutes].filter((r) => actorOf(r) === one)) {
      const base = (addresses.get(route.path) ?? route.path).split('?')[0].replace(/\{\w+\}/g, '1');
      for (const name of [...formFields(route.form).map((f) => f.name), 'undeclared'])
        for (const bytes of ['%ff%fe', '%c0%af', 'a%00b']) {
          const answer = route.method === 'GET' ? await get(`${base}?${name}=${bytes}`, { cookie: session, headers: { Accept: 'text/html' } })
            : await patiently(() => post(base, { cookie, body: `csrf=${token}&${name}=${bytes}`, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' } }));
          assert.equal(answer.status, 400, `${one.key} ${route.method} ${base} ${name}=${bytes}`);
          assert.match(wordsOf(/<main[\s\S]*<\/main>/.exec(answer.body)?.[0] ?? ''), /[\u4e00-\u9fff]{6}/, `${base} in words`);
        }
    }
  }
});

test('headers from outside (Host, User-Agent, Referer, X-Forwarded-*) come out nowhere raw, and break no line', async () => {
  for (const address of ['/', '/map', '/account/login', '/no-such-page', `/map/stations/${planted.station}`, `/news/${planted.article}`])
    for (const name of ['User-Agent', 'Referer', 'X-Forwarded-Host', 'X-Request-Id', 'Accept-Language']) {
      const answer = await get(address, { headers: { [name]: EVIL } });
      checkBody(answer, `${address} ${name}`);
      assert.ok(!answer.body.includes('pwned') || address.includes(planted.station) || address.includes('news') || /^\/(map)?$/.test(address), `${address} repeats ${name}`);
    }
  checkBody(await get('/', { headers: { Host: 'evil"><script>x</script>' } }), 'Host');
});

test('a spreadsheet export: no cell that a spreadsheet would take for a formula', async () => {
  sql(`UPDATE job SET progress = '=HYPERLINK("http://evil.example")', last_error = '+1+1' WHERE kind LIKE '<script%'`);
  const exports = getRoutes.filter((r) => /\.(csv|xlsx)$/.test(r.path));
  assert.ok(exports.length >= 4);
  for (const route of exports) {
    const answer = await get(route.path, { cookie: sessionOf(actorOf(route).login) });
    assert.equal(answer.status, 200, route.path);
    if (route.path.endsWith('.xlsx')) {            // its cells are typed: tests/unit/list_test.c reads them back
      assert.match(answer.headers['content-type'], /spreadsheetml/);
      continue;
    }
    assert.match(answer.headers['content-type'], /^text\/csv/);
    assert.doesNotMatch(answer.body, /(^|,|")([=+@\t]|-(?!\d))/m, `${route.path}: ${answer.body.match(/.{0,30}(^|,|")[=+@].{0,30}/m)?.[0]}`);
  }
});

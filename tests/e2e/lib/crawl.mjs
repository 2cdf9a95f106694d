// Real addresses for every GET route: the places in a path are filled with records found by following links.
import { BASE_URL } from './env.mjs';
import { getRoutes, mayOpen, routeOf, sessionOf } from './house.mjs';
import { get, isPage, unescapeHtml } from './http.mjs';
import { sqlValue } from './db.mjs';

// Of the demonstration's operator, made where there is none: what only an exchange with a platform leaves behind.
const OWN = "(SELECT operator_id FROM account WHERE login = 'demo-operator')";
const made = (table, columns) => (role) => {
  if (role.key === 'builder') return null;
  const own = () => sqlValue(`SELECT MAX(id) FROM ${table} WHERE operator_id = ${OWN}`), there = own();
  if (!there || there === 'NULL') sqlValue(`INSERT INTO ${table} (operator_id, ${Object.keys(columns)}) SELECT ${OWN}, ${Object.values(columns)}`);
  return own();
};
const message = made('exchange_log', { division_code: "'440402'", at: 'NOW(3)', incoming: 1, proven: 1, source: "'push'", interface: "'query_token'", milliseconds: 1, http_status: 200, good: 0, what: "'crawl'" });
const tried = made('exchange_try', { account_id: 0, interface: "'query_token'", request: "'{}'", state: "'done'", what: "'crawl'" });
const checked = made('connection_check', { division_code: "'440402'", state: "'failed'", begun_at: 'NOW(3)', words: "'crawl'" });
const at = (path, of) => (role) => { const id = of(role); return id && `${path}/${id}`; };

const EXAMPLES = 3;          // addresses kept for a route; a catalogue of thousands is not walked through
const VARIANTS = 4;          // with different queries
// Addresses that stand in no page, or behind a page of a catalogue that is not walked through: route -> query.
const ASKED = { '/map/facet': () => '?facet=operator', '/admin/reveal': () => '?kind=account-phone&id=1',
  '/archives/labels': () => `?kind=station&ids=${sqlValue("SELECT MAX(id) FROM station_record WHERE submitted_at IS NOT NULL AND operator_id = (SELECT operator_id FROM account WHERE login = 'demo-operator') AND division_code = (SELECT division_code FROM account WHERE login = 'demo-county')")}`,
  '/admin/accounts/roles': () => `?id=${sqlValue("SELECT id FROM account WHERE login = 'demo-expert'")}` };

// The same of places that only a printed code leads to: route -> what fills it.
const PRINTED = { '/interconnect/debug/messages/{id}': at('/interconnect/debug/messages', message), '/interconnect/debug/tries/{id}': at('/interconnect/debug/tries', tried),
  '/interconnect/checks/{id}': at('/interconnect/checks', checked), '/map/station/{code}': () => `/map/station/${sqlValue('SELECT public_code FROM station WHERE published = 1 AND removed_at IS NULL LIMIT 1')}`,
  '/map/equipment/{code}': () => `/map/equipment/${sqlValue('SELECT e.public_code FROM equipment e JOIN station s ON s.id = e.station_id WHERE s.published = 1 AND s.removed_at IS NULL AND e.removed_at IS NULL LIMIT 1')}` };

/** Addresses of this site in a page: links, pictures, data-* addresses, plain GET forms. */
export function linksOf(answer) {
  const found = [...answer.body.matchAll(/\s(?:href|src|hx-get|data-[\w-]+)="(\/[^"]*)"/g)].map((m) => unescapeHtml(m[1]))
    .concat(/json/.test(answer.headers['content-type']) ? [...answer.body.matchAll(/"(\/[a-z][\w./-]*)"/g)].map((m) => m[1]) : []);
  const asSent = (address) => { const url = new URL(address, BASE_URL); return url.pathname + url.search; };      // as a browser escapes it
  return [...new Set(found.filter((address) => !address.startsWith('//')).map(asSent))];
}

const filled = (route, values) => route.path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '{}');

/** Map of route path -> [address], as seen by one role (its capabilities, its records); `refused` gets the addresses not answered with 2xx or 3xx. */
export async function crawl(role, refused = new Map()) {
  const cookie = sessionOf(role.login);
  const open = getRoutes.filter((route) => mayOpen(role, route));
  const addresses = new Map(open.map((route) => [route.path, []])), seen = new Set();
  const queue = open.filter((route) => !route.path.includes('{')).map((route) => route.path + (ASKED[route.path]?.() ?? ''))
    .concat(open.filter((route) => PRINTED[route.path]).map((route) => PRINTED[route.path](role)).filter(Boolean));
  const take = (address) => {
    const only = address.split('?')[0], route = routeOf(address);
    if (!route || !addresses.has(route.path) || seen.has(address)) return;
    const list = addresses.get(route.path);
    const paths = new Set(list.map((one) => one.split('?')[0]));
    if (paths.has(only) ? list.filter((one) => one.split('?')[0] === only).length >= VARIANTS : paths.size >= EXAMPLES) return;
    seen.add(address);
    list.push(address);
    queue.push(address);
  };
  queue.splice(0).forEach(take);
  while (queue.length) {
    const address = queue.shift();
    const answer = await get(address, { cookie, headers: { Accept: 'text/html' } });
    if (answer.status >= 400) refused.set(address, answer.status);
    if (isPage(answer) || /text\/html|json/.test(answer.headers['content-type'] ?? '')) linksOf(answer).forEach(take);
    if (answer.headers.location) take(answer.headers.location);
  }
  // A part of a record (its card, its picture) that only a script asks for: the record's own id fills it.
  for (const route of open.filter((one) => !addresses.get(one.path).length)) {
    const parent = open.filter((one) => one.path.includes('{') && route.path.startsWith(`${one.path}/`) && addresses.get(one.path).length)[0];
    if (!parent) continue;
    const names = [...parent.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    const values = parent.match.exec(addresses.get(parent.path)[0].split('?')[0]).slice(1);
    addresses.get(route.path).push(filled(route, Object.fromEntries(names.map((name, i) => [name, values[i]]))));
  }
  return addresses;
}

/** One address a route, a working one and the plain one if there is a choice; null where no record was found. */
export async function addressesOf(role) {
  const refused = new Map(), found = await crawl(role, refused);
  return new Map([...found].map(([path, list]) => {
    const good = list.filter((address) => !refused.has(address));
    return [path, good.find((address) => !address.includes('?')) ?? good[0] ?? list[0] ?? null];
  }));
}

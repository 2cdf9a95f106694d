// The house as it declares itself: route tables of the programs, forms, roles and their demonstration accounts.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { BUILD, ROOT, portalctl, run } from './env.mjs';

export const programs = readdirSync(path.join(ROOT, 'cgi-bin'))
  .filter((name) => !['jobs', 'portalctl', 'simulator'].includes(name) && existsSync(path.join(ROOT, 'cgi-bin', name, 'main.c')));

const pattern = (route) => new RegExp(`^${route.split('/').map((part) =>
  part.split(/(\{[^}]+\})/).map((piece) => piece.startsWith('{') ? '([^/?#]+)' : piece.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('')).join('/')}$`);

/** Every row of every program: {program, method, path, capability, form, match}. */
export const routes = programs.flatMap((program) => run(path.join(BUILD, program), ['--routes']).trim().split('\n').map((line) => {
  const [method, routePath, capability, form] = line.split('\t');
  return { program, method, path: routePath, capability, form: form === '-' ? null : form, match: pattern(routePath) };
}));
export const getRoutes = routes.filter((route) => route.method === 'GET');
export const postRoutes = routes.filter((route) => route.method === 'POST');

/** The row that answers a path: a literal one before one with places to fill, as the tables are ordered. */
export const routeOf = (address, method = 'GET') => {
  const only = address.split(/[?#]/)[0];
  return routes.find((route) => route.method === method && route.match.test(only));
};

/** Names of the parameters a form declares; forms an engine makes ("list:…") from the engine's own declaration. */
export function formFields(form) {
  const own = form && path.join(ROOT, 'schema/forms', `${form}.hdf`);
  const list = form?.startsWith('list:') && path.join(ROOT, 'schema/lists', `${form.slice(5)}.hdf`);
  if (own && existsSync(own))
    return [...readFileSync(own, 'utf8').matchAll(/^ {2}([\w-]+)\s*(?:\[([^\]]*)\])?\s*=/gm)]
      .map(([, name, attributes]) => ({ name, kind: /kind=([\w-]+)/.exec(attributes ?? '')?.[1] ?? 'text', required: /\brequired\b/.test(attributes ?? '') }));
  if (list && existsSync(list))
    return [...readFileSync(list, 'utf8').matchAll(/^\s+([\w-]+)\s*(?:\[|\{|=)/gm)].map(([, name]) => ({ name, kind: 'line' }))
      .concat(['q', 'page', 'sort', 'order', 'after', 'before'].map((name) => ({ name, kind: 'line' })));
  return [];
}

/** {key, label, may: [capability], login} of each role. The visitor has no login. */
export const everyRole = [...readFileSync(path.join(ROOT, 'schema/roles.hdf'), 'utf8').matchAll(/^ {2}(\w+) \{([^}]*)\}/gm)].map(([, key, body]) => {
  const value = (name) => new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(body)?.[1].trim();
  return { key, label: value('label'), may: value('may').split(/\s+/), login: value('demo') };
});
/** Those somebody can be in a demonstration. */
export const roles = everyRole.filter((one) => one.login || one.key === 'visitor');
export const role = (key) => everyRole.find((one) => one.key === key);
export const mayOpen = (one, route) => route.capability === 'public' || one.may.includes(route.capability);

const cookies = new Map();
/** "session=…" of a login, made by the tool; kept for the run. */
export function sessionOf(login) {
  if (!login) return '';
  if (!cookies.has(login)) cookies.set(login, portalctl('session', login).trim());
  return cookies.get(login);
}
export const freshSession = (login) => portalctl('session', login).trim();

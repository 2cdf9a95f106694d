// tests/e2e/matrix.txt: who gets what from each route. Run as a program it compares the file with the programs' --routes and
// with schema/roles.hdf, without a server (make check): a route without a line, a line without a route, a cell that
// contradicts the roles are findings, one a line; exit status 1.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './env.mjs';
import { everyRole, routes } from './house.mjs';

export const FILE = path.join(ROOT, 'tests/e2e/matrix.txt');
// Beside the roles: `step` has not finished logging in, `pending` is an operator whose registration is not passed yet.
export const PERSONAS = ['visitor', 'step', 'pending', ...everyRole.map((one) => one.key).filter((key) => key !== 'visitor')];

/** Lines of the file: {method, path, given, cells: {persona: answer}}. */
export const lines = () => readFileSync(FILE, 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
  const [method, route, given, ...cells] = line.split(/\s+/);
  return { method, path: route, given: given === '-' ? '' : given, cells: Object.fromEntries(PERSONAS.map((one, i) => [one, cells[i]])), count: cells.length };
});

/** May the persona, by capability alone? As lib/domain/session.c gives them. */
export function may(persona, capability) {
  const of = (key) => everyRole.find((one) => one.key === key).may;
  if (persona === 'step') return ['public', 'signing-in'].includes(capability);
  if (persona === 'pending') return ['public', 'signed-in', 'company'].includes(capability) && of('operator').includes(capability);
  return of(persona).includes(capability);
}

const ANSWERS = /^(login|200|204|302|303|400|403|404|405|409|413|422|429)$/;
export function findings() {
  const out = [], listed = lines(), own = routes.filter((route) => route.capability !== 'peer');
  const key = (one) => `${one.method} ${one.path}`;
  for (const route of own) if (!listed.some((line) => key(line) === key(route))) out.push(`${key(route)}: no line in tests/e2e/matrix.txt`);
  listed.forEach((line, i) => {
    const route = own.find((one) => key(one) === key(line));
    if (!route) return out.push(`${key(line)}: no such route`);
    if (listed.findIndex((one) => key(one) === key(line)) !== i) out.push(`${key(line)}: stands twice`);
    if (line.count !== PERSONAS.length) out.push(`${key(line)}: ${line.count} cells for ${PERSONAS.length} columns`);
    for (const place of line.path.match(/\{\w+\}/g) ?? []) if (!new URLSearchParams(line.given).has(place.slice(1, -1))) out.push(`${key(line)}: ${place} is not given`);
    for (const [persona, answer] of Object.entries(line.cells)) {
      const shut = ['visitor', 'step'].includes(persona) ? 'login' : '403';
      if (!ANSWERS.test(answer ?? '')) out.push(`${key(line)} ${persona}: what is "${answer}"?`);
      else if (!may(persona, route.capability) && answer !== shut) out.push(`${key(line)} ${persona}: ${answer}, but schema/roles.hdf does not give ${route.capability}`);
      else if (may(persona, route.capability) && (answer === '403' || (answer === 'login' && !line.path.startsWith('/account/login')))) /* where leaving a log-in leads */ out.push(`${key(line)} ${persona}: ${answer}, but schema/roles.hdf gives ${route.capability}`);
    }
  });
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findings();
  for (const one of found) console.log(one);
  process.exitCode = found.length ? 1 : 0;
}

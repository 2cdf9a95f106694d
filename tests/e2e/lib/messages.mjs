// Messages made from the portal's own message table (portalctl messages): one good sample of each interface, and from it every
// bad one: each field left out, of a wrong type, too long, outside its enumeration or range.
import path from 'node:path';
import { BUILD, portalctl, run } from './env.mjs';

export const messages = JSON.parse(portalctl('messages'));
/** What an operator may call here, and what of it this build answers. */
export const declared = messages.filter((m) => m.by_operator);
const routes = run(path.join(BUILD, 'exchange'), ['--routes']);
export const inbound = declared.filter((m) => routes.includes(`/evcs/v1/${m.interface}\t`));

const forms = { organisation: '123456789', date: '2026-11-20', datetime: '2026-11-20 09:08:07', clock: '093000' };

/** A good value; `known` says which codes are the operator's own: { OperatorID, StationID, ConnectorID, sequence }. */
function value(field, known) {
  if (field.name in known) return known[field.name];
  if (field.form === 'sequence') return known.sequence();
  if (field.form) return forms[field.form];
  if (field.values) return Number(field.values.split(' ')[0]);
  switch (field.type) {
    case 'text': return known.text?.() ?? '甲';
    case 'int': return Math.max(field.least ?? 0, 1);
    case 'number': return field.least > 0 ? field.least : 1;
    case 'object': return sample(field.fields, known);
    case 'list': return [sample(field.fields, known)];
    default: return ['甲'];
  }
}

export const sample = (fields, known) => Object.fromEntries(fields.map((field) => [field.name, value(field, known)]));

/** Wrong values of one field: [what, value]; undefined: left out. */
function wrongs(field) {
  const list = [];
  if (field.need !== 'optional') list.push(['missing', undefined], ['null', null]);
  list.push(['a truth value', true], field.type === 'object' ? ['a list', [1]] : ['an object', {}]);
  if (field.type === 'text') {
    list.push(['a number', 7]);
    if (field.need !== 'optional') list.push(['empty', '']);
    if (field.most) list.push(['too long', '站'.repeat(field.most + 1)]);
    if (field.form) list.push(['malformed', '2026-02-31 x']);
  }
  if (field.type === 'int' || field.type === 'number') {
    list.push(['a word', 'x']);
    if (field.values) list.push(['outside the enumeration', 77]);
    else if (field.most) list.push(['too large', field.most + 1]);
    if (field.type === 'int') list.push(['a fraction', 0.5]);
  }
  if (field.type === 'list' || field.type === 'texts') list.push(['a wrong item', [field.type === 'list' ? 'x' : {}]]);
  return list;
}

/** Every bad variant of a good message: { what, name, label, data }. The first entry of each list is the one that is bad. */
export function* variants(fields, good, path = '') {
  for (const field of fields) {
    for (const [what, wrong] of wrongs(field)) {
      const data = structuredClone(good);
      if (wrong === undefined) delete data[field.name];
      else data[field.name] = wrong;
      yield { what: `${path}${field.name} ${what}`, name: field.name, label: field.label, data };
    }
    if (!field.fields) continue;
    const list = field.type === 'list', below = list ? good[field.name][0] : good[field.name];
    for (const one of variants(field.fields, below, `${path}${field.name}.`))
      yield { ...one, data: { ...structuredClone(good), [field.name]: list ? [one.data] : one.data } };
  }
}

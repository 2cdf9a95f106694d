// node calendar.mjs --modules DIR --out FILE
//
// Makes the calendar of working days (工作日历) that `portalctl load-base` loads, from npm chinese-days: the State
// Council's yearly arrangement of public holidays. Tab-separated, two sorts of line:
//   year   2026                        this year's arrangement is known, whole
//   2026-02-14  workday|holiday  春节   a day that differs from Monday to Friday
// A year without a `year` line is not known: a deadline that reaches it is flagged, never guessed.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { argumentsRead, moduleFolder } from './arguments.mjs';

const { modules, out } = argumentsRead(['modules', 'out']);
const folder = join(moduleFolder(modules, 'chinese-days'), 'dist');
const { holidays, workdays } = JSON.parse(readFileSync(join(folder, 'chinese-days.json'), 'utf8'));
const years = readdirSync(join(folder, 'years')).filter((name) => /^\d{4}\.json$/.test(name)).map((name) => name.slice(0, 4));

// "Spring Festival,春节,4" → 春节
const name = (text) => text.split(',')[1] ?? '';
const days = new Map();
for (const [kind, list] of [['holiday', holidays], ['workday', workdays]])       // a workday wins
  for (const [date, text] of Object.entries(list))
    days.set(date, [date, kind, name(text)]);

for (const date of days.keys())
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new Error(`chinese-days: ${date} is not a date`);

const rows = [...years.sort().map((year) => ['year', year]), ...[...days.values()].sort((a, b) => a[0].localeCompare(b[0]))];
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, rows.map((row) => row.join('\t')).join('\n') + '\n');
console.log(`calendar: ${years.length} years, ${days.size} days → ${out}`);

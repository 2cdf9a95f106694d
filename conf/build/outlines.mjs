// Reads the boundary shapes of npm echarts@4.9.0 (map/json, Apache-2.0) and gives them back as plain rings.
//
// The files use ECharts' "UTF8Encoding": a ring is a string; each pair of characters is a zig-zag coded step
// from the last point, which starts at encodeOffsets; units of 1/1024 degree (about 100 m: that is all the
// precision there is, and why no decision "which county is this in" may rest on these shapes).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { moduleFolder } from './arguments.mjs';

// The publishers do not say which datum the shapes are in; the shape of Macau against known border and coast
// points fits GCJ-02 (conf/build/README.md). Set 'wgs84' if a reviewed base map takes their place.
export const SHAPE_DATUM = 'gcj02';

const STEP = 1024;

function ringDecode(text, [lngStart, latStart]) {
  const ring = [];
  let x = lngStart, y = latStart;
  for (let i = 0; i < text.length; i += 2) {
    const dx = text.charCodeAt(i) - 64, dy = text.charCodeAt(i + 1) - 64;
    x += (dx >> 1) ^ -(dx & 1);
    y += (dy >> 1) ^ -(dy & 1);
    ring.push([x / STEP, y / STEP]);
  }
  return ring;
}

// -> [[outer, hole, ...], ...] whatever the geometry's kind
function polygonsDecode({ type, coordinates, encodeOffsets }) {
  if (type === 'Polygon')
    return [coordinates.map((text, i) => ringDecode(text, encodeOffsets[i]))];
  return coordinates.map((rings, p) => rings.map((text, i) => ringDecode(text, encodeOffsets[p][i])));
}

function polygonsPlain({ type, coordinates }) {
  return type === 'Polygon' ? [coordinates] : coordinates;
}

// -> [{ code, name, label: [lng, lat] | null, polygons }] in SHAPE_DATUM
export function outlinesRead(modules, name) {
  const file = join(moduleFolder(modules, 'echarts'), 'map', 'json', `${name}.json`);
  const data = JSON.parse(readFileSync(file, 'utf8'));
  const polygonsOf = data.UTF8Encoding ? polygonsDecode : polygonsPlain;      // 西藏 alone is plain
  return data.features.filter((f) => f.geometry).map((f) => ({
    code: String(f.id ?? ''),
    name: f.properties.name ?? '',
    label: f.properties.cp ?? null,
    polygons: polygonsOf(f.geometry),
  }));
}

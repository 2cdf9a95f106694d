// The yardstick of the map: supercluster behind Fastify, as one would set it up today. Prints its address.
//   node supercluster.mjs POINTS.json      [[lng, lat, free connectors], …]
import { readFileSync } from 'node:fs';
import fastify from 'fastify';
import Supercluster from 'supercluster';

const index = new Supercluster({ radius: 60, maxZoom: 16, map: (p) => ({ free: p.free }), reduce: (sum, p) => { sum.free += p.free; } });
index.load(JSON.parse(readFileSync(process.argv[2], 'utf8')).map(([lng, lat, free], id) =>
  ({ type: 'Feature', properties: { id, free }, geometry: { type: 'Point', coordinates: [lng, lat] } })));

const app = fastify({ logger: false });
app.get('/view', (request) => ({ type: 'FeatureCollection', features: index.getClusters(request.query.bbox.split(',').map(Number), Number(request.query.zoom)) }));
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));

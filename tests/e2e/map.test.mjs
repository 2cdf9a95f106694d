// 充电地图 in Chromium (Zhuhai Z2.1–Z2.3): pan, zoom, search, the six conditions, the card, keyboard alone, 360 px, without
// scripts, the state in the address, states that change while one looks. An operator's platform brings the stations
// the tests know by name; everything else is whatever the instance holds.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, launch, overflow, visit, watch } from './lib/browser.mjs';
import { BASE_URL, BUILD, ROOT, portalctl, programEnv } from './lib/env.mjs';
import { sql, sqlValue } from './lib/db.mjs';
import { Operator, makePartner } from '../simulator/operator.mjs';
import { connectorsOf } from '../simulator/city.mjs';

const code = `7${Date.now().toString(36).slice(-7).toUpperCase()}M`, mark = `图测${code.slice(1, 8)}`;
const partner = makePartner(code, '', `${mark}充电有限公司`);
const operator = new Operator({ partner, portal: `${BASE_URL}/evcs/v1`, stations: 8, pageSize: 10 });
const folder = mkdtempSync(path.join(tmpdir(), 'map-e2e-'));
const WORLD = '-180,-85,180,85';
let browser;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(ask, ms, what) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) {
    const answer = await ask();
    if (answer) return answer;
  }
  return assert.fail(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`);
}
const view = async (query, headers = {}) => {
  const answer = await fetch(`${BASE_URL}/map/view?${query}`, { headers });
  return { answer, data: answer.status === 200 ? await answer.json() : null };
};
const stationId = (i) => sqlValue(`SELECT s.id FROM station s JOIN operator o ON o.id = s.operator_id WHERE o.code = '${code}' AND s.code = '${operator.stations[i].StationID}'`);
const number = (text) => Number(text.replace(/,/g, ''));

/** A map that has answered its first question. */
async function open(address, options) {
  const context = await visit(browser, options), page = await context.newPage(), wrong = watch(page);
  await page.goto(address);
  if (options?.script !== false) await page.waitForFunction(() => document.querySelector('[data-shown]') && document.querySelector('.map-pages, .map-empty'));
  return { context, page, wrong };
}
const total = async (page) => number(await page.locator('[data-matching]').innerText());
const shown = async (page) => number(await page.locator('[data-shown]').innerText());
const tab = (page, key) => page.locator(`[data-tab=${key}]`);
const chip = (page, key, value) => page.locator(`#facet-${key} input[value="${value}"]`);
const label = (page, key, value) => page.locator(`#facet-${key} .chip:has(input[value="${value}"])`);
/** The address until it says so: it is written when the map has come to rest. */
const says = (page, pattern) => page.waitForFunction((p) => new RegExp(p).test(location.search), pattern.source);

before(async () => {
  partner.base_url = `${await operator.listen()}/evcs/v1/`;
  operator.stations.forEach((s, i) => { s.StationName = `${mark}${i}号站`; });
  Object.assign(operator.stations[5], { StationLng: operator.stations[4].StationLng, StationLat: operator.stations[4].StationLat });
  const file = path.join(folder, 'partner.json');
  writeFileSync(file, JSON.stringify(partner));
  portalctl('partner-import', file);
  let told = '';           /* what counts is that the stations come onto the map, whoever builds it */
  await new Promise((resolve) => execFile(path.join(BUILD, 'portalctl'), ['partner-pull', code], { cwd: ROOT, env: programEnv },
    (error, out, err) => { told = out + err; resolve(); }));
  await until(async () => (await view(`zoom=0&bbox=${WORLD}&operator=${code}`)).data?.matching === 8, 30000, () => `pulled stations on the map; ${told}`);
  for (const station of operator.stations) for (const id of connectorsOf(station)) await operator.push(id, 1);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await operator.close();
  rmSync(folder, { recursive: true });
});

test('the answer for a viewport: within bounds, adds up, 304 while nothing changes, words for bad questions', async () => {
  for (const [zoom, bbox] of [[0, WORLD], [5, '100,15,125,40'], [9, '112.5,21.5,114.5,23'], [11, '113.1,21.8,114,22.5'], [14, '113.5,22.2,113.6,22.3'], [18, '113.53,22.21,113.55,22.23']]) {
    const { answer, data } = await view(`zoom=${zoom}&bbox=${bbox}`);
    const text = JSON.stringify(data);
    assert.ok(Buffer.byteLength(text) <= 65536 && data.features.length <= 300, `zoom ${zoom}: ${text.length} bytes, ${data.features.length} features`);
    assert.equal(data.features.reduce((sum, f) => sum + (f.n ?? 1), 0), data.shown, `zoom ${zoom}`);
    assert.ok(answer.headers.get('etag') && /no-cache/.test(answer.headers.get('cache-control')));
  }
  const query = `zoom=16&bbox=10,10,10.1,10.1&operator=${code}`;
  await until(async () => {             /* the whole set's states change by themselves: between two changes */
    const tag = (await view(query)).answer.headers.get('etag');
    return (await view(query, { 'If-None-Match': tag })).answer.status === 304;
  }, 20000, 'a 304');
  for (const bad of ['bbox=1,2,3', 'bbox=5,5,1,1&zoom=3', 'center=a,b&zoom=3', 'zoom=99', 'page=0'])
    assert.equal((await fetch(`${BASE_URL}/map/view?${bad}`)).status, 400, bad);
  assert.equal((await view(`zoom=0&bbox=${WORLD}&division=nowhere`)).data.matching, 0);
});

test('Z2: a visitor sees the map with markers, counts and ages; pan and zoom ask anew and stand in the address', async () => {
  const { context, page, wrong } = await open('/map');
  assert.ok(await total(page) >= 8);
  const markers = page.locator('.leaflet-marker-icon[role=button]');
  assert.ok(await markers.count() > 0);
  assert.match(await page.locator('[data-age]').innerText(), /状态(更新于 .+前|刚刚更新)/);
  const first = page.url(), before_ = await shown(page);
  await page.locator('.leaflet-control-zoom-in').click();
  await page.locator('.leaflet-control-zoom-in').click();
  await page.waitForFunction((url) => location.href !== url, first);
  await page.waitForFunction((n) => Number(document.querySelector('[data-shown]').textContent.replace(/,/g, '')) < n, before_);
  const zoomed = page.url(), box = await page.locator('#map').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 - 200, box.y + box.height / 2 - 100, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction((url) => location.href !== url, zoomed);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('Z2: a cluster opens into what it holds', async () => {
  const { context, page, wrong } = await open(`/map?operator=${code}&center=113.5,22.3&zoom=6`);
  const cluster = page.locator('.cluster').first();
  assert.match(await cluster.getAttribute('aria-label'), /8 座充电站：有空闲 8 座；空闲充电枪 \d+ \/ \d+/);
  await cluster.click();
  await says(page, /zoom=(9|1\d)/);
  await page.waitForFunction(() => document.querySelectorAll('.leaflet-marker-icon[role=button]').length > 1);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('Z2.1: a marker opens the card with what the manual lists; Escape closes it and gives the focus back', async () => {
  const s = operator.stations[0], { context, page, wrong } = await open(`/map?q=${encodeURIComponent(s.StationName)}`);
  const pin = page.locator('.pin').first();
  assert.match(await pin.getAttribute('aria-label'), new RegExp(`^${s.StationName}：空闲`));
  assert.match(await pin.innerText(), /^空闲 \d+$/);
  await pin.click();
  const card = page.getByRole('dialog', { name: s.StationName });
  await card.waitFor();
  const words = await card.innerText();
  for (const part of [partner.name, s.Address, /设施\s+(直流|交流)设备/, /空闲 \d+，使用中 \d+/, s.ElectricityFee, s.ServiceFee, s.ParkFee, s.BusineHours, s.ServiceTel])
    assert.ok(part instanceof RegExp ? part.test(words) : words.includes(part), `${part} in ${words}`);
  assert.equal(await page.evaluate(() => document.getElementById('map-card').contains(document.activeElement)), true);
  await card.getByText('导航').click();
  const ways = await card.locator('.ways-list a').evaluateAll((list) => list.map((a) => a.href));
  assert.ok(ways[0].includes(`position=${s.StationLng.toFixed(6)},${s.StationLat.toFixed(6)}`), `GCJ-02 for the app: ${ways[0]}`);
  assert.ok(ways[2].startsWith('geo:') && !ways[2].startsWith(`geo:${s.StationLat.toFixed(6)}`), 'WGS-84 for geo:');
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.classList.contains('pin')), true);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('Z2.2: plain search over the whole city by station name and by operator name, on the map and in the list', async () => {
  const { context, page, wrong } = await open('/map');
  const search = async (words) => {
    await page.getByRole('searchbox', { name: '充电站或运营商名称' }).fill(words);
    await page.getByRole('button', { name: '搜索', exact: true }).click();
    await page.waitForFunction((w) => document.querySelector('.words').textContent.includes(w), words);
  };
  await search(`${mark}3号站`);
  await page.waitForFunction(() => document.querySelector('[data-shown]').textContent === '1');
  assert.deepEqual(await page.locator('.row-name').allInnerTexts(), [`${mark}3号站`]);
  await page.locator('.pin').first().waitFor();
  await search(partner.name);
  await page.waitForFunction(() => document.querySelector('[data-shown]').textContent === '8');
  assert.equal(await page.locator('.row').count(), 8);
  assert.match(await page.locator('#map-said').innerText(), /8 座/);
  await search('绝无此名的充电站');
  await page.getByText('没有符合条件的充电站').waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test('Z2.3: six conditions with counts, several values each; 全选 for the one in view, 重置 for all; said in words', async () => {
  const { context, page, wrong } = await open('/map');
  const everything = await total(page);
  for (const [key, name] of [['operator', '运营商'], ['division', '区域'], ['type', '充电站类型'], ['scale', '充电站规模'], ['equipment', '设施类型'], ['payment', '支付方式']])
    assert.equal(await tab(page, key).innerText(), name);
  const pick = async (key, value) => {
    if (await tab(page, key).getAttribute('aria-expanded') !== 'true') await tab(page, key).click();
    await label(page, key, value).click();
    await page.waitForFunction(([k, v]) => location.search.includes(`${k}=${v}`), [key, value]);
  };
  const count = async (key, value) => number(await label(page, key, value).locator('[data-count]').innerText());
  const becomes = (n) => page.waitForFunction((v) => Number(document.querySelector('[data-matching]').textContent.replace(/,/g, '')) === v, n);
  const one = await count('division', '440402'), two = await count('division', '440403');
  await pick('division', '440402');
  await becomes(one);
  await pick('division', '440403');
  await becomes(one + two);
  assert.match(await page.locator('.words').innerText(), /（香洲区 或 斗门区）/);
  await pick('equipment', '1');
  await page.waitForFunction(() => /且 直流设备/.test(document.querySelector('.words').textContent));
  const both = await total(page);
  assert.ok(both < one + two && both > 0);
  assert.equal((await view(`zoom=0&bbox=${WORLD}&division=440402&division=440403&equipment=1`)).data.matching, both);
  await tab(page, 'division').click();
  await page.locator('#facet-division').getByRole('button', { name: '全选区域' }).click();
  await says(page, /division=\*/);
  assert.equal(await page.locator('#facet-division input:checked').count(), await page.locator('#facet-division input').count());
  assert.equal(await page.locator('#facet-payment input:checked').count(), 0, 'the one in view only');
  assert.equal(await page.locator('#facet-equipment input:checked').count(), 1);
  await page.getByRole('button', { name: '搜索', exact: true }).click();
  await page.getByRole('button', { name: '重置' }).click();
  await becomes(everything);
  assert.equal(await page.locator('.facets input:checked').count(), 0);
  assert.ok(!/division|equipment/.test(page.url()));
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a long list of operators: found by name, chosen, and the others are still there by 更多', async () => {
  const { context, page, wrong } = await open('/map');
  await tab(page, 'operator').click();
  await page.getByPlaceholder(/查找运营商/).fill(mark);
  await page.waitForFunction((c) => document.querySelectorAll('#facet-operator .chip').length === 1 && document.querySelector(`#facet-operator input[value="${c}"]`), code);
  await page.locator('#facet-operator .chip').click();
  await page.waitForFunction(() => document.querySelector('[data-matching]').textContent === '8');
  await page.getByPlaceholder(/查找运营商/).fill('');
  await page.waitForFunction(() => document.querySelectorAll('#facet-operator .chip').length >= 30);
  assert.equal(await chip(page, 'operator', code).isChecked(), true);
  await page.locator('[data-more]').click();
  await page.waitForFunction(() => document.querySelectorAll('#facet-operator .chip').length > 30);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('the address is the state: shared, reloaded, and back with the browser', async () => {
  const { context, page, wrong } = await open(`/map?operator=${code}&center=113.52,22.28&zoom=12&order=name`);
  assert.equal(await total(page), 8);
  assert.equal(await page.locator('#map-order').inputValue(), 'name');
  assert.match(page.url(), /center=113\.52/);
  const names = await page.locator('.row-name').allInnerTexts();
  assert.deepEqual(names, [...names].sort());
  await page.locator('#map-q').fill(`${mark}1号`);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('[data-matching]').textContent === '1');
  await page.goBack();
  await page.waitForFunction(() => document.querySelector('[data-matching]').textContent === '8');
  assert.equal(await page.locator('#map-q').inputValue(), '');
  await page.goForward();
  await page.waitForFunction(() => document.querySelector('[data-matching]').textContent === '1');
  await page.reload();
  await page.waitForFunction(() => document.querySelector('[data-matching]').textContent === '1');
  assert.deepEqual(wrong, []);
  await context.close();
});

test('the list: total said, more on request, a row points at its marker', async () => {
  const { context, page, wrong } = await open('/map');
  assert.equal(await page.locator('.row').count(), 20);
  assert.match(await page.locator('.map-pages').innerText(), /已列出 20 座，共 [\d,]+ 座/);
  await page.getByRole('button', { name: '更多', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('.map-rows .row').length === 40);
  assert.equal(new Set(await page.locator('.row').evaluateAll((rows) => rows.map((r) => r.dataset.id))).size, 40);
  await page.locator('.row').first().hover();
  await page.locator('.marked').first().waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test('keyboard alone: search, a row, the card, its page', async () => {
  const { context, page, wrong } = await open('/map');
  await page.locator('#map-q').focus();
  await page.keyboard.type(`${mark}2号站`);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('[data-shown]').textContent === '1' && document.querySelector('.pin'));
  for (let i = 0; i < 30 && !(await page.evaluate(() => document.activeElement.classList.contains('pin'))); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const card = page.getByRole('dialog', { name: `${mark}2号站` });
  await card.waitFor();
  for (let i = 0; i < 6 && await page.evaluate(() => document.activeElement.textContent) !== '详情'; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/map\/stations\/\d+$/);
  assert.equal(await page.locator('h1').innerText(), `${mark}2号站`);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('stations on one spot are listed, whatever the zoom', async () => {
  const s = operator.stations[4];
  const { context, page, wrong } = await open(`/map?operator=${code}&center=${s.StationLng},${s.StationLat}&zoom=15`);
  const spot = page.locator('.cluster.same').first();
  assert.match(await spot.getAttribute('aria-label'), /^2 座充电站.*同一位置/);
  await spot.click();
  const card = page.getByRole('dialog', { name: '此处有 2 座充电站' });
  await card.waitFor();
  assert.deepEqual((await card.locator('.row-name').allInnerTexts()).sort(), [`${mark}4号站`, `${mark}5号站`]);
  await card.locator('.row-name').first().click();
  await page.getByRole('dialog', { name: /[45]号站$/ }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test('a pushed state shows on the open map, its row and its card, and the focus stays', async () => {
  const s = operator.stations[6], id = stationId(6);
  const { context, page, wrong } = await open(`/map?q=${encodeURIComponent(s.StationName)}`);
  const pin = page.locator(`.pin[data-id="${id}"]`);
  await pin.focus();
  await pin.evaluate((node) => { node.kept = true; });
  await page.evaluate(() => { window.stayed = true; });
  for (const connector of connectorsOf(s)) await operator.push(connector, 3);
  await page.waitForFunction((i) => document.querySelector(`.pin[data-id="${i}"]`).textContent === '占满', id, { timeout: 5000 });
  assert.deepEqual(await pin.evaluate((node) => [node.kept, node === document.activeElement, window.stayed]), [true, true, true]);
  assert.match(await page.locator(`.row[data-id="${id}"] [data-state]`).innerText(), /占满/);
  await page.keyboard.press('Enter');
  const card = page.getByRole('dialog', { name: s.StationName });
  await card.getByText('占满').first().waitFor();
  for (const connector of connectorsOf(s)) await operator.push(connector, 255);
  await page.waitForFunction((i) => document.querySelector(`.pin[data-id="${i}"]`).textContent === '故障', id, { timeout: 5000 });
  await card.getByText('故障').first().waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test('an interruption is said, and ends by itself', async () => {
  const { context, page } = await open('/map');
  await page.route('**/map/view*', (route) => route.fulfill({ status: 503, body: '{}' }));
  await page.getByText('状态更新中断，正在重试').waitFor();
  await page.unroute('**/map/view*');
  await page.getByText('状态更新中断，正在重试').waitFor({ state: 'hidden', timeout: 20000 });
  await context.close();
});

test('附近: asked only on a click; a refusal is said in words', async () => {
  const { context, page } = await open('/map');
  await page.getByRole('button', { name: '附近' }).click();
  await page.getByText('没有得到定位许可').waitFor();
  await context.grantPermissions(['geolocation']);
  await context.setGeolocation({ longitude: 113.55, latitude: 22.25 });
  await page.getByRole('button', { name: '附近' }).click();
  await says(page, /center=113\.5(49|50)/);
  await context.close();
});

test('without scripts: search, conditions, 全选, 重置, paging, orders, a drawing with links, every station by its page', async () => {
  const { context, page } = await open('/map', { script: false });
  const everything = await total(page);
  assert.equal(await page.locator('fieldset.facet:visible').count(), 6);
  assert.ok(await page.locator('svg.overview a').count() > 0);
  await label(page, 'division', '440403').click();
  await page.locator('#map-q').fill(mark);
  await page.getByRole('button', { name: '搜索', exact: true }).first().click();
  const expected = operator.stations.filter((s) => s.AreaCode === '440403').length;
  assert.equal(await total(page), expected);
  assert.equal(await chip(page, 'division', '440403').isChecked(), true);
  assert.match(await page.locator('.words').innerText(), new RegExp(`名称含「${mark}」 且 斗门区`));
  await page.getByRole('button', { name: '全选区域' }).click();
  assert.equal(await page.locator('#facet-division input:checked').count(), await page.locator('#facet-division input').count());
  assert.equal(await total(page), 8);
  await page.getByRole('link', { name: '重置' }).click();
  assert.equal(await total(page), everything);
  const first = await page.locator('.row-name').allInnerTexts();
  await page.getByRole('link', { name: '下一页' }).click();
  const second = await page.locator('.row-name').allInnerTexts();
  assert.equal(second.filter((n) => first.includes(n)).length < 20, true);
  await page.locator('.row-name').first().click();
  assert.match(page.url(), /\/map\/stations\/\d+$/);
  await context.close();
});

test('a station’s page: all of it, pictures that load, QR code and picture as files; an unknown one is 404', async () => {
  const s = operator.stations[7], id = stationId(7), { context, page } = await open(`/map/stations/${id}`, { script: false });
  const words = await page.locator('main').innerText();
  for (const part of [s.StationName, partner.name, s.Address, s.SiteGuide, s.MatchCars, s.ParkInfo, s.ServiceTel, s.StationTel, '大型建筑配建停车场', s.Payment, s.ElectricityFee, '车位数量'])
    assert.ok(words.includes(part), `${part} in ${words}`);
  assert.equal(await page.locator('tbody tr').count(), connectorsOf(s).length);
  assert.match(await page.locator('tbody').innerText(), /空闲[\s\S]*(刚刚|分钟前)/);
  assert.deepEqual(await page.locator('main img').evaluateAll((list) => list.map((i) => i.complete && i.naturalWidth > 0)), [true, true]);
  await context.close();
  for (const [file, type] of [['qr.png', 'image/png'], ['qr.svg', 'image/svg+xml; charset=utf-8'], ['map.png', 'image/png'], ['card', 'text/html; charset=utf-8']]) {
    const answer = await fetch(`${BASE_URL}/map/stations/${id}/${file}`);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, type], file);
    for (const none of ['999999999', '0', 'x'])
      assert.equal((await fetch(`${BASE_URL}/map/stations/${none}/${file}`)).status, 404, `${none}/${file}`);
  }
  assert.match(await (await fetch(`${BASE_URL}/map/stations/999999999`)).text(), /没有找到这座充电站/);
  sql(`UPDATE station SET published = 0 WHERE id = ${id}`);
  assert.equal((await fetch(`${BASE_URL}/map/stations/${id}`)).status, 404, 'not published');
  sql(`UPDATE station SET published = 1 WHERE id = ${id}`);
});

test('360 px: nothing sticks out; conditions fold; list and map take turns; the card fits', async () => {
  const { context, page, wrong } = await open(`/map?operator=${code}`, { width: 360 });
  assert.equal(await overflow(page), null);
  assert.equal(await page.locator('fieldset.facet:visible').count(), 0);
  await page.locator('#map').waitFor();
  assert.equal(await page.locator('.map-rows').isVisible(), false);
  await page.getByRole('button', { name: '列表' }).click();
  assert.equal(await page.locator('#map').isVisible(), false);
  assert.equal(await overflow(page), null);
  await page.locator('.row-name').first().click();
  const card = page.locator('#map-card');
  await card.waitFor();
  const box = await card.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 360);
  await page.getByRole('button', { name: '关闭' }).click();
  await tab(page, 'division').click();
  assert.equal(await page.locator('#facet-division').isVisible(), true);
  assert.equal(await overflow(page), null);
  await page.goto(`/map/stations/${stationId(0)}`);
  assert.equal(await overflow(page), null);
  assert.deepEqual(wrong, []);
  await context.close();
});

test('axe finds nothing on the map, an open condition, the card and a station’s page, at both widths', async () => {
  for (const width of [1280, 360]) {
    const { context, page, wrong } = await open(`/map?operator=${code}`, { width });
    const check = async (what) => {
      const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], `${what} at ${width}`);
    };
    await check('map');
    await tab(page, 'operator').click();
    await check('condition');
    await page.locator('.pin').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#map-card').waitFor();
    await check('card');
    await page.goto(`/map/stations/${stationId(0)}`);
    await check('station');
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

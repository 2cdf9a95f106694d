// Pieces of the archives that any form can use: pictures and papers, a position on the map, QR codes and labels.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { deflateSync, crc32 } from 'node:zlib';
import { BASE_URL } from './lib/env.mjs';
import { WIDTHS, launch, overflow, settle, visit, watch } from './lib/browser.mjs';
import { sessionOf } from './lib/house.mjs';

let browser;
const folder = mkdtempSync(path.join(tmpdir(), 'archive-front-'));
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); rmSync(folder, { recursive: true, force: true }); });

/** A picture of one colour: each is other bytes. */
function png(red, width = 60, height = 40) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]), out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length); body.copy(out, 4); out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width); head.writeUInt32BE(height, 4); head[8] = 8; head[9] = 2;
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, red)]);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(Array(height).fill(row)))), chunk('IEND', Buffer.alloc(0))]);
}
const picture = (name, red) => ({ name, mimeType: 'image/png', buffer: png(red) });
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n'
  + '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n'
  + '0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n');

const LOGIN = 'demo-operator';
const field = (page, name) => page.getByLabel(name, { exact: true });
const list = (page) => page.locator('.form-files').filter({ hasText: '站点照片' }).locator('.form-file');
const names = async (page) => (await list(page).locator('.form-file-name').allTextContents()).map((text) => /[\w-]+\.(png|pdf|txt)/.exec(text)[0]);
const input = (page) => page.locator('input[type=file][name=photos]');
const uploaded = (page, count) => page.waitForFunction((n) => document.querySelectorAll('.form-file .state.good').length === n, count);

async function newStation(options) {
  const context = await visit(browser, { login: LOGIN, ...options });
  const page = await context.newPage();
  const wrong = watch(page);
  await page.goto('/archives/stations/new');
  return { context, page, wrong };
}
const code = () => `F${Date.now().toString(36)}${Math.floor(Math.random() * 1e4)}`.slice(0, 20);
async function save(page, own = code()) {
  await page.locator('input[name=code]').fill(own);
  await page.locator('input[name=name]').fill(`前台测试站 ${own}`);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.waitForURL(/\/archives\/stations\/\d+\?done=saved/);
  return { id: Number(/stations\/(\d+)/.exec(page.url())[1]), code: own };
}

for (const width of WIDTHS)
  test(`Z9: pictures are sent as they are chosen, put in order, removed, seen large (${width} px)`, async () => {
    const { context, page, wrong } = await newStation({ width });
    await input(page).setInputFiles([picture('a.png', 10), picture('b.png', 90), picture('c.png', 170), picture('d.png', 250)]);
    await uploaded(page, 4);
    assert.deepEqual((await names(page)).sort(), ['a.png', 'b.png', 'c.png', 'd.png']);
    await page.getByRole('button', { name: '上移 c.png' }).click();
    assert.deepEqual(await names(page), ['a.png', 'c.png', 'b.png', 'd.png']);
    await page.getByRole('button', { name: '下移 a.png' }).focus();
    await page.keyboard.press('Alt+ArrowDown');
    assert.deepEqual(await names(page), ['c.png', 'a.png', 'b.png', 'd.png']);
    await page.getByRole('button', { name: '移除 b.png' }).click();
    assert.equal(await overflow(page), null);
    await settle(page);
    const { id } = await save(page);
    const shown = page.locator('.gallery a');
    assert.deepEqual(await shown.evaluateAll((all) => all.map((a) => a.dataset.viewName)), ['c.png', 'a.png', 'd.png'], 'the order is stored');
    await shown.nth(1).click();
    const viewer = page.locator('dialog.viewer');
    await viewer.locator('img').waitFor();
    await page.waitForFunction(() => document.querySelector('.viewer img').naturalWidth === 60);
    assert.match(await viewer.locator('h2').textContent(), /a\.png（2 \/ 3）/);
    await page.keyboard.press('ArrowRight');
    assert.match(await viewer.locator('h2').textContent(), /d\.png（3 \/ 3）/);
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    assert.ok(await shown.nth(1).evaluate((a) => a === document.activeElement), 'focus goes back');
    await page.goto(`/archives/stations/${id}/edit`);
    await list(page).first().dragTo(list(page).nth(2), { targetPosition: { x: 20, y: (await list(page).nth(2).boundingBox()).height - 4 } });
    assert.deepEqual(await names(page), ['a.png', 'd.png', 'c.png'], 'dragged');
    assert.deepEqual(wrong, []);
    await context.close();
  });

test('Z9: a failed upload is tried again and hurts no other; too large or of another kind is said before it travels', async () => {
  const { context, page } = await newStation();
  let refuse = true;
  await page.route('**/files/upload', (route) => (refuse && route.request().postDataBuffer().includes('bad.png') ? route.abort() : route.continue()));
  let sent = 0;
  page.on('request', (request) => { sent += request.url().endsWith('/files/upload') ? 1 : 0; });
  await input(page).setInputFiles([picture('good.png', 20), picture('bad.png', 60)]);
  await uploaded(page, 1);
  await page.locator('.form-file.bad').waitFor();
  assert.match(await page.locator('.form-file.bad').textContent(), /网络中断/);
  assert.equal(sent, 2);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  assert.match(page.url(), /\/new$/, 'a form with a failed file does not leave unnoticed');
  refuse = false;
  await page.getByRole('button', { name: '重试 bad.png' }).click();
  await uploaded(page, 2);
  const before = sent;
  await input(page).setInputFiles([{ name: 'big.png', mimeType: 'image/png', buffer: Buffer.alloc(11 << 20, 1) }, { name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('x') }]);
  assert.match(await list(page).nth(2).textContent(), /超过 10\.0 MB 的限制/);
  assert.match(await list(page).nth(3).textContent(), /格式不支持/);
  assert.equal(sent, before, 'neither travelled');
  await input(page).setInputFiles([{ name: 'lie.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') }]);
  await page.waitForFunction(() => [...document.querySelectorAll('.form-file.bad')].some((e) => e.textContent.includes('不是可接受的文件')));
  for (const name of ['big.png', 'x.txt', 'lie.png']) await page.getByRole('button', { name: `移除 ${name}` }).click();
  await save(page);
  assert.deepEqual(await page.locator('.gallery a').evaluateAll((all) => all.map((a) => a.dataset.viewName).sort()), ['bad.png', 'good.png']);
  await context.close();
});

test('Z9: files dropped on the field are sent; a form saved while they are on their way waits for them', async () => {
  const { context, page } = await newStation();
  await page.route('**/files/upload', async (route) => { await new Promise((go) => setTimeout(go, 700)); await route.continue(); });
  const data = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
    return transfer;
  }, [...png(33)]);
  await page.locator('.form-drop-zone').dispatchEvent('drop', { dataTransfer: data });
  await list(page).first().waitFor();
  await save(page);
  assert.deepEqual(await page.locator('.gallery a').evaluateAll((all) => all.map((a) => a.dataset.viewName)), ['dropped.png']);
  await context.close();
});

test('Z9: without JavaScript pictures are sent with the form, put in order by buttons and removed by a tick', async () => {
  const { context, page } = await newStation({ script: false });
  await input(page).setInputFiles([picture('one.png', 40), picture('two.png', 80)]);
  const { id } = await save(page);
  await page.goto(`/archives/stations/${id}/edit`);
  assert.deepEqual(await names(page), ['one.png', 'two.png']);
  await page.getByRole('button', { name: '下移 one.png' }).click();
  assert.deepEqual(await names(page), ['two.png', 'one.png']);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.goto(`/archives/stations/${id}/edit`);
  assert.deepEqual(await names(page), ['two.png', 'one.png'], 'stored');
  await page.getByLabel('移除 two.png').check();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.waitForURL(/done=saved/);
  assert.deepEqual(await page.locator('.gallery img').evaluateAll((all) => all.map((a) => a.alt)), ['查看大图：one.png']);
  await context.close();
});

test('Uploads: no ticket of ours, no token of ours, no upload; a PDF is shown in a frame of this site alone', async () => {
  const context = await visit(browser, { login: LOGIN }), page = await context.newPage();
  await page.goto('/archives/stations/new');
  const ticket = await page.locator('[data-files]').first().getAttribute('data-ticket');
  const csrf = await page.locator('input[name=csrf]').first().inputValue();
  const send = async (fields, buffer = png(1), name = 'p.png', cookie = sessionOf(LOGIN)) => {
    const body = new FormData();
    for (const [key, value] of Object.entries(fields)) body.set(key, value);
    body.set('file', new Blob([buffer]), name);
    return fetch(`${BASE_URL}/files/upload`, { method: 'POST', body, headers: { cookie, accept: 'application/json', origin: BASE_URL } });
  };
  const cookie = (await context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
  assert.equal((await send({ ticket }, png(1), 'p.png', cookie)).status, 403, 'no csrf token');
  assert.equal((await send({ ticket: `15.${'0'.repeat(32)}`, csrf }, png(1), 'p.png', cookie)).status, 403, 'a made-up ticket');
  assert.equal((await send({ ticket: ticket.replace(/^\d+/, '15'), csrf }, png(1), 'p.png', cookie)).status, 403, 'a ticket for more');
  assert.equal((await send({ ticket, csrf }, PDF, 'a.pdf', cookie)).status, 422, 'the field takes pictures');
  const good = await send({ ticket, csrf }, png(2), 'p.png', cookie);
  assert.equal(good.status, 200);
  const { id, path: place } = await good.json();
  assert.equal((await fetch(`${BASE_URL}${place}/view`, { headers: { cookie } })).status, 200, 'one sees one\'s own');
  assert.equal((await fetch(`${BASE_URL}${place}/view`)).status, 404, 'nobody else does');
  assert.match(String(id), /^\d{6,}$/);
  await context.close();
});

test('Z11: a report is seen in the page: PDF inline, framed by this site alone', async () => {
  const context = await visit(browser, { login: LOGIN }), page = await context.newPage();
  await page.goto('/archives/reports/new');
  const paper = page.locator('.form-files').first();
  await paper.locator('input[type=file]').setInputFiles({ name: 'paper.pdf', mimeType: 'application/pdf', buffer: PDF });
  await uploaded(page, 1);
  const link = paper.locator('a[data-view=pdf]');
  const view = await link.getAttribute('data-view-path');
  const answer = await page.request.get(view);
  assert.match(answer.headers()['content-disposition'], /^inline/);
  assert.equal(answer.headers()['content-type'], 'application/pdf');
  assert.equal(answer.headers()['x-frame-options'], 'SAMEORIGIN');
  assert.match(answer.headers()['content-security-policy'], /default-src 'none'.*frame-ancestors 'self'/);
  assert.match((await page.request.get(view.replace('/view', ''))).headers()['content-disposition'], /^attachment/);
  const wrong = watch(page);
  await link.click();
  assert.equal(await page.locator('dialog.viewer iframe').getAttribute('src'), view);
  await page.getByRole('button', { name: '关闭' }).click();
  assert.deepEqual(wrong.filter((text) => /Content Security|Refused/.test(text)), []);
  await context.close();
});

for (const width of WIDTHS)
  test(`Z9: a position is pasted, converted, dragged by keys, and comes back as typed (${width} px)`, async () => {
    const { context, page, wrong } = await newStation({ width });
    await page.locator('.place-map').scrollIntoViewIfNeeded();
    await field(page, '经度').fill('113.553986，22.224979');
    await page.waitForFunction(() => document.getElementById('place-lat').value === '22.224979');
    await page.getByLabel(/^WGS-84/).check();
    await page.waitForFunction(() => document.querySelector('.place-said').textContent.includes('113.559065，22.222010'));
    await page.locator('.place-pin').focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => Number(document.getElementById('place-lng').value) > 113.553986);
    assert.equal(await page.locator('input[name=place-datum]:checked').getAttribute('value'), 'wgs84', 'the chosen datum stays');
    await field(page, '经度').fill('22.224979');
    await field(page, '纬度').fill('113.553986');
    await page.getByRole('button', { name: '对调经纬度' }).click();
    await page.waitForFunction(() => document.getElementById('place-lng').value === '113.553986');
    await page.waitForFunction(() => document.querySelector('.place-said').textContent.includes('113.559065'));
    assert.equal(await overflow(page), null);
    const { id } = await save(page);
    const facts = await page.locator('.facts').allTextContents();
    assert.match(facts.join(' '), /113\.559065，22\.222010（GCJ-02）；填报值 113\.553986，22\.224979（WGS-84）/);
    const image = page.locator('img.place-picture');
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelector('img.place-picture').naturalWidth === 560);
    await page.goto(`/archives/stations/${id}/edit`);
    assert.equal(await field(page, '经度').inputValue(), '113.553986');
    assert.equal(await page.locator('input[name=place-datum]:checked').getAttribute('value'), 'wgs84');
    assert.deepEqual(wrong, []);
    await context.close();
  });

test('Z9: without JavaScript: degrees and minutes, any of three datums; swapped is named, outside is a warning and stored', async () => {
  const { context, page } = await newStation({ script: false });
  await field(page, '经度').fill('22.22');
  await field(page, '纬度').fill('113.55');
  await page.locator('input[name=code]').fill(code());
  await page.getByRole('button', { name: '保存', exact: true }).click();
  assert.match(await page.locator('.govuk-error-summary').textContent(), /经纬度可能填反/);
  assert.equal(await field(page, '经度').inputValue(), '22.22', 'what was typed stays');
  await field(page, '经度').fill('东经113°33′14.35″，北纬22°13′29.92″');
  await field(page, '纬度').fill('');
  await page.getByLabel(/^BD-09/).check();
  const first = await save(page);
  assert.match((await page.locator('.facts').allTextContents()).join(' '), /填报值 113\.553986，22\.224978（BD-09）/);
  await page.goto(`/archives/stations/${first.id}/edit`);
  await field(page, '经度').fill('116.4');
  await field(page, '纬度').fill('39.9');
  await page.getByLabel(/^GCJ-02/).check();
  await save(page, first.code);
  assert.match((await page.locator('.facts').allTextContents()).join(' '), /116\.400000，39\.900000（GCJ-02）.*不在珠海市范围内/);
  await context.close();
});

const decoded = (bytes, name) => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return execFileSync('zbarimg', ['-q', '--raw', '--nodbus', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
};

test('QR: a label leads to the public page by a code that operator and own code alone make; a sheet has one a record, in scope', async () => {
  const { context, page } = await newStation({ script: false });
  const a = await save(page);
  await page.goto('/archives/stations/new');
  const b = await save(page);
  const label = await page.request.get(`/archives/stations/${a.id}/label.png`);
  assert.equal(label.headers()['content-type'], 'image/png');
  const body = await label.body();
  assert.deepEqual([body.readUInt32BE(16), body.readUInt32BE(20)], [827, 437], '70 × 37 mm at 300 dots an inch');
  const address = decoded(body, 'label.png');
  assert.match(address, new RegExp(`^${BASE_URL}/map/station/[0-9A-Z]{11}$`));
  await page.goto(`/archives/labels?kind=station&ids=${a.id},${b.id},999999999`);
  assert.equal(await page.locator('.label').count(), 2);
  assert.match(await page.locator('.notice').first().textContent(), /有 1 项没有标签/);
  assert.match(await page.locator('.label').first().textContent(), new RegExp(a.code));
  await page.goto('/archives/stations');
  await page.locator('input[name=id][form=bulk]').first().check();
  await page.getByRole('button', { name: '打印二维码标签' }).click();
  assert.equal(await page.locator('.label').count(), 1);
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.emulateMedia({ media: 'print' });
  const box = await page.locator('.label').first().boundingBox();
  assert.ok(Math.abs(box.width - 70 * 96 / 25.4) < 1 && Math.abs(box.height - 37 * 96 / 25.4) < 1, JSON.stringify(box));
  assert.ok(box.x < 1 && box.y < 1, `the sheet begins at its corner: ${JSON.stringify(box)}`);
  await page.locator('.label svg').first().screenshot({ path: path.join(folder, 'sheet.png'), scale: 'css' });
  const other = await visit(browser, { login: 'demo-citizen' }), stranger = await other.newPage();
  assert.ok([403, 404].includes((await stranger.request.get(`/archives/stations/${a.id}/label.png`)).status()));
  await other.close();
  await context.close();
});

test('QR: the station page by its public code; a facility\'s code marks its guns; links of areas that are not there are not offered', async () => {
  const view = await (await fetch(`${BASE_URL}/map/list?center=113.55,22.22&zoom=9`)).text();
  const id = /\/map\/stations\/(\d+)/.exec(view)[1];
  const address = decoded(Buffer.from(await (await fetch(`${BASE_URL}/map/stations/${id}/qr.png`)).arrayBuffer()), 'page.png');
  assert.match(address, /\/map\/station\/[0-9A-Z]{11}$/);
  const context = await visit(browser, { width: 360 }), page = await context.newPage();
  await page.goto(address);
  const name = await page.locator('h1').textContent();
  await page.goto(`/map/stations/${id}`);
  assert.equal(await page.locator('h1').textContent(), name);
  assert.equal(await page.getByText('意见反馈').count() + await page.getByText('设施报修').count(), 0);
  assert.equal((await page.goto(`/map/station/${'0'.repeat(11)}`)).status(), 404);
  assert.equal((await page.goto('/map/equipment/%27%20or%201')).status(), 400);
  await context.close();
});

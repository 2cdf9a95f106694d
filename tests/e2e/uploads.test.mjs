// What strangers send as files, through a real form (资质, step 3: pictures and PDF): refused in words that name the field, with
// what was typed kept; what is taken is made anew, stored once, and served to whoever may read the record alone.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { VAR } from './lib/env.mjs';
import { freshSession } from './lib/house.mjs';
import { formToken, get, post, unescapeHtml, wordsOf } from './lib/http.mjs';
import { sql, sqlValue } from './lib/db.mjs';

const FORM = '/company/qualification/form', MIB = 1 << 20, LABEL = '计算机软件著作权登记证书';
let operator, page;
const clear = () => sql(`DELETE FROM form_draft WHERE form = 'company-qualification' AND owner = CONCAT('a:', (SELECT id FROM account WHERE login = 'demo-operator'));
  DELETE FROM file_link WHERE file_id IN (SELECT id FROM file WHERE name LIKE 'up-%'); DELETE FROM file WHERE name LIKE 'up-%'`);
before(async () => { clear(); operator = freshSession('demo-operator'); page = await formToken('/company/contacts/new', operator); });
after(clear);

function chunk(type, data) {
  const head = Buffer.alloc(4), tail = Buffer.alloc(4), body = Buffer.concat([Buffer.from(type), data]);
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(zlib.crc32 ? zlib.crc32(body) : crc(body));
  return Buffer.concat([head, body, tail]);
}
function crc(bytes) {
  let c = ~0;
  for (const b of bytes) { c ^= b; for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; }
  return ~c >>> 0;
}
/** A grey picture; `said` is what its head claims. */
function png(width, height, { said = [width, height], extra = [], noise } = {}) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(said[0], 0); head.writeUInt32BE(said[1], 4); head[8] = 8;
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), noise ? randomBytes(width) : Buffer.alloc(width, 200)])));
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), ...extra, chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}
/** An archive of one stored or deflated part. */
function zip(name, data, method = 8) {
  const packed = method ? zlib.deflateRawSync(data) : data, n = Buffer.from(name), local = Buffer.alloc(30), central = Buffer.alloc(46), end = Buffer.alloc(22), sum = crc(data);
  local.writeUInt32LE(0x04034b50, 0); local.writeUInt16LE(20, 4); local.writeUInt16LE(method, 8); local.writeUInt32LE(sum, 14); local.writeUInt32LE(packed.length, 18); local.writeUInt32LE(data.length, 22); local.writeUInt16LE(n.length, 26);
  central.writeUInt32LE(0x02014b50, 0); central.writeUInt16LE(20, 4); central.writeUInt16LE(20, 6); central.writeUInt16LE(method, 10); central.writeUInt32LE(sum, 16); central.writeUInt32LE(packed.length, 20); central.writeUInt32LE(data.length, 24); central.writeUInt16LE(n.length, 28);
  end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(1, 8); end.writeUInt16LE(1, 10); end.writeUInt32LE(46 + n.length, 12); end.writeUInt32LE(30 + n.length + packed.length, 16);
  return Buffer.concat([local, n, packed, central, n, end]);
}
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n98\n%%EOF\n');

function multipart(fields, files) {
  const boundary = `----${randomBytes(8).toString('hex')}`, part = (head, body) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), body, Buffer.from('\r\n')];
  const body = Buffer.concat([...Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, Buffer.from(value))),
    ...files.flatMap(([field, name, bytes]) => part(`name="${field}"; filename="${name}"`, bytes)), Buffer.from(`--${boundary}--\r\n`)]);
  return { body, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Accept: 'text/html' } };
}
const send = (files, fields = {}) => post(FORM, { cookie: page.cookie, timeout: 120000, ...multipart({ csrf: page.token, step: '3', do: 'draft', platform: '测试服务平台', ...fields }, files) });
async function refused(name, bytes, words) {
  const answer = await send([['certificate', name, bytes]]);
  assert.equal(answer.status, 422, `${name}: ${answer.status}`);
  const summary = wordsOf(/class="govuk-error-summary"[\s\S]*?<\/ul>/.exec(answer.body)[0]);
  assert.ok(summary.includes(LABEL), `${name}: names the field: ${summary}`);
  assert.match(summary, words, name);
  assert.ok(answer.body.includes('value="测试服务平台"'), `${name}: what was typed is kept`);
}
/** Takes a file in; its row. */
async function taken(name, bytes) {
  clear();
  const answer = await send([['certificate', name, bytes]]);
  assert.equal(answer.status, 303, `${name}: ${answer.status} ${wordsOf(/class="govuk-error-summary"[\s\S]*?<\/ul>/.exec(answer.body)?.[0] ?? '')}`);
  const [id, hex, kind, stored] = sql(`SELECT id, LOWER(HEX(sha256)), kind, name FROM file ORDER BY created_at DESC, id LIMIT 1`)[0];
  return { id, hex, kind, name: stored, file: path.join(VAR, 'files', hex.slice(0, 2), hex.slice(2)) };
}

test('wrong by content: text, HTML, SVG, GIF with a script, programs, archives, under a picture\'s name: refused, the field named', async () => {
  const cases = { 'up-text.png': Buffer.from('not a picture'), 'up-page.jpg': Buffer.from('<!doctype html><script>alert(1)</script>'), 'up-draw.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    'up-polyglot.jpg': Buffer.from('GIF89a/*\x01\x00\x01\x00\x00\x00\x00*/=1;alert(1);//'), 'up-program.png': Buffer.from('\x7fELF\x02\x01\x01'), 'up-archive.png': zip('a.txt', Buffer.from('x')) };
  for (const [name, bytes] of Object.entries(cases)) await refused(name, bytes, /不是可接受的文件，请上传图片（png、jpg、bmp）、PDF/);
  await refused('up-empty.png', Buffer.alloc(0), /空文件/);
});

test('a zip bomb, as a workbook or a document, where no archives are wanted: refused before anything is unpacked', async () => {
  const bomb = zip('xl/workbook.xml', Buffer.alloc(64 * MIB));
  for (const name of ['up-bomb.xlsx', 'up-bomb.docx', 'up-bomb.png']) await refused(name, bomb, /不是可接受的文件/);
});

test('30,000 × 30,000 pixels, a head that lies, a picture cut off, noise: refused by words', async () => {
  await refused('up-huge.png', png(10, 10, { said: [30000, 30000] }), /30000 × 30000 像素，超过 \d+ 万像素的限制/);
  await refused('up-lies.png', png(10, 10, { said: [4000, 4000] }), /已损坏|不完整/);
  const whole = png(300, 300, { noise: true });
  for (const size of [20, 40, whole.length >> 1, whole.length - 30]) await refused('up-half.png', whole.subarray(0, size), /已损坏|不完整|不是可接受/);
});

test('PDF with a page of HTML, with a script, with an archive behind it, encrypted: refused or harmless as a download', async () => {
  await refused('up-script.pdf', Buffer.from(PDF.toString('latin1').replace('/Pages 2 0 R', '/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>'), 'latin1'), /脚本|不接受|含有/);
  await refused('up-archive.pdf', Buffer.concat([PDF, zip('a.txt', Buffer.from('x'))]), /./);
  await refused('up-html.pdf', Buffer.concat([Buffer.from('<html><script>alert(1)</script></html>\n'), PDF]), /./);
  const plain = await taken('up-plain.pdf', Buffer.from(PDF.toString('latin1').replace('%%EOF', '%<script>alert(1)</script>\n%%EOF'), 'latin1'));
  const answer = await get(`/files/${plain.id}`, { cookie: operator });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-disposition'], /^attachment;/);
  assert.equal(answer.headers['content-type'], 'application/pdf');
});

test('a picture is made anew: nothing that came behind or inside it is left; the same bytes are stored once', async () => {
  const secret = Buffer.from('<?php system("id"); ?><script>alert(1)</script>'), text = chunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), secret]));
  const sent = Buffer.concat([png(30, 20, { extra: [text] }), secret, zip('evil.php', secret, 0)]), first = await taken('up-first.png', sent);
  const kept = readFileSync(first.file);
  for (const trace of ['php', 'script', 'PK\x03\x04', 'tEXt']) assert.ok(!kept.includes(trace), trace);
  assert.equal(createHash('sha256').update(kept).digest('hex'), first.hex);
  assert.ok(existsSync(`${first.file}.thumb`));
  const again = await send([['certificate', 'up-again.png', sent]]);
  assert.equal(again.status, 303);
  assert.equal(sqlValue(`SELECT COUNT(*) FROM file WHERE sha256 = UNHEX('${first.hex}')`), '2', 'two uploads, one content');
});

test('names: paths, markup, reading direction, control characters, a wrong ending: display only, never a path', async () => {
  const cases = [['up-../../../../etc/passwd', /^passwd\.png$/], ['up-..\\\\..\\\\up-win.png', /^up-win\.png$/], ['up-<img src=x onerror=alert(1)>.png', /^up-img src=x onerror=alert\(1\)\.png$/],
    ['up-\u202egpj.exe', /^up-gpj\.png$/], ['up-\u0007bell\u200b.png', /^up-bell\.png$/], ['up-执照.php', /^up-执照\.png$/]];
  for (const [given, wanted] of cases) {
    const row = await taken(given, png(12, 12));
    assert.match(row.name, wanted, JSON.stringify(given));
    const shown = await get(`${FORM}?step=3`, { cookie: operator });
    assert.doesNotMatch(shown.body, /<img src=x|\u202e/, given);
    const answer = await get(`/files/${row.id}`, { cookie: operator });
    assert.equal(answer.status, 200, given);
    assert.ok(decodeURIComponent(/filename\*=UTF-8''([^;]*)/.exec(answer.headers['content-disposition'])[1]) === row.name, answer.headers['content-disposition']);
    sql(`DELETE FROM file_link WHERE file_id = ${row.id}; DELETE FROM file WHERE id = ${row.id}`);
  }
});

test('served to whoever may read the record alone: bytes by nginx, nosniff, sandboxed, never by a guessed address', async () => {
  const { id, hex, file } = await taken('up-served.png', png(40, 40));
  const own = await get(`/files/${id}`, { cookie: operator });
  assert.deepEqual(own.bytes, readFileSync(file));
  assert.equal(own.headers['x-content-type-options'], 'nosniff');
  assert.match(own.headers['content-security-policy'], /sandbox/);
  assert.match(own.headers['content-disposition'], /^inline; filename="file\.png"/);
  assert.match(own.headers['cache-control'], /private/);
  assert.equal(own.headers['x-accel-redirect'], undefined);
  assert.equal((await get(`/files/${id}/thumb`, { cookie: operator })).headers['content-type'], 'image/jpeg');
  for (const who of ['', freshSession('demo-builder'), freshSession('demo-city'), freshSession('demo-admin')]) assert.equal((await get(`/files/${id}`, { cookie: who })).status, 404, 'another\'s draft');
  for (const address of [`/protected/${hex.slice(0, 2)}/${hex.slice(2)}`, `/files/${hex}`, `/files/../files/${hex.slice(0, 2)}/${hex.slice(2)}`, '/files/%2e%2e/secret.key', `/files/${id}0`]) assert.equal((await get(address, { cookie: operator })).status, 404, address);
});

test('the limit of one file is its field\'s matter; of the whole it is said in Chinese with the way on; eight permits of nearly 10 MB go in one step', { timeout: 300000 }, async () => {
  const most = 10 * MIB;
  await refused('up-large.png', Buffer.concat([png(10, 10), Buffer.alloc(most)]), /超过 10 MB 的大小限制，请压缩后重新上传/);
  clear();
  const big = png(3100, 3100, { noise: true });
  assert.ok(big.length > 9 * MIB && big.length < most, `${big.length}`);
  const rows = Array.from({ length: 8 }, (_, i) => [`technicians-${i}-permit`, `up-permit-${i}.png`, big]);
  const answer = await post(FORM, { cookie: page.cookie, timeout: 200000, ...multipart({ csrf: page.token, step: '2', do: 'draft',
    ...Object.fromEntries(rows.flatMap((_, i) => [[`technicians-${i}-name`, `张${i}`], [`technicians-${i}-phone`, '13800138000'], [`technicians-${i}-permit_no`, `P${i}`]])) }, rows) });
  assert.equal(answer.status, 303, wordsOf(/<main[\s\S]*<\/main>/.exec(answer.body)?.[0] ?? answer.body).slice(0, 300));
  assert.equal(unescapeHtml((await get(`${FORM}?step=2`, { cookie: operator })).body).match(/up-permit-\d\.png/g)?.length >= 8, true, 'all eight are in the draft');
  assert.equal(sqlValue("SELECT COUNT(*) FROM file WHERE name LIKE 'up-permit-%' AND kept_until > NOW(3) + INTERVAL 29 DAY"), '8', 'and live as long as it');
  const huge = await post(FORM, { cookie: page.cookie, headers: { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': 200 * MIB, Connection: 'close' }, body: 'x' }).catch((error) => ({ status: error.code }));
  assert.equal(huge.status, 413);
  assert.match(wordsOf(huge.body), /先选择一部分文件，点击「保存」/);
});

// What goes wrong is said in words, in the site's look, with the right status, and changes nothing: 404, 405, 413,
// 400, 422, 403; and who may open what, made from the route tables and schema/roles.hdf.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { formFields, freshSession, getRoutes, mayOpen, postRoutes, role, roles, routes, sessionOf } from './lib/house.mjs';
import { addressesOf } from './lib/crawl.mjs';
import { ensureRecords } from './lib/records.mjs';
import { call, formToken, get, isLogin, isPage, post, wordsOf } from './lib/http.mjs';
import { AXE_TAGS, WIDTHS, launch, overflow, visit } from './lib/browser.mjs';
import { BASE_URL } from './lib/env.mjs';
import { checksums } from './lib/db.mjs';

const admin = role('admin');
let known;
before(async () => {
  await ensureRecords();
  known = new Map();
  for (const one of ['admin', 'security', 'county', 'operator'].map(role))          // together they may open every page
    for (const [path, address] of await addressesOf(one)) if (address && !known.has(path)) known.set(path, address);
});
/** An address for any row, of an existing record where one is known. */
const addressOf = (route) => (known.get(route.path) ?? route.path).replace(/\{\w+\}/g, '1');
const inTheLook = (answer, status) => {
  assert.equal(answer.status, status);
  assert.ok(isPage(answer) && answer.body.includes('<footer class="foot"') && answer.body.includes('aria-label="主菜单"'), 'in the site\'s look');
  assert.match(answer.headers['content-security-policy'], /default-src 'self'/);
};

test('unknown page: 404 in the site\'s look, with the ways on; JSON for machines', async () => {
  for (const address of ['/no-such-page', '/news/99999999', '/map/stations/99999999', '/open/none', '/css/none.css', '/vendor/none.js', '/admin-none', '/news/1/2/3',
    '/map/stations/99999999/card', '/news/99999999999999999999999', '/news/-1', '/news/abc', '/map/stations/0']) {
    const answer = await get(address, { headers: { Accept: 'text/html' } });
    inTheLook(answer, 404);
    assert.match(wordsOf(answer.body), /首页/, address);
  }
  const answer = await get('/no-such-page', { headers: { Accept: 'application/json' } });
  assert.equal(answer.status, 404);
  assert.ok(JSON.parse(answer.body).error.text.length > 4);
});

test('wrong method: 405 with every allowed method named; HEAD is GET without a body', async () => {
  for (const route of routes.filter((r) => r.program !== 'exchange')) {
    const address = addressOf(route), own = routes.filter((r) => r.match.test(address.split('?')[0])).map((r) => r.method);
    for (const method of ['PUT', 'DELETE', 'PATCH', ...(own.includes('POST') ? [] : ['POST']), ...(own.includes('GET') ? [] : ['GET'])]) {
      const answer = await call(method, address, { cookie: sessionOf(admin.login), headers: { Accept: 'text/html' } });
      inTheLook(answer, 405);
      const allow = (answer.headers.allow ?? '').split(/,\s*/);
      for (const one of own) assert.ok(allow.includes(one), `${method} ${address}: Allow: ${answer.headers.allow} lacks ${one}`);
    }
  }
  const whole = await get('/open/conditions'), head = await call('HEAD', '/open/conditions');
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
  assert.ok(Math.abs(Number(head.headers['content-length'] ?? whole.bytes.length) - whole.bytes.length) < 200);
});

test('a body too large: 413 with words, by the program at its own limit and by nginx before any program', async () => {
  const big = await post('/account/login', { form: { account: 'x'.repeat(70000), password: 'x' } });
  inTheLook(big, 413);
  assert.match(wordsOf(big.body), /64 KB/, 'the limit is named');
  const huge = await post('/account/login', { headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 13 * 1024 * 1024, Connection: 'close' }, body: 'account=x' })
    .catch((error) => ({ status: error.code }));
  assert.equal(huge.status, 413);
  assert.match(huge.body, /lang="zh-CN"[\s\S]*[\u4e00-\u9fff]{4}/);
});

test('malformed: 400 with words for broken UTF-8, NUL, broken escapes, too many parameters, too long an address', async () => {
  const cases = { '/news?q=%ff%fe': /UTF-8/, '/news?q=a%00b': /./, '/news?q=%zz': /转义|%/, '/news?q=%e4%b8': /UTF-8/, '/news?q=%c0%af': /UTF-8/, '/news?q=%ed%a0%80': /UTF-8/,
    '/open/%ff': /UTF-8/, [`/news?${'a=1&'.repeat(600)}`]: /过多/, [`/news?q=${'x'.repeat(8050)}`]: /过长/ };
  for (const [address, words] of Object.entries(cases)) {
    const answer = await get(address, { headers: { Accept: 'text/html' } });
    inTheLook(answer, 400);
    assert.match(wordsOf(/<main[\s\S]*<\/main>/.exec(answer.body)[0]), words, address.slice(0, 60));
  }
  const long = await get(`/news?q=${'x'.repeat(20000)}`);          // longer than nginx reads
  assert.equal(long.status, 400);
  assert.match(long.body, /lang="zh-CN"[\s\S]*[\u4e00-\u9fff]{4}/);
  for (const options of [{ body: 'account=%ff&password=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    { body: 'account=a\0b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    { body: 'nonsense', headers: { 'Content-Type': 'multipart/form-data' } },
    { body: '--x\r\nContent-Disposition: form-data; name="account"\r\n\r\nhalf', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }])
    inTheLook(await post('/account/login', options), 400);
});

test('a wrong value: 400 or 422, the field is named by its label', async () => {
  const cases = [['/news?page=abc', '页码'], ['/news?page=0', '页码'], ['/news?page=1.5', '页码'], ['/news?column=%3Ci%3E', '栏目'], [`/news?q=${'x'.repeat(61)}`, '搜索词'],
    ['/map?zoom=99', '缩放级别'], ['/map/view?zoom=x', '缩放级别'], ['/account/login?back=https://evil.example/', '返回地址'], [`/map?q=${'x'.repeat(61)}`, '名称']];
  for (const [address, label] of cases) {
    const answer = await get(address, { headers: { Accept: 'text/html' } });
    assert.ok([400, 422].includes(answer.status), `${address}: ${answer.status}`);
    assert.ok(wordsOf(answer.body).includes(label), `${address} names 「${label}」`);
  }
  const { token, cookie } = await formToken();
  const answer = await post('/account/login', { cookie, form: { csrf: token, account: '', password: '' } });
  inTheLook(answer, 422);
  assert.match(answer.body, /<title>错误：/);
  const summary = /class="govuk-error-summary"[\s\S]*?<\/ul>/.exec(answer.body)[0];
  for (const [field, label] of [['account', '账号或手机号'], ['password', '密码']]) {
    const target = new RegExp(`href="#([\\w-]+)"[^>]*>[^<]*${label}`).exec(summary)?.[1];
    assert.ok(target && answer.body.includes(`id="${target}"`), `the summary leads to ${field}`);
  }
});

test('error pages in Chromium: accessible, nothing sticks out, nothing inline', async () => {
  const browser = await launch();
  try {
    for (const width of WIDTHS) {
      const context = await visit(browser, { width }), page = await context.newPage();
      for (const open of [() => page.goto('/no-such-page'), () => page.goto('/news?page=abc'), async () => { await page.goto('/account/login'); await page.getByRole('main').getByRole('button', { name: '登录' }).click(); await page.waitForLoadState(); }]) {
        await open();
        const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
        assert.equal(await overflow(page), null, page.url());
        assert.equal(await page.locator('h1').count(), 1);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
});

// --- who may ------------------------------------------------------------------------------------------------------
test('every GET route x every role: as schema/roles.hdf says', async () => {
  let cells = 0;
  for (const one of roles)
    for (const route of getRoutes) {
      const address = addressOf(route), cookie = sessionOf(one.login), at = `${one.key} ${address}`;
      const html = await get(address, { cookie, headers: { Accept: 'text/html' } }), json = await get(address, { cookie, headers: { Accept: 'application/json' } });
      cells++;
      if (mayOpen(one, route)) {
        if (route.path.includes('{') && html.status === 404 && json.status === 404) continue;     // nothing of the kind in this one's scope
        assert.ok(html.status < 400 && !isLogin(html), `${at}: ${html.status}`);
        assert.ok(json.status < 400, `${at} as JSON: ${json.status}`);
      } else if (!one.login) {
        assert.ok(isLogin(html), `${at}: to the log-in page, not ${html.status}`);
        assert.equal(json.status, 401, at);
        assert.ok(JSON.parse(json.body).error.text, at);
      } else {
        inTheLook(html, 403);
        assert.equal(json.status, 403, at);
      }
    }
  assert.ok(cells >= roles.length * 20, `${cells} cells`);
});

test('every POST route x every role without the capability: refused before anything is read', async () => {
  for (const one of roles)
    for (const route of postRoutes.filter((r) => r.capability !== 'peer' && !mayOpen(one, r))) {
      const { token, cookie } = await formToken('/', sessionOf(one.login));
      const answer = await post(addressOf(route), { cookie, form: { csrf: token }, headers: { Accept: 'text/html' } });
      if (one.login) inTheLook(answer, 403);
      else assert.ok(isLogin(answer), `${one.key} ${route.path}: ${answer.status}`);
    }
});

const plausible = (route) => Object.fromEntries(formFields(route.form).map(({ name, kind }) => [name, kind === 'path' ? '/' : kind === 'bool' ? '1' : kind === 'int' || kind === 'id' ? '1' : name === 'account' ? 'demo-operator' : 'x']));

test('every POST route: without a token, with another session\'s, from another site: 403, and nothing changed', async () => {
  const watched = ['account', 'session', 'login_failure', 'submission', 'page', 'page_history', 'article', 'news_column', 'partner', 'operator'];
  const sums = () => { const all = checksums(); return Object.fromEntries(watched.map((name) => [name, all[name]])); };
  /* the steps of a log-in belong to no role: tests/e2e/doors.test.mjs */
  for (const route of postRoutes.filter((r) => !['peer', 'signing-in'].includes(r.capability))) {
    const one = roles.find((r) => mayOpen(r, route)), own = one.login ? freshSession(one.login) : '', other = freshSession('demo-operator');
    const { token, cookie } = await formToken('/', own), foreign = await formToken('/', other), stranger = await formToken('/');
    const fields = plausible(route), address = addressOf(route), before = sums();
    const refused = { 'no token': { cookie, form: fields }, 'empty token': { cookie, form: { ...fields, csrf: '' } },
      'another session\'s token': { cookie, form: { ...fields, csrf: foreign.token } }, 'a visitor\'s token': { cookie: own || cookie, form: { ...fields, csrf: stranger.token } },
      'token of another case': { cookie, form: { ...fields, csrf: token.toUpperCase() + '0' } },
      'another origin': { cookie, form: { ...fields, csrf: token }, headers: { Origin: 'http://evil.example' } },
      'an opaque origin': { cookie, form: { ...fields, csrf: token }, headers: { Origin: 'null' } },
      'a look-alike origin': { cookie, form: { ...fields, csrf: token }, headers: { Origin: `${BASE_URL}.evil.example` } },
      'another referer': { cookie, form: { ...fields, csrf: token }, headers: { Referer: 'http://evil.example/x' } } };
    for (const [how, options] of Object.entries(refused)) {
      if (!one.login && how === 'another session\'s token') options.cookie = cookie;
      const answer = await post(address, options);
      assert.equal(answer.status, 403, `${route.path} with ${how}: ${answer.status}`);
      assert.ok(isPage(answer) && !answer.headers.location, `${route.path} with ${how}`);
    }
    assert.deepEqual(sums(), before, `${route.path}: refused, and yet something changed`);
  }
});

test('the token counts as a header too, and the right one passes', async () => {
  const { token, cookie } = await formToken('/');
  for (const headers of [{}, { Origin: BASE_URL }, { Referer: `${BASE_URL}/news` }])
    assert.equal((await post('/site/elder', { cookie, form: { csrf: token, on: '1', back: '/news' }, headers })).status, 303);
  assert.equal((await post('/site/elder', { cookie, form: { on: '1' }, headers: { 'X-CSRF-Token': token } })).status, 303);
});

test('who proves himself by other means than a token is this list and no more', () => {
  assert.deepEqual(postRoutes.filter((r) => r.capability === 'peer').map((r) => r.program).filter((p) => p !== 'exchange'), []);
  assert.deepEqual(getRoutes.filter((r) => r.capability === 'peer').map((r) => r.path), []);
});

test('every answer carries the headers that protect a visitor', async () => {
  for (const address of ['/', '/map', '/map/view', '/no-such-page', '/account/login', '/css/portal.css', '/error/503.html', known.get('/map/stations/{id}/qr.png')]) {
    const { headers } = await get(address);
    assert.equal(headers['x-content-type-options'], 'nosniff', address);
    assert.ok(!/nginx\/\d/.test(headers.server ?? ''), `${address}: ${headers.server}`);
    assert.equal(headers['x-powered-by'], undefined);
  }
});

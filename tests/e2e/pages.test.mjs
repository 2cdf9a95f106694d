// Every page as every role: status, frame, metadata and footer of a government site, accessibility, no overflow at
// 360 px, no console errors, readable without JavaScript. The list is the route tables'.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { getRoutes, mayOpen, role, roles, sessionOf } from './lib/house.mjs';
import { addressesOf } from './lib/crawl.mjs';
import { ensureRecords } from './lib/records.mjs';
import { get, isPage } from './lib/http.mjs';
import { AXE_TAGS, WIDTHS, launch, overflow, settle, severalAtOnce, visit, watch } from './lib/browser.mjs';

let browser;
before(async () => { browser = await launch(); await ensureRecords(); });
after(() => browser.close());

const found = new Map();
const addresses = async (key) => {
  if (!found.has(key)) found.set(key, await addressesOf(role(key)));
  return found.get(key);
};

/** One browser context a role, made when first asked for. */
function contextsOf(options) {
  const made = new Map();
  const context = (one) => {
    if (!made.has(one.key)) made.set(one.key, visit(browser, { login: one.login, ...options }));
    return made.get(one.key);
  };
  context.close = async () => { for (const one of made.values()) await (await one).close(); };
  return context;
}

/** [role, address] of every whole page: public ones as the visitor, others as the first role that may open each. */
async function everyPage(asEachRole = false) {
  const list = [];
  for (const one of roles) {
    for (const route of getRoutes.filter((r) => mayOpen(one, r))) {
      const first = roles.find((r) => mayOpen(r, route));
      if (!asEachRole && one !== first) continue;
      const address = (await addresses(one.key)).get(route.path);
      if (!address) continue;
      const answer = await get(address, { cookie: sessionOf(one.login), headers: { Accept: 'text/html' } });
      if (answer.status === 303 && answer.headers.location !== '/account/login') continue;      // its target is a row of its own
      if (isPage(answer)) list.push({ role: one, route, address, answer });
    }
  }
  return list;
}

const meta = (html, name) => new RegExp(`<meta name="${name}" content="([^"]*)"`).exec(html)?.[1];
const COLUMN_TYPES = ['首页', '概况信息', '机构职能', '负责人信息', '工作动态', '政策文件', '信息公开指南', '信息公开目录', '信息公开年报', '依申请公开',
  '数据发布', '数据开放', '政策解读', '回应关切', '办事服务', '咨询投诉', '征集调查', '在线访谈'];
const FOOTER = ['主办单位', '承办单位', '联系方式', '网站标识码', 'ICP备案号', '公安备案号', '党政机关网站标识', '我为政府网站找错', '网站地图', '版权所有'];

// Pages of one case or one upload: a fresh city has none. Their own tests make one.
const CASES = /^\/(files|workbench\/cases|admin\/(registrations|reveal)|company|operator|charging|interconnect)\//;

test('every GET route is filled with a real record for whoever may open it', async () => {
  for (const one of roles)
    for (const [path, address] of await addresses(one.key)) assert.ok(address || CASES.test(path), `${one.key}: nothing leads to ${path}`);
});

test('every GET route answers 200 (or leads on within the site) to every role that may open it', async () => {
  for (const one of roles)
    for (const [path, address] of await addresses(one.key)) {
      let to = address, answer, steps = 0;
      do {
        answer = await get(to, { cookie: sessionOf(one.login), headers: { Accept: 'text/html' } });
        to = answer.headers.location;
      } while (answer.status === 303 && ++steps < 4);
      assert.equal(answer.status, 200, `${one.key} ${path} as ${address}${steps ? ' and on' : ''}`);
    }
});

test('every page: language, title, one h1, the tags inspectors read (国办发〔2017〕47号), the footer', async () => {
  for (const { role: one, address, answer } of await everyPage(true)) {
    const html = answer.body, at = `${one.key} ${address}`;
    assert.match(html, /<html lang="zh-CN"/, at);
    assert.match(/<title>([^<]*)<\/title>/.exec(html)[1], /\S+.*平台/, `${at}: title ends with the site's name`);
    assert.equal(html.match(/<h1[\s>]/g)?.length, 1, `${at}: one h1`);
    for (const name of ['SiteName', 'SiteDomain', 'SiteIDCode']) assert.ok(meta(html, name), `${at}: meta ${name}`);
    assert.match(meta(html, 'SiteIDCode'), /^\d{10}$/, at);
    for (const item of FOOTER) assert.ok(html.slice(html.indexOf('<footer')).includes(item), `${at}: footer ${item}`);
    assert.doesNotMatch(html, /\son\w+="|<script(?![^>]*\ssrc=)|javascript:|<style[\s>]|\sstyle="/, `${at}: inline script or style`);
  }
});

test('column pages and articles carry their tags (国办发〔2017〕47号, annex)', async () => {
  const list = await addresses('visitor');
  for (const path of ['/', '/news', '/open', '/about']) {
    const { body } = await get((await get(path)).headers.location ?? path);
    for (const name of ['ColumnName', 'ColumnDescription', 'ColumnKeywords', 'ColumnType']) assert.ok(meta(body, name), `${path}: meta ${name}`);
    assert.ok(COLUMN_TYPES.includes(meta(body, 'ColumnType')), `${path}: ColumnType ${meta(body, 'ColumnType')}`);
  }
  const { body } = await get(list.get('/news/{id}'));
  for (const name of ['ArticleTitle', 'PubDate', 'ContentSource', 'ColumnName', 'ColumnType']) assert.ok(meta(body, name), `article: meta ${name}`);
  assert.match(meta(body, 'PubDate'), /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
});

for (const width of WIDTHS)
  test(`axe finds nothing, nothing sticks out, the console is quiet: every page at ${width} px`, { timeout: 400000 }, async (t) => {
    const context = contextsOf({ width });
    const found = await severalAtOnce(await everyPage(), async ({ role: one, address }) => {
      const page = await (await context(one)).newPage(), wrong = watch(page);
      await page.goto(address);
      await settle(page);
      const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
      const seen = violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.html.slice(0, 120)} ${n.any[0]?.message ?? ''}`).join('\n    ')}`);
      const over = await overflow(page);
      await page.close();
      return { name: `${one.key} ${address}`, seen, over, wrong };
    });
    for (const { name, seen, over, wrong } of found)
      await t.test(name, () => assert.deepEqual({ seen, over, wrong }, { seen: [], over: null, wrong: [] }));
    await context.close();
  });

test('every page can be read without JavaScript', async () => {
  for (const width of WIDTHS) {
    const context = contextsOf({ width, script: false });
    await severalAtOnce(await everyPage(), async ({ role: one, address }) => {
      const page = await (await context(one)).newPage(), at = `${one.key} ${width} ${address}`;
      await page.goto(address);
      assert.ok(await page.locator('h1').count(), at);
      assert.ok((await page.locator('main').innerText()).trim().length > 15, `${at}: main has words`);
      assert.equal(await overflow(page), null, at);
      const idle = await page.locator('button:visible').evaluateAll((all) => all.filter((b) => b.type !== 'submit' || b.form === null).map((b) => b.innerText));
      assert.deepEqual(idle, [], `${at}: a button that needs a script is shown`);
      await page.close();
    });
    await context.close();
  }
});

test('elements that name themselves: every form control has a label, every picture a text', async () => {
  const context = await visit(browser);
  const page = await context.newPage();
  for (const { address } of (await everyPage()).filter((one) => one.role.key === 'visitor')) {
    await page.goto(address);
    const bare = await page.evaluate(() => [...document.querySelectorAll('input:not([type=hidden]),select,textarea')]
      .filter((e) => !e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')).map((e) => e.outerHTML.slice(0, 100))
      .concat([...document.querySelectorAll('img:not([alt])')].map((e) => e.outerHTML.slice(0, 100))));
    assert.deepEqual(bare, [], address);
  }
  await context.close();
});

// Z1, Z3, Z4, Z5: home, news, open platform and about, by the manual's labels and beside the database.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from './lib/browser.mjs';
import { get, wordsOf } from './lib/http.mjs';
import { sql, sqlValue } from './lib/db.mjs';

let browser, context, page;
before(async () => { browser = await launch(); context = await visit(browser); page = await context.newPage(); });
after(() => browser.close());

const SHOWN = 's.published = 1 AND s.removed_at IS NULL';
const counted = {
  接入运营商: `SELECT COUNT(DISTINCT operator_id) FROM station s WHERE ${SHOWN}`,
  互联互通充电站: `SELECT COUNT(*) FROM station s WHERE ${SHOWN}`,
  充电设施: `SELECT COUNT(*) FROM equipment e JOIN station s ON s.id = e.station_id WHERE e.removed_at IS NULL AND ${SHOWN}`,
  充电枪: `SELECT COUNT(*) FROM connector c JOIN station s ON s.id = c.station_id WHERE c.removed_at IS NULL AND ${SHOWN}`,
};

test('Z1: the home page shows the platform\'s results as the database counts them, and the newest news', async () => {
  const words = wordsOf((await get('/')).body);
  for (const [label, query] of Object.entries(counted)) {
    const expected = Number(sqlValue(query)).toLocaleString('en-US');
    assert.match(words, new RegExp(`(^|[^\\d,])${expected}\\s*\\S?\\s*${label}|${label}\\s*${expected}(?![\\d,])`), `${label} ${expected}`);
  }
  const newest = sql("SELECT title FROM article WHERE state = 'published' AND published_at <= NOW(3) ORDER BY published_at DESC, id DESC LIMIT 1")[0][0];
  assert.ok(words.includes(newest.slice(0, 12)), `newest: ${newest}`);
});

test('Z1: the search on the home page leads to the map with the words', async () => {
  await page.goto('/');
  await page.locator('main').getByRole('searchbox').first().fill('拱北');
  await page.locator('main').getByRole('button', { name: '搜索' }).first().click();
  await page.waitForURL(/\/map\?/);
  assert.equal(new URL(page.url()).searchParams.get('q'), '拱北');
});

test('Z3: 「新闻资讯」 holds two columns; a title opens the article', async () => {
  await page.goto('/');
  await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '新闻资讯' }).click();
  const names = sql('SELECT name FROM news_column ORDER BY sort').map((row) => row[0]);
  assert.equal(names.length, 2);
  for (const name of names) assert.ok(await page.locator('main').getByRole('heading', { name, exact: true }).isVisible(), name);
  const link = page.locator('main a[href^="/news/"]').first(), title = (await link.innerText()).trim();
  await link.click();
  await page.waitForURL(/\/news\/\d+$/);
  assert.equal((await page.locator('h1').innerText()).trim(), title);
  const id = page.url().split('/').pop(), [source, at] = sql(`SELECT source, DATE_FORMAT(published_at, '%Y-%m-%d') FROM article WHERE id = ${id}`)[0];
  const text = await page.locator('main').innerText();
  assert.ok(text.includes(source) && text.includes(at), 'source and date are named');
  assert.ok((await page.locator('article').innerText()).length > 100, 'the body is there');
});

test('Z3: a column lists its own articles by date; search finds a word of a title; drafts and what lies ahead stay hidden', async () => {
  const [[code, name]] = sql('SELECT code, name FROM news_column ORDER BY sort LIMIT 1');
  await page.goto(`/news?column=${code}`);
  assert.match(await page.locator('h1').innerText(), new RegExp(name));
  const shown = await page.locator('main a.story-title').allInnerTexts();
  const expected = sql(`SELECT title FROM article WHERE column_code = '${code}' AND state = 'published' AND published_at <= NOW(3) ORDER BY published_at DESC, id DESC LIMIT 15`).map((r) => r[0]);
  assert.deepEqual(shown, expected);
  sql(`INSERT INTO article (column_code, title, body, source, state, published_at, search_words) VALUES
    ('${code}', '未发布的草稿QX', 'x', '测试', 'draft', NULL, '未发 发布'), ('${code}', '明天才发布QX', 'x', '测试', 'published', NOW(3) + INTERVAL 1 DAY, '明天 天才'),
    ('${code}', '已撤下的文章QX', 'x', '测试', 'withdrawn', NOW(3) - INTERVAL 1 DAY, '已撤 撤下')`);
  try {
    for (const address of ['/', '/news', `/news?column=${code}`, '/news?q=QX']) assert.ok(!(await get(encodeURI(address))).body.includes('发布QX') && !(await get(address)).body.includes('草稿QX</a>'), address);
    for (const [id] of sql("SELECT id FROM article WHERE title LIKE '%QX'")) assert.equal((await get(`/news/${id}`)).status, 404, 'not by its address either');
  } finally {
    sql("DELETE FROM article WHERE title LIKE '%QX'");
  }
  const word = expected[0].slice(0, 4);
  await page.goto(`/news?q=${encodeURIComponent(word)}`);
  assert.ok((await page.locator('main a.story-title').allInnerTexts()).includes(expected[0]), `search ${word}`);
});

for (const [row, menu, labels] of [['Z4', '开放平台', ['申请条件', '申请流程管理', '常见问题答疑']], ['Z5', '关于我们', ['平台简介', '平台历程', '重大事件']]])
  test(`${row}: 「${menu}」 leads to ${labels.map((l) => `「${l}」`).join('')}`, async () => {
    await page.goto('/');
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: menu }).click();
    for (const label of labels) {
      await page.locator('main').getByRole('link', { name: label, exact: true }).first().click();
      await page.waitForFunction((text) => document.querySelector('h1')?.textContent.trim() === text, label, { timeout: 5000 });
      assert.ok((await page.locator('main article').innerText()).length > 60, `${label} has a text`);
    }
  });

test('Z4, Z5: the texts come from the database', async () => {
  const [slug, version] = sql("SELECT slug, version FROM page WHERE section = 'open' ORDER BY sort LIMIT 1")[0];
  const address = slug.startsWith('open/') ? `/${slug}` : `/open/${slug}`;
  const old = sqlValue(`SELECT HEX(body) FROM page WHERE slug = '${slug}'`);
  sql(`UPDATE page SET body = '新的正文七三一' WHERE slug = '${slug}'`);
  try {
    assert.ok((await get(address)).body.includes('新的正文七三一'), `version ${version}`);
  } finally {
    sql(`UPDATE page SET body = CONVERT(0x${old} USING utf8mb4) WHERE slug = '${slug}'`);
  }
});

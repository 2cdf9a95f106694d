// The frame around every page, used as people use it: skip link, keyboard, elder mode, menu on a phone.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, overflow, visit } from './lib/browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What has the focus, and whether one sees it: its looks differ from those without the focus. */
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  const looks = () => { const s = getComputedStyle(e); return [s.outline, s.boxShadow, s.backgroundColor, s.color, s.borderColor, s.textDecoration].join(); };
  const on = looks();
  e.blur();
  const off = looks();
  e.focus({ preventScroll: true });
  return { text: (e.innerText || e.value || e.getAttribute('aria-label') || e.getAttribute('placeholder') || '').trim(),
    inMain: !!e.closest('main'), inMenu: !!e.closest('nav[aria-label="主菜单"]'), visible: on !== off };
});

for (const script of [true, false])
  test(`keyboard only, ${script ? 'with' : 'without'} scripts: skip link first, then the menu, then the page; focus is seen`, async () => {
    const context = await visit(browser, { script }), page = await context.newPage();
    await page.goto('/news');
    await page.keyboard.press('Tab');
    let at = script ? await focused(page) : null;
    if (script) {
      assert.equal(at.text, '跳到主要内容');
      assert.ok(await page.locator('.govuk-skip-link').boundingBox().then((box) => box.width > 50 && box.y >= 0), 'the skip link shows itself');
    }
    await page.keyboard.press('Enter');
    assert.match(page.url(), /#main$/);
    await page.keyboard.press('Tab');
    if (script) assert.ok((await focused(page)).inMain, 'behind the skip link the next stop is in the page itself');
    if (script) {
      await page.goto('/news');
      const stops = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        at = await focused(page);
        stops.push(at);
        assert.ok(at.visible, `focus is not visible on ${at.text}`);
        if (at.inMain) break;
      }
      assert.deepEqual(stops.filter((s) => s.inMenu).map((s) => s.text), ['首页', '充电地图', '新闻资讯', '开放平台', '关于我们']);
      assert.ok(at.inMain, 'the tab order reaches the page');
    }
    await context.close();
  });

test('Z1: the menu holds the manual\'s entries, the current one is marked, 「登录」 and 「注册」 are there', async () => {
  const context = await visit(browser), page = await context.newPage();
  await page.goto('/');
  for (const label of ['首页', '充电地图', '新闻资讯', '开放平台', '关于我们']) {
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: label, exact: true }).click();
    await page.waitForLoadState();
    assert.equal(await page.locator('nav[aria-label="主菜单"] [aria-current=page]').innerText(), label);
    for (const entry of ['登录', '注册']) assert.ok(await page.locator('header').getByRole('link', { name: entry, exact: true }).isVisible(), `${label}: 「${entry}」`);
  }
  await context.close();
});

test('on a phone the menu unfolds, with and without scripts, by touch and by keyboard', async () => {
  for (const script of [true, false]) {
    const context = await visit(browser, { width: 360, script }), page = await context.newPage();
    await page.goto('/news');
    const entry = page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '开放平台', exact: true });
    assert.equal(await entry.isVisible(), false, 'folded at first');
    if (script) { await page.locator('.menu summary').focus(); await page.keyboard.press('Enter'); } else await page.locator('.menu summary').click();
    await entry.waitFor({ state: 'visible', timeout: 3000 });
    await entry.click();
    await page.waitForURL(/\/open/);
    await context.close();
  }
});

for (const [width, script] of [[1280, true], [360, true], [1280, false]])
  test(`「长者版」 enlarges type, stays from page to page and can be left again (${width} px, ${script ? 'with' : 'without'} scripts)`, async () => {
    const context = await visit(browser, { width, script }), page = await context.newPage();
    const sizes = () => Promise.all(['main p >> nth=0', 'nav[aria-label="页脚"] a >> nth=0', 'h1'].map((where) =>
      page.locator(where).evaluate((e) => parseFloat(getComputedStyle(e).fontSize))));
    await page.goto('/open/conditions');
    const before = await sizes();
    await page.getByRole('button', { name: '长者版' }).click();
    await page.waitForLoadState();
    assert.match(page.url(), /\/open\/conditions$/, 'it stays on the page');
    const large = await sizes();
    large.forEach((size, i) => assert.ok(size > before[i], `type grows: ${before[i]} -> ${size}`));
    assert.ok(large[0] >= 18, `text is at least 18 px: ${large[0]}`);
    for (const address of ['/', '/news', '/map', '/account/login', '/news?column=policy']) {
      await page.goto(address);
      assert.ok(await page.locator('html.elder').count(), `${address} keeps it`);
      if (script) assert.equal(await overflow(page), null, `${address} in elder mode`);
    }
    await page.goto('/open/conditions');
    await page.getByRole('button', { name: '标准版' }).click();
    await page.waitForLoadState();
    assert.deepEqual(await sizes(), before);
    await context.close();
  });

test('text enlarged to 200 % loses nothing at 1280 px (no overflow)', async () => {
  const context = await visit(browser, { width: 640 }), page = await context.newPage();      // 1280 px at 200 % zoom
  for (const address of ['/', '/news', '/map', '/open/conditions', '/account/login']) {
    await page.goto(address);
    assert.equal(await overflow(page), null, address);
  }
  await context.close();
});

// Debian's Chromium, kept to this machine: it resolves no name and calls nobody by itself.
import { chromium } from 'playwright-core';
import { BASE_URL, CHROMIUM } from './env.mjs';
import { sessionOf } from './house.mjs';

export const WIDTHS = [1280, 360];
export const launch = () => chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--disable-default-apps', '--no-first-run', '--no-pings', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
});

/** A visitor, or whoever the login names, at a width, with or without JavaScript. */
export async function visit(browser, { login, width = 1280, script = true, cookie } = {}) {
  const context = await browser.newContext({ baseURL: BASE_URL, viewport: { width, height: width < 600 ? 740 : 900 },
    javaScriptEnabled: script, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const own = cookie ?? sessionOf(login);
  if (own) {
    const [name, ...value] = own.split('=');
    await context.addCookies([{ name, value: value.join('='), url: BASE_URL }]);
  }
  return context;
}

/** Collects what goes wrong while a page is open: console errors, exceptions, requests that failed. */
export function watch(page) {
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()} (${message.location().url})`); });
  page.on('pageerror', (error) => wrong.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (why !== 'net::ERR_ABORTED') wrong.push(`request: ${why} ${request.url()}`);
  });
  page.on('response', (response) => { if (response.status() >= 400 && response.request().resourceType() !== 'document') wrong.push(`answer ${response.status()}: ${response.url()}`); });
  return wrong;
}

/** Loaded and drawn. Pages that fetch by themselves (maps) rest when their network does, but not for ever. */
export async function settle(page) {
  await page.waitForLoadState('load');
  const fetches = await page.evaluate(() => document.fonts.ready
    .then(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }))
    .then(() => Boolean(document.querySelector('.leaflet-container, [hx-trigger*="load"], [hx-trigger*="every"]')))).catch(() => true);
  if (fetches) await page.waitForLoadState('networkidle', { timeout: 2500 }).catch(() => {});
}

/** fn(item) for each, a few at a time (most of a page's time is waiting); results in the order of the items. */
export async function severalAtOnce(items, fn, width = 3) {
  const results = [];
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) { const i = next++; results[i] = await fn(items[i]); }
  }));
  return results;
}

/** Pixels a page is wider than the window, and the elements that stick out. */
export const overflow = (page) => page.evaluate(() => {
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over <= 0) return null;
  const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${[...e.classList].join('.')}`);
  return `${over} px too wide: ${wide.join(', ')}`;
});

export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

#!/usr/bin/env node
// make shots: pictures of the product by itself. Every GET route of every program, as the visitor and as each
// demonstration role that may open it, at 1280 and 360 px, into BUILD/shots/<role>/<width>/<path>.png, with a sheet
// of them all in BUILD/shots/index.html. The list is the route tables' own; a route without a record to show, a
// console error, a failed request or a page wider than the window makes it exit 1.
//   node tests/shots.mjs [role…]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BASE_URL, BUILD } from './e2e/lib/env.mjs';
import { getRoutes, mayOpen, roles } from './e2e/lib/house.mjs';
import { addressesOf } from './e2e/lib/crawl.mjs';
import { ensureRecords } from './e2e/lib/records.mjs';
import { WIDTHS, launch, overflow, settle, visit, watch } from './e2e/lib/browser.mjs';

const OUT = path.join(BUILD, 'shots');
const AT_ONCE = 3;
const HIGHEST = 12000;          // px; a longer page is cut there, Chromium draws no more
const shots = [], problems = [];

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const fileOf = (role, width, address) =>
  `${role}/${width}/${address.replace(/^\//, '').replace(/[?&=]+/g, '_').replace(/[^\w./-]/g, '-') || 'home'}.png`;

// What is no page of its own (a picture, JSON, a part a script asks for) is laid on an empty one at an address of the site.
async function lay(page, answer) {
  const type = answer.headers()['content-type'] ?? '', text = await answer.text();
  const body = /^image/.test(type) ? `<img alt="" src="data:${type.split(';')[0]};base64,${(await answer.body()).toString('base64')}">`
    : /^text\/html/.test(type) ? ['vendor/govuk-frontend.min', 'css/portal', 'css/parts'].map((f) => `<link rel="stylesheet" href="/${f}.css">`).join('') + text
      : `<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${escaped(text.slice(0, 4000))}</pre>`;
  await page.route('**/part-of-a-page', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html><html lang="zh-CN"><link rel="icon" href="data:,"><body>${body}` }));
  await page.goto('/part-of-a-page');
}

async function shoot(context, { role, width, route, address }) {
  const page = await context.newPage(), wrong = watch(page), file = fileOf(role.key, width, address);
  try {
    const answer = await context.request.get(address);
    const status = answer.status(), whole = /^\s*<!doctype html/i.test((await answer.body()).subarray(0, 200).toString());
    if (status >= 400) wrong.push(`answers ${status}`);
    if (whole) {
      await page.goto(address);
      await settle(page);
      const over = await overflow(page);
      if (over) wrong.push(over);
    } else {
      await lay(page, answer);
    }
    mkdirSync(path.dirname(path.join(OUT, file)), { recursive: true });
    const height = await page.evaluate(() => document.documentElement?.scrollHeight ?? 0).catch(() => 0);
    await page.screenshot({ path: path.join(OUT, file), fullPage: height <= HIGHEST, animations: 'disabled' });
    shots.push({ role: role.key, width, route: route.path, address, file, title: whole ? await page.title() : '', status });
  } catch (error) {
    wrong.push(error.message.split('\n')[0]);
  }
  await page.close();
  problems.push(...wrong.map((what) => `${role.key} ${width} ${address}: ${what}`));
}

function sheet(took) {
  const order = new Map(getRoutes.map((route, i) => [route.path, i]));
  const groups = roles.map((role) => ({ role, list: shots.filter((s) => s.role === role.key)
    .sort((a, b) => order.get(a.route) - order.get(b.route) || b.width - a.width) })).filter((g) => g.list.length);
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Chargehall: ${shots.length} pictures</title>
<style>body{font:14px/1.4 sans-serif;margin:16px;background:#eef1f5}section{display:flex;flex-wrap:wrap;gap:10px;align-items:flex-start}
figure{margin:0;background:#fff;border:1px solid #ccd;padding:6px}figure div{overflow:hidden;height:230px}
.w1280 div{width:320px}.w360 div{width:120px}img{width:100%;display:block}figcaption{font-size:12px;max-width:320px;overflow-wrap:anywhere}
.w360 figcaption{max-width:120px}h2{position:sticky;top:0;background:#eef1f5;margin:20px 0 6px}.wrong{color:#b00020}nav a{margin-right:12px}</style>
<h1>Chargehall: ${shots.length} pictures, ${problems.length} problems, ${took} s</h1>
${problems.length ? `<ul class="wrong">${problems.map((p) => `<li>${escaped(p)}</li>`).join('')}</ul>` : ''}
<nav>${groups.map((g) => `<a href="#${g.role.key}">${g.role.label}</a>`).join('')}</nav>
${groups.map((g) => `<h2 id="${g.role.key}">${g.role.label} (${g.role.key})</h2><section>${g.list.map((s) =>
    `<figure class="w${s.width}"><div><a href="${s.file}"><img loading="lazy" src="${s.file}" alt="${escaped(s.title || s.address)}"></a></div>
<figcaption>${s.width} · ${escaped(s.address)}${s.title ? `<br>${escaped(s.title.split(' - ')[0])}` : ''}</figcaption></figure>`).join('\n')}</section>`).join('\n')}
</html>\n`;
}

async function tasksOf(role) {
  const addresses = await addressesOf(role);
  return getRoutes.filter((route) => mayOpen(role, route)).flatMap((route) => {
    const address = addresses.get(route.path);
    if (!address) problems.push(`${role.key} ${route.path}: no record found to fill it`);
    return address ? WIDTHS.map((width) => ({ role, width, route, address })) : [];
  });
}

let told = 0;
function progress(done, all, task, began) {
  const line = `${done}/${all}  ${task.role.key} ${task.width} ${task.address}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, 100)}`);
  else if (Date.now() - told > 5000) { told = Date.now(); console.log(`${Math.round((Date.now() - began) / 1000)} s  ${line}`); }
}

async function main() {
  const began = Date.now(), only = process.argv.slice(2);
  const chosen = roles.filter((role) => !only.length || only.includes(role.key));
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  console.log(`${BASE_URL}: ${getRoutes.length} GET routes, ${chosen.length} roles, ${WIDTHS.join(' and ')} px`);
  await ensureRecords();
  const tasks = [];
  for (const role of chosen) tasks.push(...await tasksOf(role));
  const browser = await launch(), contexts = new Map(), all = tasks.length;
  let done = 0;
  const contextOf = (role, width) => {
    const key = `${role.key} ${width}`;
    if (!contexts.has(key)) contexts.set(key, visit(browser, { login: role.login, width }));
    return contexts.get(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let task; (task = tasks.shift());) {
      await shoot(await contextOf(task.role, task.width), task);
      progress(++done, all, task, began);
    }
  }));
  await browser.close();
  writeFileSync(path.join(OUT, 'index.html'), sheet(Math.round((Date.now() - began) / 1000)));
  console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${shots.length} pictures in ${Math.round((Date.now() - began) / 1000)} s: ${path.join(OUT, 'index.html')}`);
  for (const problem of problems) console.log(`problem  ${problem}`);
  process.exit(problems.length ? 1 : 0);
}

await main();

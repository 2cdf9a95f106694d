// What registering takes, by the manuals' labels: codes that fit their check characters, uploads of each kind, the mails
// and SMS of the demonstration outbox, the first step of every profile, the division's selects.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { VAR } from './env.mjs';
import { formToken, post } from './http.mjs';

export const PASSWORD = 'Kettle-river-42';
const digits = (n) => Array.from({ length: n }, () => Math.floor(Math.random() * 10)).join('');
export const newPhone = () => `13${digits(9)}`;

/** A credit code whose check characters fit (GB 32100-2015, GB 11714), new for each call. */
export function creditCode(division = '440400') {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY', weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  const body = Array.from({ length: 8 }, () => letters[Math.floor(Math.random() * 31)]).join('');
  const w = [3, 7, 9, 10, 5, 8, 4, 2], digit = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const check = 11 - ([...body].reduce((sum, c, i) => sum + digit.indexOf(c) * w[i], 0) % 11);
  const first = `91${division}${body}${check === 11 ? '0' : check === 10 ? 'X' : check}`;
  return first + letters[(31 - ([...first].reduce((sum, c, i) => sum + letters.indexOf(c) * weights[i], 0) % 31)) % 31];
}

/** A resident identity number whose check character fits (GB 11643-1999). */
export function residentId(division = '630102') {
  const body = `${division}1990${String(1 + Math.floor(Math.random() * 9)).padStart(2, '0')}15${digits(3)}`;
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return body + '10X98765432'[[...body].reduce((sum, c, i) => sum + Number(c) * w[i], 0) % 11];
}

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAROxCnMTAAAAAElFTkSuQmCC', 'base64');
function bmp() {                                          // 2 × 2, 24 bits
  const head = Buffer.alloc(54);
  head.write('BM'); head.writeUInt32LE(70, 2); head.writeUInt32LE(54, 10); head.writeUInt32LE(40, 14); head.writeInt32LE(2, 18);
  head.writeInt32LE(2, 22); head.writeUInt16LE(1, 26); head.writeUInt16LE(24, 28); head.writeUInt32LE(16, 34);
  return Buffer.concat([head, Buffer.alloc(16, 0x80)]);
}
function pdf() {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>'];
  let text = '%PDF-1.4\n';
  const at = objects.map((object, i) => { const here = text.length; text += `${i + 1} 0 obj\n${object}\nendobj\n`; return here; });
  const xref = text.length;
  text += `xref\n0 4\n0000000000 65535 f \n${at.map((n) => `${String(n).padStart(10, '0')} 00000 n \n`).join('')}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
export const png = (name = '执照.png') => ({ name, mimeType: 'image/png', buffer: PNG });
/** One upload of each kind a manual names: png, bmp, pdf, and a jpg drawn by the browser. */
export async function uploads(page) {
  const jpg = await page.evaluate(() => { const c = document.createElement('canvas'); c.width = c.height = 8; return c.toDataURL('image/jpeg').split(',')[1]; });
  return [png('执照一.png'), { name: '执照二.bmp', mimeType: 'image/bmp', buffer: bmp() }, { name: '执照三.pdf', mimeType: 'application/pdf', buffer: pdf() },
    { name: '执照四.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(jpg, 'base64') }];
}

const messages = (to) => readdirSync(path.join(VAR, 'outbox')).filter((name) => name.includes(to)).sort();
/** What the newest message to a recipient says where the pattern fits, of those after the first `known`; waits for the job runner. */
export async function message(to, pattern, known = 0) {
  for (let tries = 0; tries < 150; tries++) {
    const texts = messages(to).slice(known).map((name) => readFileSync(path.join(VAR, 'outbox', name), 'utf8'));
    const found = texts.map((text) => pattern.exec(text)).filter(Boolean).at(-1);
    if (found) return found[1] ?? found[0];
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no message to ${to} like ${pattern}`);
}

export const main = (page) => page.getByRole('main');
export const errors = (page) => page.locator('.govuk-error-summary').innerText();
/** A button of the work area, and the page behind it. */
export const press = (page, name) => Promise.all([page.waitForNavigation(), main(page).getByRole('button', { name, exact: true }).click()]);

/** Step 1: the address or phone proved by its code, and the agreement. */
export async function prove(page, target, { label = '联系电话', codeLabel = '短信验证码' } = {}) {
  const known = messages(target).length;
  await main(page).getByLabel(label).fill(target);
  await press(page, '获取验证码');
  await page.getByText('验证码已发送').waitFor();
  await main(page).getByLabel(codeLabel).fill(await message(target, /验证码为 (\d{6})/, known));
  await main(page).getByLabel('我已阅读并同意').check();
  await press(page, '下一步');
  await page.waitForURL('**/account/register/form');
}

/** The division's selects, from the first level below the site: codes, or the label to look for. */
export async function chooseDivision(page, ...wanted) {
  for (const [i, one] of wanted.entries()) {
    const select = page.locator(`#division_code-${i + 1}`);
    const option = /^[0-9A-Z]+$/.test(one) ? select.locator(`option[value="${one}"]`) : select.locator('option', { hasText: one }).first();
    await option.waitFor({ state: 'attached' });
    await select.selectOption(await option.getAttribute('value'));
  }
}

export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await main(page).getByLabel(label, { exact: true }).or(main(page).getByRole('textbox', { name: new RegExp(`^${label}\\W*$`) })).first().fill(value);
}

/** Labels that carry the mark of a required field (H1.2: required fields marked *). */
export const marked = (page) => page.locator('main label, main legend').evaluateAll((all) => all.filter((one) => one.querySelector('.must'))
  .map((one) => { const copy = one.cloneNode(true); const must = copy.querySelector('.must'); const text = must.textContent; must.remove(); return `${copy.textContent.trim()} ${text}`; }));

export async function logIn(page, name, password = PASSWORD) {
  await page.goto('/account/login');
  await main(page).getByLabel('账号或手机号').fill(name);
  await main(page).getByLabel('密码', { exact: true }).fill(password);
  await press(page, '登录');
  await page.waitForURL((url) => !url.pathname.startsWith('/account/login'));
}

/** Sends a form as whoever holds the cookie. */
export async function send(address, given, form, from = address) {
  const { token, cookie } = await formToken(from, given);
  return post(address, { cookie, form: { csrf: token, ...form } });
}

/** Decides the case on its page: the opinion, then the button. */
export async function decide(page, action, opinion) {
  if (opinion) await main(page).getByLabel('审批意见').fill(opinion);
  page.once('dialog', (dialog) => dialog.accept());
  await press(page, action);
  assert.equal(await page.locator('.govuk-error-summary').count(), 0);
}

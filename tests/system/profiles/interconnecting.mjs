// What the walks of the other places' interconnection share: a company of its own, its account, looking at a page.
import assert from 'node:assert/strict';
import { AxeBuilder } from '@axe-core/playwright';
import { AXE_TAGS, WIDTHS, overflow, settle } from '../../e2e/lib/browser.mjs';
import { quote, sql, sqlValue } from '../../e2e/lib/db.mjs';

/** {id, code, name, login}: a company with an account of the role, as a passed registration leaves them. */
export function company(role, division, letter) {
  const mark = Date.now().toString(36).slice(-6).toUpperCase(), code = `${letter}${mark.padStart(7, '0')}D`, name = `互联互通测试${letter}${mark}有限公司`, login = `link-${role}-${mark.toLowerCase()}-${letter}`;
  const id = sqlValue(`INSERT INTO operator (code, name, short_name, division_code, service_tel, address) VALUES ('${code}', ${quote(name)}, ${quote(`测试${letter}${mark}`)}, '${division}', '4000000371', ${quote('测试路 1 号')}); SELECT LAST_INSERT_ID()`);
  sql(`INSERT INTO account (login, name, role, operator_id, division_code, password_hash) SELECT '${login}', '经办', '${role}', ${id}, '${division}', password_hash FROM account WHERE login = 'demo-operator'`);
  return { id, code, name, login };
}

export const main = (page) => page.getByRole('main');
export const words = async (page) => (await main(page).innerText()).replace(/\s+/g, ' ');
export const press = (page, label) => main(page).getByRole('button', { name: label, exact: true }).click();
/** A field by its label, with the mark of a required one or without. */
export const field = (page, label) => main(page).getByRole('textbox', { name: new RegExp(`^${label.replace(/[()（）]/g, '.')}\\W*$`) }).first();
export async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(String(value));
}
export async function until(ask, what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((done) => setTimeout(done, 200))) if (await ask()) return;
  assert.fail(`not within ${ms} ms: ${what}`);
}
/** No overflow at either width, nothing against accessibility; with SHOTS a picture. */
export async function sound(page) {
  await settle(page);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    assert.equal(await overflow(page), null, `${page.url()} at ${width}`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${new URL(page.url()).pathname.replaceAll('/', '_')}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  const { violations } = await new AxeBuilder({ page }).withTags(AXE_TAGS).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], page.url());
}

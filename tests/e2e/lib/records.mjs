// What a fresh demonstration lacks for every page to have something to show; made as people make it, once.
import assert from 'node:assert/strict';
import { sessionOf } from './house.mjs';
import { formToken, get, post, unescapeHtml } from './http.mjs';
import { crawl } from './crawl.mjs';
import { role } from './house.mjs';

const valueOf = (html, name) => unescapeHtml(new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(html)?.[1] ?? '');
const textOf = (html, name) => unescapeHtml(new RegExp(`<textarea[^>]*name="${name}"[^>]*>([\\s\\S]*?)</textarea>`).exec(html)?.[1] ?? '');

/** An editable page with an earlier version: the editor saves it once more. */
async function earlierVersion() {
  const cookie = sessionOf(role('editor').login), found = await crawl(role('editor'));
  if (!found.has('/admin/pages/version') || found.get('/admin/pages/version').some((address) => address.includes('?'))) return;
  const address = found.get('/admin/pages/edit').find((one) => one.includes('?'));
  const { body } = await get(address, { cookie }), { token } = await formToken(address, cookie);
  const answer = await post('/admin/pages', { cookie, form: { csrf: token, slug: valueOf(body, 'slug'), version: valueOf(body, 'version'),
    title: valueOf(body, 'title'), body: `${textOf(body, 'body').replace(/^\n/, '')}\n`, do: 'save' } });
  assert.equal(answer.status, 303, `saving ${address}`);
}

export const ensureRecords = earlierVersion;

// What a fresh demonstration lacks for every page to have something to show; made as people make it, once.
import assert from 'node:assert/strict';
import { sessionOf } from './house.mjs';
import { formToken, get, post, unescapeHtml } from './http.mjs';
import { crawl } from './crawl.mjs';
import { sql, sqlValue } from './db.mjs';
import { role } from './house.mjs';
import { ended, facility, filled, gun, send, station } from './workbooks.mjs';

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

/** A registration for the reviewers' page: not filed by its form, which wants a code by mail. */
function registration() {
  sql(`INSERT INTO operator_registration (company, account_name, uscc, division_code, state) SELECT '待审核示例企业', 'record-registration',
    '91440400MA4UFX1234', code, 'filed' FROM division WHERE code LIKE CONCAT(LEFT('${sqlValue("SELECT MAX(division_code) FROM account WHERE login = 'demo-county'")}', 6), '%')
    AND NOT EXISTS (SELECT 1 FROM operator_registration WHERE account_name = 'record-registration') ORDER BY code LIMIT 1`);
}

/** An import of each kind, refused, so that its marked workbook is there too. */
async function imports() {
  const wrong = { stations: { 站点档案: [station('RECORDS', { 充电站类型: '不知道' })] },
    equipment: { 充电设施: [facility('RECORDE', 'RECORDS', 'RECORDR')], 充电接口: [gun('RECORDEA', 'RECORDE')] } };
  for (const [list, kind] of [['stations', 'station-record'], ['equipment', 'equipment-record']])
    if (sqlValue(`SELECT COUNT(*) FROM sheet_import i JOIN account a ON a.operator_id = i.operator_id WHERE a.login = 'demo-operator' AND i.kind = '${kind}' AND i.state = 'refused'`) === '0')
      assert.equal((await ended(await send(list, await filled(list, wrong[list]), { name: '记录示例.xlsx' }))).state, 'refused');
}

export async function ensureRecords() {
  await imports();
  registration();
  await earlierVersion();
}

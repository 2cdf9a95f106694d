// Looking changes nothing: every GET route as every role, and every refused POST, leave every table as it was. The job
// runner is held meanwhile, for it counts, tells and lives by itself.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { freshSession, mayOpen, postRoutes, roles, sessionOf } from '../e2e/lib/house.mjs';
import { crawl } from '../e2e/lib/crawl.mjs';
import { ensureRecords } from '../e2e/lib/records.mjs';
import { formToken, get, patiently, post } from '../e2e/lib/http.mjs';
import { part } from '../e2e/lib/env.mjs';
import { checksums, sql } from '../e2e/lib/db.mjs';

// A session notes when it was last seen: that is not what a GET handler did. Its other columns are compared below.
const EXCEPT = ['session'];
const sessions = () => sql('SELECT HEX(token_hash), account_id, created_at, expires_at FROM session ORDER BY 1');
before(async () => {
  await ensureRecords();
  roles.forEach((one) => sessionOf(one.login));
  part('hold', 'jobs');
});
after(() => part('release', 'jobs'));

test('every GET page as every role leaves the database as it was', { timeout: 240000 }, async () => {
  const before = checksums(EXCEPT), open = sessions();
  assert.ok(Object.keys(before).length > 15);
  let pages = 0;
  for (const one of roles) {
    const addresses = [...(await crawl(one)).values()].flat();
    for (const address of addresses) {
      await get(address, { cookie: sessionOf(one.login), headers: { Accept: 'application/json' } });
      pages += 2;
    }
  }
  assert.ok(pages > roles.length * 20, `${pages} requests`);
  assert.deepEqual(checksums(EXCEPT), before);
  assert.deepEqual(sessions(), open);
});

test('every POST without its token, with another session\'s, from another site: 403, and nothing at all has changed, whoever sends it', { timeout: 400000 }, async () => {
  const fields = { on: '1', id: '1', slug: 'about/events', version: '1', account: 'demo-admin', password: 'x', title: 'x', body: 'x', action: 'pass', flow: 'registration' };
  const tokens = new Map();
  for (const one of roles) tokens.set(one.key, await formToken('/', sessionOf(one.login)));
  const foreign = await formToken('/', freshSession('demo-operator')), before = checksums(EXCEPT), open = sessions();
  for (const one of roles)
    for (const route of postRoutes.filter((r) => r.capability !== 'peer')) {
      const { token, cookie } = tokens.get(one.key), form = { ...fields, csrf: token };
      const refused = { 'no token': { form: fields }, 'a made-up token': { form: { ...fields, csrf: 'x' } }, 'another session\'s token': { form: { ...fields, csrf: foreign.token } },
        'another origin': { form, headers: { Origin: 'http://evil.example' } }, 'an opaque origin': { form, headers: { Origin: 'null' } } };
      for (const [how, options] of Object.entries(refused)) {
        const { status } = await patiently(() => post(route.path.replace(/\{\w+\}/g, '1'), { cookie, ...options }));
        assert.ok(mayOpen(one, route) || one.login ? status === 403 : status === 303, `${one.key} ${route.path} with ${how}: ${status}`);
      }
    }
  assert.deepEqual(checksums(EXCEPT), before);
  assert.deepEqual(sessions(), open);
});

test('the comparison sees a change when there is one', async () => {
  const before = checksums(EXCEPT), { token, cookie } = await formToken();
  await post('/account/login', { cookie, form: { csrf: token, account: 'nobody-here', password: 'x' } });
  assert.notDeepEqual(checksums(EXCEPT), before);
  sql('DELETE FROM login_failure');
});

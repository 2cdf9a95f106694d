// Looking changes nothing: every GET route as every role, and every refused POST, leave every table as it was. The job
// runner is held meanwhile, for it counts, tells and lives by itself.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { mayOpen, postRoutes, roles, sessionOf } from '../e2e/lib/house.mjs';
import { crawl } from '../e2e/lib/crawl.mjs';
import { ensureRecords } from '../e2e/lib/records.mjs';
import { formToken, get, post } from '../e2e/lib/http.mjs';
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

test('a POST without its token changes nothing at all, whoever sends it', async () => {
  const before = checksums(EXCEPT), open = sessions();
  for (const one of roles)
    for (const route of postRoutes.filter((r) => r.capability !== 'peer')) {
      const send = () => post(route.path, { cookie: sessionOf(one.login), form: { csrf: 'x', on: '1', id: '1', slug: 'about/events', version: '1', account: 'demo-admin', password: 'x', title: 'x', body: 'x' } });
      let answer = await send();
      for (let pause = 0; answer.status === 429 && pause < 10; pause++) {          // nginx slows guessing of passwords
        await new Promise((done) => setTimeout(done, 500));
        answer = await send();
      }
      assert.ok(mayOpen(one, route) ? answer.status === 403 : [303, 403].includes(answer.status), `${one.key} ${route.path}: ${answer.status}`);
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

// Qinghai 一 (Q1): a citizen registers with identity card and mobile phone, real-name, and logs in; one account a person.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from '../../e2e/lib/browser.mjs';
import { sql, sqlValue } from '../../e2e/lib/db.mjs';
import { PASSWORD, errors, fill, logIn, main, message, newPhone, press, prove, residentId } from '../../e2e/lib/registering.mjs';
import { cookiesOf, formToken, post } from '../../e2e/lib/http.mjs';

const PHONE = newPhone(), ID = residentId();
let browser, page;
before(async () => { browser = await launch(); page = await (await visit(browser)).newPage(); page.setDefaultTimeout(15000); });
after(() => browser.close());

test('Q1: registered with identity card and mobile phone; logs in; the number is sealed', async () => {
  await page.goto('/account/login');
  await main(page).getByRole('link', { name: '注册', exact: true }).click();
  await prove(page, PHONE, { label: '手机号码' });
  const wrong = ID.slice(0, 17) + (ID[17] === '1' ? '2' : '1');
  await fill(page, { 姓名: '扎西·多杰', 身份证号码: wrong, 账号名称: 'qh-citizen', 密码: PASSWORD, 确认密码: PASSWORD });
  await press(page, '注册');
  assert.match(await errors(page), /校验位不符/);
  await fill(page, { 身份证号码: ID, 密码: PASSWORD, 确认密码: PASSWORD });
  await press(page, '注册');
  await page.waitForURL('**/account/register/done');
  assert.match(await main(page).innerText(), /注册成功/);
  const [[name, sealed, phone, version]] = sql("SELECT c.name, c.resident_id, c.phone, c.agreement_version FROM citizen c JOIN account a ON a.id = c.account_id WHERE a.login = 'qh-citizen' AND a.state = 'active'");
  assert.deepEqual([name, phone, version], ['扎西·多杰', PHONE, '1']);
  assert.ok(!sealed.includes(ID));
  await logIn(page, PHONE);
});

/** A visitor who has proved a phone, over HTTP. */
async function proved(phone) {
  const first = await formToken('/account/register');
  const form = { csrf: first.token, target: phone, do: 'code' };
  assert.equal((await post('/account/register', { cookie: first.cookie, form })).status, 200);
  const agreed = sqlValue("SELECT MAX(version) FROM agreement WHERE kind = 'registration'");
  const next = await post('/account/register', { cookie: first.cookie, form: { ...form, do: 'next', agreed, code: await message(phone, /验证码为 (\d{6})/) } });
  assert.equal(next.status, 303, next.body);
  const cookie = [first.cookie, ...cookiesOf(next).filter((one) => one.startsWith('registering='))].join('; ');
  return { cookie, agreed, token: (await formToken('/account/register/form', cookie)).token };
}
const give = (who, login, id) => post('/account/register/citizen', { cookie: who.cookie, form: { csrf: who.token, name: '卓玛', resident_id: id,
  account_name: login, password: PASSWORD, again: PASSWORD, agreed: who.agreed } });

test('Q1: a person has one account: the same identity card is refused, also when two submissions come at once', async () => {
  const third = await proved(newPhone());
  const again = await give(third, 'qh-again', ID);
  assert.equal(again.status, 422);
  assert.match(again.body, /已实名注册/);
  const pairs = [];
  for (let i = 0; i < 3; i++) pairs.push([await proved(newPhone()), await proved(newPhone()), residentId()]);
  for (const [i, [one, other, id]] of pairs.entries()) {
    const answers = await Promise.all([give(one, `qh-a${i}`, id), give(other, `qh-b${i}`, id)]);
    assert.deepEqual(answers.map((a) => a.status).sort(), [303, 422], answers.map((a) => a.status).join());
    assert.equal(sqlValue(`SELECT COUNT(*) FROM account WHERE login IN ('qh-a${i}', 'qh-b${i}')`), '1');
  }
  assert.equal(sqlValue('SELECT COUNT(*) FROM citizen'), sqlValue('SELECT COUNT(DISTINCT identity_key) FROM citizen_identity WHERE account_id IS NOT NULL'));
});

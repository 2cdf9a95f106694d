// Henan 使用帮助 三(一): 建设补贴-互联互通 「我要接入」 (H3.1) of an operator and of a builder with an entrusted platform; 「我的充电站」 (H3.2).
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { launch, visit } from '../../e2e/lib/browser.mjs';
import { sql, sqlValue } from '../../e2e/lib/db.mjs';
import { get } from '../../e2e/lib/http.mjs';
import { sessionOf } from '../../e2e/lib/house.mjs';
import { Operator, makeKeys } from '../../simulator/operator.mjs';
import { BASE_URL } from '../../e2e/lib/env.mjs';
import { company, field, fill, main, press, sound, until, words } from './interconnecting.mjs';

const LABELS = ['平台运营商', '平台建设单位', '平台建设单位地址', '联调负责人', '联调工程师', '工程师电话', '平台名称', '接入平台的密钥', '签名密钥', '消息密钥', '消息密钥初始化向量', '互联互通类型', '充电站数量', '充电桩数量'];
const keys = makeKeys();
let browser, page, staff, operator, builder, platform, piles;

before(async () => {
  operator = company('operator', '410105', 'H');
  builder = company('builder', '410105', 'J');
  platform = new Operator({ partner: { operator_id: operator.code, gov_id: '11410000A', to_gov: keys, to_operator: keys }, portal: `${BASE_URL}/evcs/v1`, stations: 3 });
  platform.stations[2].EquipmentOwnerID = builder.code;
  piles = platform.stations.reduce((sum, one) => sum + one.EquipmentInfos.length, 0);
  platform.base = `${await platform.listen()}/evcs/v1`;
  browser = await launch();
  page = await (await visit(browser, { login: operator.login })).newPage();
  staff = await (await visit(browser, { login: 'demo-province' })).newPage();
  for (const one of [page, staff]) one.setDefaultTimeout(20000);
});
after(async () => {
  await browser?.close();
  await platform?.close();
});

const stateOf = (who) => sqlValue(`SELECT state FROM connection WHERE operator_id = ${who.id}`);
const typed = (who, stations, equipment) => ({ 平台运营商: who, 平台建设单位: '河南某科技有限公司', 平台建设单位地址: '郑州市金水区测试路 2 号', 联调负责人: '王负责', 联调工程师: '赵工', 工程师电话: '13800138001',
  平台名称: '豫充平台', 接入平台的密钥: keys.OperatorSecret, 签名密钥: keys.SigSecret, 消息密钥: keys.DataSecret, 消息密钥初始化向量: keys.DataSecretIV, 充电站数量: stations, 充电桩数量: equipment });
async function decide(company, action, opinion) {
  await staff.goto('/interconnect/connections');
  await main(staff).getByRole('link', { name: company.name }).first().click();
  if (opinion) await main(staff).getByLabel('审批意见').fill(opinion);
  await press(staff, action);
  const dialog = staff.locator('dialog[open]');
  if (await dialog.count()) await dialog.getByRole('button', { name: action }).click();
}

test('H3.1: 建设补贴-互联互通 「我要接入」: every field by its label; what is wrong is named, nothing is lost', async () => {
  await page.goto('/account');
  await page.getByRole('link', { name: '互联互通', exact: true }).click();
  await main(page).getByRole('link', { name: '我要接入' }).click();
  const text = await words(page);
  for (const label of LABELS) assert.ok(text.includes(label), label);
  for (const kind of ['基础信息', '充电服务（含清分结算）']) assert.ok(await main(page).getByLabel(kind, { exact: true }).count(), kind);
  await sound(page);
  await fill(page, { ...typed(operator.name, 3, piles + 1), 消息密钥: 'short', 平台接口地址: 'nowhere' });
  await main(page).getByLabel('基础信息', { exact: true }).check();
  await press(page, '提交');
  assert.match(await words(page), /「?消息密钥」?[^。]*16/);
  assert.equal(await field(page, '平台名称').inputValue(), '豫充平台');
});

test('H3.1: submitted; the platform can be pulled, and staff see the counts beside what it pushed', async () => {
  await fill(page, { ...typed(operator.name, 3, piles + 1), 平台接口地址: platform.base });
  await press(page, '提交');
  await main(page).getByText('接入申请已提交').waitFor();
  assert.equal(stateOf(operator), 'filed');
  await sound(page);
  assert.ok(!sql(`SELECT data_secret, sig_secret FROM connection WHERE operator_id = ${operator.id}`).join().includes(keys.DataSecret), 'sealed');
  await until(() => sqlValue(`SELECT COUNT(*) FROM station WHERE operator_id = ${operator.id} AND removed_at IS NULL`) === '3', 'stations pulled');
  await staff.goto('/interconnect/connections');
  await main(staff).getByRole('link', { name: operator.name }).click();
  const text = await words(staff);
  assert.match(text, /充电站数量 3 3 一致/);
  assert.match(text, new RegExp(`充电桩数量 ${piles + 1} ${piles} 不一致`));
  assert.match(text, /密钥 已填写 已登记 一致/);
  assert.ok(!text.includes(keys.SigSecret));
  await sound(staff);
});

test('H3.1: refused with an opinion, corrected, passed: connected, its stations public', async () => {
  await decide(operator, '不通过', '充电桩数量与推送不一致');
  await until(() => stateOf(operator) === 'refused', 'refused');
  await page.goto('/interconnect');
  await main(page).getByRole('link', { name: '详情' }).click();
  assert.match(await words(page), /充电桩数量与推送不一致/);
  await sound(page);
  await main(page).getByRole('link', { name: '修改' }).click();
  assert.ok(!(await page.content()).includes(keys.SigSecret), 'no secret in the page');
  await fill(page, { 充电桩数量: piles });
  await press(page, '提交');
  await until(() => stateOf(operator) === 'filed', 'filed again');
  await decide(operator, '通过');
  await until(() => stateOf(operator) === 'connected', 'connected');
  assert.notEqual(sqlValue(`SELECT connected_at FROM operator WHERE id = ${operator.id}`), 'NULL');
  assert.equal(sqlValue(`SELECT SUM(published) FROM station WHERE operator_id = ${operator.id} AND removed_at IS NULL`), '3');
});

test('H3.2: 用户管理-资产管理-我的充电站 lists what the platform pushed', async () => {
  await page.goto('/account');
  await page.getByRole('link', { name: '我的充电站', exact: true }).click();
  const text = await words(page);
  for (const one of platform.stations) assert.ok(text.includes(one.StationName), one.StationName);
});

test('H3.1, H3.2: a builder with an entrusted platform: counts of its own stations; passed, it sees what the platform pushed for it', async () => {
  const own = await (await visit(browser, { login: builder.login })).newPage();
  own.setDefaultTimeout(20000);
  await own.goto('/interconnect/apply/review');
  await fill(own, typed('没有这家公司', 1, platform.stations[2].EquipmentInfos.length));
  await main(own).getByLabel('基础信息', { exact: true }).check();
  await press(own, '提交');
  assert.match(await words(own), /没有找到已接入本平台的运营商/);
  await fill(own, typed(operator.name, 1, platform.stations[2].EquipmentInfos.length));
  await press(own, '提交');
  await main(own).getByText('接入申请已提交').waitFor();
  await decide(builder, '通过');
  await until(() => stateOf(builder) === 'connected', 'connected');
  await own.goto('/account');
  await own.getByRole('link', { name: '我的充电站', exact: true }).click();
  const text = await words(own);
  assert.ok(text.includes(platform.stations[2].StationName), text);
  assert.ok(!text.includes(platform.stations[0].StationName));
  await sound(own);
  const id = sqlValue(`SELECT id FROM connection WHERE operator_id = ${builder.id}`);
  assert.equal((await get(`/interconnect/apply/${id}`, { cookie: sessionOf(operator.login) })).status, 404);
  assert.equal((await get(`/interconnect/apply/${id}`)).status, 303);
  await own.context().close();
});

// Zhongshan 流程指引 二: 充电设施接入-桩平台检测 (S2.1): 【自有平台接入】 (S2.2), 【委托平台接入】 (S2.3), the form to print, stamp and upload, review.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, visit } from '../../e2e/lib/browser.mjs';
import { get } from '../../e2e/lib/http.mjs';
import { sessionOf } from '../../e2e/lib/house.mjs';
import { sqlValue } from '../../e2e/lib/db.mjs';
import { creditCode, png } from '../../e2e/lib/registering.mjs';
import { company, field, fill, main, press, sound, until, words } from './interconnecting.mjs';

let browser, page, staff, owner, entruster;
before(async () => {
  owner = company('operator', '442000', 'Z');
  entruster = company('operator', '442000', 'W');
  browser = await launch();
  page = await (await visit(browser, { login: owner.login })).newPage();
  staff = await (await visit(browser, { login: 'demo-city' })).newPage();
  for (const one of [page, staff]) one.setDefaultTimeout(20000);
});
after(() => browser?.close());

const stateOf = (who) => sqlValue(`SELECT state FROM connection WHERE operator_id = ${who.id}`);
const client = (who) => ({ 单位名称: who.name, 统一社会信用代码: creditCode('442000'), 单位地址: '中山市石岐街道测试路 3 号', 联系人: '陈经理', 联系电话: '13800138002' });
const lead = { 联调负责人: '林负责', 联调负责人电话: '13800138003', 电子邮箱: 'lin@example.com' };
async function paper(on, title) {
  const [file] = await Promise.all([on.waitForEvent('download'), main(on).getByRole('link', { name: `《${title}》` }).click()]);
  assert.equal(file.suggestedFilename(), `${title}.pdf`);
  const bytes = readFileSync(await file.path());
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
  assert.ok(bytes.length > 5000, 'with its characters');
  if (process.env.SHOTS) (await import('node:fs')).writeFileSync(`${process.env.SHOTS}/${title}.pdf`, bytes);
}
async function decide(who, action, opinion) {
  await staff.goto('/interconnect/connections');
  await main(staff).getByRole('link', { name: who.name }).first().click();
  if (opinion) await main(staff).getByLabel('审批意见').fill(opinion);
  await press(staff, action);
  const dialog = staff.locator('dialog[open]');
  if (await dialog.count()) await dialog.getByRole('button', { name: action }).click();
}

test('S2.1: 「充电设施接入」 begins with 「桩平台检测」: 「自有平台接入」 or 「委托平台接入」', async () => {
  await page.goto('/account');
  await page.getByRole('link', { name: '桩平台检测', exact: true }).click();
  for (const name of ['自有平台接入', '委托平台接入']) assert.equal(await main(page).getByRole('link', { name, exact: true }).count(), 1, name);
  await sound(page);
});

test('S2.2: 【基本信息】, 【上传材料】: the form is filled with what was typed; uploaded, submitted', async () => {
  await main(page).getByRole('link', { name: '自有平台接入', exact: true }).click();
  const text = await words(page);
  for (const group of ['委托单位', '联调负责人信息', '平台信息', '充电桩信息']) assert.ok(text.includes(group), group);
  await press(page, '下一步');
  assert.match(await words(page), /有 \d+ 处需要修改/);
  await fill(page, { ...client(owner), ...lead, 平台名称: '中山充电平台', 平台建设单位: '中山某科技有限公司', 平台接口地址: 'https://platform.example.com/evcs/v1', 充电站数量: 2, 直流充电桩数量: 6, 交流充电桩数量: 4, 充电枪数量: 16, 充电桩生产厂商: '某电气有限公司' });
  await main(page).getByLabel('基础信息', { exact: true }).check();
  await sound(page);
  await press(page, '下一步');
  await main(page).getByText('资料下载').waitFor();
  await paper(page, '充电设施平台符合性检测申请表');
  await sound(page);
  await press(page, '提交');
  assert.match(await words(page), /充电设施平台符合性检测申请表/);
  await main(page).getByLabel('充电设施平台符合性检测申请表').setInputFiles(png());
  await press(page, '提交');
  await main(page).getByText('接入申请已提交').waitFor();
  assert.equal(stateOf(owner), 'filed');
});

test('S2.2: review: refused with an opinion, changed, submitted again, passed', async () => {
  await decide(owner, '不通过', '盖章不清晰');
  await until(() => stateOf(owner) === 'refused', 'refused');
  await page.goto('/interconnect');
  await main(page).getByRole('link', { name: '详情' }).click();
  assert.match(await words(page), /盖章不清晰/);
  await press(page, '修改');
  assert.equal(await field(page, '平台名称').inputValue(), '中山充电平台');
  await press(page, '下一步');
  await main(page).getByText('资料下载').waitFor();
  await press(page, '提交');
  await main(page).getByText('接入申请已提交').waitFor();
  await staff.goto('/interconnect/connections');
  await main(staff).getByRole('link', { name: owner.name }).first().click();
  await sound(staff);
  const picture = await main(staff).locator('a[href^="/files/"]').first().getAttribute('href');
  assert.equal((await get(picture, { cookie: sessionOf('demo-city') })).status, 200);
  assert.equal((await get(picture, { cookie: sessionOf(entruster.login) })).status, 404);
  await press(staff, '通过');
  await until(() => stateOf(owner) === 'connected', 'connected');
});

test('S2.3: 【委托平台接入】: carried by a connected platform; passed, the entrustment is confirmed', async () => {
  const own = await (await visit(browser, { login: entruster.login })).newPage();
  own.setDefaultTimeout(20000);
  await own.goto('/interconnect/apply/entrusted');
  const text = await words(own);
  for (const group of ['委托单位', '委托信息', '联调负责人']) assert.ok(text.includes(group), group);
  const values = { ...client(entruster), ...lead, 受托平台运营商: '没有这家公司', 委托内容: '充电站数据接入', 充电站数量: 1, 充电桩数量: 2 };
  await fill(own, values);
  for (const [label, day] of [['委托开始日期', '2026-01-01'], ['委托结束日期', '2028-12-31']]) await field(own, label).fill(day);
  await press(own, '下一步');
  await main(own).getByText('资料下载').waitFor();
  await paper(own, '充电设施委托接入申请表');
  await main(own).getByLabel('充电设施委托接入申请表').setInputFiles(png());
  await press(own, '提交');
  assert.match(await words(own), /没有找到已接入本平台的运营商/);
  await own.goto('/interconnect/apply/entrusted?step=1');
  await fill(own, { 受托平台运营商: owner.code });
  await press(own, '下一步');
  await main(own).getByText('资料下载').waitFor();
  if (!await main(own).getByText('已上传').count()) await main(own).getByLabel('充电设施委托接入申请表').setInputFiles(png());
  await press(own, '提交');
  await main(own).getByText('接入申请已提交').waitFor();
  await decide(entruster, '通过');
  await until(() => stateOf(entruster) === 'connected', 'connected');
  assert.equal(sqlValue(`SELECT state FROM entrustment WHERE builder_id = ${entruster.id} AND operator_id = ${owner.id}`), 'confirmed');
  assert.equal((await get('/interconnect/apply/own/paper.pdf')).status, 303);
  await own.context().close();
});

// Plain HTTP that follows nothing and changes nothing: paths go out byte for byte, broken ones too.
import http from 'node:http';
import { BASE_URL } from './env.mjs';

const base = new URL(BASE_URL);
export const agent = new http.Agent({ keepAlive: true, maxSockets: 8, timeout: 10000 });

/* nginx lets one address log in, recover, register so and so often (conf/portal.hdf, Limits). Tests are many visitors: each
   of these posts comes from another loopback address, unless `from` says which. */
const GUESS = /^\/account\/(login|recover|reset|confirm|password|phone|email|register|second-factor)(\/|$|\?)/;
let visitor = 0;
const addressOf = (method, address) => (method === 'POST' && GUESS.test(address) ? `127.0.7.${1 + visitor++ % 40}` : undefined);

/** {status, headers, body (text), bytes}. `form` is an object, or pairs, of fields; `from` a loopback address to come from. */
export function call(method, address, { headers = {}, cookie, form, body, timeout = 30000, from = addressOf(method, address) } = {}) {
  const given = { ...headers };
  if (cookie) given.Cookie = cookie;
  let payload = body;
  if (form !== undefined) {
    payload = new URLSearchParams(form).toString();
    given['Content-Type'] ??= 'application/x-www-form-urlencoded';
  }
  if (payload !== undefined) given['Content-Length'] ??= Buffer.byteLength(payload);
  return new Promise((resolve, reject) => {
    const request = http.request({ host: base.hostname, port: base.port, method, path: address, headers: given, agent, timeout, ...(base.hostname === '127.0.0.1' ? { localAddress: from } : {}) }, (response) => {
      const parts = [];
      response.on('data', (piece) => parts.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({ status: response.statusCode, headers: response.headers, bytes, body: bytes.toString('utf8') });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeout} ms: ${method} ${address}`)));
    request.on('error', (error) => {                // nginx closed an idle connection just as it was taken again
      if (request.reusedSocket && error.code === 'ECONNRESET' && method === 'GET') resolve(call(method, address, { headers, cookie, timeout }));
      else reject(error);
    });
    request.end(payload);
  });
}
export const get = (address, options) => call('GET', address, options);
export const post = (address, options) => call('POST', address, options);

/** Asks again while nginx says "too often": it lets 30 POSTs a second through to /account/. */
export async function patiently(ask) {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (answer.status !== 429 || tries === 60) return answer;
    await new Promise((done) => setTimeout(done, 250));
  }
}

export const isPage = (answer) => /^text\/html/.test(answer.headers['content-type'] ?? '') && /^\s*<!doctype html/i.test(answer.body);
export const isLogin = (answer) => answer.status === 303 && /^\/account\/login(\?|$)/.test(answer.headers.location ?? '');
export const cookiesOf = (answer) => (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]);

/** The CSRF token of a page together with the cookies it belongs to. */
export async function formToken(address = '/account/login', cookie = '') {
  const answer = await get(address, { cookie });
  const token = /name="csrf" value="([^"]+)"/.exec(answer.body)?.[1];
  return { token, cookie: [cookie, ...cookiesOf(answer).filter((one) => one.startsWith('visit='))].filter(Boolean).join('; ') };
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
export const unescapeHtml = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]);
/** What a person reads: without tags and scripts. */
export const wordsOf = (html) => unescapeHtml(html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ');

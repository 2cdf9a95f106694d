// T/CEC 102 envelope with node:crypto only, independent of the portal's C code: what the tests compare with.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

export const encrypt = (keys, text) => {
  const cipher = createCipheriv('aes-128-cbc', keys.DataSecret, keys.DataSecretIV);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString('base64');
};

export const decrypt = (keys, base64) => {
  const decipher = createDecipheriv('aes-128-cbc', keys.DataSecret, keys.DataSecretIV);
  return Buffer.concat([decipher.update(Buffer.from(base64, 'base64')), decipher.final()]).toString('utf8');
};

export const sign = (keys, ...parts) =>
  createHmac('md5', keys.SigSecret).update(parts.join('')).digest('hex').toUpperCase();

/** yyyyMMddHHmmss in Beijing time, wherever the machine stands. */
export const timeStamp = (ms = Date.now()) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace(/[-T:]/g, '');

let second = '', count = 0;
export const nextSeq = (stamp) => {
  count = stamp === second ? count + 1 : 1;
  second = stamp;
  return String(count % 10000).padStart(4, '0');
};

/** A request envelope; `data` is an object, or a Buffer/string taken as the plain text itself. */
export const makeRequest = (keys, operatorId, data, { at = Date.now(), seq } = {}) => {
  const plain = typeof data === 'string' || Buffer.isBuffer(data) ? data : JSON.stringify(data);
  const TimeStamp = timeStamp(at), Seq = seq ?? nextSeq(TimeStamp), Data = encrypt(keys, plain);
  return { OperatorID: operatorId, Data, TimeStamp, Seq, Sig: sign(keys, operatorId, Data, TimeStamp, Seq) };
};

export const makeReply = (keys, Ret, Msg, data) => {
  const Data = data === undefined ? '' : encrypt(keys, JSON.stringify(data));
  return { Ret, Msg, Data, Sig: sign(keys, String(Ret), Msg, Data) };
};

const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };

/** POST; resolves to { status, body: Buffer }. */
export const post = (url, body, headers = {}) => new Promise((resolve, reject) => {
  const target = new URL(url), library = target.protocol === 'https:' ? https : http;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const request = library.request(target, {
    method: 'POST', agent: agents[target.protocol],
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length, ...headers },
  }, (response) => {
    const parts = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts) }));
    response.on('error', reject);
  });
  request.setTimeout(40000, () => request.destroy(new Error('timeout')));
  request.on('error', reject);
  request.end(bytes);
});

/** Reads a reply: { status, Ret, Msg, Data (opened), signed }. */
export const readReply = (keys, { status, body }) => {
  let reply;
  try { reply = JSON.parse(body.toString('utf8')); } catch { return { status, text: body.toString('utf8') }; }
  const data = reply.Data ?? '';
  return {
    status, raw: reply, Ret: reply.Ret, Msg: reply.Msg,
    signed: reply.Sig === sign(keys, String(reply.Ret), reply.Msg ?? '', data),
    Data: data ? JSON.parse(decrypt(keys, data)) : null,
  };
};

/** An operator's client towards the portal: keeps its token, refreshes once on 4002. */
export class Client {
  constructor({ base, operatorId, keys }) {
    Object.assign(this, { base: base.replace(/\/$/, ''), operatorId, keys, token: '' });
  }

  async send(name, envelope, headers = {}) {
    return readReply(this.keys, await post(`${this.base}/${name}`, envelope, headers));
  }

  async fetchToken() {
    const reply = await this.send('query_token', makeRequest(this.keys, this.operatorId,
      { OperatorID: this.operatorId, OperatorSecret: this.keys.OperatorSecret }));
    if (reply.Ret !== 0 || reply.Data?.SuccStat !== 0) throw new Error(`query_token: ${JSON.stringify(reply)}`);
    this.token = reply.Data.AccessToken;
    return reply;
  }

  async call(name, data, { at, seq, refresh = true } = {}) {
    if (!this.token) await this.fetchToken();
    const once = () => this.send(name, makeRequest(this.keys, this.operatorId, data, { at, seq }),
      { Authorization: `Bearer ${this.token}` });
    let reply = await once();
    if (reply.Ret === 4002 && refresh) {
      await this.fetchToken();
      reply = await once();
    }
    return reply;
  }

  pushStatus(connectorId, status, more = {}) {
    return this.call('notification_stationStatus', { ConnectorStatusInfo: { ConnectorID: connectorId, Status: status, ...more } });
  }
}

// The peers outbox_wire_test.c talks to: a real SMTP server (STARTTLS and log-in required) and an SMS provider over HTTPS.
// argv: a folder with key.pem and cert.pem. Prints "<smtp port> <https port> <smtps port> <smtp port without STARTTLS>"; then one line of JSON for everything taken
// or refused. Ends when its standard input does.
//
// SMTP by recipient: later@ is refused with 450 the first time, never@ with 550, half@ with 452 after the data the first time.
// lost@ is taken, and the connection ends before the answer, the first time; hang@ is never answered.
// HTTPS by path: /ok takes, /busy answers 503, /no 400, /refused 200 without the words of success; /lost takes and hangs up.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const [folder] = process.argv.slice(2);
const tls = { key: readFileSync(`${folder}/key.pem`), cert: readFileSync(`${folder}/cert.pem`) };
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const seen = new Map();
const first = (what) => { seen.set(what, (seen.get(what) ?? 0) + 1); return seen.get(what) === 1; };
const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = (more) => new SMTPServer({
  ...tls, ...more, authMethods: ['PLAIN', 'LOGIN'], authOptional: false, logger: false,
  onAuth: (auth, session, done) => (auth.username === 'portal' && auth.password === 's3cret' && (session.secure || more.hideSTARTTLS)
    ? done(null, { user: auth.username }) : done(refusal(535, 'wrong password'))),
  onRcptTo: ({ address }, session, done) => {
    if (address.startsWith('never@')) { say({ refused: address, code: 550 }); return done(refusal(550, 'no such mailbox')); }
    if (address.startsWith('later@') && first(address)) { say({ refused: address, code: 450 }); return done(refusal(450, 'try later')); }
    return done();
  },
  onData: (stream, session, done) => {
    const pieces = [];
    stream.on('data', (piece) => pieces.push(piece));
    stream.on('end', () => {
      const to = session.envelope.rcptTo[0].address;
      if (to.startsWith('half@') && first(to)) { say({ refused: to, code: 452 }); return done(refusal(452, 'disk full')); }
      if (to.startsWith('hang@')) return say({ hung: to });
      say({ mail: to, from: session.envelope.mailFrom.address, secure: session.secure, user: session.user, raw: Buffer.concat(pieces).toString('utf8') });
      if (to.startsWith('lost@') && first(to)) return session.cut();
      return done();
    });
  },
});
/* What a cut wire looks like: the message is taken, the answer never comes. */
function withCut(smtp) {
  const connect = smtp.connect.bind(smtp);
  smtp.connect = (socket, options) => {
    connect(socket, options);
    for (const connection of smtp.connections) connection.session.cut ??= () => connection._socket.destroy();
  };
  smtp.on('error', () => {});
  return smtp;
}
const smtp = withCut(server({})), smtps = withCut(server({ secure: true })), plain = withCut(server({ hideSTARTTLS: true, allowInsecureAuth: true }));

const https = createServer(tls, (request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { pathname } = new URL(request.url, 'https://x');
    say({ sms: request.url, method: request.method, headers: request.headers, body: Buffer.concat(pieces).toString('utf8') });
    if (pathname === '/lost') return request.socket.destroy();
    const status = { '/busy': 503, '/no': 400 }[pathname] ?? 200;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(pathname === '/refused' ? '{"code":7}' : '{"code":0}');
  });
});

const listen = (one) => new Promise((ready) => one.listen(0, '127.0.0.1', ready));
for (const one of [smtp, https, smtps, plain]) await listen(one);
process.stdout.write(`${[smtp.server, https, smtps.server, plain.server].map((one) => one.address().port).join(' ')}\n`);
process.stdin.on('end', () => process.exit(0)).resume();

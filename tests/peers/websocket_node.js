// Debian's node-ws against our echo; websocket.sh starts it.
//
//   node websocket_node.js HOST:PORT plain|deflate
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');
const { setTimeout: delay } = require('node:timers/promises');
const WebSocket = require('/usr/share/nodejs/ws'); // Debian's, whosever node this is

const [server, mode] = process.argv.slice(2);
const deflates = mode === 'deflate';
const limit = 16 * 1024 * 1024; // as websocket.sh sets it
const noise = crypto.randomBytes(limit); // deflate cannot make it smaller

/** A client that is open; next() gives its messages in turn, ended its close. */
async function connect(where, { protocols = [], ...options } = {}) {
  const ws = new WebSocket(`ws://${server}${where}`, protocols, {
    perMessageDeflate: deflates ? { threshold: 0 } : false,
    maxPayload: 2 * limit, // it counts what is compressed, too
    ...options,
  });
  const came = [];
  const waiting = [];
  const take = (message) => (waiting.length ? waiting.shift()(message) : came.push(message));
  ws.on('message', (data, isBinary) => take(isBinary ? data : data.toString()));
  ws.next = () => (came.length ? came.shift() : new Promise((resolve) => waiting.push(resolve)));
  ws.ended = new Promise((resolve) => ws.on('close', (code, why) => {
    take(`no message but the end: ${code}`);
    resolve([code, `${why}`]);
  }));
  ws.on('error', () => {}); // a server that is gone while we still send: `ended` tells how
  ws.on('upgrade', (response) => { ws.head = response.headers; });
  await once(ws, 'open');
  return ws;
}

async function close(ws, code = 1000, why = '') {
  ws.close(code, why);
  return ws.ended;
}

async function echoed(ws, message) {
  ws.send(message);
  const got = await ws.next();
  // deepStrictEqual would print 16 MiB.
  const isSame = Buffer.isBuffer(message) ? Buffer.isBuffer(got) && message.equals(got)
    : message === got;
  assert.ok(isSame, `not the echo of ${message.length}: ${`${got}`.slice(0, 100)}`);
}

function sendFragments(ws, parts, binary) {
  parts.forEach((part, n) => ws.send(part, { binary, fin: n === parts.length - 1 }));
}

function get(where) {
  return new Promise((resolve, reject) => {
    http.get(`http://${server}${where}`, (response) => {
      let body = '';
      response.on('data', (piece) => { body += piece; });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

/** How often the app has noted it. */
async function noted(app, word) {
  return (await get(`${app}/seen`)).split(' ').filter((one) => one === word).length;
}

/** Once more: what is noted at the end of a WebSocket may come behind the end itself. */
async function awaitNoted(app, word, before) {
  while (await noted(app, word) <= before) await delay(20);
}

/** How the server answers who is not let in: its status and body. */
function refusal(where, protocols) {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`ws://${server}${where}`, protocols, { origin: 'http://evil' });
    ws.on('open', () => reject(new Error(`${where} is open`)));
    ws.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (piece) => { body += piece; });
      response.on('end', () => resolve([response.statusCode, body]));
    });
  });
}

const parts = {
  async messages(app) {
    const ws = await connect(`${app}/`);
    assert.match(ws.extensions, deflates ? /^permessage-deflate$/ : /^$/);
    assert.strictEqual(ws.head['x-app'], 'echo');
    for (const text of ['hello', '', 'grüße 🎉 \0', 'a'.repeat(125), 'b'.repeat(126),
      'c'.repeat(65536)]) await echoed(ws, text);
    for (const size of [0, 1, 125, 126, 65535, 65536]) await echoed(ws, noise.subarray(0, size));
    const many = Array.from({ length: 300 }, (_, n) => `message ${n} ${'x'.repeat(n)}`);
    for (const text of many) ws.send(text); // at once, and each in its turn
    for (const text of many) assert.strictEqual(await ws.next(), text);
    assert.deepStrictEqual(await close(ws), [1000, '']);
  },

  async fragments(app) {
    const ws = await connect(`${app}/`);
    sendFragments(ws, ['one ', '', 'two ', 'three'], false);
    assert.strictEqual(await ws.next(), 'one two three');
    const halves = [Buffer.from('🎉').subarray(0, 2), Buffer.from('🎉').subarray(2)];
    ws.send(halves[0], { binary: false, fin: false }); // a character may be divided
    ws.ping('between');
    await once(ws, 'pong');
    ws.send(halves[1], { binary: false, fin: true });
    assert.strictEqual(await ws.next(), '🎉');
    const pieces = Array.from({ length: 200 }, (_, n) => noise.subarray(n * 1000, n * 1000 + 1000));
    sendFragments(ws, pieces, true);
    assert.ok(noise.subarray(0, 200000).equals(await ws.next()));
    await echoed(ws, noise.subarray(0, 100000)); // the server divides what it compresses
    await close(ws);
  },

  async large(app) {
    const ws = await connect(`${app}/`);
    await echoed(ws, noise);
    await echoed(ws, '0123456789abcdef'.repeat(limit / 16));
    await close(ws);
    const other = await connect(`${app}/`);
    other.send('x'.repeat(limit + 1));
    assert.deepStrictEqual(await other.ended, [1009, '']);
  },

  /** What a client may ask of the windows, and what we make of it. */
  async compression(app) {
    const offers = [[false, false], [true, deflates], [{ clientMaxWindowBits: 10 }, deflates],
      [{ serverMaxWindowBits: 9, clientNoContextTakeover: true }, deflates],
      [{ serverNoContextTakeover: true }, deflates]];
    for (const [offer, taken] of offers) {
      const ws = await connect(`${app}/`,
        { perMessageDeflate: offer && { threshold: 0, ...(offer === true ? {} : offer) } });
      assert.strictEqual(ws.extensions !== '', taken, JSON.stringify(offer));
      for (let n = 0; n < 3; ++n) await echoed(ws, 'again and again '.repeat(5000));
      await echoed(ws, noise.subarray(0, 50000));
      await close(ws);
    }
  },

  async closes(app) {
    for (const code of [1000, 1001, 1003, 3000, 4999]) {
      const before = await noted(app, `closed${code}bye`);
      const ws = await connect(`${app}/`);
      assert.deepStrictEqual(await close(ws, code, 'bye'), [code, '']);
      await awaitNoted(app, `closed${code}bye`, before);
    }
    for (const code of [1000, 1001, 1003, 3000, 4999]) {
      const before = await noted(app, `closed${code}because`);
      const ws = await connect(`${app}/`);
      ws.send(`close ${code}`);
      assert.deepStrictEqual(await ws.ended, [code, 'because']);
      await awaitNoted(app, `closed${code}because`, before); // the client's echo
    }
    const before = await noted(app, 'closed1005');
    const ws = await connect(`${app}/`);
    ws.close(); // without a code
    assert.deepStrictEqual(await ws.ended, [1000, '']);
    await awaitNoted(app, 'closed1005', before);
  },

  async breaches(app) {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const ws = await connect(`${app}/`);
      ws.send(Buffer.from(bytes), { binary: false });
      assert.deepStrictEqual(await ws.ended, [1007, '']);
    }
    const ws = await connect(`${app}/`);
    ws.send('throw');
    assert.deepStrictEqual(await ws.ended, [1011, '']);
  },

  async pings(app) {
    const ws = await connect(`${app}/`);
    for (const payload of ['', 'are you there', 'p'.repeat(125)]) {
      ws.ping(payload);
      assert.strictEqual(`${(await once(ws, 'pong'))[0]}`, payload);
    }
    ws.pong('nobody asked');
    await echoed(ws, 'still here');
    await once(ws, 'ping'); // the server's; the library answers
    await echoed(ws, 'still here');
    await close(ws);
  },

  async handshakes(app) {
    const protocols = ['chat', 'superchat'];
    const ws = await connect(`${app}/protocol?superchat`, { protocols });
    assert.strictEqual(ws.protocol, 'superchat');
    await close(ws);
    assert.deepStrictEqual(await refusal(`${app}/refused`, protocols),
      [403, 'not you, http://evil']);
    assert.strictEqual((await refusal(`${app}/protocol?other`, protocols))[0], 500);
  },

  async crowd(app) {
    await Promise.all(Array.from({ length: 25 }, async (_, n) => {
      const ws = await connect(`${app}/`);
      for (let i = 0; i < 20; ++i) await echoed(ws, `${n} and ${i} `.repeat(50));
      await close(ws);
    }));
  },
};

function fail(why) {
  console.error(why);
  process.exit(1);
}

async function main() {
  for (const app of ['/event', '/blocking']) {
    for (const [name, part] of Object.entries(parts)) {
      const patience = setTimeout(() => fail(`${name} takes too long`), 60000);
      await part(app);
      clearTimeout(patience);
      console.log(`${mode} ${app}: ${name}`);
    }
  }
}

main().then(() => process.exit(0), fail); // what Node keeps open for later is not waited for

import { connect, type AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import fc from 'fast-check';
import { startApp, type TestApp } from '../support/app.js';
import { collecting, OBJECTS, sync, TAKEN, TRANSPARENT, type Middleware } from '../support/body-middleware.js';
import { askRaw } from '../support/raw-reply.js';

const BODY = '{"input":"Hello there."}';
const MOST_BYTES = 1_000;
const JSON_TYPE = { 'content-type': 'application/json' };

/** Bodies and the status that each gets, whoever has read it. */
const BODIES: readonly [what: string, body: string | Buffer, status: number][] = [
  ['a request', BODY, 200],
  ['one with space around', ` \r\n${BODY}\n\n`, 200],
  ['one in many scripts', '{"input":"你好, “world” ☕ 🎉 é"}', 200],
  ['one with fields that nobody knows', '{"input":"a","b":{"c":[null,1.5,"\\u0007"]}}', 200],
  ['one with a byte order mark', `\uFEFF${BODY}`, 200],
  ['one with a replacement character of its own', '{"input":"Perch\uFFFD no?"}', 200],
  ['one in ISO-8859-1', Buffer.from('{"input":"Perché no?"}', 'latin1'), 400],
  ['one in UTF-16 that does not say so', Buffer.from(`\uFEFF${BODY}`, 'utf16le'), 400],
  ['one with a character that is cut', Buffer.from('{"input":"a\xe2\x82"}', 'latin1'), 400],
  ['one with a surrogate in it', Buffer.from('{"input":"a\xed\xa0\x80b"}', 'latin1'), 400],
  ['one that is not finished', '{"input":"a"', 400],
  ['none', '', 400],
  ['an empty object', '{}', 400],
  ['an empty object with a space', '{ }', 400],
  ['one without a text', '{"voice":"a"}', 400],
  ['one with an empty text', '{"input":""}', 400],
  ['a list', '[1,2,3]', 400],
  ['a number', '5', 400],
  ['null', 'null', 400],
  ['a word', 'hello', 400],
  ['one that is as long as it may be', `{"input":"a","b":"${'b'.repeat(MOST_BYTES - 20)}"}`, 200],
  ['one that is too long', `{"input":"a","b":"${'b'.repeat(MOST_BYTES - 19)}"}`, 413],
  ['one that is too long by its space', `${BODY}${' '.repeat(MOST_BYTES)}`, 413],
];

describe('a body that middleware has read', () => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(middleware: Middleware): Promise<void> {
    app = await startApp({ fallback: [{ type: 'text' }], bodyLimit: MOST_BYTES, deadline: 2_000 }, (host) => {
      host.set('env', 'test');
      middleware(host);
      // What the application's own parser refuses is its own to answer, and is not looked at here.
      host.use(((error: { status?: number }, _request, response, next) => {
        if (response.headersSent) next(error);
        else response.status(error.status ?? 500).json({ error: { message: 'the application’s own' } });
      }) as express.ErrorRequestHandler);
    });
  }

  async function ask(body: string | Uint8Array, headers: Record<string, string> = {}) {
    const reply = await askRaw(app.speechUrl, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
    const text = reply.body.toString('latin1');
    // What has nothing to pronounce is answered with sound.
    const isJson = reply.headers['content-type']?.includes('json') === true;
    const answer = isJson ? (JSON.parse(reply.body.toString()) as { error?: { message: string } }) : { sound: text };
    return { status: reply.status, body: answer as { error?: { message: string }; sound?: string } };
  }

  for (const [name, middleware] of Object.entries(TRANSPARENT)) {
    it(`is answered as one that was read here: ${name}`, async () => {
      const bare: Awaited<ReturnType<typeof ask>>[] = [];
      await start(() => undefined);
      for (const [what, body, status] of BODIES) {
        const reply = await ask(body);
        expect(reply.status, what).to.equal(status);
        bare.push(reply);
      }
      await app.close();
      await start(middleware);
      for (const [index, [what, body]] of BODIES.entries()) {
        const reply = await ask(body);
        const isTheirOwn = reply.body.error?.message === 'the application’s own';
        if (isTheirOwn) expect(reply.status, what).to.equal(bare[index]?.status);
        else expect(reply, what).to.deep.equal(bare[index]);
      }
    });
  }

  it('is answered alike, whatever JSON it is and however it is written', async () => {
    const middlewares = ['express.json()', 'express.text()', 'express.raw()', 'setEncoding(utf8) and a listener'];
    const value = fc.record({ input: fc.string({ unit: 'binary' }), extra: fc.jsonValue({ maxDepth: 3 }) });
    const cases = await Promise.all(
      fc.sample(value, 25).map(async (json, index) => JSON.stringify(json, undefined, index % 3)),
    );
    await start(() => undefined);
    const bare = [];
    for (const body of cases) bare.push(await ask(body));
    for (const name of middlewares) {
      await app.close();
      await start(TRANSPARENT[name] ?? (() => undefined));
      for (const [index, body] of cases.entries())
        expect(await ask(body), `${name}: ${body}`).to.deep.equal(bare[index]);
    }
  });

  it('is answered alike however the network cuts it', async () => {
    const pieces = ['{"input":"Per', Buffer.from([0xc3]), Buffer.from([0xa9]), ' no?"}'];
    for (const name of [
      'setEncoding(utf8) and a listener',
      'setEncoding(base64)',
      'pause()',
      'express.json()',
      'read() and unshift()',
      'read() and unshift() of a part',
      'setEncoding(utf8), read() and unshift()',
      'setEncoding(base64), read() and unshift()',
      'read(), unshift() and pause()',
      'a listener that pauses, and puts back what it got',
      'a listener for readable that stays, and reads nothing',
    ]) {
      await start(TRANSPARENT[name] ?? (() => undefined));
      const reply = await sendInPieces(pieces);
      expect(reply, name).to.match(/^HTTP\/1\.1 200 /);
      expect(reply, name).to.contain('"text":"Peré no?"');
      await app.close();
    }
    await start(() => undefined);
  });

  /** Sends a body in pieces, each in a packet of its own, and in chunks, so that its length is not known before its end. */
  function sendInPieces(pieces: readonly (string | Buffer)[]): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
      socket.setNoDelay(true);
      let reply = '';
      socket.on('data', (bytes) => (reply += bytes.toString()));
      socket.on('close', () => {
        resolve(reply);
      });
      const head =
        'POST /v1/audio/speech HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n';
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      void (async () => {
        for (const piece of pieces) {
          const bytes = Buffer.from(piece);
          socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));
          await new Promise((done) => setTimeout(done, 5));
        }
        socket.write('0\r\n\r\n');
      })();
    });
  }

  it('has to be JSON by its type, whoever has read it', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const name of ['express.text()', 'express.raw()', 'express.json() that takes any type and any value']) {
      await start(TRANSPARENT[name] ?? (() => undefined));
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/json']) {
        expect((await ask(BODY, { 'content-type': type })).status, `${name}, ${type}`).to.equal(415);
      }
      for (const type of ['application/json;charset=utf-8', 'APPLICATION/JSON', 'application/vnd.api+json']) {
        expect((await ask(BODY, { 'content-type': type })).status, `${name}, ${type}`).to.equal(200);
      }
      await app.close();
    }
    // A form needs no consent of the application's to be sent here by a page of another site.
    await start((host) => host.use(express.urlencoded()));
    expect((await ask('input=Hello', form)).status).to.equal(415);
  });

  it('may be in UTF-16 where it says so, and in no charset that JSON does not have', async () => {
    for (const name of ['express.json()', 'express.text()', 'express.raw()', 'bytes in rawBody', 'pause()']) {
      await start(TRANSPARENT[name] ?? (() => undefined));
      for (const [charset, bytes, status] of [
        ['utf-16le', Buffer.from('{"input":"Perché"}', 'utf16le'), 200],
        ['utf-16', Buffer.from('\uFEFF{"input":"Perché"}', 'utf16le'), 200],
        ['iso-8859-1', Buffer.from('{"input":"Perché"}', 'latin1'), 415],
        ['"UTF-8"', Buffer.from('{"input":"Perché"}'), 200],
        ['klingon', Buffer.from('{"input":"a"}'), 415],
      ] as const) {
        const reply = await ask(bytes, { 'content-type': `application/json; charset=${charset}` });
        expect(reply.status, `${name}, ${charset}`).to.equal(status);
        if (status === 200) expect(reply.body, `${name}, ${charset}`).to.have.property('text', 'Perché');
      }
      await app.close();
    }
    await start(() => undefined);
    const cut = await ask(Buffer.from(`${BODY} `, 'utf16le').subarray(1), {
      'content-type': 'application/json; charset=utf-16le',
    });
    expect(cut.status).to.equal(400);
  });

  it('may be compressed, and is held to UTF-8 and to its limit all the same', async () => {
    const latin1 = Buffer.from('{"input":"Perché no?"}', 'latin1');
    const large = `{"input":"a","b":"${'b'.repeat(MOST_BYTES)}"}`;
    for (const name of ['pause()', 'read() and unshift()', 'express.json()', 'express.text()', 'express.raw()']) {
      await start(TRANSPARENT[name] ?? (() => undefined));
      for (const [encoding, pack] of [
        ['gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
      ] as const) {
        const headers = { 'content-encoding': encoding };
        expect((await ask(pack(BODY), headers)).status, `${name}, ${encoding}`).to.equal(200);
        expect((await ask(pack('{}'), headers)).status, `${name}, ${encoding}, empty`).to.equal(400);
        expect((await ask(pack('nonsense'), headers)).status, `${name}, ${encoding}, no JSON`).to.equal(400);
        expect((await ask(pack(large), headers)).status, `${name}, ${encoding}, large`).to.equal(413);
      }
      // Once it is text, or an object, nobody can tell any more.
      if (name === 'pause()' || name === 'read() and unshift()' || name === 'express.raw()')
        expect((await ask(gzipSync(latin1), { 'content-encoding': 'gzip' })).status, name).to.equal(400);
      await app.close();
    }
    await start(() => undefined);
  });

  for (const [what, make] of OBJECTS) {
    it(`may be an object ${what}`, async () => {
      await start(collecting((request) => (request.body = make())));
      const reply = await ask(BODY);
      expect(reply.status).to.equal(200);
      expect(reply.body).to.include({ input: 'Hello there.', text: 'Hello there.' });
    });
  }

  for (const [what, middleware, message] of TAKEN) {
    it(`is a 500 that names the middleware where that has left ${what}`, async () => {
      await start(middleware);
      const reply = await askRaw(app.speechUrl, { method: 'POST', headers: JSON_TYPE, body: BODY });
      expect(reply.status).to.equal(500);
      const { error } = JSON.parse(reply.body.toString()) as { error: Record<string, unknown> };
      expect(error).to.include({ type: 'server_error', param: null, code: 'internal' });
      expect(error['message'])
        .to.match(/^Middleware before the speech router has /)
        .and.to.match(message);
      expect(reply.headers['x-should-retry']).to.equal('false');
      expect(reply.headers['x-speech-provider']).to.equal('none');
    });
  }

  it('is a 500 where it was left compressed, or decoded while it was', async () => {
    const headers = { 'content-encoding': 'gzip' };
    for (const middleware of [
      collecting((request, bytes) => Object.assign(request, { rawBody: bytes })),
      collecting((request, bytes) => Object.assign(request, { rawBody: bytes.toString() })),
      sync((request) => request.setEncoding('utf8')),
    ]) {
      await start(middleware);
      const reply = await ask(gzipSync(BODY), headers);
      expect(reply.status).to.equal(500);
      expect(reply.body.error?.message).to.match(/^Middleware .*(compressed|setEncoding)/);
      await app.close();
    }
    await start(() => undefined);
  });

  it('waits no longer than for any other for what middleware has begun to read', async () => {
    await start((host) =>
      host.use((request, _response, next) => {
        request.once('data', () => {
          next();
        });
      }),
    );
    app.speech.reconfigure({ fallback: [{ type: 'text' }], deadline: 50 });
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    const reply = new Promise<string>((resolve) => {
      socket.once('data', (bytes) => {
        resolve(bytes.toString());
      });
    });
    socket.write(
      `POST /v1/audio/speech HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{`,
    );
    expect(await reply).to.match(/^HTTP\/1\.1 408 /);
    socket.destroy();
  });

  it('is refused as nested too deeply, as one that was read here', async () => {
    const nested = `{"input":"a","b":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    for (const name of ['pause()', 'express.json()']) {
      await start(TRANSPARENT[name] ?? (() => undefined));
      app.speech.reconfigure({ fallback: [{ type: 'text' }], bodyLimit: 100_000 });
      const reply = await ask(nested);
      expect(reply, name).to.deep.include({ status: 400 });
      expect(reply.body.error?.message, name).to.match(/nested too deeply/);
      await app.close();
    }
    await start(() => undefined);
  });
});

import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import express from 'express';
import { SpeechError, type SpeechResult, type SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { startBackend } from '../support/backend.js';
import { settle } from '../support/fake-clock.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';
import { packer } from '../support/packer.js';
import { postRaw, readRaw } from '../support/raw-reply.js';
import { startSpeechApi } from '../support/speech-api.js';

const PCM_REQUEST = { input: 'Hello there.', response_format: 'pcm' };
const HEAD = 'POST /v1/audio/speech HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

/** Keeps Express’s own error handler from writing to the terminal. */
function quiet(app: express.Express): void {
  app.set('env', 'test');
}

describe('the speech route', () => {
  let app: TestApp;

  async function start(options: SpeechRouterOptions, prepare?: (app: express.Express) => void): Promise<TestApp> {
    app = await startApp(options, prepare);
    return app;
  }

  afterEach(() => app.close());

  /** Opens a bare connection to the application and writes to it. */
  async function write(text: string) {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  it('keeps no place for a client that left while the application was still at something else', async () => {
    const waiting: (() => void)[] = [];
    const isGone = new Set<unknown>();
    await start({ fallback: [speaker('own')], maxConcurrent: 1 }, (own) => {
      own.use(express.json(), (request, response, next) => {
        if (request.headers['x-wait'] === undefined) next();
        else {
          response.once('close', () => isGone.add(response));
          waiting.push(next);
        }
      });
    });
    const body = JSON.stringify(PCM_REQUEST);
    const socket = await write(`${HEAD}X-Wait: 1\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`);
    while (waiting.length === 0) await settle();
    socket.destroy();
    while (isGone.size === 0) await settle();
    for (const next of waiting) next();
    expect((await app.speak(PCM_REQUEST)).status).to.equal(200);
  });

  it('refuses a request whose upload has outlived close()', async () => {
    await start({ fallback: [speaker('own')] });
    const body = JSON.stringify(PCM_REQUEST);
    const socket = await write(`${HEAD}Content-Length: ${String(body.length)}\r\n\r\n${body.slice(0, 5)}`);
    await once(app.server, 'request');
    await app.speech.close();
    socket.write(body.slice(5));
    const [reply] = (await once(socket, 'data')) as [Buffer];
    expect(reply.toString()).to.match(/^HTTP\/1\.1 503 /);
    expect(reply.toString()).to.contain('"code":"closing"');
    socket.destroy();
  });

  it('takes no other voice for the one that was asked for, where the client wants that or none', async () => {
    const body = new PassThrough();
    body.end(PCM);
    const own = provider('own', () => Promise.resolve({ ...pcm(body), warnings: ['voice-substituted'] }));
    await start({ fallback: [own, speaker('second')] });
    const reply = await app.speak({ ...PCM_REQUEST, voice: 'nova' }, { 'x-speech-fallback': 'none' });
    expect(reply.status).to.equal(503);
    expect(await reply.json()).to.have.nested.property('error.code', 'unsupported');
    expect(body.destroyed).to.equal(true);
    expect(app.speech.status().providers[0]).to.include({ running: 0, circuit: 'closed' });
  });

  describe('with marked-up text', () => {
    const MARKED = '# Hello\n\nSee **the** [docs](https://a.example) 🎉';
    const SAID = 'Hello. See the docs';
    const LINES = 'Hello.\n\nSee the docs';

    it('has the providers speak what a person would say, and tells the client what it sent', async () => {
      const heard: string[] = [];
      const own = provider('own', ({ input, instructions }) => {
        heard.push(input, instructions ?? '');
        return Promise.reject(new SpeechError('refused', 'made to fail'));
      });
      await start({ fallback: [own, { type: 'text' }] });
      const reply = await app.speak({ input: MARKED, instructions: 'Speak *softly*.' });
      expect(await reply.json()).to.include({ input: MARKED, text: LINES });
      expect(heard).to.deep.equal([SAID, 'Speak *softly*.']);
    });

    it('sends it to a remote', async () => {
      const upstream = await startSpeechApi();
      try {
        await start({ fallback: [{ type: 'remote', baseUrl: `${upstream.origin}/v1`, health: false }] });
        expect((await app.speak({ ...PCM_REQUEST, input: MARKED })).status).to.equal(200);
        const asked = upstream.requests.find(({ path }) => path === '/v1/audio/speech');
        expect(asked?.body).to.have.property('input', SAID);
      } finally {
        await upstream.close();
      }
    });

    it('keeps SSML for those who take it', async () => {
      const ssml = '<speak>Hello<break time="2s"/><sub alias="you">u</sub></speak>';
      const asked: (string | undefined)[] = [];
      const own = provider('own', ({ input, ssml: given }) => {
        asked.push(input, given);
        return Promise.resolve(pcm(Readable.from([PCM])));
      });
      await start({ fallback: [own] });
      expect((await app.speak({ ...PCM_REQUEST, input: ssml })).status).to.equal(200);
      expect(asked).to.deep.equal(['Hello. you', ssml]);
    });

    it('leaves the text alone, or to the user’s own function, where that is wanted', async () => {
      await start({ fallback: [{ type: 'text' }], prepare: 'none' });
      expect(await (await app.speak({ input: MARKED })).json()).to.have.property('text', MARKED);
      app.speech.reconfigure({
        fallback: [{ type: 'text' }],
        prepare: (input) => Promise.resolve(input.replace(/\W+/g, ' ')),
      });
      expect(await (await app.speak({ input: 'a*b' })).json()).to.include({ input: 'a*b', text: 'a b' });
      app.speech.reconfigure({
        fallback: [{ type: 'text' }],
        prepare: () => {
          throw new Error('no');
        },
      });
      expect(await (await app.speak({ input: MARKED })).json()).to.have.property('text', LINES);
    });

    it('counts the text as it was sent', async () => {
      await start({ fallback: [{ type: 'text' }], maxInput: 10 });
      expect((await app.speak({ input: '**abcdef**' })).status).to.equal(200);
      expect((await app.speak({ input: '**abcdefg**' })).status).to.equal(400);
    });

    for (const input of ['<!-- nothing -->', '<b> </b>', '![](dot.gif)', '<speak> </speak>', '<p>\u200b</p>']) {
      it(`refuses text of which nothing is left to be spoken: ${input}`, async () => {
        await start({ fallback: [{ type: 'text' }] });
        const reply = await app.speak({ input });
        expect(reply.status).to.equal(400);
        const { error } = (await reply.json()) as { error: Record<string, unknown> };
        expect(error).to.include({ code: 'invalid_value', param: 'input' });
        expect(error['message']).to.match(/nothing left to be spoken/);
      });
    }
  });

  it('says which names of the request were replaced, and refuses another voice where the client wants that or none', async () => {
    const backend = await startBackend({
      '/audio/voices': { voices: ['af_bella'] },
      '/models': { data: [{ id: 'kokoro' }] },
    });
    const entry = { type: 'remote' as const, baseUrl: backend.baseUrl, voice: 'af_bella', model: 'kokoro' };
    await start({ fallback: [{ ...entry, health: false }] });
    while (
      backend.listed.length < 2 ||
      !(await (await fetch(`${app.origin}/v1/audio/voices`)).text()).includes('af_bella')
    )
      await settle();
    const none = { 'x-speech-fallback': 'none' };
    const asked = async (fields: object, headers = {}): Promise<[number, string | null]> => {
      const reply = await app.speak({ ...PCM_REQUEST, ...fields }, headers);
      await reply.arrayBuffer();
      return [reply.status, reply.headers.get('x-speech-warning')];
    };
    expect(await asked({ voice: 'nobody', model: 'tts-1' })).to.deep.equal([
      200,
      'voice-substituted, model-substituted',
    ]);
    expect(await asked({ voice: 'nobody' }, none)).to.deep.equal([503, null]);
    expect(await asked({ voice: 'af_bella', model: 'tts-1' }, none)).to.deep.equal([200, 'model-substituted']);
    expect(await asked({ voice: 'AF_BELLA', model: 'kokoro' }, none)).to.deep.equal([200, null]);
    expect(await asked({}, none)).to.deep.equal([200, null]);
    await app.speech.close();
    await backend.close();
  });

  it('takes X-Speech-Fallback only as it is meant', async () => {
    await start({ fallback: [speaker('own')] });
    const reply = await app.speak(PCM_REQUEST, { 'x-speech-fallback': 'maybe' });
    expect(reply.status).to.equal(400);
    expect(await reply.json()).to.have.nested.property('error.param', 'X-Speech-Fallback');
  });

  for (const [where, ask] of [
    ['the header', () => app.speak(PCM_REQUEST, { 'x-speech-fallback': 'none' })],
    ['the body', () => app.speak({ ...PCM_REQUEST, fallback: 'none' })],
    ['both', () => app.speak({ ...PCM_REQUEST, fallback: 'none' }, { 'x-speech-fallback': 'None' })],
    ['the address', () => fetch(`${app.speechUrl}?input=Hello&response_format=pcm&fallback=none`)],
  ] as const) {
    it(`asks the first provider alone where ${where} says so`, async () => {
      const first = provider('first', () => Promise.reject(new SpeechError('refused', 'made to fail')));
      await start({ fallback: [first, speaker('second'), { type: 'text' }], get: true });
      const reply = await ask();
      expect(reply.status).to.equal(503);
      expect(await reply.json()).to.have.nested.property('error.code', 'refused');
    });
  }

  it('says which field or header has the wrong wish', async () => {
    await start({ fallback: [speaker('own')], get: true });
    for (const reply of [
      await app.speak({ ...PCM_REQUEST, fallback: 'chain' }),
      await fetch(`${app.speechUrl}?input=Hello&fallback=`),
    ]) {
      expect(reply.status).to.equal(400);
      expect(await reply.json()).to.deep.equal({
        error: {
          message: 'fallback must be "none" where it is given.',
          type: 'invalid_request_error',
          param: 'fallback',
          code: 'invalid_value',
        },
      });
    }
    const reply = await app.speak({ ...PCM_REQUEST, fallback: 'none' }, { 'x-speech-fallback': 'chain' });
    expect(await reply.json()).to.have.nested.property('error.param', 'X-Speech-Fallback');
  });

  describe('with a remote', () => {
    const LONG = 'This sentence is one of many that are spoken one after the other. '.repeat(8);

    const sent: [string, object, object][] = [
      ['nothing that was not said', {}, { voice: 'alloy', model: 'tts-1' }],
      ['a normal pace that was asked for', { speed: 1 }, { speed: 1 }],
      [
        'a voice as it was named, and fields that nobody knows',
        { voice: { id: 'v', a: 1 }, b: [null] },
        { voice: { id: 'v', a: 1 }, b: [null] },
      ],
      ['its own names in place of empty ones', { voice: ' ', model: '' }, { voice: 'alloy', model: 'tts-1' }],
      ['no wish of who is to be asked', { fallback: 'none' }, {}],
      [
        'none of the fields that are null',
        { voice: null, model: null, speed: null, instructions: null },
        { voice: 'alloy', model: 'tts-1' },
      ],
    ];
    for (const [what, fields, expected] of sent) {
      for (const input of ['Hello.', LONG]) {
        it(`sends on ${what}, in ${input === LONG ? 'every sentence of a long' : 'a short'} text`, async () => {
          const upstream = await startSpeechApi();
          try {
            await start({ fallback: [{ type: 'remote', baseUrl: `${upstream.origin}/v1`, health: false }] });
            await (await app.speak({ ...PCM_REQUEST, ...fields, input })).arrayBuffer();
            const bodies = upstream.requests.filter(({ path }) => path === '/v1/audio/speech').map(({ body }) => body);
            expect(bodies.length).to.be.greaterThan(input === LONG ? 1 : 0);
            for (const { input: said, ...body } of bodies as Record<string, unknown>[]) {
              expect(said).to.be.a('string');
              expect(body).to.deep.equal({ voice: 'alloy', model: 'tts-1', response_format: 'pcm', ...expected });
            }
          } finally {
            await upstream.close();
          }
        });
      }
    }

    it('sends on by GET what the address says, and nothing that it leaves empty', async () => {
      const upstream = await startSpeechApi();
      try {
        const remote = { type: 'remote', baseUrl: `${upstream.origin}/v1`, health: false } as const;
        await start({ fallback: [remote], get: true });
        const query = 'input=Hello.&response_format=pcm&speed=1&voice=&model=%20&lang=&fallback=none';
        expect((await fetch(`${app.speechUrl}?${query}`)).status).to.equal(200);
        const asked = upstream.requests.find(({ path }) => path === '/v1/audio/speech');
        const names = { voice: 'alloy', model: 'tts-1', response_format: 'pcm' };
        expect(asked?.body).to.deep.equal({ input: 'Hello.', speed: 1, lang: '', ...names });
      } finally {
        await upstream.close();
      }
    });
  });

  for (const errors of ['reply', 'next'] as const) {
    it(`has its headers on errors too, with errors: '${errors}'`, async () => {
      const refuses = provider('own', () => Promise.reject(new SpeechError('refused', 'made to fail')));
      await start({ fallback: [refuses], errors }, quiet);
      for (const [body, degraded] of [
        [{}, 'false'],
        [PCM_REQUEST, 'true'],
      ] as const) {
        const { headers } = await app.speak(body, { 'x-request-id': 'mine' });
        expect(headers.get('x-speech-provider')).to.equal('none');
        expect(headers.get('x-speech-degraded')).to.equal(degraded);
        expect(headers.get('x-speech-cache')).to.equal('off');
        expect(headers.get('x-request-id')).to.equal('mine');
      }
    });

    for (const [what, status, head] of [
      ['of another type', 415, HEAD.replace('application/json', 'text/plain') + 'Content-Length: 1000\r\n\r\n{'],
      ['that is too large', 413, `${HEAD}Content-Length: 1000000\r\n\r\n{`],
      ['that does not come to its end', 408, `${HEAD}Content-Length: 1000\r\n\r\n{`],
    ] as const) {
      it(`answers an upload ${what} while it is still on its way, and closes, with errors: '${errors}'`, async () => {
        await start({ fallback: [speaker('own')], errors, deadline: 100 }, quiet);
        const socket = await write(head);
        const [reply] = (await once(socket, 'data')) as [Buffer];
        expect(reply.toString()).to.match(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
        expect(reply.toString()).to.match(/^connection: close$/im);
        socket.destroy();
      });
    }
  }

  for (const code of ['reset', 'timeout.idle', 'truncated'] as const) {
    it(`ends server-sent events with an error that says ${code}, and the connection with them, when the sound breaks off so`, async () => {
      const body = new PassThrough();
      body.write(PCM);
      await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))], hold: 0 });
      const reply = await app.speak({ ...PCM_REQUEST, stream_format: 'sse' });
      expect(reply.headers.get('x-accel-buffering')).to.equal('no');
      const decoder = new TextDecoder();
      let events = '';
      try {
        for await (const chunk of reply.body ?? []) {
          events += decoder.decode(chunk as Uint8Array, { stream: true });
          if (!body.destroyed) body.destroy(new SpeechError(code, 'the server died'));
        }
        events += 'a clean end';
      } catch {
        // The connection was destroyed, as it should be.
      }
      expect(events).to.contain('"type":"error"').and.to.contain(`"code":"${code}"`);
      expect(events).not.to.contain('speech.audio.done');
      expect(events).not.to.contain('a clean end');
    });
  }

  it('sends each event as it is made, behind middleware that packs replies too, and adds no listener for each', async () => {
    const body = new PassThrough({ highWaterMark: 16 * 1024 });
    body.write(PCM.subarray(0, 6_000));
    let drains = 0;
    await start({ fallback: [provider('own', () => Promise.resolve(pcm(body)))] }, (host) =>
      host.use(packer(() => (drains += 1))),
    );
    const reply = await postRaw(
      app.speechUrl,
      { ...PCM_REQUEST, stream_format: 'sse' },
      { 'accept-encoding': 'gzip, deflate, br' },
    );
    const [first] = (await once(reply, 'data')) as [Buffer];
    expect(first.toString()).to.match(/^data: {"type":"speech\.audio\.delta","audio":"[^"]+"}\n\n$/);
    expect(reply.headers).not.to.have.property('content-encoding');
    expect(reply.headers['cache-control']).to.equal('no-store, no-transform');
    // More than a connection holds at once, so that it has to wait for room many times.
    for (let index = 0; index < 200; index += 1) body.write(Buffer.alloc(60_000));
    body.end();
    expect((await readRaw(reply)).isWhole).to.equal(true);
    expect(drains).to.be.at.most(2);
  });

  const usages: [string, unknown, number[]][] = [
    ['what a provider says was used', () => ({ inputTokens: 3, outputTokens: 44, totalTokens: 47 }), [3, 44, 47]],
    ['nothing where it does not say', undefined, [0, 0, 0]],
    ['nothing where it says something else', () => ({ inputTokens: 'many' }), [0, 0, 0]],
    [
      'nothing where it fails to say',
      () => {
        throw new Error('no');
      },
      [0, 0, 0],
    ],
  ];
  for (const [name, usage, [input, output, total]] of usages) {
    it(`says ${name} in the last event`, async () => {
      const own = provider('own', ({ events }) =>
        Promise.resolve({ ...pcm(Readable.from(events === true ? [PCM] : [])), usage } as SpeechResult),
      );
      await start({ fallback: [own] });
      const text = await (await app.speak({ ...PCM_REQUEST, stream_format: 'sse' })).text();
      const events = text
        .split('\n\n')
        .filter((event) => event !== '')
        .map((event) => JSON.parse(event.replace(/^data: /, '')) as Record<string, unknown>);
      const sound = events.slice(0, -1).map(({ audio }) => Buffer.from(String(audio), 'base64'));
      expect(Buffer.concat(sound).equals(PCM)).to.equal(true);
      expect(events.at(-1)).to.deep.equal({
        type: 'speech.audio.done',
        usage: { input_tokens: input, output_tokens: output, total_tokens: total },
      });
    });
  }
});

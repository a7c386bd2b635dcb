import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Express } from 'express';
import type { Browser } from 'playwright-core';
import { createWavEncoder } from '../../../lib/engines/encoders/pcm.js';
import { eventually } from '../../faults/eventually.js';
import { startApp, type TestApp } from '../../support/app.js';
import { soundIn } from '../../support/audio.js';
import { startBrowser } from '../../support/browser.js';
import { openClientPage, serveClient, type ClientPage } from '../../support/client-page.js';
import { startHeldUpstream, type HeldUpstream } from '../../support/held-upstream.js';
import { longMp3 } from '../../support/long-mp3.js';
import { needsTools } from '../../support/tools.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const TEXT = 'This is a test of the browser module.';
/** An element that plays sixteen times as fast: nobody listens. */
const FAST = 'Object.assign(new Audio(), { defaultPlaybackRate: 16 })';
/** Nothing listens there. */
const DEAD = { type: 'remote', name: 'dead', baseUrl: 'http://127.0.0.1:1/v1', health: false };

const built = new URL('../../../dist/client/index.js', import.meta.url);

describe('the built client', () => {
  it('is one module that imports nothing, under 5 KB gzipped', async () => {
    const code = await readFile(built);
    expect(gzipSync(code, { level: 9 }).length).to.be.below(5_000);
    expect(code.toString()).to.match(/export\s*\{[^}]*\bspeak\s*\}/);
    expect(code.toString()).to.not.match(/\bimport\b/);
  });

  it('can be imported where there is no browser, as a server that renders pages does', async () => {
    expect(await import(built.href)).to.have.keys(['speak']);
  });
});

describe('the client in Chromium', function () {
  let browser: Browser;
  let app: TestApp | undefined;
  let upstream: Upstream;
  let held: HeldUpstream | undefined;
  let client: ClientPage;

  before(async function () {
    needsTools(this, 'chromium');
    browser = await startBrowser();
    upstream = await startUpstream();
  });

  afterEach('frees every object URL', async () => {
    const urls = await client.urls();
    await client.page.close();
    await app?.close();
    await held?.close();
    app = held = undefined;
    expect(urls).to.equal(0);
  });

  after(async () => {
    await browser.close();
    await upstream.close();
  });

  /** Opens the page of an app with a chain, and with routes of its own that are no speech routes. */
  async function open(fallback: object[], addRoutes: (app: Express) => void = () => undefined): Promise<void> {
    app = await startApp({ fallback } as never, (express) => {
      serveClient(express);
      addRoutes(express);
    });
    client = await openClientPage(browser, app.origin);
  }

  /** Opens the page of an app whose speech server holds back the second half of twenty seconds. */
  async function openHeld(): Promise<HeldUpstream> {
    held = await startHeldUpstream(await longMp3(20));
    await open([{ type: 'remote', name: 'held', baseUrl: held.baseUrl, health: false }]);
    return held;
  }

  const near = (): object => ({ type: 'remote', name: 'near', baseUrl: upstream.baseUrl });

  describe('with sound', () => {
    it('plays while the server still holds back the rest', async () => {
      const server = await openHeld();
      await client.speak(TEXT, `{ audio: ${FAST} }`);
      await client.told('playing');
      expect(server.isHolding).to.equal(true);
      server.release();
      expect(await client.outcome()).to.deep.include({
        spoken: 'audio',
        complete: true,
        reason: null,
        provider: 'held',
        degraded: false,
        status: 200,
      });
      const events = await client.events();
      expect(events.slice(0, 3)).to.deep.equal(['loading', 'reply', 'playing']);
      expect(events.at(-1)).to.equal('ended');
      expect(await client.run('speech.audio.duration')).to.be.closeTo(20, 0.2);
    });

    it('plays all of it as a file where the browser refuses a type that it has claimed to take', async () => {
      await open([near()]);
      await client.run('void (MediaSource.isTypeSupported = () => true)');
      await client.speak(TEXT, { format: 'flac' });
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true, reason: null });
      expect(await client.run('kinds')).to.deep.equal(['MediaSource', 'Blob']);
      expect(await client.spoken()).to.deep.equal([]);
    });

    it('has the browser look for its voices while the server is asked', async () => {
      await open([near()]);
      await client.run('void (speechSynthesis.getVoices = () => (window.asked = log.length + 1, []))');
      await client.speak(TEXT);
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true });
      expect(await client.run('window.asked')).to.be.a('number');
    });

    for (const [format, kind] of [
      ['mp3', 'MediaSource'],
      ['aac', 'MediaSource'],
      ['opus', 'Blob'],
      ['flac', 'Blob'],
      ['wav', 'Blob'],
    ] as const) {
      it(`plays ${format} ${kind === 'Blob' ? 'when all of it has come' : 'as it comes'}`, async () => {
        await open([near()]);
        await client.speak(TEXT, { format });
        expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true, reason: null });
        expect(await client.run('kinds')).to.deep.equal([kind]);
        expect(upstream.requests.at(-1)?.body['response_format']).to.equal(format);
      });
    }

    it('comes to the end of wav whose header names no length', async () => {
      const sound = Buffer.from(createWavEncoder('unknown').encode(new Float32Array(2_400)));
      await open([near()], (express) => {
        express.post('/endless', (_request, response) => {
          response.type('audio/wav').send(sound);
        });
      });
      await client.speak(TEXT, { url: '/endless', format: 'wav' });
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true, reason: null });
    });

    it('plays all formats as a whole in a browser that has no MediaSource', async () => {
      await open([near()]);
      await client.run('delete window.MediaSource');
      await client.speak(TEXT);
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true, reason: null });
      expect(await client.run('kinds')).to.deep.equal(['Blob']);
    });

    it('sends what it is asked to', async () => {
      await open([near()]);
      const wishes = { voice: 'nova', model: 'tts-1', speed: 1.5, instructions: 'Softly.' };
      await client.speak(TEXT, { ...wishes, headers: { 'x-request-id': 'from-the-page' } });
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', requestId: 'from-the-page' });
      expect(upstream.requests.at(-1)?.body).to.deep.include({ ...wishes, input: TEXT });
    });

    it('stays silent when it is paused before the sound has come, until it is resumed', async () => {
      const server = await openHeld();
      await client.run(`start('${TEXT}', { audio: ${FAST} }).pause()`);
      await client.page.waitForFunction('speeches.at(-1).audio.buffered.length > 0');
      expect(await client.run('speech.audio.paused')).to.equal(true);
      expect(await client.events()).to.not.include('playing');
      await client.run('speech.resume()');
      await client.told('playing');
      await client.run('speech.pause()');
      await client.told('paused');
      await client.run('speech.resume()');
      server.release();
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true });
    });
  });

  describe('that is stopped', () => {
    it('ends the request as far as the speech server, and the sound', async () => {
      const server = await openHeld();
      await client.speak(TEXT);
      await client.told('playing');
      const after = await client.run(
        `(speech.stop(), { paused: speech.audio.paused, src: speech.audio.getAttribute('src'), last: speech.events.at(-1) })`,
      );
      expect(after).to.deep.equal({ paused: true, src: null, last: 'ended' });
      await server.left();
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: false, reason: 'stopped' });
      await client.run('(speech.stop(), speech.pause(), speech.resume())');
      expect(await client.run('speech.audio.paused')).to.equal(true);
      expect((await client.events()).filter((type) => type === 'ended')).to.have.length(1);
    });

    it('ends a request that has no reply yet', async () => {
      const sockets: Socket[] = [];
      await open([near()], (express) => {
        express.post('/silent', ({ socket }) => sockets.push(socket));
      });
      await client.speak(TEXT, { url: '/silent' });
      await eventually(() => {
        expect(sockets).to.have.length(1);
      });
      await client.run('speech.stop()');
      expect(await client.outcome()).to.deep.include({ spoken: 'nothing', reason: 'stopped', status: null });
      expect(await client.spoken()).to.deep.equal([]);
      await eventually(() => {
        expect(sockets[0]?.destroyed).to.equal(true);
      });
    });

    it('obeys a signal, one that has aborted before too', async () => {
      await openHeld();
      await client.run('void (window.controller = new AbortController())');
      await client.speak(TEXT, '{ signal: controller.signal }');
      await client.told('playing');
      await client.run('controller.abort()');
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', reason: 'stopped' });
      await client.speak(TEXT, '{ signal: controller.signal }');
      expect(await client.outcome()).to.deep.include({ spoken: 'nothing', reason: 'stopped' });
      expect(await client.events()).to.deep.equal(['ended']);
    });

    it('makes room for a later speech, which may use the same element', async () => {
      await openHeld();
      await client.run('void (window.shared = new Audio())');
      await client.speak('first', '{ audio: shared }');
      await client.told('playing');
      await client.speak('second', `{ audio: shared }`);
      await client.told('playing');
      expect(await client.run('speeches[0].finished')).to.deep.include({ reason: 'stopped' });
      const log = (await client.run('log')) as string[];
      expect(log.indexOf('first ended')).to.equal(log.indexOf('second loading') - 1);
      expect(await client.run('[shared.paused, speech.audio === shared]')).to.deep.equal([false, true]);
      await client.run('speech.stop()');
    });

    it('goes on under a later speech that is to overlap', async () => {
      await openHeld();
      await client.speak('first');
      await client.told('playing');
      await client.speak('second', { overlap: true });
      await client.told('playing');
      expect(await client.run('speeches.map(({ audio }) => audio.paused)')).to.deep.equal([false, false]);
      await client.speak('third');
      expect(await client.run('Promise.all(speeches.slice(0, 2).map(({ finished }) => finished))')).to.have.length(2);
      await client.run('speech.stop()');
    });

    it('leaves the element alone when the page gives it something else to play', async () => {
      await openHeld();
      await client.speak(TEXT);
      await client.told('playing');
      await client.run(`speech.audio.src = 'data:audio/mpeg;base64,${soundIn('mp3').toString('base64')}'`);
      expect(await client.outcome()).to.deep.include({ reason: 'stopped' });
      expect(await client.run(`speech.audio.src.startsWith('data:')`)).to.equal(true);
    });

    it('is stopped by that even when more sound comes in the same moment', async () => {
      await openHeld();
      await client.run(`void (window.withMore = async (...args) => {
        const reply = await fetch(...args);
        const body = new ReadableStream({
          async start(controller) {
            window.send = (bytes) => controller.enqueue(bytes);
            for await (const piece of reply.body) send(piece);
          },
        });
        return new Response(body, reply);
      })`);
      await client.run(`void start('${TEXT}', { fetch: withMore })`);
      await client.told('playing');
      const other = `data:audio/mpeg;base64,${soundIn('mp3').toString('base64')}`;
      await client.run(`(speech.audio.src = '${other}', send(new Uint8Array(1_000)), undefined)`);
      expect(await client.outcome()).to.deep.include({ reason: 'stopped' });
    });
  });

  describe('without the server’s sound', () => {
    it('has the browser read the text of a text reply, in the language of the document', async () => {
      await open([DEAD, { type: 'text' }]);
      await client.speak(TEXT);
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({
        spoken: 'browser',
        complete: true,
        reason: 'refused',
        provider: 'text',
        degraded: true,
        status: 200,
        text: TEXT,
      });
      expect(await client.spoken()).to.deep.equal([{ text: TEXT, lang: 'en-GB', rate: 1 }]);
      expect(await client.events()).to.deep.equal(['loading', 'reply', 'fallback', 'playing', 'ended']);
    });

    it('has it read the text beside the error of a 503', async () => {
      await open([DEAD, { type: 'text', status: 503 }]);
      await client.speak('**Read** this.', { lang: 'en-US', speed: 2 });
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({ spoken: 'browser', complete: true, reason: 'refused', status: 503 });
      const [piece] = await client.spoken();
      expect(piece).to.deep.equal({ text: outcome['text'], lang: 'en-US', rate: 2 });
    });

    it('has it read the given text where a 503 has none', async () => {
      await open([DEAD]);
      await client.speak(TEXT);
      expect(await client.outcome()).to.deep.include({ spoken: 'browser', reason: 'refused', status: 503, text: TEXT });
      expect(await client.spoken()).to.have.length(1);
    });

    it('has it read when the server is gone', async () => {
      await open([near()]);
      await app?.close();
      await client.speak(TEXT);
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({ spoken: 'browser', complete: true, reason: 'network', status: null });
      expect(outcome['error']).to.deep.include({ code: 'network' });
      expect(await client.spoken()).to.have.length(1);
    });

    it('has it read when a proxy answers for the server, and when something else answers', async () => {
      await open([near()], (express) => {
        express.post('/proxy', (_request, response) => {
          response.status(502).type('html').send('<h1>Bad gateway</h1>');
        });
        express.post('/portal', (_request, response) => {
          response.type('html').send('<h1>Please log in</h1>');
        });
      });
      await client.speak(TEXT, { url: '/proxy' });
      expect(await client.outcome()).to.deep.include({ spoken: 'browser', reason: 'status.502' });
      await client.speak(TEXT, { url: '/portal' });
      expect(await client.outcome()).to.deep.include({ spoken: 'browser', reason: 'bad_reply' });
    });

    it('has it read when the browser cannot play what came', async () => {
      await open([near()], (express) => {
        for (const type of ['mpeg', 'wav']) {
          express.post(`/${type}`, (_request, response) => {
            response.type(`audio/${type}`).send(Buffer.alloc(20_000, 'no sound '));
          });
        }
      });
      for (const url of ['/wav', '/mpeg']) {
        await client.speak(TEXT, { url });
        expect(await client.outcome(), url).to.deep.include({ spoken: 'browser', reason: 'unplayable' });
      }
    });

    it('has it read when the browser finds that out while more is coming', async () => {
      // The head of a frame of a bit rate that is not one, again and again.
      const frames = Buffer.alloc(300_000, Buffer.from([0xff, 0xfb, 0xf0, 0xc4]));
      await open([near()], (express) => {
        express.post('/broken', (_request, response) => response.type('audio/mpeg').send(frames));
      });
      for (let time = 0; time < 5; time += 1) {
        await client.speak(TEXT, { url: '/broken' });
        expect(await client.outcome()).to.deep.include({ spoken: 'browser', complete: true, reason: 'unplayable' });
      }
    });

    it('gives the text alone to a page that wants no voice of the browser’s', async () => {
      await open([DEAD, { type: 'text' }]);
      await client.speak(TEXT, { speechSynthesis: false });
      expect(await client.outcome()).to.deep.include({
        spoken: 'nothing',
        complete: false,
        reason: 'refused',
        text: TEXT,
      });
      expect(await client.events()).to.deep.equal(['loading', 'reply', 'ended']);
      expect(await client.spoken()).to.deep.equal([]);
    });

    it('stays silent when the request was wrong, and says what was wrong with it', async () => {
      await open([near()]);
      await client.speak(TEXT, { speed: 9 });
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({ spoken: 'nothing', complete: false, status: 400, provider: null });
      expect(outcome['reason']).to.equal('invalid_value');
      expect(outcome['error']).to.have.property('message').that.matches(/speed/);
      expect(outcome).to.not.have.property('text');
      expect(await client.spoken()).to.deep.equal([]);
    });

    it('says so when there is no voice', async () => {
      await open([DEAD, { type: 'text' }]);
      await client.run('void (speechSynthesis.getVoices = () => [])');
      await client.page.clock.install();
      await client.speak(TEXT);
      await client.told('fallback');
      await client.page.clock.fastForward(5_000);
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({ spoken: 'nothing', complete: false, reason: 'no_voices', text: TEXT });
      expect(outcome['error']).to.deep.include({ code: 'refused' });
    });
  });

  describe('with a connection that dies', () => {
    it('plays what came to its end, says that it broke off, and says nothing twice', async () => {
      const server = await openHeld();
      await client.speak(TEXT, `{ audio: ${FAST}, headers: { 'x-speech-fallback': 'none' } }`);
      await client.told('playing');
      server.breakOff();
      const outcome = await client.outcome();
      expect(outcome).to.deep.include({ spoken: 'audio', complete: false, reason: 'truncated', status: 200 });
      expect(await client.run('speech.audio.currentTime')).to.be.closeTo(10, 0.3);
      expect(await client.spoken()).to.deep.equal([]);
    });

    it('has the browser read all of it when nothing came', async () => {
      await open([near()], (express) => {
        express.post('/broken', (_request, response) => {
          response.type('audio/mpeg').flushHeaders();
          setImmediate(() => response.destroy());
        });
      });
      await client.speak(TEXT, { url: '/broken' });
      expect(await client.outcome()).to.deep.include({ spoken: 'browser', complete: true, reason: 'truncated' });
      expect(await client.spoken()).to.have.length(1);
    });

    it('takes a server that says nothing for dead, before its reply and during it', async () => {
      const sound = await longMp3(4);
      let asked = 0;
      await open([near()], (express) => {
        express.post('/silent', () => (asked += 1));
        express.post('/stalls', (_request, response) => {
          response.type('audio/mpeg').write(sound);
        });
      });
      await client.page.clock.install();
      await client.speak(TEXT, { url: '/silent' });
      await eventually(() => {
        expect(asked).to.equal(1);
      });
      await client.page.clock.fastForward(15_000);
      expect(await client.outcome()).to.deep.include({ spoken: 'browser', reason: 'timeout', status: null });
      await client.speak(TEXT, `{ url: '/stalls', audio: ${FAST} }`);
      await client.told('playing');
      await client.page.clock.fastForward(15_000);
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: false, reason: 'truncated' });
    });
  });

  it('is not harmed by a listener that throws, whose error the window hears of', async () => {
    await open([near()]);
    await client.speak(TEXT, `{ on: ({ type }) => { throw new Error('at ' + type); } }`);
    expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true });
    expect(await client.run('reported')).to.deep.equal([
      'Uncaught Error: at loading',
      'Uncaught Error: at reply',
      'Uncaught Error: at playing',
      'Uncaught Error: at ended',
    ]);
  });

  describe('that has little room, and plays nothing before a click', () => {
    let strict: Browser;

    before(async () => {
      strict = await startBrowser([
        '--autoplay-policy=document-user-activation-required',
        '--mse-audio-buffer-size-limit-mb=1',
      ]);
    });

    after(() => strict.close());

    async function openStrict(seconds: number, path = ''): Promise<void> {
      held = await startHeldUpstream(await longMp3(seconds));
      app = await startApp({ fallback: [{ type: 'remote', baseUrl: held.baseUrl, health: false }] }, serveClient);
      client = await openClientPage(strict, `${app.origin}/${path}`, path === '' ? 'ready' : 'blocked');
    }

    it('takes in as much as the browser keeps in store, and the rest as it is played', async () => {
      await openStrict(80);
      await client.speak(TEXT, `{ audio: ${FAST} }`);
      await held?.held();
      held?.release();
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', complete: true, reason: null });
      expect(await client.run('refusals')).to.be.greaterThan(0);
      expect(await client.run('speech.audio.duration')).to.be.closeTo(80, 0.2);
    });

    it('keeps the sound until there was a click', async () => {
      await openStrict(20, '?speak');
      expect(await client.events()).to.deep.equal(['loading', 'reply', 'blocked']);
      await client.page.click('button');
      await client.told('playing');
      await client.run('speech.stop()');
      expect(await client.outcome()).to.deep.include({ spoken: 'audio', reason: 'stopped' });
    });
  });
});

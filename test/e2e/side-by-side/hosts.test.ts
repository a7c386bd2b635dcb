import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { SpeechError, speechRouter, type SpeechProvider, type SpeechRouter } from '../../../lib/index.js';
import type { Host, HostKind, HostReply } from '../../support/hosts/host.js';
import { NGINX_HOSTS } from '../../support/hosts/nginx.js';
import { NODE_HOSTS } from '../../support/hosts/node.js';
import { SERVERLESS_HOSTS } from '../../support/hosts/serverless.js';
import { needsTools } from '../../support/tools.js';

const SHORT = 'It says one sentence.';
const LONG = 'This is one of the sentences of a text that is somewhat longer than one call. '.repeat(7).trim();
const NONE = { 'x-speech-fallback': 'none' };

/** Milliseconds for which a provider goes on before it breaks off: longer than its sound is held. */
const WHILE = 150;
const HOLD = 60;
/** Samples of a piece. Each provider has a level of its own, so that a reply tells who said what. */
const PIECE = 24_000;
const LEVELS = { own: 1_000, second: 2_000 };

type Behaviour = 'speaks' | 'breaks off at once' | 'breaks off after a while' | 'goes on without an end' | 'is silent';

const pieceOf = (level: number): Buffer => Buffer.from(new Int16Array(PIECE).fill(level).buffer);

/** A provider that has a call of each text for a second of sound, and does as it is told. */
class Own implements SpeechProvider {
  readonly name: 'own' | 'second';
  readonly type = 'test';
  behaviour: Behaviour = 'speaks';
  /** Calls whose stream has not been closed yet. */
  running = 0;

  constructor(name: 'own' | 'second') {
    this.name = name;
  }

  synthesize(_request: unknown, { signal }: { readonly signal: AbortSignal }) {
    const stream = Readable.from(this.#sound(signal), { objectMode: false });
    this.running += 1;
    stream.once('close', () => (this.running -= 1));
    return Promise.resolve({ kind: 'audio' as const, contentType: 'audio/pcm', stream });
  }

  async *#sound(signal: AbortSignal): AsyncGenerator<Buffer> {
    const { behaviour } = this;
    const piece = pieceOf(LEVELS[this.name]);
    if (behaviour === 'is silent') await pause(60_000, undefined, { signal, ref: false });
    yield piece.subarray(0, PIECE);
    if (behaviour === 'breaks off after a while') await pause(WHILE);
    if (behaviour.startsWith('breaks off')) throw new SpeechError('reset', 'the server died');
    for (; behaviour === 'goes on without an end';) {
      yield piece;
      await pause(1);
    }
    yield piece.subarray(PIECE);
  }
}

const isAudio = ({ status, headers }: HostReply): boolean => status === 200 && headers['content-type'] === 'audio/pcm';

/** Seconds that a level is heard in a reply of bare samples; what lies between two sentences is none. */
function secondsOf(body: Buffer, level: number): number {
  let samples = 0;
  for (let at = 0; at + 1 < body.length; at += 2) if (body.readInt16LE(at) === level) samples += 1;
  return samples / 24_000;
}

/** The sound in a whole stream of events. */
function soundOfEvents(body: Buffer): Buffer {
  const events = body
    .toString()
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(event.replace(/^data: /, '')) as { type: string; audio?: string });
  expect(events.at(-1)?.type).to.equal('speech.audio.done');
  return Buffer.concat(events.slice(0, -1).map(({ audio }) => Buffer.from(audio ?? '', 'base64')));
}

/** States that nobody takes a part for the whole: a reply is broken, or an error, or has no sound in it. */
function expectNothingShortened(reply: HostReply, what: string): void {
  if (!reply.isWhole) return;
  expect(isAudio(reply), `${what}: a clean file of ${String(reply.body.length)} bytes`).to.equal(false);
  expect(reply.body.toString(), what).not.to.include('speech.audio.done');
  if (reply.headers['content-type']?.startsWith('text/event-stream') === true)
    expect(reply.body.toString()).to.include('"error"');
  else expect(reply.status, what).to.be.oneOf([200, 502, 503, 504]);
}

const HOSTS: readonly HostKind[] = [...NODE_HOSTS, ...NGINX_HOSTS, ...SERVERLESS_HOSTS];

describe('the speech routes', () => {
  for (const kind of HOSTS) {
    describe(`behind ${kind.name}`, function () {
      const own = new Own('own');
      const second = new Own('second');
      let speech: SpeechRouter | undefined;
      let host: Host | undefined;

      before(async function () {
        needsTools(this, ...(kind.needs ?? []));
        speech = speechRouter({
          get: true,
          hold: HOLD,
          // Nothing of one test is to be felt in the next.
          fallback: [own, second].map((provider) => ({
            name: provider.name,
            type: provider.type,
            synthesize: provider.synthesize.bind(provider),
            circuitBreaker: { consecutive: 1_000, minimum: 1_000, window: 1_000 },
          })),
          cache: false,
        });
        const router = speech;
        host = await kind.start((app) => app.set('env', 'test').use('/v1', router));
      });

      beforeEach(() => {
        own.behaviour = 'speaks';
        second.behaviour = 'speaks';
      });

      // The process lives, with nothing left of what has been.
      afterEach(async () => {
        const end = performance.now() + 5_000;
        while (own.running + second.running > 0 && performance.now() < end) await pause(10);
        expect(own.running + second.running, 'streams left open').to.equal(0);
        own.behaviour = 'speaks';
        const next = await ask({ input: SHORT });
        expect(secondsOf(next.body, LEVELS.own), 'the next request').to.equal(1);
      });

      after(async () => {
        await host?.close();
        await speech?.close();
      });

      function ask(body: object, headers: Record<string, string> = {}): Promise<HostReply> {
        if (host === undefined) throw new Error('there is no host');
        return host.ask({ body: { response_format: 'pcm', ...body }, headers });
      }

      const query = `/v1/audio/speech?${new URLSearchParams({ input: SHORT, response_format: 'pcm' }).toString()}`;

      it('speak short and long text, in events too, and by GET', async () => {
        const short = await ask({ input: SHORT });
        expect(short).to.include({ status: 200, isWhole: true });
        expect(short.body.equals(pieceOf(LEVELS.own))).to.equal(true);
        const long = await ask({ input: LONG });
        expect(long).to.include({ status: 200, isWhole: true });
        expect(secondsOf(long.body, LEVELS.own)).to.be.closeTo(7, 0.5);
        const events = await ask({ input: SHORT, stream_format: 'sse' });
        expect(events).to.include({ status: 200, isWhole: true });
        expect(soundOfEvents(events.body).equals(pieceOf(LEVELS.own))).to.equal(true);
        const longEvents = await ask({ input: LONG, stream_format: 'sse' });
        expect(secondsOf(soundOfEvents(longEvents.body), LEVELS.own)).to.be.closeTo(7, 0.5);
        const got = await host?.ask({ method: 'GET', path: query });
        expect(got?.body.equals(pieceOf(LEVELS.own))).to.equal(true);
        const head = await host?.ask({ method: 'HEAD', path: query });
        expect(head).to.include({ status: 200, isWhole: true });
        expect(head?.body).to.have.length(0);
      });

      it('hand text and errors back', async () => {
        const wrong = await ask({ input: '' });
        expect(wrong).to.include({ status: 400, isWhole: true });
        expect(JSON.parse(wrong.body.toString())).to.have.nested.property('error.param', 'input');
        own.behaviour = 'breaks off at once';
        const none = await ask({ input: SHORT }, NONE);
        expect(none).to.include({ status: 503, isWhole: true });
        expect(JSON.parse(none.body.toString())).to.have.nested.property('error.code', 'reset');
      });

      it('have the next provider speak where one breaks off at once', async () => {
        own.behaviour = 'breaks off at once';
        for (const stream_format of ['audio', 'sse']) {
          const reply = await ask({ input: SHORT, stream_format });
          expect(reply).to.include({ status: 200, isWhole: true });
          expect(reply.headers).to.include({ 'x-speech-provider': 'second', 'x-speech-degraded': 'true' });
          const sound = stream_format === 'sse' ? soundOfEvents(reply.body) : reply.body;
          expect(sound.equals(pieceOf(LEVELS.second))).to.equal(true);
        }
        const got = await host?.ask({ method: 'GET', path: query });
        expect(got?.body.equals(pieceOf(LEVELS.second))).to.equal(true);
      });

      it('go on with the next provider in the middle of a long text', async () => {
        own.behaviour = 'breaks off after a while';
        const reply = await ask({ input: LONG });
        expect(reply).to.include({ status: 200, isWhole: true });
        expect(secondsOf(reply.body, LEVELS.second)).to.be.closeTo(7, 0.5);
      });

      it('never pass a part off as the whole, where one breaks off after a while and nobody else is to speak', async () => {
        own.behaviour = 'breaks off after a while';
        for (const input of [SHORT, LONG]) {
          for (const stream_format of ['audio', 'sse']) {
            expectNothingShortened(await ask({ input, stream_format }, NONE), `${stream_format} of ${input}`);
          }
        }
        const got = await host?.ask({ method: 'GET', path: query, headers: NONE });
        if (got === undefined) throw new Error('there is no host');
        expectNothingShortened(got, 'GET');
      });

      if (!kind.canLeave) return;

      it('stop the work for a client that leaves in the middle', async () => {
        for (const stream_format of ['audio', 'sse']) {
          own.behaviour = 'goes on without an end';
          await host?.ask({
            body: { input: SHORT, response_format: 'pcm', stream_format },
            leaves: 'in the middle',
          });
        }
      });

      it('stop the work for a client that waits no longer', async () => {
        own.behaviour = 'is silent';
        const body = { input: SHORT, response_format: 'pcm' };
        const reply = await host?.ask({ body, headers: NONE, leaves: 'before the answer' });
        expect(reply?.status, reply?.body.toString()).to.equal(0);
      });

      if (kind.answersAfter === undefined) return;

      it('stop the work where the host has answered', async () => {
        own.behaviour = 'is silent';
        const reply = await ask({ input: SHORT }, NONE);
        expect(reply).to.include({ status: 503, isWhole: true });
        expect(JSON.parse(reply.body.toString())).to.deep.equal({ by: 'the host' });
      });
    });
  }
});

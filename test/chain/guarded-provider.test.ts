import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { CustomProvider } from '../../lib/chain/custom-provider.js';
import { GuardedProvider } from '../../lib/chain/guarded-provider.js';
import { parseOptions } from '../../lib/config/parse-options.js';
import { SpeechError, type SpeechErrorOptions, type SpeechGuards, type SpeechProvider } from '../../lib/index.js';
import { CircuitOpenError, failureOf } from '../../lib/resilience/index.js';
import { SpeechEvents, type SpeechEventMap } from '../../lib/speech/events.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { PCM, pcm, provider } from '../support/fake-provider.js';
import { silentLogger, speechRequest } from '../support/speech-request.js';

const REQUEST = speechRequest({ format: 'pcm' });
/** One failure opens the circuit, so that it shows what counts. */
const TOUCHY: SpeechGuards = { circuitBreaker: { consecutive: 1 } };

function setUp(own: SpeechProvider, guards: SpeechGuards = TOUCHY) {
  const clock = new FakeClock();
  const events = new SpeechEvents();
  const attempts: SpeechEventMap['attempt'][] = [];
  events.on('attempt', (event) => attempts.push(event));
  const [entry] = parseOptions({ fallback: [{ ...own, ...guards }] }).fallback;
  if (entry === undefined) throw new Error('no entry');
  const stage = new GuardedProvider(new CustomProvider(own, { name: own.name, type: own.type, clock }), {
    origin: 'custom',
    guards: entry.guards,
    maxInput: 4_096,
    events,
    logger: silentLogger,
    clock,
    random: () => 0,
  });
  const controller = new AbortController();
  const context = { signal: controller.signal, budget: 5_000, tries: 1 };
  return { stage, clock, events, attempts, controller, context };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'answered',
    (error: unknown) => failureOf(error).code,
  );
}

const failing = (code: SpeechError['code'], options: SpeechErrorOptions = {}): SpeechProvider =>
  provider('own', () => Promise.reject(new SpeechError(code, 'made to fail', options)));

describe('Stage', () => {
  describe('blame', () => {
    const counted = [
      ...([
        'refused',
        'unreachable',
        'dns',
        'tls',
        'reset',
        'truncated',
        'bad_response',
        'not_audio',
        'empty',
      ] as const),
      ...(['timeout.lookup', 'timeout.connect', 'timeout.tls', 'timeout.send', 'timeout.first_byte'] as const),
      ...([
        'status.401',
        'status.403',
        'status.404',
        'status.408',
        'status.500',
        'status.503',
        'rate_limited',
      ] as const),
      ...(['engine_failed', 'too_large', 'internal', 'blocked_address'] as const),
    ];
    for (const code of counted) {
      it(`holds ${code} against the provider`, async () => {
        const { stage, context } = setUp(failing(code));
        expect(await codeOf(stage.attempt(REQUEST, context))).to.equal(code);
        expect(stage.status().circuit).to.equal('open');
        expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('circuit_open');
      });
    }

    for (const code of ['unsupported', 'timeout.queue', 'status.400', 'status.413', 'status.422'] as const) {
      it(`does not hold ${code} against it`, async () => {
        const { stage, context } = setUp(failing(code));
        expect(await codeOf(stage.attempt(REQUEST, context))).to.equal(code);
        expect(stage.status()).to.include({ circuit: 'closed', running: 0 });
      });
    }

    it('does not hold against it what this process has run out of', async () => {
      const { stage, context } = setUp(failing('internal', { blamesProvider: false }));
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('internal');
      expect(stage.status().circuit).to.equal('closed');
    });

    it('holds the time that was up against it, and a caller that left not', async () => {
      for (const [reason, circuit] of [
        [new SpeechError('deadline', 'the time is up'), 'open'],
        [new SpeechError('aborted', 'the caller has left'), 'closed'],
      ] as const) {
        const { stage, controller, context } = setUp(provider('own', () => new Promise(() => undefined)));
        void codeOf(stage.attempt(REQUEST, context));
        await settle();
        controller.abort(reason);
        expect(stage.status().circuit).to.equal(circuit);
      }
    });
  });

  describe('the permit', () => {
    it('is held until the body has ended', async () => {
      const body = new PassThrough();
      body.write(PCM);
      const { stage, context } = setUp(provider('own', () => Promise.resolve(pcm(body))));
      const result = await stage.attempt(REQUEST, context);
      expect(stage.status().running).to.equal(1);
      body.end();
      if (result.kind === 'audio') await once(result.stream.resume(), 'close');
      expect(stage.status()).to.include({ running: 0, circuit: 'closed', lastError: null });
    });

    it('has no place any more once the provider has no more work with it, and still counts what becomes of the body', async () => {
      const body = new PassThrough();
      body.write(PCM);
      let rest: () => void = () => undefined;
      const atRest = new Promise<void>((resolve) => (rest = resolve));
      const { stage, context } = setUp(provider('own', () => Promise.resolve({ ...pcm(body), atRest })));
      await stage.attempt(REQUEST, context);
      await settle();
      expect(stage.status().running).to.equal(1);
      rest();
      await settle();
      expect(stage.status()).to.include({ running: 0, circuit: 'closed' });
      body.destroy(new SpeechError('reset', 'the server died'));
      await once(body, 'close').catch(() => undefined);
      expect(stage.status()).to.include({ running: 0, circuit: 'open' });
    });

    it('is held by a provider of the user’s own whose promise of rest is none, or is broken', async () => {
      for (const atRest of [
        Promise.reject(new Error('broken')),
        'soon',
        { then: () => undefined },
      ] as Promise<void>[]) {
        const body = new PassThrough();
        body.write(PCM);
        const { stage, context } = setUp(provider('own', () => Promise.resolve({ ...pcm(body), atRest })));
        await stage.attempt(REQUEST, context);
        await settle();
        expect(stage.status().running).to.equal(1);
        body.destroy();
      }
    });

    it('counts a body that dies as a failure, and tells of it', async () => {
      const body = new PassThrough();
      body.write(PCM);
      const { stage, attempts, context } = setUp(provider('own', () => Promise.resolve(pcm(body))));
      await stage.attempt(REQUEST, context);
      body.destroy(new SpeechError('reset', 'the server died'));
      await once(body, 'close').catch(() => undefined);
      expect(stage.status()).to.include({ running: 0, circuit: 'open' });
      expect(stage.status().lastError).to.include({ code: 'reset', reason: 'the server died' });
      expect(attempts.map(({ provider: name, code, committed }) => [name, code, committed])).to.deep.equal([
        ['own', 'reset', true],
      ]);
    });

    it('takes a reader that leaves for nobody’s fault', async () => {
      const body = new PassThrough();
      body.write(PCM);
      const { stage, attempts, context } = setUp(provider('own', () => Promise.resolve(pcm(body))));
      const result = await stage.attempt(REQUEST, context);
      if (result.kind === 'audio') await once(result.stream.destroy(), 'close');
      expect(body.destroyed).to.equal(true);
      expect(stage.status()).to.include({ running: 0, circuit: 'closed', lastError: null });
      expect(attempts).to.deep.equal([]);
    });

    it('stays for a moment where a remote’s caller left, as some servers go on', async () => {
      const own = { ...provider('own', () => Promise.resolve(pcm(Readable.from([PCM])))), type: 'remote' };
      const { stage, clock, context } = setUp(own);
      const result = await stage.attempt(REQUEST, context);
      if (result.kind === 'audio') await once(result.stream.destroy(), 'close');
      expect(stage.status().running).to.equal(1);
      await clock.advance(500);
      expect(stage.status().running).to.equal(0);
    });

    it('is not held for ever by a provider that does not hear its signal', async () => {
      const { stage, clock, controller, context } = setUp(provider('own', () => new Promise(() => undefined)));
      void codeOf(stage.attempt(REQUEST, context));
      await settle();
      controller.abort();
      expect(stage.status().running).to.equal(1);
      await clock.advance(10_000);
      expect(stage.status().running).to.equal(0);
    });

    it('is asked for only by what the provider could do at all', async () => {
      const own = { ...failing('refused'), capabilities: { formats: ['mp3' as const], maxInput: 5 } };
      const { stage, context } = setUp(own);
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('unsupported');
      expect(await codeOf(stage.attempt(speechRequest({ format: 'mp3' }), context))).to.equal('unsupported');
      expect(stage.status()).to.include({ circuit: 'closed', running: 0 });
    });
  });

  describe('retries', () => {
    const remaining = 5_000;

    it('asks for another try where that can help, once', () => {
      const { stage } = setUp(failing('reset'));
      const thrown = new SpeechError('reset', 'made to fail', { retryHelps: true });
      expect(stage.retryDelay(thrown, REQUEST, { tries: 1, remaining })).to.equal(0);
      expect(stage.retryDelay(thrown, REQUEST, { tries: 2, remaining })).to.equal(undefined);
      const hopeless = new SpeechError('refused', 'made to fail');
      expect(stage.retryDelay(hopeless, REQUEST, { tries: 1, remaining })).to.equal(undefined);
    });

    it('asks for none where the failure has opened the circuit', async () => {
      const own = failing('status.503', { retryHelps: true, retryAfter: 2_000 });
      const { stage, context } = setUp(own);
      const thrown: unknown = await stage.attempt(REQUEST, context).catch((error: unknown) => error);
      expect(stage.retryDelay(thrown, REQUEST, { tries: 1, remaining })).to.equal(undefined);
    });

    it('leaves a server alone for as long as it asked, where a caller cannot wait', async () => {
      const { stage, clock, context } = setUp(failing('reset'));
      const thrown = new SpeechError('rate_limited', 'slow down', { retryHelps: true, retryAfter: 30_000 });
      expect(stage.retryDelay(thrown, REQUEST, { tries: 1, remaining })).to.equal(undefined);
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('circuit_open');
      await clock.advance(29_999);
      expect(stage.status().circuit).to.equal('open');
      await clock.advance(1);
      expect(stage.status().circuit).to.equal('half-open');
    });

    it('takes no refusal of its own guards for the server’s wish for rest', () => {
      const { stage } = setUp(failing('reset'), {});
      expect(stage.retryDelay(new CircuitOpenError(5_000), REQUEST, { tries: 1, remaining })).to.equal(undefined);
      expect(stage.status().circuit).to.equal('closed');
    });

    it('makes no more calls in a minute than may be, and holds that against nobody', async () => {
      const own = { ...failing('unsupported'), capabilities: { maxCallsPerMinute: 2 } };
      const { stage, clock, context } = setUp(own);
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('unsupported');
      await clock.advance(1_000);
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('unsupported');
      const thrown: unknown = await stage.attempt(REQUEST, context).catch((error: unknown) => error);
      expect(failureOf(thrown)).to.include({ code: 'rate_limited', retryAfter: 59_000 });
      expect(stage.status()).to.include({ circuit: 'closed', running: 0 });
      expect(stage.pace).to.include({ rest: 59_000, left: 0, nextIn: 59_000 });
      // Whoever has the time waits, as often as need be; nobody leaves the provider alone for it.
      expect(stage.retryDelay(thrown, REQUEST, { tries: 1, remaining })).to.equal(undefined);
      expect(stage.retryDelay(thrown, REQUEST, { tries: 9, remaining: 60_000 })).to.equal(59_000);
      expect(stage.status().circuit).to.equal('closed');
      stage.recordFailure('rate_limited', thrown);
      expect(stage.status().lastError?.code, 'it was not asked').not.to.equal('rate_limited');
      await clock.advance(59_000);
      expect(stage.pace).to.include({ rest: 0, left: 1 });
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('unsupported');
    });

    it('counts what one answer takes beyond its first call', async () => {
      const own = provider('own', (_request, { extraCall }) => {
        extraCall?.();
        return Promise.resolve(pcm(Readable.from([PCM])));
      });
      const { stage, context } = setUp({ ...own, capabilities: { maxCallsPerMinute: 3 } });
      await stage.attempt(REQUEST, context);
      expect(stage.pace.left).to.equal(1);
    });

    it('measures the text with its marks, where those are sent', async () => {
      const own = { ...failing('refused'), capabilities: { maxInput: 12, marks: ['pronunciation' as const] } };
      const { stage, context } = setUp(own);
      const marked = speechRequest({ input: 'Kokoro', marked: '[Kokoro](/kˈOkəɹO/)' });
      expect(await codeOf(stage.attempt(marked, context))).to.equal('unsupported');
      expect(await codeOf(stage.attempt(speechRequest({ input: 'Kokoro' }), context))).to.equal('refused');
    });

    it('knows what a service says of its calls, and how long it wants to rest', async () => {
      const allowance = { calls: 3, nextIn: 0, resetsIn: 30_000 };
      let answers = 0;
      const own = provider('own', () => {
        answers += 1;
        if (answers > 1) return Promise.reject(new SpeechError('status.503', 'loading', { retryAfter: 4_000 }));
        return Promise.resolve({ ...pcm(Readable.from([PCM])), allowance });
      });
      const { stage, clock, context } = setUp(own, {});
      expect(stage.pace).to.deep.equal({ rest: 0, left: Infinity, nextIn: 0, maxInput: undefined });
      await stage.attempt(REQUEST, context);
      expect(stage.pace).to.include({ rest: 0, left: 3 });
      expect(await codeOf(stage.attempt(REQUEST, context))).to.equal('status.503');
      expect(stage.pace).to.include({ rest: 4_000, left: 1 });
      stage.leaveAlone(4_000);
      await clock.advance(4_000);
      // One is let in to try, and the others look again a little later.
      expect(stage.status().circuit).to.equal('half-open');
      expect(stage.pace.rest).to.equal(250);
    });

    it('waits itself where there is time, and leaves the circuit as it is', () => {
      const { stage } = setUp(failing('reset'));
      const thrown = new SpeechError('status.503', 'loading', { retryHelps: true, retryAfter: 3_000 });
      expect(stage.retryDelay(thrown, REQUEST, { tries: 1, remaining })).to.equal(3_000);
      expect(stage.status().circuit).to.equal('closed');
    });
  });

  describe('health', () => {
    function setUpChecks(answers: boolean[]) {
      const own: SpeechProvider = {
        ...failing('refused'),
        check: () => (answers.shift() === true ? Promise.resolve() : Promise.reject(new SpeechError('refused', 'no'))),
      };
      return setUp(own, { circuitBreaker: { consecutive: 100, openFor: 60_000 }, health: { interval: 10_000 } });
    }

    it('opens the circuit when checks find a provider down that was up, and tries it early when one passes', async () => {
      const { stage, clock } = setUpChecks([true, false, false, false, true]);
      await stage.startChecks();
      expect(stage.status()).to.include({ state: 'up', circuit: 'closed' });
      await clock.advance(20_000);
      expect(stage.status()).to.include({ state: 'down', circuit: 'open' });
      expect(stage.status().lastCheck).to.include({ ok: false, code: 'refused' });
      await clock.advance(10_000);
      expect(stage.status()).to.include({ state: 'down', circuit: 'half-open' });
      stage.stopChecks();
    });

    it('knows no codes but ours, whatever a check throws', async () => {
      for (const thrown of [Object.assign(new Error('no'), { code: 'ERR_ACCESS_DENIED' }), new TypeError('no')]) {
        const own = { ...failing('refused'), check: () => Promise.reject(thrown) };
        const { stage } = setUp(own, { health: { interval: 10_000 } });
        await stage.startChecks();
        expect(stage.status().lastCheck).to.include({ ok: false, code: 'internal' });
        stage.stopChecks();
      }
    });

    it('leaves the circuit of a provider that was never up to its callers', async () => {
      const { stage } = setUpChecks([false]);
      await stage.startChecks();
      expect(stage.status()).to.include({ state: 'down', circuit: 'closed' });
      stage.stopChecks();
    });

    it('does not let a check that always passes cut the open periods short', async () => {
      const { stage, clock, context } = setUpChecks([true, true, true, true, true, true]);
      await stage.startChecks();
      for (let count = 0; count < 100; count += 1) await codeOf(stage.attempt({ ...REQUEST }, context));
      expect(stage.status().circuit).to.equal('open');
      await clock.advance(50_000);
      expect(stage.status().circuit).to.equal('open');
      stage.stopChecks();
    });
  });

  it('is kept from closing for five seconds at the most by a provider that never does', async () => {
    const { stage, clock } = setUp({ ...failing('refused'), close: () => new Promise(() => undefined) });
    let isClosed = false;
    const closing = stage.close().then(() => {
      isClosed = true;
    });
    await clock.advance(4_999);
    expect(isClosed).to.equal(false);
    await clock.advance(1);
    await closing;
  });

  describe('what callers ask for', () => {
    /** A provider that fails at some requests, and speaks the others. */
    function picky(failsAt: (input: string) => boolean, code: SpeechError['code'] = 'status.500') {
      const asked: string[] = [];
      const own = provider('own', ({ input }) => {
        asked.push(input);
        if (failsAt(input)) return Promise.reject(new SpeechError(code, 'made to fail'));
        return Promise.resolve(pcm(Readable.from([PCM])));
      });
      const parts = setUp(own, {});
      const ask = async (input: string): Promise<string> => {
        try {
          const result = await parts.stage.attempt({ ...REQUEST, input }, parts.context);
          if (result.kind === 'audio') await once(result.stream.resume(), 'close');
          return 'answered';
        } catch (error) {
          return failureOf(error).code;
        }
      };
      return { ...parts, asked, ask };
    }

    it('turns nobody else away who asks for something else, whoever was there first', async () => {
      for (const begins of [true, false]) {
        const { stage, ask } = picky((input) => input === '…');
        if (begins) await ask('Hello.');
        for (let tries = 0; tries < 12; tries += 1) await ask('…');
        expect(await ask('Good morning.')).to.equal('answered');
        expect(await ask('Good evening.')).to.equal('answered');
        expect(stage.status().circuit).to.equal('closed');
        expect(stage.status().lastError?.code).to.equal('status.500');
      }
    });

    it('is asked of the provider no more for a while when it has failed at it again and again', async () => {
      const { asked, ask } = picky((input) => input === '…');
      await ask('Hello.');
      const codes = [];
      for (let tries = 0; tries < 12; tries += 1) codes.push(await ask('…'));
      expect(asked.filter((input) => input === '…')).to.have.length(6);
      expect(codes.slice(6)).to.deep.equal(Array.from({ length: 6 }, () => 'circuit_open'));
    });

    it('opens the circuit of a provider that fails at everything, different or the same', async () => {
      for (const textOf of [(number: number) => `Number ${String(number)}.`, () => 'The same.']) {
        for (const code of ['status.500', 'empty', 'truncated', 'reset', 'internal'] as const) {
          const { stage, asked, ask } = picky(() => true, code);
          for (let number = 0; number < 12; number += 1) await ask(textOf(number));
          expect([stage.status().circuit, asked.length], code).to.deep.equal(['open', 5]);
        }
      }
    });

    it('counts one request once, however often it is tried', async () => {
      const { stage, context } = setUp(failing('status.503'), { circuitBreaker: { consecutive: 2 } });
      const request = { ...REQUEST };
      await codeOf(stage.attempt(request, context));
      await codeOf(stage.attempt(request, { ...context, tries: 2 }));
      expect(stage.status().circuit).to.equal('closed');
      await codeOf(stage.attempt({ ...REQUEST }, context));
      expect(stage.status().circuit).to.equal('open');
    });

    it('remembers a format that did not come, for a while, and holds it against nobody', async () => {
      let calls = 0;
      const own = provider('own', () => {
        calls += 1;
        const stream = Readable.from([PCM]);
        return Promise.resolve({ kind: 'audio' as const, contentType: 'audio/pcm', stream });
      });
      const { stage, clock, context } = setUp(own);
      const ask = (format: 'mp3' | 'pcm'): Promise<string> => codeOf(stage.attempt(speechRequest({ format }), context));
      expect([await ask('mp3'), await ask('mp3'), await ask('pcm')]).to.deep.equal([
        'not_audio',
        'unsupported',
        'answered',
      ]);
      expect(calls).to.equal(2);
      expect(stage.status()).to.include({ circuit: 'closed', lastError: null });
      await clock.advance(600_000);
      expect(await ask('mp3'), 'it may have been renewed').to.equal('not_audio');
    });
  });

  describe('a part of a long text', () => {
    const PART = { ...REQUEST, part: { index: 0, count: 2, whole: 'One. Two.', shape: undefined } };

    it('counts when somebody has said what it was worth', async () => {
      const { stage, attempts, context } = setUp(provider('own', () => Promise.resolve(pcm(Readable.from([PCM])))));
      const result = await stage.attempt({ ...PART }, context);
      if (result.kind !== 'audio') throw new Error('no audio');
      await once(result.stream.resume(), 'close');
      expect(stage.status()).to.include({ running: 0, circuit: 'closed', lastError: null });
      result.judge?.(new SpeechError('truncated', 'shorter than it says'));
      expect(stage.status().circuit).to.equal('open');
      expect(stage.status().lastError?.code).to.equal('truncated');
      expect(attempts.map(({ code, committed }) => [code, committed])).to.deep.equal([['truncated', true]]);
    });

    it('is judged by nobody where the text is one call', async () => {
      const { stage, context } = setUp(provider('own', () => Promise.resolve(pcm(Readable.from([PCM])))));
      const result = await stage.attempt(REQUEST, context);
      expect(result).not.to.have.property('judge');
      if (result.kind === 'audio') result.stream.destroy();
    });
  });

  describe('a place', () => {
    it('is waited for by whoever has nobody behind it, for as long as the deadline allows', async () => {
      for (const [isLast, expected] of [
        [true, 9_900],
        [false, 500],
      ] as const) {
        const own = provider('own', () => new Promise(() => undefined));
        const { stage, clock, context } = setUp(own, { bulkhead: { maxConcurrent: 1 } });
        void codeOf(stage.attempt(REQUEST, { ...context, isLast, budget: 10_000 }));
        let code: string | undefined;
        void codeOf(stage.attempt(REQUEST, { ...context, isLast, budget: 10_000 })).then((ended) => (code = ended));
        await clock.advance(expected - 1);
        expect([code, stage.status().queued]).to.deep.equal([undefined, 1]);
        await clock.advance(1);
        expect(code).to.equal('timeout.queue');
      }
    });

    it('is given to as many as are allowed where nothing adapts, and says so', () => {
      expect(setUp(failing('refused'), {}).stage.status().limit).to.equal(10);
    });
  });
});

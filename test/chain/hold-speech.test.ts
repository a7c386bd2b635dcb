import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { holdSpeech, MOST_HELD_BYTES, MOST_WHOLE_BYTES, type SpokenOutcome } from '../../lib/chain/hold-speech.js';
import { ReloadableService } from '../../lib/chain/reloadable-service.js';
import { parseOptions } from '../../lib/config/parse-options.js';
import {
  SpeechError,
  type SpeechAudio,
  type SpeechProvider,
  type SpeechRequest,
  type SpeechRouterOptions,
} from '../../lib/index.js';
import { Deadline } from '../../lib/resilience/index.js';
import { SpeechEvents, type SpeechEventMap } from '../../lib/speech/events.js';
import type { ReplyConditions, SpokenAudio } from '../../lib/speech/spoken.js';
import type { RequestTrace } from '../../lib/speech/trace.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { PCM, pcm, provider, speaker } from '../support/fake-provider.js';
import { silentLogger, speechRequest } from '../support/speech-request.js';

const REQUEST = speechRequest({ format: 'pcm' });
const SENTENCES = 'This is one of many sentences that are much alike. '.repeat(10).trim();
const LONG = speechRequest({ format: 'pcm', input: SENTENCES });
const TEXT = { type: 'text' } as const;

/** A provider that begins at once, and goes on as the test has it. */
function slowly(name: string) {
  const streams: PassThrough[] = [];
  const asked: SpeechRequest[] = [];
  const budgets: number[] = [];
  const own = provider(name, (request, { deadline }) => {
    const stream = new PassThrough();
    stream.write(PCM);
    streams.push(stream);
    asked.push(request);
    budgets.push(deadline);
    return Promise.resolve(pcm(stream));
  });
  return { own, streams, asked, budgets };
}

const dies = (stream: PassThrough | undefined): unknown => stream?.destroy(new SpeechError('reset', 'the server died'));

const BREAKS: readonly [string, (stream: PassThrough) => unknown, string][] = [
  ['is reset', dies, 'reset'],
  ['closes without a word', (stream) => stream.destroy(), 'truncated'],
  ['fails with a stranger', (stream) => stream.destroy(new Error('what?')), 'internal'],
  ['stalls too long', (stream) => stream.destroy(new SpeechError('timeout.idle', 'it stalled')), 'timeout.idle'],
];

describe('holding speech', () => {
  let clock: FakeClock;
  let live: ReloadableService | undefined;
  let attempts: Pick<SpeechEventMap['attempt'], 'provider' | 'code' | 'committed'>[];
  let fallbacks: string[];
  let controller: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    attempts = [];
    fallbacks = [];
    controller = new AbortController();
  });

  afterEach(async () => {
    controller.abort();
    await settle();
    await live?.close(0);
    live = undefined;
  });

  function start(options: SpeechRouterOptions): ReloadableService {
    const events = new SpeechEvents();
    events.on('attempt', ({ provider: name, code, committed }) =>
      attempts.push({ provider: name, code, ...(committed && { committed }) }),
    );
    events.on('fallback', ({ from, to, code }) => fallbacks.push(`${from} ${code} ${to}`));
    live = new ReloadableService(parseOptions(options), { events, logger: silentLogger, clock, random: () => 0 });
    return live;
  }

  function speak(
    request = REQUEST,
    more: { fallback?: 'chain' | 'none'; reply?: Partial<ReplyConditions>; trace?: RequestTrace } = {},
  ): Promise<SpokenOutcome> {
    const { fallback = 'chain', reply, trace } = more;
    if (live === undefined) throw new Error('nothing was started');
    const conditions = { showsBreak: () => true, reserve: () => true, release: () => undefined, ...reply };
    const deadline = new Deadline(5_000, clock);
    const options = { deadline, signal: controller.signal, fallback, trace, reply: conditions };
    return live.current.speak(request, options);
  }

  /** Waits until so many streams were asked for. */
  async function until(streams: readonly unknown[], count: number): Promise<void> {
    while (streams.length < count) await settle();
    for (let turn = 0; turn < 10; turn += 1) await settle();
  }

  function audioIn({ result }: SpokenOutcome): SpokenAudio {
    if (result?.kind !== 'audio') throw new Error(`no audio came, but ${String(result?.kind)}`);
    return result;
  }

  it('sends what has become whole in time as one, with its length', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own], hold: 400 });
    const speaking = speak();
    await until(streams, 1);
    await clock.advance(399);
    streams[0]?.end(Buffer.from('end'));
    const outcome = await speaking;
    const audio = audioIn(outcome);
    expect(audio.rest).to.equal(undefined);
    expect(Buffer.concat(audio.begun).equals(Buffer.concat([PCM, Buffer.from('end')]))).to.equal(true);
    expect(audio.contentLength).to.equal(PCM.length + 3);
    expect(outcome.facts).to.deep.include({ provider: 'own', degraded: false });
    expect(outcome.facts.attempts.map(({ step, code }) => [step, code])).to.deep.equal([['own', null]]);
    expect(live?.current.chain.status().providers[0]).to.include({ running: 0, circuit: 'closed' });
    expect(clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('sends what is not whole when the time is up as it comes', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own], hold: 400 });
    const speaking = speak();
    await until(streams, 1);
    let isThere = false;
    void speaking.then(() => (isThere = true));
    await clock.advance(399);
    expect(isThere).to.equal(false);
    await clock.advance(1);
    const { begun, rest, contentLength } = audioIn(await speaking);
    expect(contentLength).to.equal(undefined);
    expect(Buffer.concat(begun).equals(PCM)).to.equal(true);
    streams[0]?.end(Buffer.from('end'));
    expect(Buffer.concat((await rest?.toArray()) as Buffer[]).toString()).to.equal('end');
  });

  for (const [what, breakOff, code] of BREAKS) {
    it(`asks whoever is behind when a provider ${what} meanwhile, and tells of it`, async () => {
      const { own, streams } = slowly('first');
      start({ fallback: [{ ...own, circuitBreaker: { consecutive: 1 } }, speaker('second'), TEXT] });
      const speaking = speak();
      await until(streams, 1);
      await clock.advance(100);
      streams.forEach(breakOff);
      const { facts, result } = await speaking;
      expect(result).to.include({ kind: 'audio', rest: undefined });
      expect(facts).to.include({ provider: 'second', degraded: true });
      expect(facts.attempts).to.deep.equal([
        { step: 'first', code, ms: 100 },
        { step: 'second', code: null, ms: 0 },
      ]);
      expect(attempts).to.deep.equal([
        { provider: 'first', code: null },
        { provider: 'first', code, committed: true },
        { provider: 'second', code: null },
      ]);
      expect(fallbacks).to.deep.equal([`first ${code} second`]);
      expect(live?.current.chain.status().providers[0]?.circuit).to.equal('open');
    });
  }

  it('waits for the end of sound whose length nobody announced, however long `hold` is', async () => {
    start({ fallback: [speaker('second')] });
    const { chain } = live?.current ?? {};
    if (chain === undefined) throw new Error('nothing was started');
    for (const [hold, expected] of [
      [500, 'second'],
      [0, 'unheld'],
    ] as const) {
      const stream = new PassThrough();
      // As the permit of its call does.
      stream.on('error', () => undefined).write(PCM);
      const result: SpeechAudio = { kind: 'audio', contentType: 'audio/pcm', stream, endsUnannounced: true };
      const answer = { result, facts: { provider: 'unheld', degraded: false, attempts: [] } };
      const options = { deadline: new Deadline(5_000, clock), signal: controller.signal, fallback: 'chain' } as const;
      const holding = holdSpeech(
        { request: REQUEST, answer, options, behind: () => ['second'] },
        { chain, clock, hold },
      );
      await clock.advance(3_000);
      dies(stream);
      expect((await holding).facts.provider).to.equal(expected);
    }
  });

  it('goes from one to the next as often as they break off, and down to the text', async () => {
    const [first, second] = [slowly('first'), slowly('second')];
    start({ fallback: [first.own, second.own, TEXT] });
    const speaking = speak();
    for (const { streams } of [first, second]) {
      await until(streams, 1);
      dies(streams[0]);
    }
    const { facts, result } = await speaking;
    expect(result).to.include({ kind: 'text', text: REQUEST.input });
    expect(facts).to.include({ provider: 'text', degraded: true });
    expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal([
      'first reset',
      'second reset',
      'text null',
    ]);
    expect(fallbacks).to.deep.equal(['first reset second', 'second reset text']);
  });

  it('asks nobody again who has failed before', async () => {
    const asked: string[] = [];
    const refusing = (name: string): SpeechProvider =>
      provider(name, () => {
        asked.push(name);
        return Promise.reject(new SpeechError('refused', 'made to fail'));
      });
    const { own, streams } = slowly('second');
    start({ fallback: [refusing('first'), own, refusing('third')] });
    const speaking = speak();
    await until(streams, 1);
    dies(streams[0]);
    const { facts, result } = await speaking;
    expect(result).to.equal(null);
    expect(facts).to.include({ provider: null, degraded: true });
    expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal([
      'first refused',
      'second reset',
      'third refused',
    ]);
    expect(asked).to.deep.equal(['first', 'third']);
    expect(streams).to.have.length(1);
  });

  it('gives whoever is behind the time that sound was held for back', async () => {
    const [first, second] = [slowly('first'), slowly('second')];
    start({ fallback: [first.own, second.own, TEXT], hold: Infinity });
    void speak();
    await until(first.streams, 1);
    // Longer than the whole deadline.
    await clock.advance(20_000);
    dies(first.streams[0]);
    await until(second.streams, 1);
    expect(second.budgets).to.deep.equal([5_000]);
    expect(first.budgets).to.deep.equal([4_000]);
  });

  it('has nobody speak in another’s place where the client wants none', async () => {
    const { own, streams } = slowly('first');
    start({ fallback: [own, speaker('second'), TEXT] });
    const speaking = speak(REQUEST, { fallback: 'none' });
    await until(streams, 1);
    dies(streams[0]);
    const { facts, result } = await speaking;
    expect(result).to.equal(null);
    expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal(['first reset']);
    expect(fallbacks).to.deep.equal([]);
  });

  it('draws an attempt that broke off as one that did', async () => {
    const drawn: string[] = [];
    const trace: RequestTrace = {
      run: (work) => work(),
      attempt: (_provider, _type, work) => work(),
      attempted: (name, code) => drawn.push(`${name} ${String(code)}`),
      brokeOff: (name, code) => drawn.push(`${name} broke off: ${code}`),
    };
    const { own, streams } = slowly('first');
    start({ fallback: [own, speaker('second')] });
    const speaking = speak(REQUEST, { trace });
    await until(streams, 1);
    dies(streams[0]);
    await speaking;
    expect(drawn).to.deep.equal(['first null', 'first broke off: reset', 'second null']);
  });

  it('holds nothing where that is not wanted', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own], hold: 0 });
    const { begun, rest } = audioIn(await speak());
    expect(begun).to.deep.equal([]);
    streams[0]?.end('end');
    expect(Buffer.concat((await rest?.toArray()) as Buffer[])).to.deep.equal(Buffer.concat([PCM, Buffer.from('end')]));
  });

  it('holds for ever where that is wanted, long text too', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own], hold: Infinity });
    for (const request of [REQUEST, LONG]) {
      streams.length = 0;
      const speaking = speak(request);
      await until(streams, 1);
      const outcomes: unknown[] = [];
      void speaking.then((outcome) => outcomes.push(outcome));
      // An hour, in which it never stands still for long.
      for (let seconds = 0; seconds < 3_600; seconds += 9) {
        for (const stream of streams) stream.write(Buffer.alloc(2));
        await clock.advance(9_000);
      }
      expect(outcomes).to.deep.equal([]);
      while (outcomes.length === 0) {
        for (const stream of streams) if (!stream.writableEnded) stream.end();
        await settle();
      }
      const { rest, contentLength } = audioIn(await speaking);
      expect(rest).to.equal(undefined);
      expect(contentLength).to.be.above(PCM.length - 1);
    }
    expect(streams.length, 'segments of the long text').to.be.above(1);
  });

  it('does not hold long text, of which another provider can speak the rest', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own] });
    const { begun, rest } = audioIn(await speak(LONG));
    expect(begun).to.deep.equal([]);
    expect(rest).not.to.equal(undefined);
    expect(streams).to.have.length(1);
  });

  it('holds no more than its bytes, and does not wait for what says that it is longer', async () => {
    const { own, streams } = slowly('own');
    start({ fallback: [own], hold: Infinity });
    const speaking = speak();
    await until(streams, 1);
    const piece = Buffer.alloc(MOST_WHOLE_BYTES / 4);
    for (let sent = 0; sent < 5; sent += 1) {
      streams[0]?.write(piece);
      for (let turn = 0; turn < 50; turn += 1) await settle();
    }
    const { begun, rest } = audioIn(await speaking);
    expect(Buffer.concat(begun).length).to.be.within(MOST_WHOLE_BYTES, MOST_WHOLE_BYTES + piece.length);
    expect(rest).not.to.equal(undefined);
    streams.length = 0;
    const longest = provider('long', () => {
      const stream = new PassThrough();
      stream.write(PCM);
      return Promise.resolve({ ...pcm(stream), contentLength: MOST_HELD_BYTES + 1 });
    });
    const { chain } = live?.current ?? {};
    expect(chain?.providers).to.have.length(1);
    // A provider of the user's own is not believed what it says of a length, so that this is a built-in one's.
    if (chain === undefined) throw new Error('nothing was started');
    const result = await longest.synthesize(REQUEST, {
      signal: controller.signal,
      deadline: 1_000,
      logger: silentLogger,
    });
    const answer = { result, facts: { provider: 'long', degraded: false, attempts: [] } };
    const options = { deadline: new Deadline(1_000, clock), signal: controller.signal, fallback: 'chain' } as const;
    const held = await holdSpeech({ request: REQUEST, answer, options, behind: () => [] }, { chain, clock, hold: 500 });
    expect(audioIn(held)).to.deep.include({ begun: [], contentLength: MOST_HELD_BYTES + 1 });
  });

  describe('where a client would not notice that it broke off', () => {
    const unseen = { showsBreak: () => false };

    it('waits until it is whole, whatever the option says', async () => {
      const { own, streams } = slowly('own');
      start({ fallback: [own], hold: 0 });
      const speaking = speak(REQUEST, { reply: unseen });
      await until(streams, 1);
      await clock.advance(9_000);
      streams[0]?.end();
      expect(audioIn(await speaking)).to.include({ rest: undefined, contentLength: PCM.length });
    });

    it('asks whether it would of sound with and without a length', async () => {
      const asked: boolean[] = [];
      start({ fallback: [speaker('own')], hold: 0 });
      const showsBreak = (hasLength: boolean): boolean => asked.push(hasLength) > 0;
      await speak(REQUEST, { reply: { showsBreak } });
      expect(asked).to.deep.equal([false]);
    });

    it('asks whoever is behind when it breaks off, however late', async () => {
      const { own, streams } = slowly('first');
      start({ fallback: [own, speaker('second'), TEXT], hold: 0 });
      const speaking = speak(REQUEST, { reply: unseen });
      await until(streams, 1);
      await clock.advance(60_000);
      dies(streams[0]);
      expect((await speaking).facts).to.include({ provider: 'second', degraded: true });
    });

    it('hands the text back where nobody could speak a long one to its end', async () => {
      const { own, streams } = slowly('first');
      start({ fallback: [own, TEXT], hold: 0 });
      const speaking = speak(LONG, { reply: unseen });
      await until(streams, 1);
      dies(streams[0]);
      const { result, facts } = await speaking;
      expect(result).to.include({ kind: 'text', text: LONG.input });
      expect(facts).to.include({ provider: 'text', degraded: true });
      expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal([
        'first reset',
        'text null',
      ]);
    });

    it('says of a long one that it is degraded, where another provider spoke a part', async () => {
      const [first, second] = [slowly('first'), slowly('second')];
      start({ fallback: [first.own, second.own], hold: 0 });
      const speaking = speak(LONG, { reply: unseen });
      await until(first.streams, 1);
      dies(first.streams[0]);
      let outcome: SpokenOutcome | undefined;
      void speaking.then((value) => (outcome = value));
      while (outcome === undefined) {
        for (const stream of second.streams) if (!stream.writableEnded) stream.end();
        await settle();
      }
      expect(outcome.facts).to.include({ degraded: true });
      expect(audioIn(outcome).rest).to.equal(undefined);
    });

    it('takes what is too long for that as broken off', async () => {
      const { own, streams } = slowly('first');
      start({ fallback: [own, speaker('second')], hold: 0 });
      let reserved = 0;
      const reserve = (bytes: number): boolean => (reserved += bytes) > 0;
      const release = (bytes: number): unknown => (reserved -= bytes);
      const speaking = speak(REQUEST, { reply: { ...unseen, reserve, release } });
      await until(streams, 1);
      for (let sent = 0; sent <= 4 && streams[0]?.destroyed === false; sent += 1) {
        streams[0].write(Buffer.alloc(MOST_WHOLE_BYTES / 4));
        for (let turn = 0; turn < 50; turn += 1) await settle();
      }
      const { facts } = await speaking;
      expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal([
        'first too_large',
        'second null',
      ]);
      expect(streams[0]?.destroyed).to.equal(true);
      expect(reserved, 'what the second one takes').to.equal(PCM.length);
      expect(
        attempts.filter(({ committed }) => committed),
        'it is not the provider’s fault',
      ).to.deep.equal([]);
      expect(live?.current.chain.status().providers[0]).to.include({ circuit: 'closed', running: 0 });
    });

    it('takes what there is no room for as refused', async () => {
      start({ fallback: [speaker('first'), TEXT], hold: 0 });
      const { facts, result } = await speak(REQUEST, { reply: { ...unseen, reserve: () => false } });
      expect(result).to.include({ kind: 'text' });
      expect(facts.attempts.map(({ step, code }) => `${step} ${String(code)}`)).to.deep.equal([
        'first bulkhead_full',
        'text null',
      ]);
    });
  });

  it('lets the sound of a client go that leaves meanwhile, and asks nobody else', async () => {
    const { own, streams } = slowly('first');
    const second = slowly('second');
    start({ fallback: [own, second.own, TEXT] });
    const speaking = speak();
    await until(streams, 1);
    controller.abort(new SpeechError('aborted', 'the caller has left'));
    expect((await speaking).result).to.equal(null);
    expect(streams[0]?.destroyed).to.equal(true);
    expect(second.streams).to.have.length(0);
    expect(fallbacks).to.deep.equal([]);
    await settle();
    expect(live?.current.chain.status().providers[0]).to.include({ circuit: 'closed', running: 0 });
  });
});

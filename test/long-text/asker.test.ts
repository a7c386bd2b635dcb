import { expect } from 'chai';
import { SpeechError, type CallAllowance } from '../../lib/index.js';
import { MOST_WAIT } from '../../lib/long-text/pacing.js';
import {
  speakPaced,
  type PacedAnswer,
  type PacedCall,
  type PacedProvider,
  type PacedSpeech,
} from '../support/paced-speech.js';
import { sentences } from '../support/sentence-server.js';

const MINUTE = 60_000;
/** Seconds that a letter takes to say. */
const LETTER = 0.06;
const speaks = ({ input }: PacedCall): { readonly seconds: number } => ({ seconds: LETTER * input.length });
const limited = (retryAfter?: number): SpeechError =>
  new SpeechError('rate_limited', 'too many', {
    ...(retryAfter === undefined ? {} : { retryAfter, retryHelps: true, blamesProvider: false }),
  });

/** A server that takes so many calls in each minute, counted from its first, and says how long to wait for the next. */
function window(
  calls: number,
  tells: 'allowance' | 'nothing' = 'nothing',
): PacedProvider & { readonly refused: PacedCall[] } {
  let begun: number | undefined;
  let made = 0;
  const refused: PacedCall[] = [];
  return {
    refused,
    answer(call): PacedAnswer {
      begun ??= call.at;
      if (call.at >= begun + MINUTE) {
        begun = call.at;
        made = 0;
      }
      const resetsIn = begun + MINUTE - call.at;
      if (made >= calls) {
        refused.push(call);
        return limited(resetsIn);
      }
      made += 1;
      const allowance: CallAllowance = { calls: calls - made, nextIn: resetsIn, resetsIn };
      return { ...speaks(call), ...(tells === 'allowance' && { allowance }) };
    },
    delay: () => 300,
  };
}

/** A server whose calls come back one by one, so many in a minute. */
function bucket(calls: number): PacedProvider {
  let left = calls;
  let at = 0;
  return {
    answer(call) {
      left = Math.min(calls, left + ((call.at - at) * calls) / MINUTE);
      at = call.at;
      if (left < 1) return limited(((1 - left) * MINUTE) / calls);
      left -= 1;
      return speaks(call);
    },
    delay: () => 300,
  };
}

const standIn: PacedProvider = { answer: speaks };
const saidBy = (provider: string, { calls }: PacedSpeech): PacedCall[] =>
  calls.filter((call) => call.provider === provider);

/** Expects that one provider has said all of a text in its order, and nobody else anything. */
function expectAllBy(provider: string, text: string, speech: PacedSpeech, refused: readonly PacedCall[] = []): void {
  expect(speech.error).to.equal(undefined);
  const said = speech.calls.filter((call) => !refused.includes(call));
  expect(said.every((call) => call.provider === provider)).to.equal(true);
  expect(said.map(({ input }) => input).join(' ')).to.equal(text);
  expect(speech.outcome.facts.degraded).to.equal(false);
}

describe('a very long text', () => {
  const TEXT = sentences(40, 90);

  it('is asked for in passages that grow to the longest segment', async () => {
    const speech = await speakPaced({ text: TEXT, providers: { server: { answer: speaks, delay: () => 100 } } });
    expectAllBy('server', TEXT, speech);
    const lengths = speech.calls.map(({ input }) => input.length);
    expect(lengths.length).to.be.below(20);
    expect(lengths[0]).to.be.at.most(90);
    expect(lengths[1]).to.be.at.most(181);
    expect(Math.max(...lengths)).to.be.within(200, 300);
  });

  it('is asked for sentence by sentence where it has only a few', async () => {
    const text = sentences(6, 90);
    const speech = await speakPaced({ text, providers: { server: { answer: speaks } } });
    expect(speech.calls).to.have.length(6);
  });

  it('is asked for in short passages where a server takes longer for more', async () => {
    const slow: PacedProvider = { answer: speaks, delay: ({ input }) => 30 * input.length };
    const speech = await speakPaced({ text: TEXT, providers: { server: slow } });
    expectAllBy('server', TEXT, speech);
    for (const { input } of speech.calls) expect(30 * input.length).to.be.below(5_000);
  });

  it('has no passage of several scripts: a voice of one would pass over the other', async () => {
    const foreign = '今天天气很好，我们一起去公园散步吧，然后去吃晚饭。';
    const text = `${sentences(12, 90)} ${foreign} ${sentences(4, 90)}`;
    const speech = await speakPaced({ text, providers: { server: { answer: speaks } } });
    expect(speech.calls.map(({ input }) => input)).to.include(foreign);
    expectAllBy('server', text, speech);
  });
});

describe('a long text and a server that limits the rate', () => {
  it('keeps its voice with five calls a minute, of which nobody knew', async () => {
    const text = sentences(40, 90);
    const limiter = window(5);
    const speech = await speakPaced({ text, providers: { server: limiter, 'stand-in': standIn } });
    expectAllBy('server', text, speech, limiter.refused);
    expect(limiter.refused).to.have.length(1);
  });

  it('changes its voice where the first few calls are not enough to hear until there may be more', async () => {
    const text = sentences(16, 90);
    const limiter = window(3);
    const speech = await speakPaced({ text, providers: { server: limiter, 'stand-in': standIn } });
    expect(speech.error).to.equal(undefined);
    expect(saidBy('stand-in', speech).length).to.be.above(0);
    expect(limiter.refused).to.have.length(1);
    expect(speech.took).to.be.below(10_000);
  });

  it('keeps its voice with calls that come back one by one', async () => {
    const text = sentences(40, 90);
    const speech = await speakPaced({ text, providers: { server: bucket(5), 'stand-in': standIn } });
    expect(speech.error).to.equal(undefined);
    expect(saidBy('stand-in', speech)).to.have.length(0);
    expect(speech.outcome.facts.segments?.filter(({ code }) => code === null)).to.have.length.at.most(8);
    expect(speech.seconds).to.be.closeTo(text.length * LETTER, 20);
  });

  for (const calls of [2, 3, 5, 8]) {
    it(`makes no more calls than a server tells, ${String(calls)} a minute`, async () => {
      const text = sentences(12, 90);
      const limiter = window(calls, 'allowance');
      const speech = await speakPaced({ text, providers: { server: limiter, 'stand-in': standIn } });
      expectAllBy('server', text, speech);
      expect(limiter.refused).to.have.length(0);
      expect(speech.calls.length).to.be.at.most(calls);
    });
  }

  for (const maxCallsPerMinute of [1, 2, 3, 5]) {
    it(`makes no more than ${String(maxCallsPerMinute)} calls in any minute where that is said`, async () => {
      const text = sentences(30, 90);
      const server = { answer: speaks, capabilities: { maxCallsPerMinute } };
      const speech = await speakPaced({ text, providers: { server, 'stand-in': standIn } });
      for (const { at } of speech.calls) {
        const inAMinute = speech.calls.filter((call) => call.at >= at && call.at < at + MINUTE);
        expect(inAMinute.length).to.be.at.most(maxCallsPerMinute);
      }
      expectAllBy('server', text, speech);
    });
  }

  it('asks for no more at once than the provider takes', async () => {
    const text = sentences(30, 90);
    const server = { answer: speaks, capabilities: { maxCallsPerMinute: 4, maxInput: 700 } };
    const speech = await speakPaced({ text, providers: { server } });
    expect(Math.max(...speech.calls.map(({ input }) => input.length))).to.be.within(400, 700);
  });

  it('waits for the voice as long as there is something to hear, and a little longer, and not more', async () => {
    // Four sentences are 21 s of sound; the wait is told with the fifth.
    for (const [retryAfter, isWaitedFor] of [
      [20_000, true],
      [23_000, true],
      [27_000, false],
      [50_000, false],
    ] as const) {
      const text = sentences(6, 90);
      const server: PacedProvider = { answer: (call) => (call.before === 4 ? limited(retryAfter) : speaks(call)) };
      const speech = await speakPaced({ text, providers: { server, 'stand-in': standIn } });
      expect(speech.error, String(retryAfter)).to.equal(undefined);
      expect(saidBy('stand-in', speech).length, String(retryAfter)).to.equal(isWaitedFor ? 0 : 2);
      if (isWaitedFor) expect(speech.took).to.be.within(retryAfter, retryAfter + 2_000);
      else expect(speech.took).to.be.below(2_000);
      // What is left is asked for at once then: nobody knows how many calls there will be.
      if (isWaitedFor) expect(saidBy('server', speech)).to.have.length(6);
    }
  });

  it('waits up to a minute where nobody else is left, and no longer', async () => {
    const text = sentences(6, 90);
    for (const [retryAfter, isWhole] of [
      [50_000, true],
      [MOST_WAIT + 1_000, false],
    ] as const) {
      const server: PacedProvider = { answer: (call) => (call.before === 2 ? limited(retryAfter) : speaks(call)) };
      const speech = await speakPaced({ text, providers: { server } });
      expect(speech.error === undefined, String(retryAfter)).to.equal(isWhole);
      if (!isWhole) expect(speech.error).to.have.property('code', 'rate_limited');
    }
    const never: PacedProvider = { answer: (call) => (call.before >= 2 ? limited(5_000) : speaks(call)) };
    const speech = await speakPaced({ text, providers: { server: never } });
    expect(speech.error).to.have.property('code', 'rate_limited');
    expect(speech.took).to.be.within(50_000, 70_000);
  });

  it('takes a refusal without a time for what it was: another voice goes on', async () => {
    const text = sentences(6, 90);
    const server: PacedProvider = { answer: (call) => (call.before === 3 ? limited() : speaks(call)) };
    const speech = await speakPaced({ text, providers: { server, 'stand-in': standIn } });
    expect(saidBy('stand-in', speech)).to.have.length(3);
    expect(speech.took).to.be.below(1_000);
  });

  it('shuts the server to everybody for as long as it asked, and not a moment longer', async () => {
    const text = sentences(6, 90);
    const server: PacedProvider = { answer: (call) => (call.before >= 3 ? limited(40_000) : speaks(call)) };
    const speech = await speakPaced({ text, providers: { server, 'stand-in': standIn } });
    const [stage] = speech.stages;
    const refusedAt = saidBy('server', speech)[3]?.at ?? 0;
    expect(speech.circuits.map(({ to }) => to)).to.deep.equal(['open']);
    await speech.clock.advance(refusedAt + 39_900 - speech.clock.now());
    expect(stage?.status().circuit).to.equal('open');
    await speech.clock.advance(200);
    expect(stage?.status().circuit).to.equal('half-open');
  });

  it('tries a server with shorter passages again where it would not take a longer one, and keeps to that', async () => {
    const text = sentences(30, 90);
    const picky: PacedProvider = {
      answer: (call) =>
        call.input.length > 500 ? new SpeechError('status.400', 'too long') : { ...speaks(call), allowance: FEW },
    };
    const speech = await speakPaced({ text, providers: { server: picky, 'stand-in': standIn } });
    expect(saidBy('stand-in', speech)).to.have.length(0);
    expect(speech.calls.filter(({ input }) => input.length > 500)).to.have.length(1);
  });
});

const FEW: CallAllowance = { calls: 2, resetsIn: MINUTE };

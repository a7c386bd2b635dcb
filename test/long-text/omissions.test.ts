import { expect } from 'chai';
import { SpeechError, type SpeechErrorCode } from '../../lib/index.js';
import {
  speakPaced,
  type PacedAnswer,
  type PacedCall,
  type PacedProvider,
  type PacedSpeech,
} from '../support/paced-speech.js';
import { sentences } from '../support/sentence-server.js';

const TEXT = sentences(6, 90);
const SECONDS = 2;
/** Quiet between two sentences of bare samples. */
const PAUSE = 0.2;
const numbersIn = ({ input }: PacedCall): number[] =>
  [...input.matchAll(/Number (\d+)/g)].map(([, number]) => Number(number));

/** Says all sentences but these, each in two seconds. */
function allBut(code: SpeechErrorCode, ...unsaid: readonly number[]): PacedProvider {
  return {
    answer(call): PacedAnswer {
      const numbers = numbersIn(call);
      return numbers.some((number) => unsaid.includes(number))
        ? new SpeechError(code, 'not this')
        : { seconds: SECONDS * numbers.length };
    },
  };
}

const leftOutOf = ({ outcome }: PacedSpeech): string[] =>
  (outcome.facts.segments ?? [])
    .filter(({ isLeftOut }) => isLeftOut)
    .map(({ provider, from, to, code }) => `${provider} ${String(code)} ${String(from)}-${String(to)}`);

/** Who has spoken which sentences, as far as they were sent. */
const spokenIn = ({ outcome }: PacedSpeech): string[] =>
  (outcome.facts.segments ?? [])
    .filter(({ code }) => code === null)
    .map(({ from, to }) => `${String(from)}-${String(to)}`);

describe('a sentence of a long text that nobody can say', () => {
  for (const code of [
    ...(['unsupported', 'empty', 'engine_failed', 'not_audio', 'too_large'] as const),
    ...(['status.400', 'status.413', 'status.422', 'status.500'] as const),
  ]) {
    it(`is left out with a rest where it is ${code}`, async () => {
      const speech = await speakPaced({ text: TEXT, providers: { server: allBut(code, 2) } });
      expect(speech.error).to.equal(undefined);
      expect(leftOutOf(speech)).to.deep.equal([`server ${code} 3-3`]);
      expect(spokenIn(speech)).to.deep.equal(['1-2', '4-6']);
      expect(speech.seconds).to.be.closeTo(5 * SECONDS + 4 * PAUSE + 0.4, 0.2);
      expect(speech.outcome.facts.degraded).to.equal(true);
    });
  }

  for (const code of [
    'refused',
    'timeout.first_byte',
    'reset',
    'dns',
    'status.503',
    'status.401',
    'status.402',
  ] as const) {
    it(`ends the speech where it is ${code}: nobody would say the next one either`, async () => {
      const speech = await speakPaced({ text: TEXT, providers: { server: allBut(code, 2) } });
      expect(speech.error).to.have.property('code', code);
      expect(leftOutOf(speech)).to.deep.equal([]);
    });
  }

  it('is left out where one who is there has said no to it, and the other is not there', async () => {
    const providers = { dead: allBut('refused', 2, 3, 4, 5), server: allBut('unsupported', 2) };
    const speech = await speakPaced({ text: TEXT, providers });
    expect(speech.error).to.equal(undefined);
    expect(leftOutOf(speech)).to.deep.equal(['server unsupported 3-3']);
    expect(spokenIn(speech)).to.deep.equal(['1-2', '4-6']);
  });

  it('is said by whoever can', async () => {
    const speech = await speakPaced({
      text: TEXT,
      providers: { server: allBut('empty', 2), other: allBut('empty', 4) },
    });
    expect(leftOutOf(speech)).to.deep.equal([]);
    expect(speech.error).to.equal(undefined);
    expect(speech.seconds).to.be.closeTo(6 * SECONDS + 5 * PAUSE, 0.2);
  });

  it('is left out where its sound turned out to be none', async () => {
    const server: PacedProvider = { answer: (call) => ({ seconds: numbersIn(call).includes(2) ? 0.01 : SECONDS }) };
    const speech = await speakPaced({ text: TEXT, providers: { server } });
    expect(speech.error).to.equal(undefined);
    expect(leftOutOf(speech)).to.deep.equal(['server empty 3-3']);
  });

  it('ends the speech for a client that wants one voice or none', async () => {
    const speech = await speakPaced({ text: TEXT, providers: { server: allBut('empty', 2) }, fallback: 'none' });
    expect(speech.error).to.have.property('code', 'empty');
  });

  it('is the only one to be left out of a passage of several', async () => {
    const text = sentences(20, 90);
    const speech = await speakPaced({ text, providers: { server: allBut('status.500', 12) } });
    expect(speech.error).to.equal(undefined);
    expect(leftOutOf(speech)).to.deep.equal(['server status.500 13-13']);
    expect(spokenIn(speech)).to.deep.equal(['1-11', '12-12', '14-20']);
    expect(speech.outcome.facts.segments).to.deep.include.members([
      { provider: 'server', from: 12, to: 14, code: 'status.500', ms: 0 },
    ]);
  });

  describe('at the beginning', () => {
    it('is left out without a rest, and the speech begins with the next', async () => {
      for (const unsaid of [[0], [0, 1]]) {
        const speech = await speakPaced({ text: TEXT, providers: { server: allBut('unsupported', ...unsaid) } });
        expect(speech.error).to.equal(undefined);
        expect(leftOutOf(speech)).to.have.length(unsaid.length);
        expect(spokenIn(speech)).to.deep.equal([`${String(unsaid.length + 1)}-6`]);
        const said = 6 - unsaid.length;
        expect(speech.seconds).to.be.closeTo(said * SECONDS + (said - 1) * PAUSE, 0.1);
        expect(speech.outcome.facts).to.include({ provider: 'server', degraded: true });
        expect(speech.outcome.facts.attempts.map(({ code }) => code)).to.deep.equal([
          ...unsaid.map(() => 'unsupported'),
          null,
        ]);
      }
    });

    it('leaves no speech where three in a row are so, or all', async () => {
      for (const unsaid of [
        [0, 1, 2],
        [0, 1, 2, 3, 4, 5],
      ]) {
        const speech = await speakPaced({ text: TEXT, providers: { server: allBut('unsupported', ...unsaid) } });
        expect(speech.outcome.result).to.equal(null);
        expect(speech.outcome.facts.provider).to.equal(null);
        expect(speech.calls).to.have.length(3);
      }
    });

    it('leaves no speech where nobody is there', async () => {
      const speech = await speakPaced({ text: TEXT, providers: { server: allBut('refused', 0) } });
      expect(speech.outcome.result).to.equal(null);
      expect(speech.calls).to.have.length(1);
    });

    it('has only those asked for the next who have said no to it', async () => {
      const providers = { dead: allBut('refused', 0), server: allBut('unsupported', 0) };
      const speech = await speakPaced({ text: TEXT, providers });
      expect(speech.calls.slice(0, 3).map(({ provider }) => provider)).to.deep.equal(['dead', 'server', 'server']);
      expect(speech.error).to.equal(undefined);
    });

    it('is an error for a client that wants one voice or none', async () => {
      const providers = { server: allBut('unsupported', 0) };
      const speech = await speakPaced({ text: TEXT, providers, fallback: 'none' });
      expect(speech.outcome.result).to.equal(null);
      expect(speech.calls).to.have.length(1);
    });
  });

  describe('at the end', () => {
    it('is left out once somebody has shown that the text is what could not be said', async () => {
      const speech = await speakPaced({ text: TEXT, providers: { server: allBut('empty', 5) } });
      expect(speech.error).to.equal(undefined);
      expect(leftOutOf(speech)).to.deep.equal(['server empty 6-6']);
      // What was said last is asked for once more.
      expect(speech.calls.map(numbersIn).flat()).to.deep.equal([0, 1, 2, 3, 4, 5, 4]);
      expect(speech.seconds).to.be.closeTo(5 * SECONDS + 5 * PAUSE, 0.1);
    });

    it('ends the speech where nobody says anything any more, so that it does not look like one that is whole', async () => {
      const server: PacedProvider = {
        answer: (call) => (call.before >= 4 ? new SpeechError('empty', 'out of memory') : { seconds: SECONDS }),
      };
      const speech = await speakPaced({ text: TEXT, providers: { server } });
      expect(speech.error).to.have.property('code', 'empty');
    });
  });

  describe('of which there are several', () => {
    it('is left out each time, once somebody has shown in between that he speaks', async () => {
      const text = sentences(14, 40);
      const providers = { server: allBut('status.422', 4, 5, 6, 7, 8) };
      const speech = await speakPaced({ text, providers });
      expect(speech.error).to.equal(undefined);
      expect(leftOutOf(speech)).to.have.length(5);
      expect(spokenIn(speech)).to.deep.equal(['1-4', '10-14']);
      // One rest for all of them.
      expect(speech.seconds).to.be.closeTo(9 * SECONDS + 8 * PAUSE + 0.4, 0.3);
    });

    it('ends the speech when more than half of it would be left out', async () => {
      const speech = await speakPaced({ text: TEXT, providers: { server: allBut('empty', 1, 2, 4, 5) } });
      expect(speech.error).to.have.property('code', 'empty');
      expect(leftOutOf(speech)).to.have.length(3);
      const half = await speakPaced({ text: TEXT, providers: { server: allBut('empty', 1, 3, 4) } });
      expect(half.error).to.equal(undefined);
    });
  });
});

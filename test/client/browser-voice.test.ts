import { expect } from 'chai';
import { createBrowserVoice } from '../../lib/client/browser-voice.js';
import type { SpeechEvent } from '../../lib/client/outcome.js';
import type { Output } from '../../lib/client/output.js';
import { createFakeSynthesis } from './fake-synthesis.js';

const SENTENCE = 'This sentence is one of several that are too many to be said in one breath by a voice from afar.';

describe('the browser’s voice', () => {
  let events: SpeechEvent['type'][];
  let over: AbortController;

  beforeEach(() => {
    events = [];
    over = new AbortController();
  });

  function voice(text: string, synthesis: SpeechSynthesis | undefined): Output {
    return createBrowserVoice(
      text,
      { synthesis, lang: 'en', speed: 1.5 },
      { signal: over.signal, tell: ({ type }) => events.push(type) },
    );
  }

  /** Lets what is waiting for a promise go on. */
  const settled = (): Promise<void> => new Promise(setImmediate);

  it('reads a text a piece at a time, and is said to play once', async () => {
    const fake = createFakeSynthesis();
    const output = voice(`${SENTENCE} ${SENTENCE}`, fake.synthesis);
    output.resume();
    await settled();
    expect(fake.utterances).to.have.length(1);
    fake.say();
    expect(fake.utterances).to.have.length(2);
    fake.say();
    expect(await output.finished).to.equal(null);
    expect(fake.utterances.map(({ text, lang, rate }) => [text, lang, rate])).to.deep.equal([
      [SENTENCE, 'en', 1.5],
      [SENTENCE, 'en', 1.5],
    ]);
    expect(events).to.deep.equal(['playing']);
  });

  it('says nothing before it is resumed, and begins a piece again after a pause', async () => {
    const fake = createFakeSynthesis();
    const output = voice('Twice.', fake.synthesis);
    await settled();
    expect(fake.utterances).to.have.length(0);
    output.resume();
    const [first] = fake.utterances;
    first?.onstart?.();
    output.pause();
    expect(fake.cancels).to.equal(1);
    // The browser says so late that it has cancelled what it was told to.
    first?.onerror?.({ error: 'canceled' });
    output.resume();
    fake.say();
    expect(await output.finished).to.equal(null);
    expect(fake.utterances.map(({ text }) => text)).to.deep.equal(['Twice.', 'Twice.']);
    expect(events).to.deep.equal(['playing', 'paused', 'playing']);
  });

  it('falls silent for good with the signal, and does not silence what is not its own', async () => {
    const fake = createFakeSynthesis();
    const output = voice('Stop.', fake.synthesis);
    output.resume();
    await settled();
    over.abort();
    fake.utterances[0]?.onend?.();
    expect([fake.cancels, fake.utterances.length]).to.deep.equal([1, 1]);

    over = new AbortController();
    voice('Never begun.', fake.synthesis);
    over.abort();
    await settled();
    expect([fake.cancels, fake.utterances.length]).to.deep.equal([1, 1]);
  });

  it('waits for a click where the browser wants one', async () => {
    const fake = createFakeSynthesis();
    const output = voice('Click.', fake.synthesis);
    output.resume();
    await settled();
    fake.utterances[0]?.onerror?.({ error: 'not-allowed' });
    expect(events).to.deep.equal(['blocked']);
    output.resume();
    fake.say();
    expect(await output.finished).to.equal(null);
  });

  it('says why it failed', async () => {
    const fake = createFakeSynthesis();
    const output = voice('Fail.', fake.synthesis);
    output.resume();
    await settled();
    fake.utterances[0]?.onerror?.({ error: 'synthesis-failed' });
    expect(await output.finished).to.equal('voice.synthesis-failed');
  });

  it('waits for the list of voices, which comes late', async () => {
    const fake = createFakeSynthesis([]);
    const output = voice('Late.', fake.synthesis);
    output.resume();
    await settled();
    // A change that brings none is not the one that is waited for.
    fake.synthesis.dispatchEvent(new Event('voiceschanged'));
    await settled();
    expect(fake.utterances).to.have.length(0);
    fake.addVoice();
    await settled();
    fake.say();
    expect(await output.finished).to.equal(null);
  });

  it('is missed at once where there is no such thing at all', async () => {
    expect(await voice('Nothing.', undefined).finished).to.equal('no_voices');
  });
});

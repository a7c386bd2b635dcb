import { expect } from 'chai';
import type { SpeechEngine } from '../../../lib/engines/engine.js';
import { createEspeakEngine } from '../../../lib/engines/espeak/espeak.js';
import { createLoad } from '../../../lib/engines/worker/load.js';
import { needsPeer } from '../../support/peer.js';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';

describe('the espeak engine', function () {
  this.timeout(60_000);
  let engine: SpeechEngine;

  before(async function () {
    needsPeer(this);
    engine = (await createEspeakEngine(createLoad())) ?? expect.fail('the peer is there and does not load');
  });

  async function secondsOf(text: string, voice: string, speed = 1): Promise<number> {
    const { samples, sampleRate } = await engine.speak(text, { voice, speed, signal: new AbortController().signal });
    expect(samples.some((sample) => Math.abs(sample) > 0.1)).to.equal(true);
    return samples.length / sampleRate;
  }

  it('has over a hundred voices, and one for each of the scripts', () => {
    expect(engine.voices.length).to.be.greaterThan(100);
    const texts = ['Hello', '你好', 'Привет', 'Γεια σου', 'مرحبا', 'नमस्ते', '안녕하세요', 'ひらがな'];
    expect(texts.map((text) => engine.voiceFor(text))).to.deep.equal([
      ...['en-us', 'cmn', 'ru', 'el', 'ar', 'hi', 'ko', 'ja'],
    ]);
    expect(engine.voiceFor('今日は天気がいい')).to.equal(undefined);
  });

  it('speaks them, each character of Chinese as a syllable and Latin words beside it', async () => {
    expect(await secondsOf('今天天气很好', 'cmn')).to.be.within(0.8, 3);
    expect(await secondsOf('今天 hello 天气很好', 'cmn')).to.be.greaterThan(
      (await secondsOf('今天天气很好', 'cmn')) + 0.2,
    );
    expect(await secondsOf('Привет, мир.', 'ru')).to.be.within(0.5, 3);
  });

  it('keeps the pace, also where espeak itself does not', async () => {
    const normal = await secondsOf(SENTENCE, 'en-us');
    for (const speed of [0.25, 0.5, 2, 4]) {
      expect((await secondsOf(SENTENCE, 'en-us', speed)) * speed, String(speed)).to.be.closeTo(normal, normal * 0.15);
    }
  });

  it('reads signs as text, and not as markup', async () => {
    expect(await secondsOf('a <break time="9s"/> b & c', 'en-us')).to.be.within(1, 8);
  });

  it('fails for a voice that it does not have, instead of speaking with another', async () => {
    let error: unknown;
    try {
      await engine.speak('Hello', { voice: 'tlh-none', speed: 1, signal: new AbortController().signal });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).to.be.an('error');
  });

  it('stops in the middle when nobody wants it any more', async () => {
    const { samples } = await engine.speak(SENTENCE.repeat(4), {
      voice: 'en-us',
      speed: 1,
      signal: AbortSignal.abort(),
    });
    expect(samples.length).to.be.below(22_050);
  });
});

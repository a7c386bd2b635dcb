import { expect } from 'chai';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { FormatSupport } from '../../../lib/providers/remote/format-support.js';

const TEN_MINUTES = 600_000;

describe('FormatSupport', () => {
  let now: number;
  const supportOf = (
    formats: readonly SpeechFormat[] = SPEECH_FORMATS,
    convertible: readonly SpeechFormat[] = SPEECH_FORMATS,
  ): FormatSupport => new FormatSupport({ formats, convertible, now: () => now });

  beforeEach(() => {
    now = 1_000;
  });

  it('has a server asked for what is wanted, and then for what that can be made of, cheapest first', () => {
    const support = supportOf();
    expect(support.orderFor('mp3')).to.deep.equal(['mp3', 'wav', 'pcm']);
    expect(support.orderFor('pcm')).to.deep.equal(['pcm', 'wav']);
    expect(supportOf(['wav']).orderFor('opus')).to.deep.equal(['wav']);
    expect(supportOf(['mp3', 'pcm']).orderFor('wav')).to.deep.equal(['pcm']);
    expect(supportOf(['mp3']).orderFor('opus')).to.deep.equal([]);
  });

  it('offers no more what it turned out not to make, nor anything else to make it of', () => {
    const support = supportOf(['mp3', 'wav'], ['mp3', 'opus']);
    expect(support.available).to.deep.equal(['mp3', 'opus', 'wav']);
    support.refused('wav');
    expect(support.available).to.deep.equal(['mp3']);
    now += TEN_MINUTES;
    expect(support.available).to.deep.equal(['mp3', 'opus', 'wav']);
  });

  it('has it asked for nothing else where nothing can be converted', () => {
    expect(supportOf(SPEECH_FORMATS, []).orderFor('mp3')).to.deep.equal(['mp3']);
    expect(supportOf(['wav'], ['mp3']).orderFor('aac')).to.deep.equal([]);
  });

  it('lists what clients can have: what the server makes, and what can be made of that', () => {
    expect(supportOf(['wav']).available).to.deep.equal(SPEECH_FORMATS);
    expect(supportOf(['pcm'], ['mp3']).available).to.deep.equal(['mp3', 'pcm']);
    expect(supportOf(['opus', 'mp3']).available).to.deep.equal(['opus', 'mp3']);
  });

  it('leaves out what turned out not to be made, for ten minutes', () => {
    const support = supportOf();
    support.refused('mp3');
    expect(support.orderFor('mp3')).to.deep.equal(['wav', 'pcm']);
    expect(support.orderFor('opus')).to.deep.equal(['opus', 'wav', 'pcm']);
    now += TEN_MINUTES - 1;
    expect(support.orderFor('mp3')).to.deep.equal(['wav', 'pcm']);
    now += 1;
    expect(support.orderFor('mp3')).to.deep.equal(['mp3', 'wav', 'pcm']);
  });

  it('takes a refusal for one of the format once a minute, and not of what the server has just made', () => {
    const support = supportOf();
    expect(support.mayBeRefused('mp3')).to.equal(true);
    expect(support.mayBeRefused('mp3')).to.equal(false);
    expect(support.mayBeRefused('wav')).to.equal(true);
    now += 60_000;
    expect(support.mayBeRefused('mp3')).to.equal(true);
    support.made('mp3');
    now += TEN_MINUTES - 1;
    expect(support.mayBeRefused('mp3')).to.equal(false);
    now += 1;
    expect(support.mayBeRefused('mp3')).to.equal(true);
  });
});

import { expect } from 'chai';
import { contentTypeOf, SPEECH_FORMATS, typeAgrees } from '../../lib/audio/formats.js';

describe('typeAgrees', () => {
  it('agrees with the type that this package sends, and with no other format’s', () => {
    for (const format of SPEECH_FORMATS) {
      for (const other of SPEECH_FORMATS) {
        expect(typeAgrees(contentTypeOf(other), format), `${other} for ${format}`).to.equal(other === format);
      }
    }
  });

  it('takes other names of the same type, in any case, with parameters', () => {
    expect(typeAgrees('audio/x-wav', 'wav')).to.equal(true);
    expect(typeAgrees('Audio/MP3; charset=binary', 'mp3')).to.equal(true);
    expect(typeAgrees('audio/ogg; codecs=opus', 'opus')).to.equal(true);
    expect(typeAgrees('audio/L16;rate=24000', 'pcm')).to.equal(true);
  });

  it('leaves a missing or neutral type to the bytes, and refuses every other', () => {
    expect(typeAgrees(undefined, 'flac')).to.equal(true);
    expect(typeAgrees('application/octet-stream', 'flac')).to.equal(true);
    expect(typeAgrees('text/html', 'pcm')).to.equal(false);
    expect(typeAgrees('application/json', 'mp3')).to.equal(false);
  });
});

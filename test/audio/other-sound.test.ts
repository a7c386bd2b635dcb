import { expect } from 'chai';
import { SPEECH_FORMATS } from '../../lib/audio/formats.js';
import { wrongSound, wrongType } from '../../lib/audio/other-sound.js';
import { soundIn } from '../support/audio.js';

describe('sound that is not in the format asked for', () => {
  for (const format of SPEECH_FORMATS.filter((each) => each !== 'pcm')) {
    it(`is nothing against the provider where it is ${format}`, () => {
      const { code, blamesProvider } = wrongSound(soundIn(format));
      expect([code, blamesProvider]).to.deep.equal(['not_audio', false]);
    });
  }

  it('is held against it where it is none', () => {
    for (const bytes of ['<!doctype html>', '{"error":"no"}', '', 'noise \u0001\u0002\u0003'.repeat(50)]) {
      expect(wrongSound(Buffer.from(bytes)).blamesProvider, bytes).to.equal(true);
    }
  });

  it('goes by the type of the reply where that is all there is', () => {
    for (const type of ['audio/wav', 'Audio/MPEG; rate=1', ' application/ogg', 'audio/anything']) {
      expect(wrongType(type).blamesProvider, type).to.equal(false);
    }
    for (const type of ['text/html', 'application/json', 'video/mp4', undefined]) {
      expect(wrongType(type).blamesProvider, type).to.equal(true);
    }
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { SPEECH_FORMATS } from '../../lib/audio/formats.js';
import { declaredWavLength } from '../../lib/audio/sniff-containers.js';
import { MAX_SNIFFED_BYTES, sniffAudio } from '../../lib/audio/sniff.js';
import { soundIn } from '../support/audio.js';

describe('proveAudio', () => {
  for (const format of SPEECH_FORMATS) {
    it(`needs more of ${format} until it has a byte of sound, and never takes its beginning for something else`, () => {
      const sound = soundIn(format);
      const proofs = Array.from({ length: sound.length }, (_, index) =>
        sniffAudio(format, sound.subarray(0, index + 1)),
      );
      const first = proofs.indexOf('valid');
      expect(first).to.be.greaterThan(0);
      expect(new Set(proofs.slice(0, first))).to.deep.equal(new Set(['need-more']));
      expect(new Set(proofs.slice(first))).to.deep.equal(new Set(['valid']));
    });

    it(`takes no other container, text or markup for ${format}`, () => {
      const others = SPEECH_FORMATS.filter((other) => other !== format && other !== 'pcm').map((other) =>
        soundIn(other),
      );
      const texts = [
        '<!doctype html><html><body>502 Bad Gateway</body></html>',
        '{"error":{"message":"the model is loading"}}',
      ];
      for (const bytes of [...others, ...texts.map((text) => Buffer.from(text))]) {
        expect(sniffAudio(format, bytes), bytes.subarray(0, 20).toString('latin1')).to.equal('not-audio');
      }
    });
  }

  it('wants more than the header of a WAV file, whatever chunks it has', () => {
    const wav = soundIn('wav');
    expect(sniffAudio('wav', wav.subarray(0, 44))).to.equal('need-more');
    const list = Buffer.concat([wav.subarray(0, 36), Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'), wav.subarray(36)]);
    expect(sniffAudio('wav', list.subarray(0, 56))).to.equal('need-more');
    expect(sniffAudio('wav', list.subarray(0, 57))).to.equal('valid');
  });

  it('looks behind a tag for the first frame of MP3', () => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x00', 'latin1'), Buffer.alloc(128)]);
    expect(sniffAudio('mp3', tag)).to.equal('need-more');
    expect(sniffAudio('mp3', Buffer.concat([tag, soundIn('mp3')]))).to.equal('valid');
    expect(sniffAudio('mp3', Buffer.concat([tag, Buffer.from('<html>')]))).to.equal('not-audio');
  });

  it('gives up on a header that does not end', () => {
    const endless = Buffer.concat([
      Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1'),
      Buffer.alloc(MAX_SNIFFED_BYTES),
    ]);
    expect(sniffAudio('mp3', endless)).to.equal('not-audio');
  });

  it('ends on any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...SPEECH_FORMATS), (bytes, format) => {
        expect(sniffAudio(format, bytes)).to.be.oneOf(['valid', 'not-audio', 'need-more']);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('declaredWavLength', () => {
  it('reads the length that a header states, and none from one that does not know it', () => {
    const wav = soundIn('wav');
    expect(declaredWavLength(wav)).to.equal(wav.length);
    const streamed = Buffer.from(wav);
    streamed.writeUInt32LE(0xffffffff, 4);
    expect(declaredWavLength(streamed)).to.equal(undefined);
    expect(declaredWavLength(soundIn('mp3'))).to.equal(undefined);
  });

  it('takes an excuse in any language for text, and sound for sound, where there is no header to tell', () => {
    const excuses = [
      '{"error":"显存不足，无法合成语音，请稍后再试"}',
      '{"detail":"Modèle introuvable sur ce serveur, désolé"}',
      '\uFEFF<!doctype html><html lang="ja">エラー</html>',
      'Ошибка: модель не загружена, попробуйте позже',
    ];
    for (const excuse of excuses) expect(sniffAudio('pcm', Buffer.from(excuse)), excuse).to.equal('not-audio');
    expect(sniffAudio('pcm', Buffer.alloc(64))).to.equal('valid');
    expect(sniffAudio('pcm', soundIn('pcm').subarray(0, 64))).to.equal('valid');
  });
});

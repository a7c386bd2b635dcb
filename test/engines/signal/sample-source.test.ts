import { expect } from 'chai';
import fc from 'fast-check';
import { createSampleSource, type SourceSound } from '../../../lib/engines/signal/sample-source.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { encodeSamples } from '../../support/encode-samples.js';
import { chunk, wavFile } from '../../support/wav-file.js';

const WAV: SourceSound = { kind: 'wav' };
const SOUND = Array.from({ length: 500 }, (_, index) => (Math.round(100 * Math.sin(index)) || 0) / 128);
const LIST = chunk('LIST', Buffer.from('INFOISFT\x04\0\0\0Lavf', 'latin1'));

/** Reads a source that comes in pieces of so many bytes, and returns its samples or the code of its failure. */
function read(from: SourceSound, bytes: Uint8Array, piece = bytes.length): unknown {
  try {
    const source = createSampleSource(from);
    const samples: number[] = [];
    for (let at = 0; at < bytes.length; at += piece) samples.push(...source.add(bytes.subarray(at, at + piece)));
    samples.push(...source.end());
    return samples;
  } catch (error) {
    return SpeechError.from(error).code;
  }
}

describe('createSampleSource', () => {
  for (const [what, options] of [
    ['16 bits', {}],
    ['8 bits', { encoding: 'u8' }],
    ['24 bits in two channels', { encoding: 's24le', channels: 2 }],
    ['32 bits in six channels', { encoding: 's32le', channels: 6 }],
    ['floating point', { encoding: 'f32le', channels: 2 }],
    ['long floating point', { encoding: 'f64le' }],
    ['names before the sound', { before: LIST }],
    ['names behind the sound', { behind: LIST }],
    ['a length that is a placeholder', { declared: 0xffffffff }],
    ['no length', { declared: 0 }],
  ] as const) {
    it(`reads a WAV file with ${what}, wherever it is cut`, () => {
      const bytes = wavFile(SOUND, options);
      for (const piece of [bytes.length, 1, 7, 44, 100]) expect(read(WAV, bytes, piece)).to.deep.equal(SOUND);
    });
  }

  it('reads bare samples, wherever they are cut, and leaves out a part of one at the end', () => {
    const from: SourceSound = { kind: 'pcm', sampleRate: 22_050, channels: 2, encoding: 's24be' };
    const twice = SOUND.flatMap((sample) => [sample, sample]);
    const bytes = Buffer.concat([encodeSamples(twice, 's24be'), Buffer.of(1, 2)]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (piece) => {
        expect(read(from, bytes, piece)).to.deep.equal(SOUND);
      }),
    );
  });

  it('knows the rate as soon as the header is there, and the number of samples where no file can follow', () => {
    const bytes = wavFile(SOUND, { sampleRate: 22_050, channels: 2 });
    const source = createSampleSource({ kind: 'wav', bodyLength: bytes.length });
    source.add(bytes.subarray(0, 43));
    expect([source.sampleRate, source.length]).to.deep.equal([undefined, 'unknown']);
    source.add(bytes.subarray(43, 44));
    expect([source.sampleRate, source.length]).to.deep.equal([22_050, SOUND.length]);
    const other = createSampleSource(WAV);
    other.add(bytes.subarray(0, 44));
    expect([other.sampleRate, other.length]).to.deep.equal([22_050, 'unknown']);
  });

  it('goes on with the next file of several in a row, whatever its samples are', () => {
    const next = wavFile(SOUND, { channels: 2, encoding: 's32le', behind: LIST });
    expect(read(WAV, Buffer.concat([wavFile(SOUND, { behind: LIST }), next]), 100)).to.deep.equal([...SOUND, ...SOUND]);
    const faster = wavFile(SOUND, { sampleRate: 48_000 });
    for (const piece of [10_000, 13]) {
      expect(read(WAV, Buffer.concat([wavFile(SOUND), faster, next]), piece)).to.have.length(2.5 * SOUND.length);
    }
  });

  it('loses nothing of a file by others behind it that have no sound in them', () => {
    for (const declared of [0, 0xffffffff]) {
      const empty = wavFile([], { declared });
      for (const piece of [10_000, 13]) {
        expect(read(WAV, Buffer.concat([wavFile(SOUND), empty]), piece)).to.deep.equal(SOUND);
        expect(read(WAV, Buffer.concat([empty, wavFile(SOUND), empty, empty]), piece)).to.deep.equal(SOUND);
      }
    }
  });

  it('takes what has to say where it ends for whole only where it does', () => {
    const open = wavFile(SOUND, { declared: 0xffffffff });
    const from: SourceSound = { kind: 'wav', mustStateEnd: true };
    expect(read(from, wavFile(SOUND), 100)).to.deep.equal(SOUND);
    expect(read(from, open, 100)).to.equal('truncated');
  });

  it('does not let floating point be louder than the loudest, and wants it to be numbers', () => {
    expect(read(WAV, wavFile([0.5, 7, -1e30], { encoding: 'f32le' }))).to.deep.equal([0.5, 1, -1]);
    for (const sample of [NaN, Infinity])
      expect(read(WAV, wavFile([sample], { encoding: 'f32le' }))).to.equal('not_audio');
  });

  const pcm = { kind: 'pcm', sampleRate: 24_000, channels: 1, encoding: 's16le' } as const;
  const mulaw = wavFile(SOUND);
  mulaw.writeUInt16LE(7, 20);
  const endless = Buffer.concat([wavFile(SOUND).subarray(0, 36), chunk('LIST', Buffer.alloc(300_000))]);
  for (const [what, from, bytes, code] of [
    ['less sound than the header says', WAV, wavFile(SOUND).subarray(0, -1), 'truncated'],
    ['a length far from the truth', WAV, wavFile(SOUND, { declared: 1_000_000 }), 'truncated'],
    ['a header and no sound', WAV, wavFile([], { declared: 0xffffffff }), 'empty'],
    ['half a header', WAV, wavFile(SOUND).subarray(0, 30), 'empty'],
    ['nothing', WAV, Buffer.alloc(0), 'empty'],
    ['no bare samples', pcm, Buffer.alloc(0), 'empty'],
    ['half a bare sample', pcm, Buffer.alloc(1), 'empty'],
    ['something else', WAV, Buffer.from('ID3 and so on, a piece of MP3'), 'not_audio'],
    ['an encoding that is not read', WAV, mulaw, 'not_audio'],
    ['a header without an end', WAV, endless, 'not_audio'],
    ['no rate', { ...pcm, sampleRate: 0 }, Buffer.alloc(100), 'not_audio'],
    ['a rate that is no whole number', { ...pcm, sampleRate: 22_050.5 }, Buffer.alloc(100), 'not_audio'],
    ['a rate that nobody hears', WAV, wavFile(SOUND, { sampleRate: 400 }), 'not_audio'],
    ['no channels', { ...pcm, channels: 0 }, Buffer.alloc(100), 'not_audio'],
    ['a wall of channels', { ...pcm, channels: 1_000 }, Buffer.alloc(100), 'not_audio'],
  ] as const) {
    it(`says ${code} of ${what}`, () => {
      for (const piece of [bytes.length, 13]) expect(read(from, bytes, Math.max(1, piece))).to.equal(code);
    });
  }
});

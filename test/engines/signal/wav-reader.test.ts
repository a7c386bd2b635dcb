import { expect } from 'chai';
import { createWavEncoder } from '../../../lib/engines/encoders/pcm.js';
import { readAnyWav, readWav } from '../../../lib/engines/signal/wav-reader.js';
import { SpeechError } from '../../../lib/speech/error.js';

const HALF = new Float32Array(1_000).fill(0.5);
const LIST = Buffer.from('LIST\x08\0\0\0INFOabcd', 'latin1');

describe('readWav', () => {
  const file = (length: number | 'unknown'): Uint8Array => createWavEncoder(length).encode(HALF);

  it('ends at the size that the header states, whatever stands behind', () => {
    const { samples, sampleRate } = readWav(Buffer.concat([file(1_000), LIST]));
    expect(samples).to.have.length(1_000);
    expect(samples.every((sample) => Math.abs(sample - 0.5) < 0.001)).to.equal(true);
    expect(sampleRate).to.equal(24_000);
  });

  it('takes all there is where the size cannot be true', () => {
    expect(readWav(file('unknown')).samples).to.have.length(1_000);
    expect(readWav(file(2_000)).samples).to.have.length(1_000);
    const streamed = Buffer.from(file(1_000));
    streamed.writeUInt32LE(0, 40);
    expect(readWav(streamed).samples).to.have.length(1_000);
  });

  it('refuses what is not WAV, not 16-bit, or no sound', () => {
    expect(() => readWav(Buffer.from('not a wave file at all'))).to.throw('did not write WAV');
    expect(() => readWav(new Uint8Array())).to.throw('wrote no sound');
    const bytes = Buffer.from(file(1_000));
    bytes.writeUInt16LE(3, 32);
    bytes.writeUInt16LE(24, 34);
    expect(() => readWav(bytes)).to.throw('not 16-bit');
  });
});

describe('readAnyWav', () => {
  /** Writes frames of samples from -1 to 1 as a WAV file. */
  function wavOf(kind: number, bits: number, frames: readonly (readonly number[])[], extensible = false): Buffer {
    const channels = frames[0]?.length ?? 1;
    const width = bits / 8;
    const format = Buffer.alloc(extensible ? 40 : 16);
    format.writeUInt16LE(extensible ? 0xfffe : kind, 0);
    format.writeUInt16LE(channels, 2);
    format.writeUInt32LE(22_050, 4);
    format.writeUInt32LE(22_050 * width * channels, 8);
    format.writeUInt16LE(width * channels, 12);
    format.writeUInt16LE(bits, 14);
    if (extensible) format.writeUInt16LE(kind, 24);
    const data = Buffer.alloc(frames.length * channels * width);
    frames.flat().forEach((sample, index) => {
      const at = index * width;
      if (kind === 3) data.writeFloatLE(sample, at);
      else if (bits === 8) data.writeUInt8(Math.round(sample * 127) + 128, at);
      else data.writeIntLE(Math.round(sample * (2 ** (bits - 1) - 1)), at, width);
    });
    const chunk = (name: string, content: Buffer): Buffer => {
      const head = Buffer.alloc(8);
      head.write(name, 'latin1');
      head.writeUInt32LE(content.length, 4);
      return Buffer.concat([head, content]);
    };
    return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), chunk('data', data)]));
  }

  const MONO = [[0], [0.5], [-0.5], [0.99], [-0.99]];

  for (const [what, kind, bits] of [
    ['8-bit', 1, 8],
    ['16-bit', 1, 16],
    ['24-bit', 1, 24],
    ['32-bit', 1, 32],
    ['floating point', 3, 32],
  ] as const) {
    for (const extensible of [false, true]) {
      it(`reads ${what} samples${extensible ? ' of an extensible format' : ''}`, () => {
        const { samples, sampleRate } = readAnyWav(wavOf(kind, bits, MONO, extensible));
        expect(sampleRate).to.equal(22_050);
        expect(samples).to.have.length(MONO.length);
        samples.forEach((sample, index) => {
          expect(sample).to.be.closeTo(MONO[index]?.[0] ?? NaN, 0.01);
        });
      });
    }
  }

  it('mixes channels into one', () => {
    const { samples } = readAnyWav(
      wavOf(1, 16, [
        [0.5, -0.5, 0.6],
        [0.2, 0.4, 0.6],
      ]),
    );
    expect([...samples].map((sample) => sample.toFixed(2))).to.deep.equal(['0.20', '0.40']);
  });

  it('reads what stands at an odd place in memory', () => {
    const wav = wavOf(3, 32, MONO);
    expect(readAnyWav(Buffer.concat([Buffer.of(0), wav]).subarray(1)).samples[1]).to.equal(0.5);
  });

  it('refuses what it does not read', () => {
    for (const bytes of [
      Buffer.from('ID3 and so on, a piece of MP3'),
      new Uint8Array(),
      wavOf(1, 16, MONO).subarray(0, 30),
      wavOf(6, 8, MONO),
      wavOf(1, 16, [[]]),
    ]) {
      expect(() => readAnyWav(bytes))
        .to.throw(SpeechError)
        .with.property('code', 'not_audio');
    }
  });
});

import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { OWN_SHAPE, SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { createWavEncoder } from '../../../lib/engines/encoders/pcm.js';
import { createConverter, type Converter } from '../../../lib/providers/local/converter.js';
import { soundIn } from '../../support/audio.js';
import { failureOf } from '../../support/provider-conformance.js';
import { toneAt } from '../../support/tone.js';

const SHAPE = { sampleRate: 44_100, channels: 2 } as const;
const WAV = { format: 'wav', shape: SHAPE, isLast: true } as const;

/** A WAV file of a tone. */
function wavAt(sampleRate: number, seconds: number): Uint8Array {
  const samples = toneAt(sampleRate, seconds);
  return createWavEncoder(samples.length, { sampleRate, channels: 1 }).encode(samples);
}

describe('a converter', function () {
  this.timeout(60_000);
  let converter: Converter;
  const { signal } = new AbortController();

  before(() => {
    converter = createConverter();
  });
  after(() => converter.close());

  it('makes a WAV file of another shape, with a header that is true', async () => {
    const wav = Buffer.from(await converter.convert(wavAt(22_050, 2), WAV, signal));
    expect([wav.readUInt16LE(22), wav.readUInt32LE(24)]).to.deep.equal([2, 44_100]);
    expect(wav.readUInt32LE(40)).to.equal(wav.length - 44);
    expect((wav.length - 44) / (44_100 * 4)).to.be.closeTo(2, 0.01);
    // The tone is still there, and as loud.
    let sum = 0;
    for (let at = 44; at < wav.length; at += 4) sum += (wav.readInt16LE(at) / 32_768) ** 2;
    expect(Math.sqrt(sum / ((wav.length - 44) / 4))).to.be.closeTo(Math.sqrt((0.3 ** 2 + 0.05 ** 2) / 2), 0.01);
  });

  it('ends all but the last with the rest between two sentences', async () => {
    const bytes = async (isLast: boolean): Promise<number> =>
      (await converter.convert(wavAt(24_000, 1), { format: 'pcm', shape: OWN_SHAPE, isLast }, signal)).length;
    expect((await bytes(false)) - (await bytes(true))).to.equal(0.12 * 48_000);
  });

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format}, of more than a piece`, async () => {
      const bytes = await converter.convert(wavAt(16_000, 25), { format, shape: OWN_SHAPE, isLast: true }, signal);
      expect(sniffAudio(format, bytes)).to.equal('valid');
      expect(bytes.length).to.be.greaterThan(25 * 3_000);
    });
  }

  it('makes a short rest of silence', async () => {
    const silence = createWavEncoder(24_000).encode(new Float32Array(24_000));
    const pcm = await converter.convert(silence, { format: 'pcm', shape: OWN_SHAPE, isLast: false }, signal);
    expect(pcm).to.deep.equal(Buffer.alloc(2 * 1_440));
  });

  it('refuses what is no WAV, what is too long for a segment, and what cannot be made', async () => {
    const codes: unknown[] = [];
    for (const [wav, shape] of [
      [soundIn('mp3'), SHAPE],
      [Buffer.from('nothing of the kind'), SHAPE],
      [createWavEncoder(0).encode(new Float32Array()), SHAPE],
      [createWavEncoder(1_000, { sampleRate: 400, channels: 1 }).encode(new Float32Array(1_000)), SHAPE],
      [createWavEncoder(8_000 * 601, { sampleRate: 8_000, channels: 1 }).encode(new Float32Array(8_000 * 601)), SHAPE],
      [soundIn('wav'), { sampleRate: 96_000, channels: 1 }],
    ] as const) {
      codes.push((await failureOf(converter.convert(wav, { format: 'mp3', shape, isLast: true }, signal))).code);
    }
    expect(codes).to.deep.equal(['not_audio', 'not_audio', 'not_audio', 'not_audio', 'too_large', 'unsupported']);
    // And is well after all of it.
    expect((await converter.convert(wavAt(22_050, 1), WAV, signal)).length).to.be.greaterThan(100_000);
  });

  it('takes no more than the file from the memory that it is a part of, and leaves it as it was', async () => {
    const wav = wavAt(22_050, 1);
    const memory = Buffer.concat([Buffer.alloc(11), wav, Buffer.alloc(500_000, 1)]);
    const copy = Buffer.from(memory);
    const view = memory.subarray(11, 11 + wav.length);
    expect(await converter.convert(view, WAV, signal)).to.deep.equal(await converter.convert(wav, WAV, signal));
    expect(memory.equals(copy)).to.equal(true);
  });

  it('stops when the caller leaves, leaves no listener behind, and converts for others', async () => {
    const leaving = new AbortController();
    const long = failureOf(converter.convert(wavAt(8_000, 300), WAV, leaving.signal));
    const other = converter.convert(wavAt(22_050, 1), WAV, signal);
    leaving.abort();
    expect((await long).code).to.equal('aborted');
    expect((await other).length).to.be.greaterThan(100_000);
    expect(getEventListeners(leaving.signal, 'abort')).to.have.length(0);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
    expect((await failureOf(converter.convert(wavAt(22_050, 1), WAV, leaving.signal))).code).to.equal('aborted');
  });

  it('is closed in the middle, and before it was ever used, and starts nothing after that', async () => {
    await createConverter().close();
    const other = createConverter();
    const running = failureOf(other.convert(wavAt(8_000, 60), WAV, signal));
    await other.close();
    expect((await running).code).to.equal('aborted');
    expect((await failureOf(other.convert(wavAt(22_050, 1), WAV, signal))).code).to.equal('aborted');
  });
});

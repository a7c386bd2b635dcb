import { expect } from 'chai';
import fc from 'fast-check';
import { SPEECH_FORMATS, type SoundShape, type SpeechFormat } from '../../../lib/audio/formats.js';
import { readAdtsHeader, readMp3Header } from '../../../lib/audio/frame-header.js';
import { readWavHeader } from '../../../lib/audio/wav-header.js';
import { Concatenator } from '../../../lib/long-text/concat/concatenator.js';
import {
  IncompatibleSoundError,
  type Chunk,
  type SegmentConcat,
} from '../../../lib/long-text/concat/segment-concat.js';
import { soundIn } from '../../support/audio.js';
import { createEncoder } from '../../support/create-encoder.js';

const SAMPLES = Float32Array.from({ length: 12_000 }, (_, at) => 0.4 * Math.sin((at * 2 * Math.PI * 330) / 24_000));

async function encoded(format: SpeechFormat, shape?: SoundShape): Promise<Buffer> {
  const encoder = await createEncoder(format, SAMPLES.length, shape);
  return Buffer.concat([await encoder.encode(SAMPLES), await encoder.finish()]);
}

/** Gives a segment in pieces and gathers what can be sent of it. */
function joined(join: SegmentConcat, bytes: Uint8Array, cuts: readonly number[], isLast = true): Buffer {
  const places = [
    0,
    ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((one, other) => one - other),
    bytes.length,
  ];
  const pieces = places.slice(1).flatMap((place, index) => join.add(bytes.subarray(places[index], place)));
  return together([...pieces, ...join.end(isLast)]);
}

function together(pieces: readonly Chunk[]): Buffer {
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

describe('the concatenator', () => {
  it('passes on the same bytes however they come', async () => {
    const sounds = {
      mp3: await encoded('mp3'),
      opus: await encoded('opus'),
      aac: soundIn('aac'),
      flac: await encoded('flac'),
      wav: await encoded('wav'),
      pcm: await encoded('pcm'),
    };
    for (const format of SPEECH_FORMATS) {
      const once = joined(new Concatenator(format).begin(true), sounds[format], []);
      expect(once.length, format).to.be.above(500);
      fc.assert(
        fc.property(cuts, (places) => {
          expect(joined(new Concatenator(format).begin(true), sounds[format], places).equals(once), format).to.equal(
            true,
          );
        }),
        { numRuns: 50 },
      );
    }
  });

  it('takes every frame of an MP3 and nothing of its tags, wherever they stand', async () => {
    const frames = await encoded('mp3');
    const id3 = Buffer.from('SUQzBAAAAAAACgAAAAAAAAAAAAA=', 'base64');
    const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
    const junk = Buffer.from([0xff, 0xf3, 0x00, 0x12]);
    for (const bytes of [
      [id3, frames],
      [frames, id3v1],
      [id3, id3, frames, id3v1],
    ]) {
      expect(joined(new Concatenator('mp3').begin(true), Buffer.concat(bytes), [0.001, 0.5]).equals(frames)).to.equal(
        true,
      );
    }
    const middle = readMp3Header(frames)?.length ?? 0;
    const torn = Buffer.concat([frames.subarray(0, middle), junk, frames.subarray(middle)]);
    expect(joined(new Concatenator('mp3').begin(true), torn, []).equals(frames)).to.equal(true);
  });

  it('leaves out the frame that describes a file, which is true of one segment only', () => {
    const file = soundIn('mp3');
    expect(file.includes('Info')).to.equal(true);
    const sound = joined(new Concatenator('mp3').begin(true), file, []);
    expect(sound.includes('Info')).to.equal(false);
    expect(readMp3Header(sound)).to.include({ sampleRate: 24_000, channels: 1 });
  });

  it('counts how long its pieces play', async () => {
    for (const [format, tolerance] of [
      ['mp3', 0.1],
      ['wav', 0.006],
      ['pcm', 0.006],
      ['opus', 0.007],
      ['flac', 0],
    ] as const) {
      const join = new Concatenator(format).begin(true);
      const bytes = await encoded(format);
      const seconds = [...join.add(bytes), ...join.end(true)].reduce((sum, piece) => sum + piece.seconds, 0);
      expect(seconds, format).to.be.within(0.5, 0.5 + tolerance);
    }
  });

  it('ends a frame format at a whole frame wherever it broke off', async () => {
    for (const [format, read, bytes] of [
      ['mp3', readMp3Header, await encoded('mp3')],
      ['aac', readAdtsHeader, soundIn('aac')],
    ] as const) {
      for (let length = 20; length < bytes.length; length += 97) {
        const join = new Concatenator(format).begin(true);
        const sent = together([...join.add(bytes.subarray(0, length)), ...join.abort()]);
        let at = 0;
        while (at < sent.length) at += read(sent, at)?.length ?? Number.NaN;
        expect(at, `${format} after ${String(length)}`).to.equal(sent.length);
      }
    }
  });

  it('lets samples die away where they broke off, and rests', async () => {
    const loud = Buffer.alloc(4_801);
    for (let at = 0; at + 1 < loud.length; at += 2) loud.writeInt16LE(20_000, at);
    const join = new Concatenator('pcm').begin(true);
    const sent = together([...join.add(loud), ...join.abort()]);
    expect(sent.length).to.equal(4_800 + 2 * 0.2 * 24_000);
    const steps = Array.from({ length: 2_400 }, (_, index) =>
      Math.abs(sent.readInt16LE(index * 2 + 2) - sent.readInt16LE(index * 2)),
    );
    expect(Math.max(...steps)).to.be.below(200);
    expect(sent.subarray(4_800).every((byte) => byte === 0)).to.equal(true);
  });

  it('brings the quiet between two sentences to the same measure, however much there is', () => {
    const loud = Buffer.alloc(4_800, 0x40);
    const quiet = (seconds: number): Buffer => Buffer.alloc(Math.round(seconds * 24_000) * 2);
    for (const before of [0, 0.03, 0.3]) {
      for (const behind of [0, 0.1, 0.2, 0.9]) {
        const sound = Buffer.concat([quiet(before), loud, quiet(0.4), loud, quiet(behind)]);
        const sent = joined(new Concatenator('pcm').begin(false), sound, [0.2, 0.4, 0.41, 0.9], false);
        const expected = Buffer.concat([quiet(Math.min(before, 0.05)), loud, quiet(0.4), loud, quiet(0.2)]);
        expect(sent.equals(expected), `${String(before)} and ${String(behind)}`).to.equal(true);
      }
    }
    expect(joined(new Concatenator('pcm').begin(true), Buffer.concat([quiet(0.3), loud]), []).length).to.equal(
      14_400 + 4_800,
    );
  });

  it('sends one header of WAV, in which the length is open, and no samples that are none', async () => {
    const wav = await encoded('wav');
    const list = Buffer.concat([Buffer.from('LIST'), Buffer.from([8, 0, 0, 0]), Buffer.from('INFOabcd')]);
    const concatenator = new Concatenator('wav');
    const first = joined(concatenator.begin(true), Buffer.concat([wav, list]), [0.3], true);
    expect(first.length).to.equal(SAMPLES.length * 2);
    const second = joined(concatenator.begin(true), wav, [0.002]);
    expect(second.equals(first)).to.equal(true);
    expect(readWavHeader(concatenator.head())).to.include({
      sampleRate: 24_000,
      channels: 1,
      bitsPerSample: 16,
      dataSize: undefined,
    });
  });

  it('refuses sound of another shape, and remembers the first', async () => {
    for (const format of ['mp3', 'wav'] as const) {
      const concatenator = new Concatenator(format);
      joined(concatenator.begin(true), await encoded(format), []);
      expect(concatenator.shape).to.deep.equal({ sampleRate: 24_000, channels: 1 });
      const other = await encoded(format, { sampleRate: 44_100, channels: 2 });
      expect(() => concatenator.begin(true).add(other), format).to.throw(IncompatibleSoundError);
      concatenator.reset();
      concatenator.begin(true).add(other);
      expect(concatenator.shape, format).to.deep.equal({ sampleRate: 44_100, channels: 2 });
    }
  });

  it('refuses what it cannot take apart', () => {
    const float = Buffer.from(soundIn('wav'));
    float.writeUInt16LE(3, 20);
    expect(() => new Concatenator('wav').begin(true).add(float)).to.throw(IncompatibleSoundError, /16 bits/);
    expect(() => new Concatenator('wav').begin(true).add(soundIn('mp3'))).to.throw(IncompatibleSoundError, /no WAV/);
    const noise = Buffer.alloc(300 * 1024, 0x55);
    expect(() => new Concatenator('mp3').begin(true).add(noise)).to.throw(IncompatibleSoundError, /no more frames/);
  });
});

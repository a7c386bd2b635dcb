import { expect } from 'chai';
import fc from 'fast-check';
import { silentFlacFrame } from '../../../lib/audio/flac-frame-header.js';
import { flacHead, readFlacInfo } from '../../../lib/audio/flac-head.js';
import { OWN_SHAPE, type SoundShape } from '../../../lib/audio/formats.js';
import { createFlacEncoder } from '../../../lib/engines/encoders/flac.js';
import { Concatenator } from '../../../lib/long-text/concat/concatenator.js';
import { IncompatibleSoundError, type Chunk } from '../../../lib/long-text/concat/segment-concat.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { soundIn } from '../../support/audio.js';
import { flacFrames } from '../../support/flac.js';
import { toneAt } from '../../support/tone.js';

const HEAD = 42;

/** Encodes a tone of its own, so that files differ. */
function flacFile(seconds: number, shape: SoundShape = OWN_SHAPE, length: 'known' | 'unknown' = 'known'): Buffer {
  const samples = toneAt(shape.sampleRate, seconds).map((sample, at) => sample * Math.sin(at * seconds));
  const encoder = createFlacEncoder(length === 'known' ? samples.length : 'unknown', shape);
  return Buffer.concat([encoder.encode(samples), encoder.finish()] as Uint8Array[]);
}

/** Makes a file of silence with frames of any length. */
function silence(lengths: readonly number[], shape: SoundShape = OWN_SHAPE): Buffer {
  let number = 0;
  const frames = lengths.map((samples) => {
    const frame = silentFlacFrame(shape, samples, { counts: 'samples', number });
    number += samples;
    return frame;
  });
  return Buffer.concat([
    flacHead({ shape, leastBlock: 16, mostBlock: Math.max(...lengths), samples: number }),
    ...frames,
  ]);
}

function bytesOf(pieces: readonly Chunk[]): Buffer {
  return Buffer.concat(pieces.map(({ bytes }) => bytes));
}

function joined(files: readonly Uint8Array[]): { readonly file: Buffer; readonly seconds: number } {
  const concatenator = new Concatenator('flac');
  const pieces = files.flatMap((file, index) => {
    const join = concatenator.begin(index === 0);
    return [...join.add(file), ...join.end(index === files.length - 1)];
  });
  return {
    file: Buffer.concat([concatenator.head(), bytesOf(pieces)]),
    seconds: pieces.reduce((sum, piece) => sum + piece.seconds, 0),
  };
}

/** Expects one head, which leaves the length open, and frames that are counted by the samples before them. */
function expectOneStream(file: Buffer): void {
  const info = readFlacInfo(file.subarray(8, HEAD));
  expect(file.toString('latin1', 0, 4)).to.equal('fLaC');
  expect(info).to.include({ leastBlock: 16, samples: undefined });
  let samples = 0;
  for (const frame of flacFrames(file.subarray(HEAD))) {
    expect(frame).to.deep.include({ isVariable: true, number: samples });
    expect(frame.samples).to.be.at.most(info?.mostBlock ?? 0);
    samples += frame.samples;
  }
}

/** The frames without their headers and sums: what is decoded. */
function soundOf(file: Buffer): Buffer[] {
  return flacFrames(file.subarray(HEAD)).map(({ body }) => body);
}

describe('FLAC of several files', () => {
  it('becomes one stream, with every frame in its order', () => {
    const files = [flacFile(0.5), flacFile(0.3), flacFile(0.7, OWN_SHAPE, 'unknown')];
    const { file, seconds } = joined(files);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal(files.flatMap(soundOf));
    expect(seconds).to.be.closeTo(1.5, 1e-4);
  });

  it('takes nothing of what describes a file, from whomever it is', () => {
    const file = soundIn('flac');
    // The one of the tests has a seek table, comments and a frame of 1,440 samples at 24 kHz.
    const blocks = file.indexOf(Buffer.from([0xff, 0xf8]));
    expect(blocks).to.be.above(HEAD);
    const picture = Buffer.concat([Buffer.from([6, 1, 0, 0]), Buffer.alloc(65_536, 'x')]);
    const padded = Buffer.concat([file.subarray(0, HEAD), picture, file.subarray(HEAD)]);
    for (const each of [file, padded]) {
      const { file: one } = joined([each, each]);
      expectOneStream(one);
      const [frame] = flacFrames(file.subarray(blocks));
      expect(soundOf(one)).to.deep.equal([frame?.body, frame?.body]);
    }
  });

  it('says in every frame what its own said, or left to its head', () => {
    for (const shape of [
      { sampleRate: 11_025, channels: 2 },
      { sampleRate: 96_000, channels: 1, bitsPerSample: 24 },
      { sampleRate: 100_000, channels: 1 },
    ] as const) {
      const files = [flacFile(0.3, shape), silence([4_000, 300], shape)];
      const { file } = joined(files);
      expectOneStream(file);
      expect(readFlacInfo(file.subarray(8, HEAD))?.shape).to.deep.equal(shape);
      expect(soundOf(file)).to.deep.equal(files.flatMap(soundOf));
    }
  });

  it('takes all of several files in a row, and a tag behind them for none', () => {
    const files = [flacFile(0.2), flacFile(0.3)];
    const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
    const { file } = joined([Buffer.concat([...files, tag])]);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal(files.flatMap(soundOf));
  });

  it('leaves out a frame that is too short for any place but the end', () => {
    const scrap = silence([192, 15]);
    expect(soundOf(joined([scrap, scrap]).file).map(({ length }) => length)).to.have.length(3);
    expect(soundOf(joined([Buffer.concat([scrap, scrap])]).file)).to.have.length(4);
  });

  it('has silence in place of a sentence, counted like all the rest', () => {
    for (const shape of [OWN_SHAPE, { sampleRate: 44_100, channels: 2, bitsPerSample: 24 }] as const) {
      const concatenator = new Concatenator('flac');
      const first = concatenator.begin(true);
      const sound = [...first.add(flacFile(0.3, shape)), ...first.end(false)];
      const rest = concatenator.rest(0.4);
      expect(rest.seconds).to.be.closeTo(0.4, 1e-4);
      const last = concatenator.begin(false);
      const more = [...last.add(flacFile(0.2, shape)), ...last.end(true)];
      const file = Buffer.concat([concatenator.head(), bytesOf([...sound, rest, ...more])]);
      expectOneStream(file);
      expect(flacFrames(file.subarray(HEAD)).reduce((sum, { samples }) => sum + samples, 0)).to.be.closeTo(
        0.9 * shape.sampleRate,
        2,
      );
    }
  });

  it('goes on behind a frame where a file broke off, and counts on from there', () => {
    const concatenator = new Concatenator('flac');
    const broken = concatenator.begin(true);
    const whole = flacFile(0.6);
    const sent = [...broken.add(whole.subarray(0, whole.length - 10)), ...broken.abort()];
    concatenator.begin(false).add(flacFile(1));
    concatenator.rewind();
    const next = concatenator.begin(false);
    const rest = [...next.add(flacFile(0.3)), ...next.end(true)];
    const file = Buffer.concat([concatenator.head(), bytesOf([...sent, ...rest])]);
    expectOneStream(file);
    expect(soundOf(file)).to.deep.equal([...soundOf(whole).slice(0, -1), ...soundOf(flacFile(0.3))]);
  });

  it('refuses what one stream cannot hold, and has numbered nothing of it then', () => {
    const concatenator = new Concatenator('flac');
    const first = concatenator.begin(true);
    const sent = [...first.add(flacFile(0.3)), ...first.end(false)];
    const surround = Buffer.from(flacFile(0.1));
    surround.writeUInt8(surround.readUInt8(20) | 0x0a, 20);
    const lying = Buffer.from(flacFile(0.3, { sampleRate: 22_050, channels: 1 }));
    lying.set(flacFile(0.3).subarray(18, 21), 18);
    for (const file of [
      flacFile(0.3, { sampleRate: 22_050, channels: 1 }),
      flacFile(0.3, { ...OWN_SHAPE, channels: 2 }),
      flacFile(0.3, { ...OWN_SHAPE, bitsPerSample: 24 }),
      silence([8_192, 8_192, 8_192]),
      surround,
      lying,
      soundIn('mp3'),
    ]) {
      expect(() => concatenator.begin(false).add(file)).to.throw(IncompatibleSoundError);
    }
    const last = concatenator.begin(false);
    const rest = [...last.add(flacFile(0.2)), ...last.end(true)];
    expectOneStream(Buffer.concat([concatenator.head(), bytesOf([...sent, ...rest])]));
  });

  it('waits no longer for the end of a frame than the longest can be', () => {
    const endless = Buffer.concat([flacFile(0.1).subarray(0, 60), Buffer.alloc(600 * 1024, 0x55)]);
    expect(() => new Concatenator('flac').begin(true).add(endless)).to.throw(IncompatibleSoundError, /no end/);
  });

  it('says that a file ended early, wherever', () => {
    for (const whole of [flacFile(0.4), flacFile(0.4, OWN_SHAPE, 'unknown')]) {
      const ends = flacFrames(whole.subarray(HEAD)).map(({ end }) => HEAD + end);
      const isKnown = readFlacInfo(whole.subarray(8, HEAD))?.samples !== undefined;
      for (let length = HEAD + 1; length < whole.length; length += 7) {
        const join = new Concatenator('flac').begin(true);
        join.add(whole.subarray(0, length));
        expect(() => join.end(true), String(length))
          .to.throw(SpeechError)
          .with.property('code', 'truncated');
      }
      const join = new Concatenator('flac').begin(true);
      join.add(whole.subarray(0, ends[0]));
      if (isKnown) expect(() => join.end(true)).to.throw(SpeechError);
      else expect(join.end(true)).to.have.length(1);
    }
  });

  it('counts what is heard, that of the last frame too, which ends with the file', () => {
    const join = new Concatenator('flac').begin(true);
    join.add(flacFile(0.1));
    expect(join.heard).to.be.closeTo(0.1, 1e-6);
    const hollow = new Concatenator('flac').begin(true);
    hollow.add(flacFile(0.1).subarray(0, HEAD));
    expect(hollow.heard).to.equal(0);
  });

  it('throws nothing but what is documented, whatever comes', () => {
    const files = [soundIn('flac'), flacFile(0.5), Buffer.concat([flacFile(0.2), flacFile(0.2)])];
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        place,
        place,
        fc.uint8Array({ maxLength: 30 }),
        (file, from, to, bytes) => {
          const at = Math.floor(from * file.length);
          const damaged = Buffer.concat([file.subarray(0, at), bytes, file.subarray(Math.floor(to * file.length))]);
          const join = new Concatenator('flac').begin(true);
          try {
            for (let cut = 0; cut < damaged.length; cut += 501) join.add(damaged.subarray(cut, cut + 501));
            join.end(true);
          } catch (thrown) {
            if (!(thrown instanceof IncompatibleSoundError) && !(SpeechError.is(thrown) && thrown.code === 'truncated'))
              throw thrown;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { SpeechError } from '../../lib/index.js';
import { Concatenator } from '../../lib/long-text/concat/concatenator.js';
import { PrefetchBuffer } from '../../lib/long-text/prefetch-buffer.js';
import { SegmentReader } from '../../lib/long-text/segment-reader.js';
import { soundIn } from '../support/audio.js';
import { settle } from '../support/fake-clock.js';
import { failureOf } from '../support/provider-conformance.js';
import { toneBytes } from '../support/wav.js';

const SAMPLE = 2;
const RATE = 24_000;

describe('SegmentReader', () => {
  /** Has a sentence break off, of which so many pieces were sent, and returns all that is sent of it. */
  async function breakOffAfter(sent: number): Promise<Buffer> {
    const concatenator = new Concatenator('pcm');
    const buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: Infinity, mostBytes: Infinity });
    const reader = new SegmentReader({ concatenator, buffer, signal: new AbortController().signal });
    const segment = buffer.open();
    const stream = new PassThrough();
    const filling = failureOf(reader.fill(stream, { segment, isFirst: true, isLast: false }));
    stream.write(toneBytes(1));
    await settle();
    await settle();
    const pieces: Uint8Array[] = [];
    const take = (most: number): void => {
      for (let piece = segment.take(); piece !== undefined; piece = pieces.length < most ? segment.take() : undefined) {
        pieces.push(piece.bytes);
      }
    };
    if (sent > 0) take(sent);
    stream.destroy(new SpeechError('reset', 'the server died'));
    expect((await filling).code).to.equal('reset');
    take(Infinity);
    return Buffer.concat(pieces);
  }

  it('lets a sentence that broke off die away, and leaves a rest behind it, where a part of it was heard', async () => {
    const sound = await breakOffAfter(1);
    const quiet = sound.subarray(-0.2 * RATE * SAMPLE);
    expect(
      quiet.every((byte) => byte === 0),
      'a rest of 0.2 s',
    ).to.equal(true);
    const dying = sound.subarray(-(0.2 + 0.005) * RATE * SAMPLE, -0.2 * RATE * SAMPLE);
    expect(Math.abs(dying.readInt16LE(dying.length - SAMPLE)), 'and no click before it').to.be.below(300);
  });

  it('adds nothing to one of which nothing was heard: it will be spoken anew', async () => {
    const sound = await breakOffAfter(0);
    expect(sound.subarray(-0.2 * RATE * SAMPLE).some((byte) => byte !== 0)).to.equal(true);
  });
});

describe('SegmentReader, of frames', () => {
  /** Takes in a sentence that ends in order, and returns the code of its failure. */
  async function codeOf(format: 'mp3' | 'aac', sound: Buffer): Promise<string | undefined> {
    const buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: Infinity, mostBytes: Infinity });
    const reader = new SegmentReader({
      concatenator: new Concatenator(format),
      buffer,
      signal: new AbortController().signal,
    });
    const place = { segment: buffer.open(), isFirst: true, isLast: false };
    return reader.fill(Readable.from([sound]), place).then(
      () => undefined,
      (error: unknown) => SpeechError.from(error).code,
    );
  }

  for (const format of ['mp3', 'aac'] as const) {
    it(`takes a sentence in ${format} that ends within a frame for one that broke off, and no other`, async () => {
      const sound = soundIn(format);
      for (const less of [1, 10, 30]) expect(await codeOf(format, sound.subarray(0, -less))).to.equal('truncated');
      const tag = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 'x')]);
      for (const behind of [[], [tag], [Buffer.alloc(5)], [Buffer.alloc(500, 0xff)]]) {
        expect(await codeOf(format, Buffer.concat([sound, ...behind]))).to.equal(undefined);
      }
    });
  }
});

import { Readable } from 'node:stream';
import { expect } from 'chai';
import { deltasOf } from '../../lib/http/audio-deltas.js';

const SOUND = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));

async function cut(sizes: readonly number[], sound = SOUND): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(sound.subarray(at, at + size));
    at += size;
  }
  chunks.push(sound.subarray(at));
  const deltas: Buffer[] = [];
  for await (const delta of deltasOf(Readable.from(chunks))) deltas.push(delta);
  return deltas;
}

describe('deltasOf', () => {
  for (const sizes of [[], [1], [5, 1, 1], [6, 12], [7, 7, 7, 500], Array.from({ length: 30 }, () => 1)]) {
    it(`keeps groups whole that came in pieces of ${JSON.stringify(sizes)} and the rest`, async () => {
      const deltas = await cut(sizes);
      expect(Buffer.concat(deltas).equals(SOUND)).to.equal(true);
      expect(deltas.slice(0, -1).map((delta) => delta.length % 6)).to.satisfy((rests: number[]) =>
        rests.every((rest) => rest === 0),
      );
      // What was cut as base64 may be joined as base64.
      const joined = deltas.map((delta) => delta.toString('base64')).join('');
      expect(Buffer.from(joined, 'base64').equals(SOUND)).to.equal(true);
    });
  }

  it('sends no delta that is larger than a line should be, nor an empty one', async () => {
    const large = Buffer.alloc(200_001, 7);
    const deltas = await cut([], large);
    expect(deltas.map((delta) => delta.length)).to.deep.equal([49_152, 49_152, 49_152, 49_152, 3_390, 3]);
    expect(await cut([], Buffer.alloc(0))).to.deep.equal([]);
  });

  it('passes on a failure, and lets go of the stream when nobody wants more', async () => {
    const broken = new Readable({ read: () => undefined });
    broken.push(SOUND);
    const iterator = deltasOf(broken);
    await iterator.next();
    broken.destroy(new Error('gone'));
    const failure = await iterator.next().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.an('error').with.property('message', 'gone');
    const left = Readable.from([SOUND, SOUND]);
    const one = deltasOf(left);
    await one.next();
    await one.return();
    expect(left.destroyed).to.equal(true);
  });
});

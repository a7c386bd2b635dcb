import { Readable } from 'node:stream';
import { expect } from 'chai';
import { gatherSound } from '../../lib/http/gather-sound.js';
import type { PlayerMemory } from '../../lib/speech/audio-cache.js';
import type { SpokenAudio } from '../../lib/speech/spoken.js';

function audio(rest: Readable | undefined, contentLength?: number): SpokenAudio {
  const length = contentLength === undefined ? {} : { contentLength };
  return { kind: 'audio', contentType: 'audio/mpeg', begun: [Buffer.from('ab')], rest, warnings: [], ...length };
}

const textOf = (given: Buffer | SpokenAudio): string => (Buffer.isBuffer(given) ? given.toString() : 'not whole');

describe('sound gathered for a player', () => {
  let room: number;
  let least: number;

  const memory = {
    reserve(bytes: number) {
      if (bytes > room) return false;
      room -= bytes;
      least = Math.min(least, room);
      return true;
    },
    release(bytes: number) {
      room += bytes;
    },
  } as PlayerMemory;

  beforeEach(() => {
    room = 10;
    least = room;
  });

  for (const length of [undefined, 6]) {
    it(`is whole, and takes its room meanwhile${length === undefined ? '' : ', which is known beforehand'}`, async () => {
      const rest = Readable.from([Buffer.from('cd'), Buffer.from('ef')]);
      expect(textOf(await gatherSound(audio(rest, length), memory))).to.equal('abcdef');
      expect({ room, least }).to.deep.equal({ room: 10, least: 4 });
    });
  }

  it('is there at once where it is whole already', async () => {
    expect(textOf(await gatherSound(audio(undefined), memory))).to.equal('ab');
  });

  it('goes on as it comes where there is no room for all of it, with nothing lost', async () => {
    room = 4;
    const rest = Readable.from([Buffer.from('cd'), Buffer.from('ef'), Buffer.from('gh')]);
    const given = await gatherSound(audio(rest), memory);
    expect(room).to.equal(4);
    if (Buffer.isBuffer(given)) throw new Error('there was no room for it');
    const chunks = [...given.begun];
    for await (const chunk of given.rest ?? []) chunks.push(chunk as Buffer);
    expect(String(Buffer.concat(chunks))).to.equal('abcdefgh');
  });

  it('is not begun where its length says that there is no room', async () => {
    const rest = Readable.from([Buffer.from('cd')]);
    const given = audio(rest, 11);
    expect(await gatherSound(given, memory)).to.equal(given);
    expect(rest.readableDidRead).to.equal(false);
  });

  it('fails where it breaks off, and gives its room back', async () => {
    const rest = Readable.from(
      (async function* () {
        yield await Promise.resolve(Buffer.from('cd'));
        throw new Error('made to fail');
      })(),
    );
    const failure: unknown = await gatherSound(audio(rest), memory).catch((error: unknown) => error);
    expect((failure as Error).message).to.equal('made to fail');
    expect(room).to.equal(10);
  });
});

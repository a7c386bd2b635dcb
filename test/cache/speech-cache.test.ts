import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import { AudioMemory } from '../../lib/cache/audio-memory.js';
import { SpeechCache } from '../../lib/cache/speech-cache.js';
import type { SpokenAudio } from '../../lib/speech/spoken.js';
import { settle } from '../support/fake-clock.js';
import { speechRequest } from '../support/speech-request.js';

const REQUEST = speechRequest();
const SOUND = Buffer.from('the sound of a sentence');

const audioOf = (rest: Readable | undefined, fields: Partial<SpokenAudio> = {}): SpokenAudio => ({
  kind: 'audio',
  contentType: 'audio/pcm',
  begun: [],
  rest,
  warnings: [],
  ...fields,
});

describe('the cache of speech', () => {
  let memory: AudioMemory;
  let cache: SpeechCache;

  beforeEach(() => {
    memory = new AudioMemory({ maxBytes: 400, ttl: 1_000 }, () => 0);
    cache = new SpeechCache(memory, 'one');
  });

  function keep(audio: SpokenAudio, request = REQUEST, provider: () => string | null = () => 'own'): void {
    cache.set(request, audio, { id: 'id', provider });
  }

  /** Reads a stream to its end, well or badly. */
  async function readAll(stream: Readable): Promise<void> {
    stream.resume();
    await finished(stream, { writable: false }).catch(() => undefined);
    await settle();
  }

  /** Says whether all that was lent has come back. */
  const isAllReturned = (): boolean => {
    const has = memory.reserve(200);
    if (has) memory.release(200);
    return has;
  };

  it('keeps a stream that ended well, with what there is to say of it', async () => {
    const stream = Readable.from([SOUND.subarray(0, 5), new Uint8Array(SOUND.subarray(5))]);
    keep(audioOf(stream, { warnings: ['instructions-ignored'] }));
    expect(cache.get(REQUEST), 'not before its end').to.equal(undefined);
    await readAll(stream);
    const { body, ...rest } = cache.get({ ...REQUEST, requestId: 'another' }) ?? {};
    expect(body?.equals(SOUND)).to.equal(true);
    const kept = { id: 'id', contentType: 'audio/pcm', provider: 'own', warnings: ['instructions-ignored'] };
    expect(rest).to.deep.equal(kept);
    expect(isAllReturned()).to.equal(true);
  });

  it('keeps what is whole at once, and what had come before the rest', async () => {
    const begun = [SOUND.subarray(0, 5), SOUND.subarray(5)];
    keep(audioOf(undefined, { begun }));
    expect(cache.get(REQUEST)?.body.equals(SOUND)).to.equal(true);
    const other = { ...REQUEST, input: 'Another.' };
    const rest = Readable.from([SOUND.subarray(5)]);
    keep(audioOf(rest, { begun: begun.slice(0, 1) }), other);
    expect(cache.get(other)).to.equal(undefined);
    await readAll(rest);
    expect(cache.get(other)?.body.equals(SOUND)).to.equal(true);
    keep(audioOf(undefined, { begun: [Buffer.alloc(99), Buffer.alloc(2)] }), { ...REQUEST, input: 'Too large.' });
    expect(cache.get({ ...REQUEST, input: 'Too large.' })).to.equal(undefined);
    expect(isAllReturned()).to.equal(true);
  });

  it('does not show one configuration what another one has', async () => {
    const stream = Readable.from([SOUND]);
    keep(audioOf(stream));
    await readAll(stream);
    expect(new SpeechCache(memory, 'two').get(REQUEST)).to.equal(undefined);
    expect(new SpeechCache(memory, 'one').get(REQUEST)).to.not.equal(undefined);
  });

  it('asks at the end whether it is to be kept', async () => {
    const stream = new PassThrough();
    let provider: string | null = 'own';
    keep(audioOf(stream), REQUEST, () => provider);
    stream.write(SOUND);
    provider = null;
    stream.end();
    await readAll(stream);
    expect(cache.get(REQUEST)).to.equal(undefined);
    expect(isAllReturned()).to.equal(true);
  });

  const BROKEN: [string, (stream: PassThrough) => unknown][] = [
    ['failed', (stream) => stream.destroy(new Error('reset'))],
    ['was let go', (stream) => stream.destroy()],
  ];
  for (const [what, breakOff] of BROKEN) {
    it(`keeps nothing of a stream that ${what}`, async () => {
      const stream = new PassThrough();
      stream.on('error', () => undefined);
      keep(audioOf(stream));
      stream.write(SOUND);
      await settle();
      breakOff(stream);
      await readAll(stream);
      expect(cache.get(REQUEST)).to.equal(undefined);
      expect(isAllReturned()).to.equal(true);
    });
  }

  it('stops collecting at a quarter of the memory, and lets the stream go on', async () => {
    const stream = new PassThrough();
    let read = 0;
    keep(audioOf(stream));
    stream.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    stream.write(Buffer.alloc(100));
    stream.write(Buffer.alloc(1));
    await settle();
    expect(isAllReturned(), 'before its end').to.equal(true);
    stream.end(Buffer.alloc(50));
    await readAll(stream);
    expect(read).to.equal(151);
    expect(cache.get(REQUEST)).to.equal(undefined);
  });

  it('does not begin to collect what says that it will be too large', () => {
    const stream = Readable.from([SOUND]);
    keep(audioOf(stream, { contentLength: 101 }));
    expect(stream.listenerCount('data')).to.equal(0);
    stream.destroy();
  });

  it('holds no more than half of the memory for all that is on its way, and has room again after it', async () => {
    const slow = ['a', 'b', 'c'].map((input) => {
      const stream = new PassThrough();
      const request = { ...REQUEST, input };
      keep(audioOf(stream), request);
      stream.write(Buffer.alloc(80));
      return { stream, request };
    });
    await settle();
    for (const { stream } of slow) {
      stream.end();
      await readAll(stream);
    }
    expect(slow.map(({ request }) => cache.get(request) !== undefined)).to.deep.equal([true, true, false]);
    expect(isAllReturned()).to.equal(true);
  });

  it('keeps nothing of a stream that goes on with something else than bytes', async () => {
    const stream = Readable.from([SOUND, 'text'], { objectMode: true });
    keep(audioOf(stream));
    await readAll(stream);
    expect(cache.get(REQUEST)).to.equal(undefined);
    expect(isAllReturned()).to.equal(true);
  });
});

import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { holdStream, type Held, type HoldOptions } from '../../lib/streams/hold-stream.js';
import { FakeClock, settle } from '../support/fake-clock.js';

/** A stream that gives one piece a turn of the event loop, and then ends, fails or says nothing more. */
function sourceOf(pieces: readonly unknown[], end: 'ends' | 'fails' | 'closes' | 'stalls' = 'ends'): Readable {
  const left = [...pieces];
  return new Readable({
    objectMode: pieces.some((piece) => !(piece instanceof Uint8Array)),
    highWaterMark: 1,
    read() {
      setImmediate(() => {
        const piece = left.shift();
        if (piece !== undefined) this.push(piece);
        else if (end === 'ends') this.push(null);
        else if (end === 'fails') this.destroy(new Error('it failed'));
        else if (end === 'closes') this.destroy();
      });
    },
  });
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

const PIECES = ['one ', 'two ', 'three'].map((text) => Buffer.from(text));

describe('holdStream()', () => {
  const clock = new FakeClock();

  function hold(stream: Readable, options: Partial<HoldOptions> & { readonly limit?: number } = {}): Promise<Held> {
    const { limit = 1_000, ...rest } = options;
    return holdStream(stream, {
      startTimer: (callback) => clock.schedule(callback, limit),
      hasRoom: () => true,
      signal: new AbortController().signal,
      ...rest,
    });
  }

  afterEach(() => {
    expect(clock.pendingTimers, 'timers left').to.equal(0);
  });

  it('takes in all of it, piece by piece as it came', async () => {
    const stream = sourceOf(PIECES);
    expect(await hold(stream)).to.deep.equal({ end: 'whole', pieces: PIECES });
    await settle();
    expect(stream.closed).to.equal(true);
  });

  it('takes in what is there already, and what has ended before', async () => {
    const ready = Readable.from([Buffer.from('at once')], { objectMode: false });
    expect(await hold(ready)).to.have.property('end', 'whole');
    expect(await hold(ready)).to.deep.equal({ end: 'whole', pieces: [] });
  });

  it('lets go when the time is up, and leaves the rest in the stream', async () => {
    const stream = sourceOf(PIECES, 'stalls');
    const holding = hold(stream);
    for (let turn = 0; turn < 20; turn += 1) await settle();
    await clock.advance(1_000);
    expect(await holding).to.deep.equal({ end: 'late', pieces: PIECES });
    expect(stream.isPaused()).to.equal(true);
    stream.push('four');
    stream.push(null);
    expect((await readAll(stream)).toString()).to.equal('four');
  });

  it('stops where there is no room, with the piece that was one too many', async () => {
    const asked: number[] = [];
    const stream = sourceOf(PIECES);
    const held = await hold(stream, {
      hasRoom: (bytes) => asked.push(bytes) < 2,
    });
    expect(held).to.deep.equal({ end: 'full', pieces: PIECES.slice(0, 2) });
    expect(asked).to.deep.equal([4, 4]);
    expect((await readAll(stream)).toString()).to.equal('three');
  });

  const failures: [string, readonly unknown[], 'fails' | 'closes' | 'ends', RegExp][] = [
    ['fails', PIECES, 'fails', /^it failed$/],
    ['closes without a word', PIECES, 'closes', /closed early/],
    ['goes on with an object', [PIECES[0], { data: PIECES[1] }, PIECES[2]], 'ends', /not one of bytes/],
    ['goes on with text', [PIECES[0], 'text'], 'ends', /not one of bytes/],
  ];
  for (const [what, pieces, end, message] of failures) {
    it(`says so of a stream that ${what}, and lets go of it`, async () => {
      const stream = sourceOf(pieces, end);
      const held = await hold(stream);
      expect(held.end === 'broken' && held.thrown)
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.matches(message);
      expect(stream.destroyed).to.equal(true);
    });
  }

  it('hears a failure when those who listened before have heard of it, and at once where the stream never closes', async () => {
    const told: string[] = [];
    const stream = new Readable({ read: () => undefined });
    stream.once('close', () => told.push('close'));
    const holding = hold(stream).then(() => told.push('held'));
    stream.destroy(new Error('it failed'));
    await holding;
    expect(told).to.deep.equal(['close', 'held']);
    const mute = new Readable({ read: () => undefined, emitClose: false });
    const mutely = hold(mute);
    mute.destroy(new Error('it failed'));
    expect(await mutely).to.have.nested.property('thrown.message', 'it failed');
  });

  it('says so of a stream that has failed before, and of one that fails after it was let go', async () => {
    const stream = new Readable({ read: () => undefined });
    stream.on('error', () => undefined);
    stream.destroy(new Error('it failed'));
    await settle();
    expect(await hold(stream)).to.have.nested.property('thrown.message', 'it failed');
    const late = sourceOf(PIECES, 'stalls');
    const held = hold(late);
    await clock.advance(1_000);
    expect(await held).to.have.property('end', 'late');
    late.destroy(new Error('nobody listens but us'));
    await settle();
    await settle();
  });

  it('lets go when nobody wants it any more, before and while it is held', async () => {
    for (const isBefore of [true, false]) {
      const controller = new AbortController();
      const why = new Error('they have left');
      const stream = sourceOf(PIECES, 'stalls');
      if (isBefore) controller.abort(why);
      const holding = hold(stream, { signal: controller.signal });
      await settle();
      controller.abort(why);
      expect(await holding).to.deep.equal({ end: 'broken', thrown: why });
      expect(stream.destroyed).to.equal(true);
    }
  });

  it('loses no byte and hears none twice, whenever the time is up and however much room there is', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(30), fc.nat(300), async (sound, turns, room) => {
        const stream = sourceOf(sound.map((piece) => Buffer.from(piece)));
        let size = 0;
        const holding = hold(stream, { hasRoom: (bytes) => (size += bytes) <= room });
        for (let turn = 0; turn < turns; turn += 1) await settle();
        await clock.advance(1_000);
        const held = await holding;
        if (held.end === 'broken') throw held.thrown;
        const rest = held.end === 'whole' ? Buffer.alloc(0) : await readAll(stream);
        expect(Buffer.concat([...held.pieces, rest]).equals(Buffer.concat(sound))).to.equal(true);
      }),
      { numRuns: 60 },
    );
  });
});

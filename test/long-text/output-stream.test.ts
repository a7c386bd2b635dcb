import { expect } from 'chai';
import type { BufferedSegment } from '../../lib/long-text/buffered-segment.js';
import { OutputStream } from '../../lib/long-text/output-stream.js';
import { PrefetchBuffer } from '../../lib/long-text/prefetch-buffer.js';
import { FakeClock, settle } from '../support/fake-clock.js';

describe('the joined stream', () => {
  let clock: FakeClock;
  let buffer: PrefetchBuffer;
  let stream: OutputStream;
  let got: string;
  let hasEnded: boolean;
  let closings: number;

  beforeEach(() => {
    clock = new FakeClock();
    buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: 100, mostBytes: 100 });
    got = '';
    hasEnded = false;
    closings = 0;
    stream = new OutputStream({
      buffer,
      clock,
      head: () => Buffer.from('<'),
      tail: () => Buffer.from('>'),
      onClose: () => (closings += 1),
    });
    stream.on('data', (chunk: Buffer) => (got += chunk.toString()));
    stream.once('end', () => (hasEnded = true));
  });

  afterEach(() => stream.destroy());

  const add = (segment: BufferedSegment, bytes: string, seconds: number): void => {
    buffer.add(segment, { bytes: Buffer.from(bytes), seconds });
  };

  it('sends the first segment as it comes, behind the head', async () => {
    const first = buffer.open();
    await settle();
    expect(got).to.equal('');
    add(first, 'a', 1);
    await settle();
    expect(got).to.equal('<a');
    add(first, 'b', 1);
    await settle();
    expect(got).to.equal('<ab');
  });

  it('holds the others until they are whole', async () => {
    const first = buffer.open();
    add(first, 'a', 10);
    buffer.complete(first);
    const second = buffer.open();
    add(second, 'b', 1);
    await settle();
    expect(got).to.equal('<a');
    second.drop();
    add(second, 'c', 1);
    buffer.complete(second);
    await settle();
    expect(got).to.equal('<ac');
  });

  it('sends one that is not whole before the listener runs dry, and goes on with it', async () => {
    const first = buffer.open();
    add(first, 'a', 10);
    buffer.complete(first);
    const second = buffer.open();
    add(second, 'b', 1);
    await clock.advance(8_400);
    expect(got).to.equal('<a');
    await clock.advance(200);
    expect(got).to.equal('<ab');
    add(second, 'c', 100);
    await settle();
    expect(got).to.equal('<abc');
  });

  it('sends one that is not whole when no more of it would have room', async () => {
    const first = buffer.open();
    add(first, 'a', 10);
    buffer.complete(first);
    const second = buffer.open();
    add(second, 'b'.repeat(99), 1);
    await settle();
    expect(got).to.equal('<a');
    add(second, 'c', 1);
    await settle();
    expect(got.length).to.equal(2 + 100);
  });

  it('ends when it is complete and all was sent, and says so once', async () => {
    const first = buffer.open();
    add(first, 'a', 1);
    stream.complete();
    await settle();
    expect(hasEnded).to.equal(false);
    buffer.complete(first);
    await settle();
    expect(hasEnded).to.equal(true);
    expect(got).to.equal('<a>');
    await settle();
    expect(closings).to.equal(1);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('keeps the last whole segment in hand while there is very much to hear, until another one is begun', async () => {
    const first = buffer.open();
    add(first, 'a', 40);
    buffer.complete(first);
    const second = buffer.open();
    add(second, 'b', 10);
    buffer.complete(second);
    await settle();
    expect(got).to.equal('<a');
    const third = buffer.open();
    await settle();
    expect(got).to.equal('<ab');
    add(third, 'c', 10);
    buffer.complete(third);
    await clock.advance(29_900);
    expect(got).to.equal('<ab');
    await clock.advance(200);
    expect(got).to.equal('<abc');
  });

  it('keeps nothing in hand that is in the way of the next segment, or the last of all', async () => {
    const first = buffer.open();
    add(first, 'a', 40);
    buffer.complete(first);
    const second = buffer.open();
    add(second, 'b'.repeat(100), 10);
    buffer.complete(second);
    await settle();
    expect(got.length).to.equal(102);
    const third = buffer.open();
    add(third, 'c', 10);
    buffer.complete(third);
    await settle();
    expect(got.length).to.equal(102);
    stream.complete();
    await settle();
    expect(got.slice(-2)).to.equal('c>');
  });

  it('leaves no timer behind when it is destroyed', async () => {
    const first = buffer.open();
    add(first, 'a', 10);
    buffer.complete(first);
    add(buffer.open(), 'b', 1);
    await settle();
    expect(clock.pendingTimers).to.equal(1);
    stream.destroy();
    await settle();
    expect(clock.pendingTimers).to.equal(0);
    expect(closings).to.equal(1);
  });
});

describe('the prefetch buffer', () => {
  it('has room for so many segments behind the one that is being sent', async () => {
    const buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: 1_000, mostBytes: 1_000 });
    const { signal } = new AbortController();
    const first = buffer.open();
    buffer.open();
    await buffer.roomForSegment(signal);
    buffer.open();
    let hasRoom = false;
    const room = buffer.roomForSegment(signal).then(() => (hasRoom = true));
    await settle();
    expect(hasRoom).to.equal(false);
    buffer.add(first, { bytes: Buffer.from('a'), seconds: 1 });
    buffer.complete(first);
    await settle();
    expect(hasRoom).to.equal(false);
    buffer.take();
    await room;
  });

  it('has no room for another segment while enough waits, and for more of one that is begun', async () => {
    const buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: 5, mostBytes: 10 });
    const first = buffer.open();
    buffer.add(first, { bytes: Buffer.alloc(4), seconds: 1 });
    expect(buffer.hasRoomForSegment).to.equal(true);
    buffer.add(first, { bytes: Buffer.alloc(1), seconds: 1 });
    expect(buffer.hasRoomForSegment).to.equal(false);
    await buffer.roomForBytes(new AbortController().signal);
    buffer.take();
    expect(buffer.hasRoomForSegment).to.equal(true);
  });

  it('has room for so many bytes, of all segments together', async () => {
    const buffer = new PrefetchBuffer({ ahead: 2, enoughBytes: 10, mostBytes: 10 });
    const { signal } = new AbortController();
    buffer.add(buffer.open(), { bytes: Buffer.alloc(6), seconds: 1 });
    await buffer.roomForBytes(signal);
    buffer.add(buffer.open(), { bytes: Buffer.alloc(6), seconds: 1 });
    let hasRoom = false;
    const room = buffer.roomForBytes(signal).then(() => (hasRoom = true));
    await settle();
    expect(hasRoom).to.equal(false);
    buffer.take();
    await room;
  });

  it('wakes whoever waits when nobody wants more', async () => {
    const buffer = new PrefetchBuffer({ ahead: 1, enoughBytes: 1, mostBytes: 1 });
    const controller = new AbortController();
    buffer.add(buffer.open(), { bytes: Buffer.alloc(6), seconds: 1 });
    const waiting = buffer.roomForBytes(controller.signal).catch((error: unknown) => error);
    controller.abort(new Error('gone'));
    buffer.wake();
    expect(await waiting).to.have.property('message', 'gone');
  });
});

import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { CallPermit, type CallEnd } from '../../lib/chain/call-permit.js';
import { SpeechError } from '../../lib/index.js';
import type { GuardPermit } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { speechRequest } from '../support/speech-request.js';

interface Permit extends GuardPermit {
  counts: boolean;
}

function setUp(origin: 'built-in' | 'custom' = 'built-in', hasFailed = false) {
  const told: unknown[] = [];
  const ends: CallEnd[] = [];
  const guard: Permit = {
    counts: true,
    proven: () => void told.push('valid'),
    heard: () => void told.push('heard'),
    vacate: () => void told.push('vacate'),
    succeed: () => void told.push('succeed'),
    fail(coolDown, cause) {
      told.push(['fail', coolDown, cause]);
      return this.counts;
    },
    release: (coolDown) => void told.push(['release', coolDown]),
  };
  const controller = new AbortController();
  const watcher = {
    hasFailed: () => hasFailed,
    sounds: () => void told.push('sounds'),
    ended: (_request: unknown, end: CallEnd) => void ends.push(end),
  };
  const clock = new FakeClock();
  const permit = new CallPermit(speechRequest(), guard, controller.signal, { origin, coolDown: 500, clock, watcher });
  return { told, ends, guard, clock, controller, permit };
}

const TIME_IS_UP = new SpeechError('deadline', 'the time is up');

describe('CallPermit', () => {
  it('holds the time that was up against a provider at work, and lets its place cool down', () => {
    const { told, controller, permit } = setUp();
    controller.abort(TIME_IS_UP);
    permit.failed(new SpeechError('aborted', 'stopped'));
    expect(told).to.deep.equal([['fail', 500, 'load']]);
  });

  it('does not hold it against one whose engine had not begun', () => {
    const { told, controller, permit } = setUp();
    controller.abort(TIME_IS_UP);
    permit.failed(new SpeechError('timeout.queue', 'no worker was free in time'));
    expect(told).to.deep.equal([['release', undefined]]);
  });

  it('takes a caller that left for nobody’s fault', () => {
    const { told, controller, permit } = setUp();
    controller.abort(new SpeechError('aborted', 'the caller has left'));
    permit.failed(new SpeechError('aborted', 'stopped'));
    expect(told).to.deep.equal([['release', 500]]);
  });

  it('gives back the place of a provider at rest, and once only', async () => {
    const { told, permit } = setUp();
    const stream = new PassThrough();
    permit.holdToTheEndOf({ stream, atRest: Promise.resolve() });
    await settle();
    expect(told).to.deep.equal(['valid', 'sounds', 'vacate']);
    stream.resume().end();
    await once(stream, 'close');
    expect(told).to.deep.equal(['valid', 'sounds', 'vacate', 'succeed']);
  });

  it('speaks for a provider of the user’s own that does not hear its signal, and for no other', () => {
    const own = setUp('custom');
    own.controller.abort(TIME_IS_UP);
    expect(own.told).to.deep.equal([['fail', 10_000, 'load']]);
    const ours = setUp();
    ours.controller.abort(TIME_IS_UP);
    expect(ours.told).to.deep.equal([]);
  });

  it('says what may be to blame', () => {
    for (const [code, cause] of [
      ['refused', 'service'],
      ['status.500', 'request'],
      ['empty', 'request'],
      ['rate_limited', 'load'],
      ['timeout.first_byte', 'load'],
    ] as const) {
      const { told, permit } = setUp();
      permit.failed(new SpeechError(code, 'made to fail'));
      expect(told).to.deep.equal([['fail', undefined, cause]]);
    }
  });

  it('tells failures for load apart, which are held against nobody', () => {
    const { guard, ends, permit } = setUp();
    guard.counts = false;
    expect(permit.failed(new SpeechError('status.503', 'busy'))).to.equal(true);
    expect(ends).to.deep.equal([]);
    const other = setUp();
    other.guard.counts = false;
    expect(other.permit.failed(new SpeechError('status.500', 'odd'))).to.equal(false);
    const alone = setUp();
    expect(alone.permit.failed(new SpeechError('status.503', 'down'))).to.equal(false);
    expect(alone.ends).to.deep.equal([{ shows: 'ill', hadSound: false, ms: 0, code: 'status.503' }]);
  });

  it('holds a request against the provider once, however often it is tried', () => {
    const { told, ends, permit } = setUp('built-in', true);
    permit.failed(new SpeechError('status.500', 'again'));
    expect(told).to.deep.equal([['release', undefined]]);
    expect(ends).to.deep.equal([]);
  });

  describe('of sound that somebody judges', () => {
    async function judging() {
      const parts = setUp();
      const stream = new PassThrough();
      const judge = parts.permit.holdToTheVerdictOn({ stream });
      await parts.clock.advance(100);
      return { ...parts, stream, judge };
    }

    const ended = async (stream: PassThrough): Promise<void> => {
      stream.resume().end();
      await settle();
    };

    it('gives the place back when the sound has come, and waits for the word', async () => {
      const { told, ends, stream, judge } = await judging();
      await ended(stream);
      expect(told).to.deep.equal(['valid', 'sounds', 'vacate']);
      judge(null);
      expect(told.slice(3)).to.deep.equal(['succeed']);
      expect(ends).to.deep.equal([{ shows: 'well', hadSound: true, ms: 100 }]);
    });

    it('holds against the provider what looked whole and was not', async () => {
      const { told, ends, stream, judge } = await judging();
      await ended(stream);
      const error = new SpeechError('truncated', 'shorter than it says');
      judge(error);
      expect(told.slice(3)).to.deep.equal([['fail', 500, 'request']]);
      expect(ends).to.deep.equal([{ shows: 'ill', hadSound: true, ms: 100, code: 'truncated', error }]);
    });

    it('takes the first word, and none after the sound has broken off by itself', async () => {
      const { told, ends, stream, judge } = await judging();
      stream.destroy(new SpeechError('reset', 'the server died'));
      await settle();
      judge(null);
      judge(new SpeechError('empty', 'nothing'));
      expect(told.slice(2)).to.deep.equal([['fail', 500, 'request']]);
      expect(ends.map(({ shows, code }) => [shows, code])).to.deep.equal([['ill', 'reset']]);
    });

    it('blames nobody for sound that is only of another shape, or that nobody wants any more', async () => {
      for (const code of ['unsupported', 'aborted'] as const) {
        const { told, ends, stream, judge } = await judging();
        judge(new SpeechError(code, 'not this'));
        stream.destroy();
        await settle();
        expect(told.slice(2)).to.deep.equal([['release', 500]]);
        expect(ends.map(({ shows }) => shows)).to.deep.equal(['well']);
      }
    });
  });

  it('does not count sound that comes when the call has been given up', async () => {
    const { told, ends, controller, permit } = setUp('custom');
    controller.abort(new SpeechError('aborted', 'the caller has left'));
    permit.holdToTheEndOf({ stream: Readable.from([Buffer.alloc(4)]).resume() });
    await settle();
    await settle();
    expect(told).to.deep.equal([
      ['release', 10_000],
      ['release', undefined],
    ]);
    expect(ends).to.deep.equal([]);
  });
});

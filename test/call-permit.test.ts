import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { CallPermit } from '../lib/call-permit.js';
import { SpeechError } from '../lib/index.js';
import { settle } from './support/fake-clock.js';

function setUp(origin: 'built-in' | 'custom' = 'built-in') {
  const told: unknown[] = [];
  const guard = {
    proven: () => told.push('proven'),
    succeed: () => told.push('succeed'),
    fail: (coolDown?: number) => told.push(['fail', coolDown]),
    release: (coolDown?: number) => told.push(['release', coolDown]),
    vacate: () => told.push('vacate'),
  };
  const controller = new AbortController();
  const permit = new CallPermit(guard, controller.signal, { origin, coolDown: 500 });
  return { told, controller, permit };
}

const TIME_IS_UP = new SpeechError('deadline', 'the time is up');

describe('CallPermit', () => {
  it('holds the time that was up against a provider at work, and lets its place cool down', () => {
    const { told, controller, permit } = setUp();
    controller.abort(TIME_IS_UP);
    permit.failed(new SpeechError('aborted', 'stopped'));
    expect(told).to.deep.equal([['fail', 500]]);
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
    permit.holdToTheEndOf({ stream, atRest: Promise.resolve() }, () => undefined);
    await settle();
    expect(told).to.deep.equal(['proven', 'vacate']);
    stream.resume().end();
    await once(stream, 'close');
    expect(told).to.deep.equal(['proven', 'vacate', 'succeed']);
  });

  it('speaks for a provider of the user’s own that does not hear its signal, and for no other', () => {
    const own = setUp('custom');
    own.controller.abort(TIME_IS_UP);
    expect(own.told).to.deep.equal([['fail', 10_000]]);
    const ours = setUp();
    ours.controller.abort(TIME_IS_UP);
    expect(ours.told).to.deep.equal([]);
  });
});

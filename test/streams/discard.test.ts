import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { discard } from '../../lib/streams/discard.js';
import { settle } from '../support/fake-clock.js';

describe('discard()', () => {
  const uncaught: unknown[] = [];
  const note = (thrown: unknown): void => {
    uncaught.push(thrown);
  };
  let others: NodeJS.UncaughtExceptionListener[];

  beforeEach(() => {
    uncaught.length = 0;
    others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    process.on('unhandledRejection', note);
  });

  afterEach(() => {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
    for (const listener of others) process.on('uncaughtException', listener);
  });

  /** Nothing of what happens within the next turns may have been left to the process. */
  async function expectNothingUncaught(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect(uncaught).to.deep.equal([]);
  }

  const streams: [string, () => unknown][] = [
    [
      'one that fails as it is destroyed',
      () =>
        new Readable({
          destroy: (_error, done) => {
            done(new Error('it failed'));
          },
        }),
    ],
    [
      'one that throws as it is destroyed',
      () => Object.assign(new EventEmitter(), { destroy: () => expect.fail('it threw') }),
    ],
    [
      'one whose destroy() is a promise that rejects',
      () => Object.assign(new EventEmitter(), { destroy: () => Promise.reject(new Error('it rejected')) }),
    ],
    ['one that cannot be destroyed', () => new EventEmitter()],
    [
      'one that takes no listeners',
      () => ({
        on: () => {
          throw new Error('no listeners');
        },
      }),
    ],
    ['one with a getter that throws', () => Object.defineProperty({}, 'on', { get: () => expect.fail('it threw') })],
    ['nothing', () => undefined],
    ['null', () => null],
    ['a word', () => 'a stream'],
  ];
  for (const [name, make] of streams) {
    it(`survives ${name}`, async () => {
      discard(make());
      discard(make(), new Error('not wanted'));
      await expectNothingUncaught();
    });
  }

  it('survives a stream that is destroyed once more, and one that fails later', async () => {
    const stream = new PassThrough();
    discard(stream);
    discard(stream, new Error('again'));
    const emitter = new EventEmitter();
    discard(emitter);
    emitter.emit('error', new Error('late'));
    await expectNothingUncaught();
  });

  it('destroys the stream, and tells those who listen why', async () => {
    const stream = new PassThrough();
    const told = once(stream, 'error');
    const why = new Error('not wanted');
    discard(stream, why);
    expect(await told).to.deep.equal([why]);
    expect(stream.destroyed).to.equal(true);
  });
});

import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { toByteStream } from '../../lib/chain/custom-stream.js';
import { systemClock } from '../../lib/resilience/index.js';
import { SpeechError } from '../../lib/speech/error.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { rejection } from '../support/hostile-providers.js';
import { unhandledRejections } from '../support/unhandled.js';

const ONE = Buffer.from('first ');
const TWO = Buffer.from('and second');
const BOTH = Buffer.concat([ONE, TWO]);

async function* generator(): AsyncGenerator {
  await settle();
  yield ONE;
  yield TWO;
}

function webStream(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** Ends with the code of the error that a stream was destroyed with, or `end`. */
async function endOf(stream: Readable): Promise<string> {
  try {
    await finished(stream.resume());
    return 'end';
  } catch (error) {
    return SpeechError.is(error) ? error.code : String(error);
  }
}

const fails = (): never => {
  throw new Error('a bug');
};

describe('toByteStream', () => {
  const sources: [string, () => unknown][] = [
    ['a Readable', () => Readable.from([ONE, TWO])],
    ['a Readable of bytes', () => Readable.from([ONE, TWO], { objectMode: false })],
    ['a PassThrough', () => new PassThrough().end(BOTH)],
    [
      'a Readable that never closes',
      () => {
        const own = new Readable({ autoDestroy: false, emitClose: false, read: () => undefined });
        own.push(BOTH);
        own.push(null);
        return own;
      },
    ],
    ['a web stream', () => webStream(ONE, TWO)],
    ['a reply’s body', () => new Response(BOTH).body],
    ['an asynchronous generator', generator],
    [
      'a generator',
      function* () {
        yield ONE;
        yield TWO;
      },
    ],
    ['a list', () => [ONE, TWO]],
    ['a list with nothing in between', () => [ONE, Buffer.alloc(0), new Uint8Array(), TWO]],
    ['bytes', () => BOTH],
    ['an ArrayBuffer', () => new Uint8Array(BOTH).buffer],
    ['bytes of another realm', () => runInNewContext('new Uint8Array(bytes)', { bytes: [...BOTH] }) as unknown],
    [
      'an iterator that cannot be ended',
      () => {
        const chunks = [ONE, TWO];
        return {
          [Symbol.asyncIterator]: () => ({ next: () => ({ done: chunks.length === 0, value: chunks.shift() }) }),
        };
      },
    ],
    [
      'an iterator of look-alike promises',
      () => {
        const chunks = [ONE, TWO];
        const next = () => ({
          then: (done: (step: unknown) => void) => {
            done({ done: chunks.length === 0, value: chunks.shift() });
          },
        });
        return { [Symbol.asyncIterator]: () => ({ next }) };
      },
    ],
  ];
  for (const [what, make] of sources) {
    it(`reads ${what}`, async () => {
      const source = make();
      const stream = toByteStream(typeof source === 'function' ? (source as () => unknown)() : source, systemClock);
      expect((await buffer(stream)).toString()).to.equal(BOTH.toString());
      if (!stream.closed) await once(stream, 'close');
      if (source instanceof Readable) expect(source.destroyed).to.equal(true);
    });
  }

  for (const [what, given] of [
    ['nothing', undefined],
    ['null', null],
    ['a text', 'sound'],
    ['a number', 7],
    ['an object', {}],
    ['an object whose iterator is none', { [Symbol.asyncIterator]: 7 }],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => toByteStream(given, systemClock))
        .to.throw(SpeechError)
        .with.property('code', 'bad_response');
    });
  }

  const brokenSources: [string, string, () => unknown][] = [
    ['empty', 'a stream that was destroyed', () => new PassThrough().destroy()],
    ['internal', 'one that was destroyed with an error', () => new PassThrough().destroy(new Error('a bug'))],
    [
      'reset',
      'one that was destroyed with an error of ours',
      () => new PassThrough().destroy(new SpeechError('reset', 'a')),
    ],
    [
      'internal',
      'a web stream with an error',
      () =>
        new ReadableStream({
          start(controller) {
            controller.error(new Error('a bug'));
          },
        }),
    ],
    ['internal', 'an iterator that throws', () => ({ [Symbol.asyncIterator]: () => ({ next: fails }) })],
    [
      'internal',
      'an iterator that rejects',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('a bug')) }) }),
    ],
    [
      'internal',
      'an iterator that rejects with nothing',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => rejection(undefined) }) }),
    ],
    [
      'internal',
      'an iterator that rejects with what cannot be read',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new Proxy(new Error('a'), { get: fails, has: fails, getPrototypeOf: fails })),
        }),
      }),
    ],
    [
      'internal',
      'an iterator that says it was aborted',
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new SpeechError('aborted', 'a')) }) }),
    ],
    [
      'internal',
      'an iterator whose steps throw',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => ({
            get done() {
              return fails();
            },
          }),
        }),
      }),
    ],
    ['internal', 'an iterator that is none', () => ({ [Symbol.asyncIterator]: () => undefined })],
    ['not_audio', 'an iterator without steps', () => ({ [Symbol.asyncIterator]: () => ({ next: () => undefined }) })],
    ['not_audio', 'objects', () => [{ data: ONE }]],
    ['not_audio', 'numbers', () => [1, 2]],
    ['not_audio', 'texts', () => ['sound']],
    ['not_audio', 'a stream of texts', () => new PassThrough({ encoding: 'latin1' }).end(ONE)],
    ['not_audio', 'samples that are no bytes', () => [new Float32Array(4)]],
    [
      'end',
      'a stream that has ended',
      () => {
        const own = new PassThrough();
        own.end();
        own.resume();
        return own;
      },
    ],
    ['end', 'nothing at all', () => []],
  ];
  for (const [code, what, make] of brokenSources) {
    it(`ends with ${code} for ${what}, and leaves no error behind`, async () => {
      const rejections = await unhandledRejections(async () => {
        const source = make();
        // An error that its maker has not listened for cannot be taken back.
        if (!(source instanceof Readable && source.errored !== null)) await settle();
        expect(await endOf(toByteStream(source, systemClock))).to.equal(code);
      });
      expect(rejections).to.deep.equal([]);
    });
  }

  const breaks: [string, string, () => AsyncGenerator][] = [
    [
      'not_audio',
      'goes on with an object',
      async function* () {
        yield ONE;
        yield { data: TWO };
        yield TWO;
      },
    ],
    [
      'not_audio',
      'goes on with a text',
      async function* () {
        yield ONE;
        yield 'and second';
      },
    ],
    [
      'not_audio',
      'goes on with nothing',
      async function* () {
        yield ONE;
        yield undefined;
        yield TWO;
      },
    ],
    [
      'reset',
      'throws',
      async function* () {
        yield ONE;
        throw new SpeechError('reset', 'the server died');
      },
    ],
  ];
  for (const [code, what, make] of breaks) {
    it(`hands on all before it when a source ${what}, and then breaks off`, async () => {
      const stream = toByteStream(make(), systemClock);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      expect(await endOf(stream)).to.equal(code);
      expect(Buffer.concat(chunks).toString()).to.equal(ONE.toString());
    });
  }

  it('says truncated of a stream that is destroyed without a word', async () => {
    const source = new PassThrough();
    source.write(ONE);
    const stream = toByteStream(source, systemClock);
    stream.once('data', () => source.destroy());
    expect(await endOf(stream)).to.equal('truncated');
  });

  it('tells of a stream’s error at once, though nobody reads', async () => {
    const source = new PassThrough();
    source.write(ONE);
    const stream = toByteStream(source, systemClock);
    stream.read(0);
    await settle();
    source.destroy(new SpeechError('reset', 'the server died'));
    await new Promise((resolve) => stream.once('close', resolve));
    expect(stream.errored).to.have.property('code', 'reset');
  });

  it('gives up a source that stands still while it is read, and never one whose reader rests', async () => {
    const clock = new FakeClock();
    const source = new PassThrough();
    source.write(ONE);
    const stream = toByteStream(source, clock);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(chunk.toString()).to.equal(ONE.toString());
    await clock.advance(9_999);
    source.write(TWO);
    await once(stream, 'data');
    stream.pause();
    source.write(ONE);
    await settle();
    expect(clock.pendingTimers).to.equal(0);
    await clock.advance(60_000);
    expect(stream.destroyed).to.equal(false);
    await once(stream.resume(), 'data');
    const end = endOf(stream);
    await clock.advance(10_000);
    expect(await end).to.equal('timeout.idle');
    expect(source.destroyed).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('gives up one that yields nothing for ever, and the event loop goes on meanwhile', async () => {
    const clock = new FakeClock();
    const stream = toByteStream(
      (async function* () {
        for (;;) yield Buffer.alloc(0);
      })(),
      clock,
    );
    const end = endOf(stream);
    for (let turn = 0; turn < 20; turn += 1) await settle();
    await clock.advance(10_000);
    expect(await end).to.equal('timeout.idle');
  });

  it('gives up one that does not end', async function () {
    this.timeout(60_000);
    const chunk = Buffer.alloc(16 * 1024 * 1024);
    const stream = toByteStream(
      (function* () {
        for (;;) yield chunk;
      })(),
      systemClock,
    );
    expect(await endOf(stream)).to.equal('too_large');
  });

  it('lets go of its source when it is destroyed, whatever that makes of it', async () => {
    const stopped: string[] = [];
    const iterator = (member: () => unknown) => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined), return: member }),
    });
    const sources: [string, unknown][] = [
      ['stream', Object.assign(new PassThrough(), { destroy: () => stopped.push('stream') })],
      ['web', new ReadableStream({ cancel: () => void stopped.push('web') })],
      ['iterator', iterator(() => stopped.push('iterator'))],
      [
        'throws',
        iterator(() => {
          stopped.push('throws');
          return fails();
        }),
      ],
      [
        'rejects',
        iterator(() => {
          stopped.push('rejects');
          return Promise.reject(new Error('a bug'));
        }),
      ],
      [
        'never ends',
        iterator(() => {
          stopped.push('never ends');
          return new Promise(() => undefined);
        }),
      ],
      [
        'fails',
        new PassThrough({
          destroy(_error, callback) {
            stopped.push('fails');
            callback(new Error('a bug'));
          },
        }),
      ],
    ];
    const rejections = await unhandledRejections(async () => {
      for (const [, source] of sources) {
        const stream = toByteStream(source, systemClock);
        stream.read(0);
        await settle();
        await once(stream.destroy(), 'close');
      }
    });
    expect(rejections).to.deep.equal([]);
    expect(stopped).to.deep.equal(sources.map(([name]) => name));
  });
});

import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { SpeechError, type SpeechProvider } from '../../lib/index.js';
import { PCM } from './fake-provider.js';

/** What a provider written in plain JavaScript may do; nothing of it is what the types allow. */
export type Synthesize = (request: Record<string, unknown>, context: { readonly signal: AbortSignal }) => unknown;

/** Throws anything at all, as a program without types may. */
export function raise(thrown: unknown): never {
  throw thrown as Error;
}

export const rejection = async (reason: unknown): Promise<never> => raise(reason);

const bug = (): never => raise(new Error('a bug'));
const never = (): Promise<never> => new Promise(() => undefined);
const sound = (stream: unknown): object => ({ kind: 'audio', contentType: 'audio/pcm', stream });
const unreadable = new Proxy({}, { get: bug, has: bug, ownKeys: bug, getPrototypeOf: bug });

/** Without a byte of sound: the next provider is asked. */
export const SILENT: Readonly<Record<string, Synthesize>> = {
  throws: bug,
  'throws nothing': () => raise(undefined),
  'throws what cannot be read': () => raise(unreadable),
  rejects: () => Promise.reject(new Error('a bug')),
  'rejects with a text': () => rejection('a bug'),
  'rejects with a symbol': () => rejection(Symbol('a bug')),
  'rejects with what cannot be read': () => rejection(unreadable),
  'says that the caller has left': () => Promise.reject(new SpeechError('aborted', 'my own signal aborted')),
  'has a code of its own': () => Promise.reject(Object.assign(new SpeechError('reset', 'a'), { code: 'made_up' })),
  'never returns': never,
  'never returns, and rejects when it is to stop': (_request, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('a bug'));
      });
    }),
  'returns when it is too late': (_request, { signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        setImmediate(
          resolve,
          sound(
            new PassThrough({
              destroy: (_error, done) => {
                done(new Error('a bug'));
              },
            }).end(PCM),
          ),
        );
      });
    }),
  'returns what never settles': () => ({ then: () => undefined }),
  'returns what throws when it is awaited': () => ({
    get then() {
      return bug();
    },
  }),
  'returns nothing': () => undefined,
  'returns null': () => null,
  'returns a text': () => 'sound',
  'returns an empty object': () => ({}),
  'returns what cannot be read': () => unreadable,
  'returns a stream alone': () => Readable.from([PCM]),
  'returns sound without a stream': () => sound(undefined),
  'returns sound as a text': () => sound('sound'),
  'returns sound whose stream cannot be read': () => sound(unreadable),
  'returns sound of another type': () => ({ ...sound(Readable.from([PCM])), contentType: 'audio/mpeg' }),
  'returns sound of a type that is no text': () => ({ ...sound(Readable.from([PCM])), contentType: 7 }),
  'returns text that is none': () => ({ kind: 'text', text: 7 }),
  'returns a stream that has ended': () => sound(new PassThrough().end().resume()),
  'returns a stream that was destroyed': () => sound(new PassThrough().destroy()),
  'returns a stream that was destroyed with an error': () => sound(new PassThrough().destroy(new Error('a bug'))),
  'returns a stream that is read by somebody else': () => {
    const stream = new ReadableStream();
    stream.getReader();
    return sound(stream);
  },
  'returns a stream that breaks at once': () =>
    sound(
      (function* () {
        yield bug();
      })(),
    ),
  'returns a stream that never begins': () => sound(new PassThrough()),
  'returns a stream of nothing for ever': () =>
    sound(
      (async function* () {
        for (;;) yield Buffer.alloc(0);
      })(),
    ),
  'returns a stream of objects': () => sound([{ data: PCM }]),
  'returns a stream of texts': () => sound(['sound']),
  'changes the request': (request) => {
    Object.assign(request, { input: 'Something else.', format: 'mp3', speed: 99, extra: null });
    return bug();
  },
};

const begins = PCM.subarray(0, 20_000);

/** With some sound, and then something else: the speech goes on by another voice, or breaks off; it never ends as if it were whole. */
export const BREAKING: Readonly<Record<string, Synthesize>> = {
  'goes on with an object': () => sound(Readable.from([begins, { data: PCM }, PCM])),
  'goes on with a text': () => sound(Readable.from([begins, 'sound', PCM])),
  'goes on with nothing': () => sound([begins, undefined, PCM]),
  'throws after a while': () =>
    sound(
      (function* () {
        yield begins;
        bug();
      })(),
    ),
  'rejects after a while': () =>
    sound(
      (async function* () {
        yield begins;
        await Promise.reject(new Error('a bug'));
      })(),
    ),
  'breaks with what cannot be read': () =>
    sound(
      (function* () {
        yield begins;
        raise(unreadable);
      })(),
    ),
  'says after a while that the caller has left': () =>
    sound(
      (function* () {
        yield begins;
        throw new SpeechError('aborted', 'my own signal aborted');
      })(),
    ),
  'destroys its stream': () => {
    const stream = new PassThrough();
    stream.write(begins);
    setTimeout(() => stream.destroy(), 20);
    return sound(stream);
  },
  'destroys its stream with an error': () => {
    const stream = new PassThrough();
    stream.write(begins);
    setTimeout(() => stream.destroy(new Error('a bug')), 20);
    return sound(stream);
  },
  'errors a web stream': () =>
    sound(
      new ReadableStream({
        start(controller) {
          controller.enqueue(begins);
          setTimeout(() => {
            controller.error(new Error('a bug'));
          }, 20);
        },
      }),
    ),
};

/** Beside the sound something that nobody asked for, which harms nothing. */
export const SPEAKING: Readonly<Record<string, Synthesize>> = {
  'returns at once': () => sound(Readable.from([PCM])),
  'returns what looks like a promise': () => ({
    then: (done: (result: object) => void) => {
      done(sound([PCM]));
    },
  }),
  'returns a web stream': () =>
    sound(
      new ReadableStream({
        start(controller) {
          controller.enqueue(PCM);
          controller.close();
        },
      }),
    ),
  'returns an iterator': () =>
    sound(
      (async function* () {
        yield PCM.subarray(0, 7);
        yield PCM.subarray(7);
      })(),
    ),
  'returns bytes': () => sound(PCM),
  'says a wrong length': () => ({ ...sound([PCM]), contentLength: 10 }),
  'has warnings that cannot be read': () => ({ ...sound([PCM]), warnings: new Proxy([], { get: bug }) }),
  'has a warning a thousand times': () => ({ ...sound([PCM]), warnings: Array(1_000).fill('voice-substituted') }),
  'rejects when it is asked what was used': () => ({
    ...sound([PCM]),
    usage: () => Promise.reject(new Error('a bug')),
  }),
  'throws when it is asked what was used': () => ({ ...sound([PCM]), usage: bug }),
  'says what was used in what cannot be read': () => ({ ...sound([PCM]), usage: () => unreadable }),
  'has an iterator that cannot be ended': () => {
    const chunks = [PCM];
    const next = () => ({ done: chunks.length === 0, value: chunks.shift() });
    return sound({ [Symbol.asyncIterator]: () => ({ next, return: bug }) });
  },
};

/** Methods and members beside `synthesize`, by what is wrong with them. */
export const MEMBERS: Readonly<Record<string, object>> = {
  'capabilities that throw': {
    get capabilities() {
      return bug();
    },
  },
  'capabilities that cannot be read': { capabilities: unreadable },
  'capabilities of no kind': { capabilities: { formats: 'mp3', maxInput: 'all', ssml: 'yes' } },
  'capabilities that are promised': { capabilities: Promise.reject(new Error('a bug')).catch(() => undefined) },
  'a check that throws': { check: bug },
  'a check that rejects with what cannot be read': { check: () => rejection(unreadable) },
  'a check that never ends': { check: never },
  'a check that cannot be read': {
    get check() {
      return bug();
    },
  },
  'lists that throw': { voices: bug, models: bug },
  'lists that reject': {
    voices: () => Promise.reject(new Error('a')),
    models: () => rejection(unreadable),
  },
  'lists that never come': { voices: never, models: never },
  'lists that are none': { voices: () => 7, models: () => ({ length: 1e9 }) },
  'lists of what cannot be read': { voices: () => [unreadable, null, 7], models: () => new Proxy([], { get: bug }) },
  'lists that cannot be read': {
    get voices() {
      return bug();
    },
    get models() {
      return bug();
    },
  },
  'a close that throws': { close: bug },
  'a close that rejects with what cannot be read': { close: () => rejection(unreadable) },
  'a close that cannot be read': {
    get close() {
      return bug();
    },
  },
};

/** Makes a provider as somebody without types would. */
export function hostile(synthesize: Synthesize, members: object = {}): SpeechProvider {
  const own = { name: 'hostile', type: 'test', synthesize };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(members)) as never;
}

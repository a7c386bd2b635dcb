import { text } from 'node:stream/consumers';
import express, { type Express, type Request, type RequestHandler } from 'express';

/** Puts something before the router. */
export type Middleware = (app: Express) => unknown;

/** Reads the whole body in the way of a thousand answers, and does something with its bytes before it goes on. */
export const collecting =
  (keep: (request: Request, bytes: Buffer) => void): Middleware =>
  (app) =>
    app.use((request, _response, next) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        keep(request, Buffer.concat(chunks));
        next();
      });
    });

/** Looks at what has come of a body, and puts something of it back. */
export const peeking =
  (
    putBack: (chunk: Buffer | string) => Buffer | string = (chunk) => chunk,
    { encoding, size }: { readonly encoding?: BufferEncoding; readonly size?: number } = {},
  ): Middleware =>
  (app) =>
    app.use((request, _response, next) => {
      if (encoding !== undefined) request.setEncoding(encoding);
      request.once('readable', () => {
        const chunk = request.read(size) as Buffer | string | null;
        if (chunk !== null) request.unshift(putBack(chunk), encoding);
        next();
      });
    });

export const sync =
  (handle: (request: Request) => void): Middleware =>
  (app) =>
    app.use((request, _response, next) => {
      handle(request);
      next();
    });

/** What an application may have before the router, with which every reply is to be as if there were nothing. */
export const TRANSPARENT: Readonly<Record<string, Middleware>> = {
  'express.json()': (app) => app.use(express.json({ limit: '1mb' })),
  'express.json() that takes any type and any value': (app) =>
    app.use(express.json({ limit: '1mb', type: () => true, strict: false })),
  'express.json() that keeps the bytes': (app) =>
    app.use(
      express.json({
        limit: '1mb',
        verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }),
      }),
    ),
  'express.text()': (app) => app.use(express.text({ limit: '1mb', type: () => true })),
  'express.raw()': (app) => app.use(express.raw({ limit: '1mb', type: () => true })),
  'express.urlencoded() and express.json()': (app) => app.use(express.urlencoded(), express.json({ limit: '1mb' })),
  'an empty object, as of Express 4’s parsers': sync((request) => (request.body = {})),
  'an empty text, as of some adapters': sync((request) => (request.body = '')),
  'null, as of some adapters': sync((request) => (request.body = null)),
  'bytes in rawBody': collecting((request, bytes) => Object.assign(request, { rawBody: bytes })),
  'bytes in rawBody, and an empty object': collecting((request, bytes) =>
    Object.assign(request, { rawBody: bytes, body: {} }),
  ),
  'bytes in an ArrayBuffer': collecting((request, bytes) => (request.body = new Uint8Array(bytes).buffer)),
  'bytes in a view of something larger': collecting((request, bytes) => {
    const larger = Buffer.concat([Buffer.from('{{'), bytes, Buffer.from('}}')]);
    request.body = new DataView(larger.buffer, larger.byteOffset + 2, bytes.length);
  }),
  'text in rawBody': collecting((request, bytes) => Object.assign(request, { rawBody: bytes.toString() })),
  'a listener for data': sync((request) => request.on('data', () => undefined)),
  'setEncoding(utf8) and a listener': sync((request) => {
    request.setEncoding('utf8');
    request.on('data', () => undefined);
  }),
  'setEncoding(latin1)': sync((request) => request.setEncoding('latin1')),
  'setEncoding(hex)': sync((request) => request.setEncoding('hex')),
  'setEncoding(base64)': sync((request) => request.setEncoding('base64')),
  'pause()': sync((request) => request.pause()),
  'pause() in a later turn': (app) =>
    app.use((request, _response, next) => {
      request.pause();
      setImmediate(next);
    }),
  'read() and unshift()': peeking(),
  'read() and unshift() of a part': peeking(undefined, { size: 3 }),
  'read() and unshift() in two parts': (app) =>
    app.use((request, _response, next) => {
      request.once('readable', () => {
        const chunk = request.read() as Buffer | null;
        if (chunk !== null) for (const part of [chunk.subarray(2), chunk.subarray(0, 2)]) request.unshift(part);
        next();
      });
    }),
  'setEncoding(latin1), read() and unshift()': peeking(undefined, { encoding: 'latin1' }),
  'setEncoding(utf8), read() and unshift()': peeking(undefined, { encoding: 'utf8' }),
  'setEncoding(base64), read() and unshift()': peeking(undefined, { encoding: 'base64' }),
  'read(), unshift() and setEncoding(hex)': (app) => {
    peeking()(app);
    sync((request) => request.setEncoding('hex'))(app);
  },
  'read(), unshift() and pause()': (app) => {
    peeking()(app);
    sync((request) => request.pause())(app);
  },
  'read(), unshift() and a listener for data': (app) => {
    peeking()(app);
    sync((request) => request.on('data', () => undefined))(app);
  },
  'read() and unshift(), and express.json()': (app) => {
    peeking()(app);
    app.use(express.json({ limit: '1mb' }));
  },
  'a listener that pauses, and puts back what it got': (app) =>
    app.use((request, _response, next) => {
      const onEnd = (): void => {
        next();
      };
      request.once('end', onEnd);
      request.once('data', (chunk: Buffer) => {
        request.off('end', onEnd).pause();
        request.unshift(chunk);
        setImmediate(next);
      });
    }),
  'a listener for readable that stays, and reads nothing': sync((request) => request.on('readable', () => undefined)),
  'a listener that has begun, and comes to its end later': (app) =>
    app.use((request, _response, next) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => Object.assign(request, { rawBody: Buffer.concat(chunks) }));
      setImmediate(next);
    }),
};

/** Objects that middleware may leave, which say all the same. */
export const OBJECTS: readonly [what: string, make: () => unknown][] = [
  ['without a prototype', () => Object.assign(Object.create(null) as object, { input: 'Hello there.' })],
  [
    'of a class',
    () =>
      new (class Request {
        input = 'Hello there.';
      })(),
  ],
  ['behind a proxy', () => new Proxy({ input: 'Hello there.' }, {})],
  [
    'with a getter',
    () => ({
      get input() {
        return 'Hello there.';
      },
    }),
  ],
  ['that is frozen', () => Object.freeze({ input: 'Hello there.' })],
  ['that writes itself', () => ({ toJSON: () => ({ input: 'Hello there.' }) })],
  ['that middleware has changed', () => ({ input: 'Hello there.', voice: undefined, speed: Number.NaN })],
];
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const throwing = (): never => {
  throw new Error('not to be read');
};
/** What the application has done to the body so that nobody can use it; that is told to the operator, and not held against the client. */
export const TAKEN: readonly [what: string, middleware: Middleware, message: RegExp][] = [
  ['nothing', collecting(() => undefined), /left nothing of it/],
  ['an empty object', collecting((request) => (request.body = {})), /left nothing of it/],
  ['an empty text', collecting((request) => (request.body = '')), /left nothing of it/],
  ['no bytes', collecting((request) => (request.body = Buffer.alloc(0))), /left nothing of it/],
  ['null', collecting((request) => (request.body = null)), /left nothing of it/],
  ['a map', collecting((request) => (request.body = new Map([['input', 'a']]))), /left nothing of it/],
  [
    'a promise',
    collecting((request) => Object.assign(request, { body: Promise.resolve({ input: 'a' }) })),
    /left nothing of it/,
  ],
  ['a function', collecting((request) => (request.body = () => undefined)), /no JSON/],
  ['a circle', collecting((request) => (request.body = cyclic)), /cannot be read/],
  ['a whole number without end', collecting((request) => (request.body = { input: 1n })), /cannot be read/],
  [
    'a getter that throws',
    collecting(
      (request) =>
        (request.body = {
          get input() {
            return throwing();
          },
        }),
    ),
    /cannot be read/,
  ],
  [
    'a proxy that throws',
    collecting((request) => (request.body = new Proxy({}, { ownKeys: throwing }))),
    /cannot be read/,
  ],
  [
    'a body that throws',
    collecting((request) => Object.defineProperty(request, 'body', { get: throwing })),
    /cannot be read/,
  ],
  [
    'a stream that is resumed',
    (host) => host.use((request, _response, next) => request.resume().once('end', next)),
    /left nothing of it/,
  ],
  [
    'a stream that is read and given away',
    (host) => {
      const read: RequestHandler = (request, _response, next) => {
        text(request).then(() => {
          next();
        }, next);
      };
      host.use(read);
    },
    /left nothing of it/,
  ],
  [
    'the rest of a stream',
    (host) =>
      host.use((request, _response, next) => {
        request.once('data', () => {
          next();
        });
      }),
    /left nothing of it/,
  ],
  ['less than it has read', peeking((chunk) => chunk.slice(1)), /left nothing of it/],
  ['less than it has read, as text', peeking((chunk) => chunk.slice(1), { encoding: 'utf8' }), /left nothing of it/],
  ['ASCII', sync((request) => request.setEncoding('ascii')), /setEncoding\('ascii'\)/],
  ['UTF-16', sync((request) => request.setEncoding('utf16le')), /setEncoding\('utf16le'\)/],
];

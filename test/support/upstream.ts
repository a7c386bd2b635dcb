import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { soundIn } from './audio.js';
import { CONTENT_TYPES } from './content-types.js';
import { EVENT_BEHAVIOURS } from './event-behaviours.js';

/** What came in, for the test to look at. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

type Behaviour = (response: ServerResponse, format: SpeechFormat) => void;

/** Answers with status 200 and a type, and lets the test's behaviour write the body. */
const audio =
  (write: (response: ServerResponse, sound: Buffer) => void): Behaviour =>
  (response, format) => {
    response.setHeader('content-type', CONTENT_TYPES[format]);
    write(response, soundIn(format));
  };

/** Writes straight to the connection, past Node's HTTP. */
const raw =
  (text: string): Behaviour =>
  (response) => {
    response.socket?.write(text);
  };

const status =
  (code: number, body: string, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** What a server can do to its clients, by name. */
export const BEHAVIOURS = {
  speaks: audio((response, sound) => response.end(sound)),
  'speaks in chunks': audio((response, sound) => {
    response.write(sound.subarray(0, 100));
    setImmediate(() => response.end(sound.subarray(100)));
  }),
  'stays silent': () => undefined,
  'sends headers, then nothing': audio((response) => {
    response.flushHeaders();
  }),
  'sends one byte, then nothing': audio((response, sound) => response.write(sound.subarray(0, 1))),
  'sends sound, then nothing': audio((response, sound) => response.write(sound.subarray(0, sound.length / 2))),
  'drips its headers': (response) => {
    const { socket } = response;
    socket?.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket?.write('x'), 20);
    socket?.once('close', () => {
      clearInterval(timer);
    });
  },
  'sends 17 KB of headers': raw(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`),
  'sends garbage': raw('this is not HTTP\r\n\r\n'),
  'switches protocols': raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  'floods interim replies': (response) => {
    const { socket } = response;
    const timer = setInterval(() => socket?.write('HTTP/1.1 102 Processing\r\n\r\n'), 2);
    socket?.once('close', () => {
      clearInterval(timer);
    });
  },
  'resets before its headers': (response) => {
    response.socket?.resetAndDestroy();
  },
  'closes before its headers': (response) => {
    response.socket?.end();
  },
  'resets in the middle': audio((response, sound) => {
    response.write(sound.subarray(0, sound.length / 2), () => {
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
  }),
  'cuts its chunks': audio((response, sound) => {
    response.write(sound.subarray(0, sound.length / 2), () => {
      setTimeout(() => response.socket?.end(), 20);
    });
  }),
  'sends less than it said': audio((response, sound) => {
    response.setHeader('content-length', sound.length);
    response.write(sound.subarray(0, sound.length / 2), () => {
      setTimeout(() => response.socket?.end(), 20);
    });
  }),
  'ends with its connection': (response, format) => {
    response.socket?.end(Buffer.concat([closeDelimitedHead(format), soundIn(format)]));
  },
  'ends with its connection, too early': (response, format) => {
    const sound = soundIn(format);
    response.socket?.end(Buffer.concat([closeDelimitedHead(format), sound.subarray(0, sound.length / 2)]));
  },
  'sends HTML': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Not here</html>'),
  'sends HTML under an audio type': audio((response) =>
    response.end('<!doctype html><html><body>Not here</body></html>'),
  ),
  'sends JSON': status(200, '{"error":"no GPU"}'),
  'sends nothing': audio((response) => response.end()),
  'sends a header alone': audio((response, sound) => response.end(sound.subarray(0, 44))),
  'sends another format': (response, format) => {
    response.setHeader('content-type', CONTENT_TYPES[format]);
    response.end(soundIn(format === 'wav' ? 'mp3' : 'wav'));
  },
  'compresses its sound': audio((response, sound) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(sound));
  }),
  'means to send too much': audio((response, sound) => {
    response.setHeader('content-length', 2 * 1024 * 1024);
    response.write(sound);
  }),
  'says in capitals that it sends chunks': (response, format) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Type: ${CONTENT_TYPES[format]}\r\nTransfer-Encoding: Chunked\r\nContent-Encoding:\r\n\r\n`;
    const sound = soundIn(format);
    response.socket?.write(Buffer.concat([Buffer.from(head), chunkOf(sound), chunkOf(Buffer.alloc(0))]));
  },
  'never ends': audio((response, sound) => {
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(Buffer.concat([sound, Buffer.alloc(65_536, 1)]))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  }),
  redirects: status(302, '', { location: 'http://169.254.169.254/latest/meta-data' }),
  'is overloaded': status(503, '{"detail":"loading the model"}', { 'retry-after': '3' }),
  'limits the rate': status(429, '{"error":{"message":"slow down","code":"rate_limit"}}', { 'retry-after': '7' }),
  'refuses the key': status(401, '{"error":"bad key"}'),
  'repeats the key it refuses': (response) =>
    response
      .writeHead(401)
      .end(JSON.stringify({ error: { message: `no such key: ${response.req.headers.authorization ?? ''}` } })),
  'knows no such route': status(404, '{"detail":"Not Found"}'),
  'fails with an endless body': (response) => {
    response.writeHead(500);
    const more = (): void => {
      if (response.destroyed) return;
      if (response.write(Buffer.alloc(65_536, 'x'))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  },
  'fails with a body that stalls': (response) => response.writeHead(500).write('{"error":'),
  ...EVENT_BEHAVIOURS,
} satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;

/** A real OpenAI-compatible server on a port of its own, which does to its clients what the test wants. */
export interface Upstream {
  readonly baseUrl: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Bodies of the requests to speak. A health check may come between any two of them. */
  askedToSpeak(): SeenRequest['body'][];
  readonly openSockets: ReadonlySet<Socket>;
  behave(name: BehaviourName): void;
  /** Resolves when the last client has left. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

export async function startUpstream(first: BehaviourName = 'speaks', at = 0): Promise<Upstream> {
  let behaviour = first;
  const requests: SeenRequest[] = [];
  const openSockets = new Set<Socket>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void answer(request, response);
  });
  server.on('connection', (socket: Socket) => {
    openSockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      openSockets.delete(socket);
      if (openSockets.size === 0) server.emit('all closed');
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await textOf(request)) || '{}') as Record<string, unknown>;
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    if (request.url === '/v1/models')
      response.setHeader('content-type', 'application/json').end('{"data":[{"id":"tts-1"}]}');
    else if (request.url === '/v1/audio/voices') response.end('{"voices":["alloy",{"id":"nova","name":"Nova"}]}');
    else BEHAVIOURS[behaviour](response, formatOf(body));
  }

  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}/v1`,
    port,
    requests,
    askedToSpeak: () => requests.filter(({ method }) => method === 'POST').map(({ body }) => body),
    openSockets,
    behave(name) {
      behaviour = name;
    },
    async allClosed() {
      if (openSockets.size > 0) await once(server, 'all closed');
    },
    async close() {
      for (const socket of openSockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function formatOf(body: Record<string, unknown>): SpeechFormat {
  return SPEECH_FORMATS.find((format) => format === body['response_format']) ?? 'mp3';
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function chunkOf(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function closeDelimitedHead(format: SpeechFormat): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: ${CONTENT_TYPES[format]}\r\n\r\n`);
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { soundIn } from './audio.js';
import type { Certificate } from './certificates.js';
import { CONTENT_TYPES } from './content-types.js';

/** What a speech request says, as the server sees it. */
export interface Asked {
  readonly format: SpeechFormat;
  readonly model: unknown;
  readonly voice: unknown;
}

type Listed = readonly string[] | number | ((response: ServerResponse) => void);

/** How a server of the tests answers; it is a good one where nothing is said. */
export interface ApiOptions {
  /** Path in front of its routes, `/v1` by default. */
  readonly prefix?: string;
  /** Names that it lists, the status in place of a list, or an answer of its own. */
  readonly models?: Listed;
  readonly voices?: Listed;
  /** Key without which it lets nobody in. */
  readonly key?: string;
  readonly tls?: Certificate;
  /** Answers a speech request. */
  readonly speak?: (response: ServerResponse, asked: Asked) => void;
  /** Answers what it has no route for, with 404 by default. */
  readonly elsewhere?: (response: ServerResponse, request: IncomingMessage) => void;
}

export interface TestRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as JSON; undefined where there was none. */
  readonly body: unknown;
}

/** A real server with its own port. */
export interface TestServer {
  readonly port: number;
  readonly origin: string;
  readonly requests: readonly TestRequest[];
  readonly openSockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export function speaks(response: ServerResponse, { format }: Asked): void {
  response.setHeader('content-type', CONTENT_TYPES[format]).end(soundIn(format));
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Starts a server with OpenAI's speech API. */
export function startSpeechApi(options: ApiOptions = {}): Promise<TestServer> {
  const { prefix = '/v1', models = ['tts-1'], voices = ['alloy'], key, speak = speaks } = options;
  const elsewhere =
    options.elsewhere ??
    ((response: ServerResponse) => {
      json(response, 404, { detail: 'Not Found' });
    });
  const list = (response: ServerResponse, names: Listed, name: string): void => {
    if (typeof names === 'function') names(response);
    else if (typeof names === 'number') json(response, names, { detail: 'no such list' });
    else json(response, 200, { [name]: names.map((id) => ({ id })) });
  };
  return startServer(options.tls, (request, response, body) => {
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    if (!(request.url ?? '').startsWith(`${prefix}/`)) elsewhere(response, request);
    else if (key !== undefined && request.headers.authorization !== `Bearer ${key}`)
      json(response, 401, { error: { message: 'Incorrect API key provided' } });
    else if (route === `GET ${prefix}/models`) list(response, models, 'data');
    else if (route === `GET ${prefix}/audio/voices`) list(response, voices, 'voices');
    else if (route === `POST ${prefix}/audio/speech`) speak(response, askedFor(body));
    else elsewhere(response, request);
  });
}

function askedFor(body: string): Asked {
  const { response_format, model, voice } = JSON.parse(body) as Record<string, unknown>;
  const format = SPEECH_FORMATS.find((each) => each === response_format);
  if (format === undefined) throw new Error('no format was named');
  return { format, model, voice };
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function startServer(tls: Certificate | undefined, handle: Handler): Promise<TestServer> {
  const requests: TestRequest[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', () => undefined);
    request.once('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      handle(request, response, text);
    });
  };
  const server = tls === undefined ? createServer(onRequest) : createSecureServer({ ...tls }, onRequest);
  server.on('tlsClientError', () => undefined);
  const { port, openSockets, close } = await listen(server);
  return {
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    requests,
    openSockets,
    close,
  };
}

/** Listens on a free port and keeps account of who is connected. */
export async function listen(server: Server): Promise<Omit<TestServer, 'requests' | 'origin'>> {
  const openSockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    openSockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => openSockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    openSockets,
    async close() {
      for (const socket of openSockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

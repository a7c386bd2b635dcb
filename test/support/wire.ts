import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TRUSTED } from './certificates.js';
import { makeFolder } from './folder.js';

export type Transport = 'tcp' | 'unix' | 'tls';

/** A server over one kind of connection. */
export interface WireServer {
  readonly server: Server;
  connect(): Promise<Socket>;
  close(): Promise<void>;
}

export async function listenOver(transport: Transport, handler: RequestListener): Promise<WireServer> {
  const folder = makeFolder();
  const path = folder.path('socket');
  const server = transport === 'tls' ? createHttpsServer(TRUSTED, handler) : createHttpServer(handler);
  if (transport === 'unix') server.listen(path);
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const open = (): Socket => {
    if (transport === 'unix') return connectTcp(path);
    const { port } = server.address() as AddressInfo;
    if (transport === 'tcp') return connectTcp(port, '127.0.0.1');
    return connectTls({ port, host: '127.0.0.1', ca: TRUSTED.cert, servername: 'localhost' });
  };
  return {
    server,
    async connect() {
      const socket = open();
      await once(socket, transport === 'tls' ? 'secureConnect' : 'connect');
      socket.on('error', () => undefined);
      return socket;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
      folder.remove();
    },
  };
}

/** How a reply came to its end, as somebody sees who reads the bytes of the connection. */
export interface WireReply {
  readonly head: string;
  /** The bytes of the body, without the framing of chunks. */
  readonly body: Buffer;
  /** What the other side did. */
  readonly closed: 'FIN' | 'reset';
  /**
   * What a client makes of that: `whole` has come to its end by the rules of HTTP; `between two chunks` is taken for that by some;
   * `unframed` has nothing but the end of the connection to go by.
   */
  readonly end: 'whole' | 'inside a chunk' | 'between two chunks' | 'short of its length' | 'unframed' | 'no head';
}

/** Reads a connection to its end, however it comes. */
export async function readToEnd(socket: Socket, before: Buffer = Buffer.alloc(0)): Promise<WireReply> {
  const chunks: Buffer[] = [before];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = await new Promise<WireReply['closed']>((resolve) => {
    socket.once('close', (hadError) => {
      resolve(hadError ? 'reset' : 'FIN');
    });
  });
  return parseReply(Buffer.concat(chunks), closed);
}

/** A POST of JSON, as it goes over the wire. */
export function speechPost(version: '1.0' | '1.1', body: object, headers: readonly string[] = []): string {
  const text = JSON.stringify(body);
  const lines = [
    `POST /v1/audio/speech HTTP/${version}`,
    'Host: a',
    'Content-Type: application/json',
    `Content-Length: ${String(Buffer.byteLength(text))}`,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}

function parseReply(bytes: Buffer, closed: WireReply['closed']): WireReply {
  const at = bytes.indexOf('\r\n\r\n');
  if (at === -1) return { head: '', body: bytes, closed, end: 'no head' };
  const head = bytes.subarray(0, at).toString('latin1');
  const raw = bytes.subarray(at + 4);
  if (/^transfer-encoding: chunked$/im.test(head)) return { head, closed, ...readChunks(raw) };
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  const end =
    length === undefined ? 'unframed' : raw.length < Number(length) ? 'short of its length' : ('whole' as const);
  return { head, closed, body: raw, end };
}

function readChunks(raw: Buffer): Pick<WireReply, 'body' | 'end'> {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf('\r\n', at);
    const body = Buffer.concat(chunks);
    if (at >= raw.length) return { body, end: 'between two chunks' };
    if (lineEnd === -1) return { body, end: 'inside a chunk' };
    const size = Number.parseInt(raw.subarray(at, lineEnd).toString('latin1'), 16);
    if (!Number.isInteger(size)) throw new Error(`no chunk begins with ${raw.subarray(at, lineEnd).toString()}`);
    if (size === 0) return { body, end: 'whole' };
    chunks.push(raw.subarray(lineEnd + 2, Math.min(raw.length, lineEnd + 2 + size)));
    at = lineEnd + 2 + size + 2;
    if (at > raw.length) return { body: Buffer.concat(chunks), end: 'inside a chunk' };
  }
}

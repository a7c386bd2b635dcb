import { once } from 'node:events';
import {
  connect,
  createServer,
  Http2ServerRequest,
  Http2ServerResponse,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';

/** A reply over HTTP/2, as its client sees it. */
export interface Http2Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The stream's error code; 0 for a proper end. */
  readonly code: number;
}

export interface Http2App {
  readonly origin: string;
  post(body: object, options?: { readonly leaveAfter?: number }): Promise<Http2Reply>;
  close(): Promise<void>;
}

/** Makes an Express application for HTTP/2, which Express itself does not: its methods are put before those of Node's classes for that. */
function expressOverHttp2(): Express {
  const app = express();
  const over = (methods: object, base: object): object =>
    Object.create(base, Object.getOwnPropertyDescriptors(methods)) as object;
  return Object.assign(app, {
    request: Object.assign(over(express.request, Http2ServerRequest.prototype), { app }),
    response: Object.assign(over(express.response, Http2ServerResponse.prototype), { app }),
  });
}

/** Serves HTTP/2 without TLS, with an application of its own: one of HTTP/1 cannot serve both. */
export async function startHttp2App(mount: (app: Express) => void): Promise<Http2App> {
  const app = expressOverHttp2();
  mount(app);
  const handler: (...given: never[]) => unknown = app;
  const server = createServer((request, response) => handler(request as never, response as never));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const sessions = new Set<ClientHttp2Session>();
  return {
    origin,
    async post(body, { leaveAfter } = {}) {
      const session = connect(origin);
      sessions.add(session);
      session.on('error', () => undefined);
      const stream = session.request({
        ':method': 'POST',
        ':path': '/v1/audio/speech',
        'content-type': 'application/json',
      });
      const chunks: Buffer[] = [];
      let size = 0;
      let headers: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
      stream.on('error', () => undefined);
      stream.once('response', (head) => (headers = head));
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (leaveAfter !== undefined && size >= leaveAfter) stream.close(8);
      });
      stream.end(JSON.stringify(body));
      await new Promise((resolve) => stream.once('close', resolve));
      session.destroy();
      sessions.delete(session);
      return { status: headers[':status'] ?? 0, headers, body: Buffer.concat(chunks), code: stream.rstCode };
    },
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

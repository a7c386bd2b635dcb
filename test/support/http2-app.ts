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
import { MOMENT, type Host, type HostReply, type HostRequest } from './hosts/host.js';

/** A reply over HTTP/2, as its client sees it. */
export interface Http2Reply extends HostReply {
  /** The stream's error code; 0 for a proper end. */
  readonly code: number;
}

export interface Http2App extends Host {
  ask(request: HostRequest): Promise<Http2Reply>;
}

/** CANCEL of RFC 9113: the client wants no more. */
const CANCEL = 8;

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
export function startHttp2App(mount: (app: Express) => void): Promise<Http2App> {
  const app = expressOverHttp2();
  mount(app);
  const handler: (...given: never[]) => unknown = app;
  return startHttp2((request, response) => handler(request as never, response as never));
}

/** Serves HTTP/2 with what is mounted, and no application: of Express a request has nothing but `is`, which reading a body takes. */
export function startBareHttp2(mount: (app: Express) => void): Promise<Http2App> {
  const mounted: { readonly path: string; readonly handler: (...given: never[]) => unknown }[] = [];
  const app = {
    set: () => app,
    use(path: string, handler: (...given: never[]) => unknown) {
      mounted.push({ path, handler });
      return app;
    },
  };
  mount(app as never);
  return startHttp2((request, response) => {
    const found = mounted.find(({ path }) => request.url.startsWith(path));
    Object.assign(request, { is: () => 'application/json', url: request.url.slice(found?.path.length) });
    found?.handler(request as never, response as never, (() => response.writeHead(404).end()) as never);
  });
}

async function startHttp2(
  handler: (request: Http2ServerRequest, response: Http2ServerResponse) => unknown,
): Promise<Http2App> {
  const server = createServer((request, response) => {
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const sessions = new Set<ClientHttp2Session>();
  return {
    async ask(request) {
      const session = connect(origin);
      sessions.add(session);
      session.on('error', () => undefined);
      const reply = await askOver(session, request);
      session.destroy();
      sessions.delete(session);
      return reply;
    },
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function askOver(session: ClientHttp2Session, request: HostRequest): Promise<Http2Reply> {
  const { method = 'POST', path = '/v1/audio/speech', body, headers: more = {}, leaves } = request;
  const type = body && { 'content-type': 'application/json' };
  const stream = session.request({ ':method': method, ':path': path, ...type, ...more });
  const chunks: Buffer[] = [];
  let headers: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
  stream.on('error', () => undefined);
  stream.once('response', (head) => (headers = head));
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (leaves === 'in the middle') stream.close(CANCEL);
  });
  stream.end(body && JSON.stringify(body));
  const leave = (): void => {
    stream.close(CANCEL);
  };
  if (leaves === 'before the answer') setTimeout(leave, MOMENT);
  await new Promise((resolve) => stream.once('close', resolve));
  const { rstCode: code } = stream;
  return { status: headers[':status'] ?? 0, headers, body: Buffer.concat(chunks), isWhole: code === 0, code };
}

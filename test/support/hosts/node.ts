import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import { TRUSTED } from '../certificates.js';
import { startBareHttp2, startHttp2App } from '../http2-app.js';
import { askOverHttp, type Host, type HostKind } from './host.js';

/** Milliseconds that the middleware waits: longer than anything here that is well takes on a busy machine. */
const TIME_LIMIT = 1_500;

/** As express-timeout-handler and its like do: the request goes on behind the answer. */
const answerAfter =
  (milliseconds: number): RequestHandler =>
  (_request, response, next) => {
    const timer = setTimeout(() => {
      if (!response.headersSent) response.status(503).json({ by: 'the host' });
    }, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
    });
    next();
  };

async function startNode(
  mount: (app: Express) => void,
  { tls = false, before }: { readonly tls?: boolean; readonly before?: (app: Express) => void } = {},
): Promise<Host> {
  const app = express();
  before?.(app);
  mount(app);
  const server = tls ? createHttpsServer(TRUSTED, app) : createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const where = { port, host: '127.0.0.1', ...(tls && { ca: TRUSTED.cert, servername: 'localhost' }) };
  return {
    ask: (request) => askOverHttp(where, request),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const NODE_HOSTS: readonly HostKind[] = [
  { name: 'Node’s HTTP', canLeave: true, start: (mount) => startNode(mount) },
  { name: 'HTTPS', canLeave: true, start: (mount) => startNode(mount, { tls: true }) },
  {
    name: 'compression()',
    canLeave: true,
    async start(mount) {
      const host = await startNode(mount, { before: (app) => app.use(compression()) });
      return {
        ...host,
        ask: (request) => host.ask({ ...request, headers: { 'accept-encoding': 'gzip, br', ...request.headers } }),
      };
    },
  },
  {
    name: 'a middleware that answers when it has waited long enough',
    canLeave: true,
    answersAfter: TIME_LIMIT,
    start: (mount) => startNode(mount, { before: (app) => app.use(answerAfter(TIME_LIMIT)) }),
  },
  { name: 'HTTP/2 with Express', canLeave: true, start: (mount) => startHttp2App(mount) },
  { name: 'HTTP/2 without Express', canLeave: true, start: (mount) => startBareHttp2(mount) },
];

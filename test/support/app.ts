import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express } from 'express';
import { speechRouter, type SpeechRouter, type SpeechRouterOptions } from '../../lib/index.js';
import { PATIENCE } from './patience.js';

/** An ordinary application with the router in it, listening on a port of its own. */
export interface TestApp {
  readonly app: Express;
  readonly speech: SpeechRouter;
  readonly server: Server;
  /** Address of the application, without a path. */
  readonly origin: string;
  /** Address of the speech route. */
  readonly speechUrl: string;
  readonly openSockets: ReadonlySet<Socket>;
  /** Posts a body to the speech route; a string goes as it is. */
  readonly speak: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
  close(): Promise<void>;
}

export async function startApp(
  options?: SpeechRouterOptions,
  prepare: (app: Express) => void = () => undefined,
): Promise<TestApp> {
  const app = express();
  prepare(app);
  const speech = speechRouter(options);
  app.use('/v1', speech);
  app.get('/other', (_request, response) => {
    response.json({ ok: true });
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  // fetch() keeps connections: the server must not be the one to close them, just when a busy client uses one again.
  server.keepAliveTimeout = 2 * PATIENCE;
  await once(server, 'listening');
  const openSockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    openSockets.add(socket);
    socket.once('close', () => openSockets.delete(socket));
  });
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const speechUrl = `${origin}/v1/audio/speech`;
  return {
    app,
    speech,
    server,
    origin,
    speechUrl,
    openSockets,
    speak: (body, headers = {}) =>
      fetch(speechUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async close() {
      await speech.close();
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

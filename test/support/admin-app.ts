import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import type { Authorize } from '../../lib/admin/admin-request.js';
import { createAdminRouter } from '../../lib/admin/speech-admin.js';
import { systemClock, type Clock } from '../../lib/resilience/index.js';
import type { SpeechControl } from '../../lib/speech/control.js';
import { listen } from './speech-api.js';

/** What the page sends with a change. */
export const CHANGE = { 'content-type': 'application/json', 'x-speech-admin': 'test' };

/** An application with the admin router at /admin, listening on a port of its own. */
export interface AdminApp {
  readonly origin: string;
  /** How many are connected. */
  readonly connections: () => number;
  /** Asks a route below /admin/api; a body makes it a change. */
  readonly api: (path: string, init?: RequestInit) => Promise<Response>;
  readonly change: (method: string, path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

export async function startAdmin(
  control: SpeechControl,
  clock: Clock = systemClock,
  authorize: Authorize = () => true,
): Promise<AdminApp> {
  const app = express();
  app.use('/admin', createAdminRouter(control, { authorize, clock }));
  const server = createServer(app);
  const { port, openSockets } = await listen(server);
  const origin = `http://127.0.0.1:${String(port)}`;
  const api: AdminApp['api'] = (path, init) => fetch(`${origin}/admin/api/${path}`, init);
  return {
    origin,
    connections: () => openSockets.size,
    api,
    change: (method, path, body, { headers, ...init } = {}) =>
      api(path, {
        method,
        headers: { ...CHANGE, ...(headers as Record<string, string> | undefined) },
        body: JSON.stringify(body),
        ...init,
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

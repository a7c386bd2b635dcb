import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { SpeechControl } from '../../lib/admin/control.js';
import { createAdminRouter } from '../../lib/admin/speech-admin.js';
import { systemClock, type Clock } from '../../lib/resilience/index.js';

/** What the page sends with a change. */
export const CHANGE = { 'content-type': 'application/json', 'x-speech-admin': 'test' };

/** An application with the admin router at /admin, listening on a port of its own. */
export interface AdminApp {
  readonly origin: string;
  /** Asks a route below /admin/api; a body makes it a change. */
  readonly api: (path: string, init?: RequestInit) => Promise<Response>;
  readonly change: (method: string, path: string, body: unknown, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

export async function startAdmin(control: SpeechControl, clock: Clock = systemClock): Promise<AdminApp> {
  const app = express();
  app.use('/admin', createAdminRouter(control, { authorize: () => true, clock }));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const api: AdminApp['api'] = (path, init) => fetch(`${origin}/admin/api/${path}`, init);
  return {
    origin,
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

import { randomUUID } from 'node:crypto';
import { SILENT_LOGGER } from '../speech/silent-logger.js';
import type { Settings } from './read-settings.js';
import { serve } from './serve.js';

/** A gateway for the program that started it alone. */
export interface PrivateGateway {
  /** Asks it. */
  ask(path: string, init?: { readonly body?: object; readonly signal?: AbortSignal }): Promise<Response>;
  /** Resolves when its voice is warm and its servers have been looked at. */
  readonly ready: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a gateway on a free port of this machine that lets nobody else in, for a command that wants something spoken. */
export async function startPrivately({ gateway, ...settings }: Settings): Promise<PrivateGateway> {
  const key = randomUUID();
  const own = {
    ...gateway,
    host: '127.0.0.1',
    port: 0,
    apiKeys: [key],
    adminPassword: undefined,
    metrics: false,
    drain: 0,
    rateLimit: { ...gateway.rateLimit, requests: 0, bytes: 0 },
  };
  const { origin, ready, stop } = await serve({ ...settings, gateway: own }, SILENT_LOGGER);
  return {
    ready,
    stop,
    ask(path, { body, signal } = {}) {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      return fetch(`${origin}${path}`, {
        headers,
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    },
  };
}

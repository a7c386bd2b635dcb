import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpeechOptionsError } from '../options/options-error.js';
import { systemClock, type Clock } from '../resilience/index.js';
import type { SpeechLogger } from '../speech/provider.js';
import { createGateway } from './gateway.js';
import type { Readiness } from './health-routes.js';
import { logOutages } from './outage-log.js';
import { underTheirNames, type Settings } from './read-settings.js';

/** What a gateway without a key listens on. */
const LOOPBACK = '127.0.0.1';

/** Milliseconds of an idle connection: longer than load balancers keep theirs, so that it is they who close it. */
const KEEP_ALIVE = 65_000;

/** A gateway that listens. */
export interface RunningGateway {
  /** Where it does. */
  readonly origin: string;
  /** Resolves when the voice is warm and every server has been looked at; serving does not wait for it. */
  readonly ready: Promise<void>;
  /** Lets requests finish, and ends all that is open. May be called again. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a gateway.
 *
 * @throws {SpeechOptionsError} when the settings cannot be used
 * @throws the system’s error where it cannot listen
 */
export async function serve(
  settings: Settings,
  logger: SpeechLogger,
  clock: Clock = systemClock,
): Promise<RunningGateway> {
  const { gateway } = settings;
  let readiness: Readiness = 'starting';
  const { app, speech } = make(settings, logger, () => readiness);
  const stopLogging = logOutages(speech, logger);
  const server = createServer(app);
  server.keepAliveTimeout = KEEP_ALIVE;
  const host = hostOf(settings);
  const close = async (): Promise<void> => {
    server.close();
    server.closeIdleConnections();
    await speech.close();
    stopLogging();
    server.closeAllConnections();
  };
  try {
    await listen(server, gateway.port, host);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  const chain = speech.status().providers.map(({ name }) => name);
  logger.info(
    { event: 'listening', origin, chain, admin: gateway.adminPassword !== undefined },
    `listens on ${origin}`,
  );
  warn(settings, host, logger);
  void speech.ready.then(() => {
    if (readiness === 'starting') readiness = 'ready';
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    readiness = 'stopping';
    logger.info({ event: 'stopping' }, 'takes no more requests, and lets those that run finish');
    if (gateway.drain > 0) await new Promise<void>((resolve) => clock.schedule(resolve, gateway.drain));
    await close();
    logger.info({ event: 'stopped' }, 'has stopped');
  };
  return { origin, ready: speech.ready, stop: () => (stopped ??= stop()) };
}

function make(settings: Settings, logger: SpeechLogger, readiness: () => Readiness): ReturnType<typeof createGateway> {
  try {
    return createGateway(settings, { logger, readiness });
  } catch (error) {
    if (!(error instanceof SpeechOptionsError)) throw error;
    throw new SpeechOptionsError(underTheirNames(error.problems, settings.names));
  }
}

/** Nobody else may use a speech server that somebody pays for, so that without a key this machine alone is let in. */
function hostOf({ gateway: { host, apiKeys } }: Settings): string {
  return apiKeys.length > 0 || isLoopback(host) ? host : LOOPBACK;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function warn({ gateway, overruled }: Settings, host: string, logger: SpeechLogger): void {
  const say = (message: string): void => {
    logger.warn({ event: 'setup' }, message);
  };
  if (gateway.apiKeys.length === 0 && host !== gateway.host) {
    say('there is no API key, so that only this machine can ask; set API_KEYS to let others in');
  }
  if (gateway.adminPassword === undefined) say('there is no admin page; set ADMIN_PASSWORD for one');
  for (const { path, message } of overruled) say(`${path} has no effect: ${message}`);
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

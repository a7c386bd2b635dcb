import express, { type Router } from 'express';
import { Catalogue } from './catalogue.js';
import { parseOptions, type Configuration, type ProviderConfiguration } from './configuration.js';
import { SpeechEvents, type SpeechEventListener, type SpeechEventName } from './events.js';
import { ActiveRequests } from './http/active-requests.js';
import { createHealthRoute } from './http/health-route.js';
import { createModelsRoute, createVoicesRoute } from './http/list-routes.js';
import { createSpeechRoute } from './http/speech-route.js';
import type { SpeechRouterOptions } from './options.js';
import { createLocalProvider, type LocalProvider } from './providers/local.js';
import { createRemoteProvider } from './providers/remote.js';
import { createTextProvider } from './providers/text.js';
import { systemClock } from './resilience/index.js';
import { SpeechChain } from './speech-chain.js';
import type { SpeechProvider } from './speech/provider.js';
import { SILENT_LOGGER } from './speech/silent-logger.js';
import { Stage } from './stage.js';
import type { SpeechStatus } from './status.js';
import { harmless, logEvents } from './telemetry/log.js';

/** Milliseconds that running requests get to finish in when the router closes: most speech is sent in less. */
const CLOSE_GRACE = 5_000;

/** An Express router that speaks, and what else it can do. */
export interface SpeechRouter extends Router {
  /**
   * Resolves when the local engine is warm and the first health check of every provider has ended, well or badly. It never
   * rejects, and serving never waits for it.
   */
  readonly ready: Promise<void>;
  /** Takes a snapshot of the chain, as plain data. */
  status(): SpeechStatus;
  /** Listens to what happens. A listener that throws harms nobody. */
  on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): this;
  off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): this;
  /** Stops health checks, lets running requests finish for up to 5 s, and ends workers and sockets. May be called again. */
  close(): Promise<void>;
}

/**
 * Makes an Express router that answers OpenAI's speech API from a chain of providers, of which the first that can speak does.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { speechRouter } from 'express-speech';
 *
 * const app = express();
 * app.use('/v1', speechRouter()); // the local engine, and text if it cannot speak
 * ```
 *
 * @example
 * ```ts
 * const speech = speechRouter({
 *   fallback: [
 *     { type: 'remote', name: 'kokoro', baseUrl: 'http://127.0.0.1:8880/v1' },
 *     { type: 'local' },
 *     { type: 'text' },
 *   ],
 * });
 * app.use('/v1', speech);
 * process.once('SIGTERM', () => speech.close());
 * ```
 *
 * @throws {SpeechOptionsError} when the options cannot be used, with every problem at once
 */
export function speechRouter(options?: SpeechRouterOptions): SpeechRouter {
  const configuration = parseOptions(options);
  const logger = harmless(configuration.logger ?? SILENT_LOGGER);
  const events = new SpeechEvents();
  logEvents(events, logger);

  const providers = configuration.fallback.map(createProvider);
  const stages = configuration.fallback.map((entry, index) => {
    const provider = providers[index] ?? createProvider(entry);
    const origin = entry.type === 'custom' ? 'custom' : 'built-in';
    const { maxInput } = configuration;
    return new Stage(provider, {
      origin,
      guards: entry.guards,
      maxInput,
      events,
      logger,
      clock: systemClock,
      random: Math.random,
    });
  });
  const chain = new SpeechChain(stages, events, systemClock);
  const catalogue = new Catalogue(providers, systemClock);
  const active = new ActiveRequests(configuration.maxConcurrent, systemClock);
  let closed: Promise<void> | undefined;

  const router = express.Router();
  router.post(
    '/audio/speech',
    createSpeechRoute({
      ...configuration,
      body: {
        parse: bodyParser(configuration),
        mostBytes: configuration.bodyLimit,
        limit: configuration.deadline,
        clock: systemClock,
      },
      active,
      clock: systemClock,
      isClosing: () => closed !== undefined,
      speak: (request, speakOptions) => chain.speak(request, speakOptions),
    }),
  );
  router.get(
    '/audio/voices',
    createVoicesRoute(() => catalogue.voices()),
  );
  router.get(
    '/audio/models',
    createModelsRoute(() => catalogue.models()),
  );
  router.get(
    '/audio/health',
    createHealthRoute(() => chain.status()),
  );

  catalogue.refresh();
  const ready = Promise.all([
    chain.startChecks(),
    ...configuration.fallback.map((entry, index) => (entry.type === 'local' ? warm(providers[index]) : undefined)),
  ]).then(() => undefined);

  const close = async (): Promise<void> => {
    catalogue.close();
    chain.stopChecks();
    await active.drain(CLOSE_GRACE);
    await chain.close();
  };

  const speech: SpeechRouter = Object.assign(router, {
    ready,
    status: () => chain.status(),
    on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): SpeechRouter {
      events.on(name, listener);
      return speech;
    },
    off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): SpeechRouter {
      events.off(name, listener);
      return speech;
    },
    close: () => (closed ??= close()),
  });
  return speech;
}

function createProvider(entry: ProviderConfiguration): SpeechProvider {
  switch (entry.type) {
    case 'remote':
      return createRemoteProvider(entry.options);
    case 'local':
      return createLocalProvider(entry.options);
    case 'text':
      return createTextProvider(entry.options);
    case 'custom':
      return entry.provider;
  }
}

/** Warms an engine that can be warmed. One that cannot start is a matter for its health check and its first request. */
async function warm(provider: SpeechProvider | undefined): Promise<void> {
  if (!canWarm(provider)) return;
  try {
    await provider.warm();
  } catch {
    // `status()` and the health check say why.
  }
}

function canWarm(provider: SpeechProvider | undefined): provider is LocalProvider {
  return provider !== undefined && 'warm' in provider && typeof provider.warm === 'function';
}

// Types are left to the route, which tells a wrong one from a missing body.
function bodyParser({ bodyLimit }: Configuration): express.RequestHandler {
  return express.json({ limit: bodyLimit, type: () => true, strict: false });
}

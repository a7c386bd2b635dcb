import express from 'express';
import { createControl } from './admin-control.js';
import { printable } from './chain/printable-status.js';
import { ReloadableService } from './chain/reloadable-service.js';
import { ConfigStore } from './config/config-store.js';
import type { SpeechRouterOptions } from './config/options.js';
import { createHealthRoute } from './http/health-route.js';
import { createModelsRoute, createVoicesRoute } from './http/list-routes.js';
import { createSpeechGetRoute } from './http/speech-get-route.js';
import { createSpeechRoute, type SpeechRouteOptions } from './http/speech-route.js';
import { systemClock } from './resilience/index.js';
import { CONTROL, type SpeechControl } from './speech/control.js';
import { SpeechEvents, type SpeechEventListener, type SpeechEventName } from './speech/events.js';
import type { Middleware } from './speech/middleware.js';
import { SILENT_LOGGER } from './speech/silent-logger.js';
import type { SpeechStatus } from './speech/status.js';
import type { Verification } from './speech/verification.js';
import { createConsoleLogger } from './telemetry/console-logger.js';
import { describeCause } from './telemetry/describe-cause.js';
import { harmless } from './telemetry/log.js';
import { observe } from './telemetry/observer.js';
import { verifyEntry } from './verify/verify.js';

/** Milliseconds that running requests get to finish in when the router closes: most speech is sent in less. */
const CLOSE_GRACE = 5_000;

/** An Express router that speaks, to be mounted in Express 4 or 5, and what else it can do. */
export interface SpeechRouter extends Middleware {
  /**
   * Resolves when the local engine is warm and the first health check of every provider has ended, well or badly. It never
   * rejects, and serving never waits for it.
   */
  readonly ready: Promise<void>;
  /** Takes a snapshot of the chain, as plain data, which `console.log()` prints whole and with reasons. */
  status(): SpeechStatus;
  /**
   * Checks other options and swaps the whole chain for theirs at once. Running requests finish on the old one, and a provider
   * whose entry stays the same keeps its connections, its workers and its state.
   *
   * @throws {SpeechOptionsError} with every problem at once; nothing changes then
   */
  reconfigure(options?: SpeechRouterOptions): void;
  /**
   * Tries one entry of `fallback` without using it, and tells step by step how it went and what to do; after 30 s at the latest.
   *
   * Rejects with a `SpeechOptionsError` when the entry cannot be used, and with a `SpeechError` of the code `aborted` when the
   * signal aborts or the router closes.
   */
  verify(
    entry: NonNullable<SpeechRouterOptions['fallback']>[number],
    options?: {
      /** Ends it early. */
      readonly signal?: AbortSignal;
    },
  ): Promise<Verification>;
  /** Listens to what happens. A listener that throws harms nobody. */
  on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): this;
  /** Listens no more. */
  off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): this;
  /** Stops health checks, lets running requests finish for up to 5 s, and ends workers and sockets. May be called again. */
  close(): Promise<void>;
  /** What `speechAdmin()` steers the router with. */
  readonly [CONTROL]: SpeechControl;
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
  const events = new SpeechEvents();
  const configuration = new ConfigStore(options, {
    clock: systemClock,
    apply(next) {
      live.reconfigure(next);
      observer.reconfigure(next);
    },
    notify(event) {
      events.emit('configuration', event);
    },
    warn({ path, message }) {
      logger.warn({ event: 'setup', path }, path === '' ? message : `${path}: ${message}`);
    },
  });
  const { logger: given = createConsoleLogger(console, systemClock) } = configuration.initial;
  const logger = given === false ? SILENT_LOGGER : harmless(given);
  const live = new ReloadableService(configuration.initial, {
    events,
    logger,
    clock: systemClock,
    random: Math.random,
  });
  const observer = observe(events, configuration.initial, {
    logger: given === false ? undefined : logger,
    lines: configuration.initial.logger === undefined ? 'words' : 'events',
    status: () => live.current.chain.status(),
    clock: systemClock,
  });
  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  const isClosing = (): boolean => closed !== undefined;

  const router = express.Router();
  const speaking: SpeechRouteOptions = {
    service: () => live.current,
    clock: systemClock,
    isClosing,
    watch: () => observer.watch(),
    onInternal(requestId, thrown) {
      logger.error({ event: 'internal', requestId, detail: describeCause(thrown) }, 'something went wrong inside');
    },
  };
  router.post('/audio/speech', createSpeechRoute(speaking));
  // Express hands HEAD to it as well.
  router.get('/audio/speech', createSpeechGetRoute(speaking));
  router.get(
    '/audio/voices',
    createVoicesRoute(() => live.catalogue.voices()),
  );
  router.get(
    '/audio/models',
    createModelsRoute(() => live.catalogue.models()),
  );
  router.get(
    '/audio/health',
    createHealthRoute(() => live.current.chain.status(), isClosing),
  );

  const verify = (entry: unknown, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Verification> =>
    verifyEntry(entry, { signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]) });

  const ready = live.start();
  configuration.watch();

  const close = async (): Promise<void> => {
    closing.abort();
    configuration.close();
    await live.close(CLOSE_GRACE);
    observer.close();
  };

  const speech: SpeechRouter = Object.assign(router, {
    ready,
    status: () => printable(live.current.chain.status()),
    verify,
    reconfigure(next?: SpeechRouterOptions) {
      configuration.reconfigure(next);
    },
    on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): SpeechRouter {
      events.on(name, listener);
      return speech;
    },
    off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): SpeechRouter {
      events.off(name, listener);
      return speech;
    },
    close: () => (closed ??= close()),
    [CONTROL]: createControl({
      configuration,
      live,
      events,
      verify,
      logger,
      clock: systemClock,
      closed: closing.signal,
    }),
  });
  return speech;
}

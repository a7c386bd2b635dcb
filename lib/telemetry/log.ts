import { callQuietly } from '../resilience/call-quietly.js';
import type { SpeechError } from '../speech/error.js';
import type { SpeechEventListener, SpeechEventName, SpeechEvents } from '../speech/events.js';
import type { SpeechLogger } from '../speech/provider.js';

/** Keeps a logger that throws or rejects from harming a request. */
export function harmless(logger: SpeechLogger): SpeechLogger {
  const call = (method: keyof SpeechLogger) => (object: object, message?: string) => {
    callQuietly(() => {
      // It may return a promise, whatever its type says, and let it reject; and there is nowhere left to say so.
      const log: (object: object, message?: string) => unknown = logger[method].bind(logger);
      return log(object, message);
    });
  };
  return { debug: call('debug'), info: call('info'), warn: call('warn'), error: call('error') };
}

type Listeners = { readonly [Name in SpeechEventName]: SpeechEventListener<Name> };

/**
 * Writes a line with fixed keys for what happens; never the text, a key or an address. At `info` there is one line a request, its end.
 *
 * @returns a function that stops it
 */
export function logEvents(events: SpeechEvents, logger: SpeechLogger): () => void {
  const listeners: Listeners = {
    attempt({ requestId, provider, code, ms, error, committed }) {
      const line = { event: 'attempt', requestId, provider, code, ms: Math.round(ms) };
      if (code === null) logger.debug(line, 'a provider answered');
      else if (code === 'aborted') logger.debug(line, 'the client left');
      else if (committed === true) logger.warn({ ...line, detail: detailOf(error) }, 'a provider broke off');
      else logger.warn({ ...line, detail: detailOf(error) }, 'a provider did not answer');
    },
    fallback({ requestId, from, to, code }) {
      logger.debug({ event: 'fallback', requestId, provider: from, to, code }, 'another provider takes over');
    },
    circuit({ provider, from, to }) {
      logger.warn({ event: 'circuit', provider, from, to }, 'a circuit breaker changed its state');
    },
    health({ provider, ok, code, ms, inconclusive, error }) {
      const line = { event: 'health', provider, ok, code: code ?? null, ms: Math.round(ms) };
      if (inconclusive === true) logger.debug(line, 'a health check told nothing');
      else if (ok) logger.debug(line, 'a health check passed');
      else logger.warn(error === undefined ? line : { ...line, detail: detailOf(error) }, 'a health check failed');
    },
    status({ from, to }) {
      logger.warn({ event: 'status', from, to }, 'the state of speech changed');
    },
    configuration({ revision, origin, problem }) {
      const line = { event: 'configuration', revision, origin };
      if (problem === null) logger.info(line, 'another configuration is in use');
      else logger.error({ ...line, detail: problem }, 'the configuration file cannot be used; the one before it stays');
    },
    request({ firstByteMs, totalMs, ...end }) {
      const times = {
        firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
        totalMs: Math.round(totalMs),
      };
      const level = end.outcome === 'aborted' ? 'debug' : end.code === 'internal' ? 'error' : 'info';
      logger[level]({ event: 'request', ...end, ...times }, 'a speech request ended');
    },
    alert({ kind, state, provider, code }) {
      const line = { event: 'alert', kind, state, provider: provider ?? null, code: code ?? null };
      if (state === 'firing') logger.warn(line, 'somebody should look at this');
      else logger.info(line, 'all is well again');
    },
  };
  for (const [name, listener] of entries(listeners)) events.on(name, listener);
  return () => {
    for (const [name, listener] of entries(listeners)) events.off(name, listener);
  };
}

/** What a failure says, or, where that is nothing, what has led to it. */
function detailOf(error: SpeechError | undefined): string | undefined {
  return error?.detail ?? error?.message;
}

// Each listener belongs to its name; types cannot say so for all of them at once.
function entries(listeners: Listeners): [SpeechEventName, SpeechEventListener<SpeechEventName>][] {
  return Object.entries(listeners) as [SpeechEventName, SpeechEventListener<SpeechEventName>][];
}

import type { SpeechEvents } from '../events.js';
import type { SpeechLogger } from '../speech/provider.js';

/** Keeps a logger that throws from harming a request. */
export function harmless(logger: SpeechLogger): SpeechLogger {
  const call = (method: keyof SpeechLogger) => (object: object, message?: string) => {
    try {
      // A logger may return a promise, whatever its type says, and let it reject.
      const log: (object: object, message?: string) => unknown = logger[method].bind(logger);
      const returned = log(object, message);
      if (returned instanceof Promise) returned.catch(() => undefined);
    } catch {
      // There is nowhere left to say so.
    }
  };
  return { debug: call('debug'), info: call('info'), warn: call('warn'), error: call('error') };
}

/** Writes a line with fixed keys for what happens; never the text, a key or an address. */
export function logEvents(events: SpeechEvents, logger: SpeechLogger): void {
  events.on('attempt', ({ requestId, provider, code, ms, error, committed }) => {
    const line = { event: 'attempt', requestId, provider, code, ms: Math.round(ms) };
    if (code === null) logger.debug(line, 'a provider answered');
    else if (code === 'aborted') logger.debug(line, 'the client left');
    else if (committed === true) logger.warn({ ...line, detail: error?.message }, 'a provider broke off');
    else logger.warn({ ...line, detail: error?.message }, 'a provider did not answer');
  });
  events.on('fallback', ({ requestId, from, to, code }) => {
    logger.info({ event: 'fallback', requestId, provider: from, to, code }, 'another provider takes over');
  });
  events.on('circuit', ({ provider, from, to }) => {
    logger.warn({ event: 'circuit', provider, from, to }, 'a circuit breaker changed its state');
  });
  events.on('health', ({ provider, ok, code, ms }) => {
    const line = { event: 'health', provider, ok, code: code ?? null, ms: Math.round(ms) };
    if (ok) logger.debug(line, 'a health check passed');
    else logger.warn(line, 'a health check failed');
  });
  events.on('configuration', ({ revision, origin, problem }) => {
    const line = { event: 'configuration', revision, origin };
    if (problem === null) logger.info(line, 'another configuration is in use');
    else logger.error({ ...line, detail: problem }, 'the configuration file cannot be used; the one before it stays');
  });
  events.on('status', ({ from, to }) => {
    logger.warn({ event: 'status', from, to }, 'the state of speech changed');
  });
}

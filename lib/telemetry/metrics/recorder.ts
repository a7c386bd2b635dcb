import type { SpeechEventListener, SpeechEventName, SpeechEvents } from '../../speech/events.js';
import type { SpeechStatus } from '../../speech/status.js';
import { codeLabel, providerLabel } from './labels.js';
import { joinRegister, type MetricSource, type SpeechMetrics } from './metric-set.js';
import type { MetricsRegister } from './registry.js';

/** Counts one router's events on a register. */
export class MetricsRecorder {
  readonly #events: SpeechEvents;
  readonly #metrics: SpeechMetrics;
  readonly #source: MetricSource;
  readonly #listening: (() => void)[] = [];

  /** @throws when prom-client is not installed, or the register has metrics of these names that are not ours */
  constructor(events: SpeechEvents, register: MetricsRegister, status: () => SpeechStatus) {
    this.#events = events;
    this.#source = { status, providers: new Set(status().providers.map(({ name }) => name)) };
    this.#metrics = joinRegister(register, this.#source);
    this.#start();
  }

  /** Leaves the register: the last one takes the metrics along, the others what nobody but them has counted. */
  close(): void {
    for (const stop of this.#listening) stop();
    this.#metrics.leave(this.#source);
  }

  #start(): void {
    const { requests, cacheRequests, characters, leftOut, requestDuration, firstByte, attempts, fallbacks, alerts } =
      this.#metrics;
    const nameOf = (provider: string | null): string => providerLabel(provider, this.#source.providers);
    this.#on('request', (end) => {
      const { outcome, degraded, cache, totalMs, firstByteMs } = end;
      // What is played again was spoken, and perhaps paid for, once; nobody was asked this time.
      const asked = cache === 'hit' ? null : end.provider;
      const provider = nameOf(asked);
      requests.inc({ outcome, provider, format: end.format ?? 'other', degraded: String(degraded) });
      requestDuration.observe({ outcome }, totalMs / 1_000);
      if (end.format !== null) cacheRequests.inc({ result: cache });
      if (asked !== null) characters.inc({ provider }, end.characters);
      if (end.leftOut > 0) leftOut.inc(end.leftOut);
      if (firstByteMs !== null) firstByte.observe({ provider }, firstByteMs / 1_000);
    });
    this.#on('attempt', ({ provider, code }) => {
      attempts.inc({ provider: nameOf(provider), code: codeLabel(code) });
    });
    this.#on('fallback', ({ from, to }) => {
      fallbacks.inc({ from: nameOf(from), to: nameOf(to) });
    });
    this.#on('alert', ({ kind, state }) => {
      alerts.inc({ kind, state });
    });
  }

  #on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#events.on(name, listener);
    this.#listening.push(() => {
      this.#events.off(name, listener);
    });
  }
}

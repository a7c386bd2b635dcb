import type * as PromClient from 'prom-client';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { requireOptional } from '../../packages/optional-package.js';
import { callQuietly } from '../../resilience/call-quietly.js';
import type { SpeechStatus } from '../../speech/status.js';
import type { MetricsRegister } from './registry.js';
import { statusGauges } from './status-gauges.js';

/** A router whose events are counted on a register. */
export interface MetricSource {
  readonly status: () => SpeechStatus;
  /** Names of its providers, in fallback order: the values that a label may have. */
  readonly providers: ReadonlySet<string>;
}

// Kept on a metric and not in a variable of this module: two installed copies of the package meet on a register as well. The number
// goes up when what is behind it changes its shape.
const SHARED = Symbol.for('express-speech.metrics.2');

/** Seconds, up to the deadline's default and a little more; local speech begins in hundredths, a remote in tenths or more. */
const FIRST_BYTE_BUCKETS = [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15];
/** Seconds; a long text is sent for as long as it is read. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];

/**
 * Makes the metrics on a register, or shares those that another router made there: what two routers count is added up.
 *
 * @throws when prom-client is not installed, or the register has metrics of these names that are not ours
 */
export function joinRegister(register: MetricsRegister, source: MetricSource): SpeechMetrics {
  const present = register.getSingleMetric('speech_requests_total') as { [SHARED]?: SpeechMetrics } | undefined;
  const shared = present?.[SHARED] ?? new SpeechMetrics(loadClient(), register as unknown as Registry);
  shared.join(source);
  return shared;
}

function loadClient(): typeof PromClient {
  const client = requireOptional('prom-client');
  if (client === undefined)
    throw new TypeError('speechRouter: metrics need the package prom-client: npm install prom-client');
  return client as typeof PromClient;
}

/** All metrics on one register, and the routers that share them. */
export class SpeechMetrics {
  readonly requests: Counter;
  readonly attempts: Counter;
  readonly fallbacks: Counter;
  readonly cacheRequests: Counter;
  readonly characters: Counter;
  readonly leftOut: Counter;
  readonly alerts: Counter;
  readonly firstByte: Histogram;
  readonly requestDuration: Histogram;
  readonly #register: Registry;
  readonly #gauges: readonly Gauge[];
  readonly #sources = new Set<MetricSource>();

  constructor({ Counter, Gauge, Histogram }: typeof PromClient, register: Registry) {
    const registers = [register];
    const counter = (name: string, help: string, labelNames: string[]): Counter =>
      new Counter({ name: `speech_${name}`, help, labelNames, registers });
    this.#register = register;
    this.requests = counter('requests_total', 'Speech requests that have ended.', [
      'outcome',
      'provider',
      'format',
      'degraded',
    ]);
    this.attempts = counter('attempts_total', 'Providers asked, by what came of it.', ['provider', 'code']);
    this.fallbacks = counter('fallbacks_total', 'Requests that went over to the next provider.', ['from', 'to']);
    this.cacheRequests = counter('cache_requests_total', 'Requests by what the cache had for them.', ['result']);
    this.characters = counter('characters_total', 'Characters of text that a provider answered.', ['provider']);
    this.leftOut = counter('segments_left_out_total', 'Segments of long texts that nobody could say.', []);
    this.alerts = counter('alerts_total', 'Alerts raised and ended.', ['kind', 'state']);
    this.firstByte = new Histogram({
      name: 'speech_first_byte_seconds',
      help: 'Seconds from the request to proven audio.',
      labelNames: ['provider'],
      buckets: FIRST_BYTE_BUCKETS,
      registers,
    });
    this.requestDuration = new Histogram({
      name: 'speech_request_duration_seconds',
      help: 'Seconds from the request to the end of its reply.',
      labelNames: ['outcome'],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#gauges = statusGauges(Gauge, register, () => [...this.#sources].map(({ status }) => status()));
    Object.defineProperty(this.requests, SHARED, { value: this });
  }

  join(source: MetricSource): void {
    this.#sources.add(source);
    // A counter that is there from the start shows its first step; one that appears with it does not.
    const providers = [...source.providers];
    for (const [index, provider] of providers.entries()) {
      this.attempts.inc({ provider, code: 'ok' }, 0);
      this.characters.inc({ provider }, 0);
      const to = providers[index + 1];
      if (to !== undefined) this.fallbacks.inc({ from: provider, to }, 0);
    }
    for (const kind of ['provider_down', 'fallback_ratio_high', 'text_only'])
      this.alerts.inc({ kind, state: 'firing' }, 0);
  }

  leave(source: MetricSource): void {
    this.#sources.delete(source);
    if (this.#sources.size === 0) {
      // The register is somebody else's, and whatever it makes of this, the router is to close.
      for (const { name } of this.#all())
        callQuietly(() => {
          this.#register.removeSingleMetric(name);
        });
      return;
    }
    callQuietly(() => this.#forget([...source.providers]));
  }

  /** Takes out the series of providers that no router has any more. */
  async #forget(names: readonly string[]): Promise<void> {
    // Asked anew for each: one may have come back while the values were gathered.
    const isGone = (name: string | undefined): boolean =>
      name !== undefined && names.includes(name) && ![...this.#sources].some(({ providers }) => providers.has(name));
    if (!names.some(isGone)) return;
    for (const metric of this.#all()) {
      const { values } = await metric.get();
      for (const { labels } of values) {
        const own = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'le'));
        if (['provider', 'from', 'to'].some((label) => isGone(own[label]))) metric.remove(own);
      }
    }
  }

  #all(): readonly NamedMetric[] {
    const { requests, attempts, fallbacks, cacheRequests, characters, leftOut, alerts } = this;
    const counters = [requests, attempts, fallbacks, cacheRequests, characters, leftOut, alerts];
    return [...counters, this.firstByte, this.requestDuration, ...this.#gauges] as unknown as NamedMetric[];
  }
}

/** What all kinds of metrics have in common; prom-client's types leave the name out. */
interface NamedMetric {
  readonly name: string;
  get(): Promise<{ readonly values: readonly { readonly labels: Readonly<Record<string, string>> }[] }>;
  remove(labels: Readonly<Record<string, string>>): void;
}

import type { Gauge, Registry } from 'prom-client';
import type { ProviderStatus, SpeechStatus } from '../../speech/status.js';

const CIRCUIT_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;
const STATUS_NAMES = ['ok', 'degraded', 'text-only'] as const;

const sum = (one: number, other: number): number => one + other;

interface ProviderGauge {
  readonly name: string;
  readonly help: string;
  /** Null where a provider has no such thing. */
  readonly value: (provider: ProviderStatus) => number | null;
  /** How the values of several routers, or processes of a cluster, with a provider of the same name become one. */
  readonly combine: (one: number, other: number) => number;
  readonly aggregator: 'sum' | 'max' | 'min';
}

const PROVIDER_GAUGES: readonly ProviderGauge[] = [
  {
    name: 'speech_circuit_state',
    help: 'Circuit breaker of a provider: 0 closed, 1 half-open, 2 open.',
    value: ({ circuit }) => CIRCUIT_VALUES[circuit],
    combine: Math.max,
    aggregator: 'max',
  },
  {
    name: 'speech_provider_up',
    help: 'Health of a provider: 0 down, 1 up or not checked.',
    value: ({ state }) => (state === 'down' ? 0 : 1),
    combine: Math.min,
    aggregator: 'min',
  },
  {
    name: 'speech_running',
    help: 'Calls that a provider is working on.',
    value: ({ running }) => running,
    combine: sum,
    aggregator: 'sum',
  },
  {
    name: 'speech_queued',
    help: 'Calls that wait for a place at a provider.',
    value: ({ queued }) => queued,
    combine: sum,
    aggregator: 'sum',
  },
  {
    name: 'speech_concurrency_limit',
    help: 'Calls that a provider is given at a time, as it turned out to bear.',
    value: ({ limit }) => limit,
    combine: sum,
    aggregator: 'sum',
  },
];

/** Makes the gauges that are read from the routers when they are scraped, so that they are never older than the scrape. */
export function statusGauges(
  GaugeClass: typeof Gauge,
  register: Registry,
  statuses: () => readonly SpeechStatus[],
): readonly Gauge[] {
  const registers = [register];
  const ofProviders = PROVIDER_GAUGES.map(
    ({ name, help, value, combine, aggregator }) =>
      new GaugeClass({
        name,
        help,
        labelNames: ['provider'],
        registers,
        aggregator,
        collect() {
          const values = new Map<string, number>();
          for (const provider of statuses().flatMap(({ providers }) => providers)) {
            const own = value(provider);
            if (own === null) continue;
            const before = values.get(provider.name);
            values.set(provider.name, before === undefined ? own : combine(before, own));
          }
          this.reset();
          for (const [provider, combined] of values) this.set({ provider }, combined);
        },
      }),
  );
  const ofChain = new GaugeClass({
    name: 'speech_status',
    help: 'State of the chain, 1 for the one it is in; of several routers the worst.',
    labelNames: ['status'],
    registers,
    aggregator: 'max',
    collect() {
      const worst = Math.max(...statuses().map(({ status }) => STATUS_NAMES.indexOf(status)));
      for (const [index, status] of STATUS_NAMES.entries()) this.set({ status }, index === worst ? 1 : 0);
    },
  });
  return [...ofProviders, ofChain];
}

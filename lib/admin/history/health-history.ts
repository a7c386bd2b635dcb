import type { Clock } from '../../resilience/index.js';
import type { SpeechControl } from '../../speech/control.js';
import type { SpeechEventListener, SpeechEventMap, SpeechEventName } from '../../speech/events.js';
import { compareConfigs } from './config-changes.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import { ProviderHistory, ratio, type ProviderRecord } from './provider-history.js';
import { DAY, HOUR, TimeLine, type Counts } from './time-line.js';

/** More than the providers of a chain, so that one that is taken out and put back keeps its past. */
const MOST_PROVIDERS = 16;

/** `degraded`: the first provider was asked and did not answer. `failed`: an error, or sound that broke off. */
const TRAFFIC = ['requests', 'answered', 'degraded', 'failed'] as const;
type Traffic = (typeof TRAFFIC)[number];

/** How a list of counts lies in time. */
interface Scale {
  /** Milliseconds of a slot. */
  readonly width: number;
  readonly slots: number;
  /** Unix time in milliseconds at which the present slot, the last of each list, has begun. */
  readonly last: number;
}

/** The last day of a router, as plain data. */
export interface HistorySnapshot {
  /** Unix time in milliseconds at which it was read. */
  readonly at: number;
  /** Unix time in milliseconds from when on there is anything to know. */
  readonly since: number;
  readonly day: Scale;
  readonly hour: Scale;
  readonly traffic: {
    readonly day: Counts<Traffic>;
    readonly hour: Counts<Traffic>;
    /** Share of the day's answered requests that another than the first provider answered; null where there were none. */
    readonly fallbackShare: number | null;
  };
  readonly providers: Readonly<Record<string, ProviderRecord>>;
  /** The newest first. */
  readonly events: readonly LoggedEvent[];
}

/**
 * What happened in the last day, for a page that is opened after it: counts in slots of time, and a list of what somebody would want to
 * know of. It listens, and keeps as much of a busy day as of a quiet one.
 */
export class HealthHistory {
  readonly #control: SpeechControl;
  readonly #clock: Clock;
  readonly #since = Date.now();
  readonly #traffic = new TimeLine(TRAFFIC);
  readonly #providers = new Map<string, ProviderHistory>();
  readonly #log = new EventLog();
  #states: ReadonlyMap<string, string>;
  #options: Readonly<Record<string, unknown>>;

  constructor(control: SpeechControl, clock: Clock) {
    this.#control = control;
    this.#clock = clock;
    this.#states = this.#currentStates();
    this.#options = control.read().options;
    this.#listen('health', (check) => {
      this.#of(check.provider).checked(check, clock.now());
      this.#noticeStates();
    });
    this.#listen('attempt', (attempt) => {
      this.#of(attempt.provider).called(attempt, clock.now());
    });
    this.#listen('request', (end) => {
      this.#countRequest(end);
    });
    this.#listen('circuit', ({ provider, from, to }) => {
      this.#noticeStates();
      // A circuit that is tried and found wanting has not changed for anybody.
      if (to === 'closed' || (to === 'open' && from === 'closed')) this.#tell({ event: 'circuit', provider, to });
    });
    this.#listen('status', (change) => {
      this.#noticeStates();
      this.#tell({ event: 'status', ...change });
    });
    this.#listen('configuration', (event) => {
      this.#noticeConfiguration(event);
    });
  }

  /** Says who has saved a configuration. */
  attribute(revision: string, by: string): void {
    this.#log.attribute(revision, by);
  }

  /** Copies what is known, of the named providers. */
  read(names: readonly string[]): HistorySnapshot {
    const now = this.#clock.now();
    const at = Date.now();
    const scale = ({ width, slots }: { readonly width: number; readonly slots: number }): Scale => ({
      width,
      slots,
      last: at - (now % width),
    });
    const { answered, degraded } = this.#traffic.totals(now);
    return {
      at,
      since: this.#since,
      day: scale(DAY),
      hour: scale(HOUR),
      traffic: { ...this.#traffic.read(now), fallbackShare: ratio(degraded, answered) },
      providers: Object.fromEntries(
        names.map((name) => [name, (this.#providers.get(name) ?? new ProviderHistory()).read(now, answered)]),
      ),
      events: this.#log.read(),
    };
  }

  #countRequest({ provider, outcome, degraded, format, cache }: SpeechEventMap['request']): void {
    // One that could not be read says nothing of anybody, and one that was kept has asked nobody.
    if (format === null || cache === 'hit') return;
    const now = this.#clock.now();
    this.#traffic.add('requests', now);
    if (outcome === 'error') this.#traffic.add('failed', now);
    if (provider === null || outcome === 'error') return;
    this.#traffic.add('answered', now);
    if (degraded) this.#traffic.add('degraded', now);
    this.#of(provider).answered(now);
  }

  /** Tells of providers that went down, or came back, be it by a check or by speaking. */
  #noticeStates(): void {
    const before = this.#states;
    this.#states = this.#currentStates();
    for (const { name, lastCheck } of this.#control.status().providers) {
      const from = before.get(name);
      const to = this.#states.get(name) ?? '';
      if (from === to || (from !== 'down' && to !== 'down')) continue;
      const code = to === 'down' ? (lastCheck?.code ?? null) : null;
      this.#tell({ event: 'provider', provider: name, to, code });
    }
  }

  #noticeConfiguration({ revision, origin, problem }: SpeechEventMap['configuration']): void {
    const before = this.#options;
    this.#options = this.#control.read().options;
    // A provider of the same name may be another one now, which has not been checked yet.
    this.#states = this.#currentStates();
    const changes = compareConfigs(before, this.#options);
    this.#tell({ event: 'configuration', revision, origin, by: null, problem, changes });
  }

  #currentStates(): ReadonlyMap<string, string> {
    return new Map(this.#control.status().providers.map(({ name, state }) => [name, state]));
  }

  #tell(happening: Parameters<EventLog['add']>[0]): void {
    this.#log.add(happening, Date.now());
  }

  #of(name: string): ProviderHistory {
    const known = this.#providers.get(name) ?? new ProviderHistory();
    // Set anew each time, so that the first of the map is the one that has been silent for longest.
    this.#providers.delete(name);
    this.#providers.set(name, known);
    const [oldest] = this.#providers.keys();
    if (this.#providers.size > MOST_PROVIDERS && oldest !== undefined) this.#providers.delete(oldest);
    return known;
  }

  /** Listens until the router closes. */
  #listen<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#control.on(name, listener);
    this.#control.closed.addEventListener('abort', () => {
      this.#control.off(name, listener);
    });
  }
}

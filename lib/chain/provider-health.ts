import type { GuardsConfiguration } from '../config/guard-options.js';
import {
  HealthCheck,
  type Clock,
  type Guard,
  type GuardPermit,
  type HealthCheckResult,
  type HealthState,
} from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechEvents } from '../speech/events.js';
import type { SpeechProvider } from '../speech/provider.js';
import type { CallEnd } from './call-permit.js';

export interface ProviderHealthOptions {
  readonly guards: GuardsConfiguration;
  readonly events: SpeechEvents;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Whoever wants to know what the checks do. */
export interface HealthWatcher {
  /** Called after each check, and when a speech has changed the state. */
  readonly onChange: () => void;
  /** Called before a check speaks, where that is a call that counts. */
  readonly extraCall: () => void;
}

/** Intervals of the checks for which a provider that spoke is up, whatever they say: as long as they need to find it down. */
const SPOKE_LATELY = 3;

/**
 * What a provider is taken for, and what that does to its circuit.
 *
 * What speech shows comes first. From the moment there is sound, and for a while after it has ended well, a provider is up, whatever
 * its checks say: a list may be refused to a key that is allowed to speak, and a busy server keeps a check waiting. A speech that
 * fails ends that, and the checks are believed again. What the checks cannot tell, such as of a server without a list, is unknown
 * until it has spoken.
 */
export class ProviderHealth {
  readonly #provider: SpeechProvider;
  readonly #guard: Guard;
  readonly #options: ProviderHealthOptions;
  readonly #watcher: HealthWatcher;
  readonly #checks: HealthCheck | undefined;
  #lastCheck: HealthCheckResult | null = null;
  /** What the last check failed with: its result has the code alone. */
  #lastError: SpeechError | undefined;
  /** Whether the last check that told something, and was no probe, found the provider well. */
  #wasWell = true;
  /** Whether the last check was the probe of a half-open circuit, which has had its say then. */
  #hasProbed = false;
  #isLeftToCallers = false;
  /** Speeches whose sound is coming in. */
  #sounding = 0;
  /** When the last speech ended well, unless one has failed since. */
  #spokeAt: number | undefined;
  /** The state that was told last. */
  #told: HealthState = 'unknown';

  constructor(provider: SpeechProvider, guard: Guard, options: ProviderHealthOptions, watcher: HealthWatcher) {
    this.#provider = provider;
    this.#guard = guard;
    this.#options = options;
    this.#watcher = watcher;
    const { clock, random, guards } = options;
    if (provider.check === undefined || guards.health === false) return;
    this.#checks = new HealthCheck({
      check: ({ signal }) => this.#check(signal),
      ...{ interval: guards.health.interval, timeout: guards.health.timeout, clock, random },
      isFailure: (error) => SpeechError.from(error).blamesProvider,
      isUrgent: () => this.#canProbe && guard.circuit !== 'closed',
      onResult: (result) => {
        this.#take(result);
      },
    });
  }

  get state(): HealthState {
    if (this.#sounding > 0) return 'up';
    const checked = this.#checks?.state ?? 'unknown';
    if (this.#spokeAt === undefined) return checked;
    return checked === 'down' && !this.#hasSpokenLately(this.#spokeAt) ? 'down' : 'up';
  }

  get lastCheck(): HealthCheckResult | null {
    return this.#lastCheck;
  }

  /** Begins to check. Resolves when the first check has ended, well or badly. */
  async start(): Promise<void> {
    await this.#checks?.start();
  }

  stop(): void {
    this.#checks?.stop();
  }

  /** Says that there is sound. */
  readonly sounds = (): void => {
    this.#sounding += 1;
    if (this.#told !== 'up') this.#tell();
  };

  /** Says what a speech has shown. */
  ended({ shows, hadSound }: Pick<CallEnd, 'shows' | 'hadSound'>): void {
    if (hadSound) this.#sounding -= 1;
    if (shows === 'well') this.#spokeAt = this.#options.clock.now();
    if (shows === 'ill') this.#spokeAt = undefined;
    if (shows === 'ill' || this.#told !== 'up') this.#tell();
  }

  #hasSpokenLately(spokeAt: number): boolean {
    const { clock, guards } = this.#options;
    const interval = guards.health === false ? 0 : guards.health.interval;
    return clock.now() - spokeAt <= SPOKE_LATELY * interval;
  }

  /** Acts on the moments of change alone: a check that lies in either direction must not rule over what callers get. */
  #tell(): void {
    const before = this.#told;
    this.#told = this.state;
    // A provider that was never up is left to its callers, as their failures say more than a check at the start.
    if (this.#told === 'down' && before === 'up') this.#guard.open(this.#options.guards.circuitBreaker.openFor);
    if (this.#told !== before) this.#watcher.onChange();
  }

  #take(result: HealthCheckResult): void {
    this.#lastCheck = result;
    const error = result.ok ? undefined : this.#lastError;
    this.#options.events.emit('health', { provider: this.#provider.name, ...result, ...(error && { error }) });
    const before = this.#told;
    this.#tell();
    if (result.inconclusive !== true && !this.#hasProbed) {
      if (result.ok && !this.#wasWell) this.#guard.halfOpen();
      this.#wasWell = result.ok;
    }
    if (this.#told === before) this.#watcher.onChange();
  }

  /** Whether checks may speak: then they can show whether the provider is well again, so that no caller has to. */
  get #canProbe(): boolean {
    const { health } = this.#options.guards;
    return health !== false && (health.speak || this.#provider.type === 'local');
  }

  async #check(signal: AbortSignal): Promise<unknown> {
    this.#lastError = undefined;
    const probe = this.#probe(signal);
    try {
      const finding = await this.#provider.check?.({
        signal,
        mustSpeak: probe !== undefined,
        extraCall: this.#watcher.extraCall,
      });
      if (finding === 'spoke') this.#hasSpoken(probe);
      else probe?.release();
      return finding;
    } catch (thrown) {
      // What leaves here has a code of ours, whatever a provider's own check throws.
      const error = SpeechError.from(thrown);
      this.#lastError = error;
      if (error.blamesProvider) probe?.fail();
      else probe?.release();
      throw error;
    }
  }

  /**
   * Takes the place of the probe, if a check may. One that does not end in time has shown nothing, as speech may take longer than
   * checks; until the circuit has changed it is left to a caller then.
   */
  #probe(signal: AbortSignal): GuardPermit | undefined {
    if (this.#guard.circuit !== 'half-open') this.#isLeftToCallers = false;
    const probe = this.#canProbe && !this.#isLeftToCallers ? this.#guard.tryProbe() : undefined;
    this.#hasProbed = probe !== undefined;
    const giveUp = (): void => {
      this.#isLeftToCallers = true;
      probe?.release();
    };
    if (probe !== undefined) signal.addEventListener('abort', giveUp, { once: true });
    return probe;
  }

  #hasSpoken(probe: GuardPermit | undefined): void {
    probe?.proven();
    probe?.succeed();
    this.ended({ shows: 'well', hadSound: false });
  }
}

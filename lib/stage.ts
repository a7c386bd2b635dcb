import { CallPermit, type CallPermitOptions } from './call-permit.js';
import type { GuardsConfiguration } from './guard-options.js';
import type { SpeechEvents } from './events.js';
import {
  failureOf,
  Guard,
  Retry,
  withTimeLimit,
  type ChainStep,
  type CircuitState,
  type Clock,
  type StepContext,
} from './resilience/index.js';
import { createStageHealth, type StageHealth } from './stage-health.js';
import { codePointLength, isLongerThan } from './speech/code-points.js';
import { codeBlamesProvider, SpeechError } from './speech/error.js';
import type { SpeechLogger, SpeechProvider, SpeechResult } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';
import type { Seats } from './seats.js';
import type { ProviderStatus } from './status.js';

export interface StageOptions {
  /** Whether the provider is one of this package's, or the user's own. */
  readonly origin: 'built-in' | 'custom';
  readonly guards: GuardsConfiguration;
  /** Longest input in characters. */
  readonly maxInput: number;
  readonly events: SpeechEvents;
  readonly logger: SpeechLogger;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Milliseconds that the stages before leave to a provider: enough for a warm local engine to begin a sentence on a busy
 * machine, and for a remote in the same network to answer at all.
 */
const RESERVE = 1_000;

/** Milliseconds that a remote's place stays taken after its caller has left: some servers go on with what nobody wants any more. */
const COOL_DOWN = 500;

/** Milliseconds that a provider may take to let everything go. */
const CLOSE_LIMIT = 5_000;

/** One provider in its place in the chain, with its guards around it and its state beside it. */
export class Stage implements ChainStep<SpeechRequest, SpeechResult> {
  readonly name: string;
  readonly type: string;
  readonly reserve: number;
  /** Whether it hands back text and nothing else. */
  readonly isLastResort: boolean;
  readonly provider: SpeechProvider;
  readonly #options: StageOptions;
  /** The last resort has none: whoever has come this far gets an answer. */
  readonly #guard: Guard | undefined;
  readonly #retry: Retry;
  readonly #permitOptions: CallPermitOptions;
  #lastError: ProviderStatus['lastError'] = null;
  readonly #health: StageHealth | undefined;
  /** Called after the events that told of it, whenever the state or the circuit may have changed. */
  onChange: () => void = nothing;

  constructor(provider: SpeechProvider, options: StageOptions) {
    const { guards, events, maxInput, clock, random } = options;
    const isLastResort = provider.type === 'text' && options.origin === 'built-in';
    this.isLastResort = isLastResort;
    this.provider = provider;
    this.name = provider.name;
    this.type = provider.type;
    this.reserve = isLastResort ? 0 : RESERVE;
    this.#options = options;
    this.#permitOptions = { origin: options.origin, coolDown: provider.type === 'remote' ? COOL_DOWN : 0 };
    this.#retry = new Retry({ ...guards.retry, floor: maxInput, random });
    if (isLastResort) return;
    const onChange = (from: CircuitState, to: CircuitState): void => {
      events.emit('circuit', { provider: this.name, from, to });
      this.onChange();
    };
    this.#guard = new Guard({
      circuitBreaker: { ...guards.circuitBreaker, clock, random, onChange },
      bulkhead: { ...guards.bulkhead, clock },
    });
    this.#health = createStageHealth(provider, this.#guard, options, () => {
      this.onChange();
    });
  }

  /** @param seats the places of the long speech that the request is a part of */
  async attempt(request: SpeechRequest, context: StepContext, seats?: Seats): Promise<SpeechResult> {
    this.#refuseUnsupported(request);
    if (this.#guard === undefined) return this.#synthesize(request, context);
    const { signal } = context;
    const leave =
      seats === undefined
        ? (this.#guard.tryAcquire() ?? (await this.#guard.acquire(signal)))
        : await seats.acquire(this.name, this.#guard, signal);
    const permit = new CallPermit(leave, signal, this.#permitOptions);
    if (context.tries === 1) this.#retry.began(codePointLength(request.input));
    let result: SpeechResult;
    try {
      result = await this.#synthesize(request, context);
    } catch (thrown) {
      const error = SpeechError.from(thrown);
      permit.failed(error);
      seats?.leave(this.name);
      throw error;
    }
    if (result.kind === 'text') permit.answered();
    else {
      const { clock } = this.#options;
      const proven = clock.now();
      permit.holdToTheEndOf(result, (error) => {
        this.#reportBrokenBody(request, error, clock.now() - proven);
      });
    }
    return result;
  }

  retryDelay(
    thrown: unknown,
    request: SpeechRequest,
    { tries, remaining }: { readonly tries: number; readonly remaining: number },
  ): number | undefined {
    const failure = failureOf(thrown);
    // A failure that has opened the circuit leaves no leave for another try.
    const isOpen = this.#guard?.circuit === 'open';
    const work = codePointLength(request.input);
    const delay = isOpen ? undefined : this.#retry.delay({ failure, tries, work, remaining });
    // Who asked for rest and is not waited for here is left alone by everybody.
    if (delay === undefined && failure.retryAfter !== undefined && failure.retryAfter > 0) {
      this.#guard?.openFor(failure.retryAfter);
    }
    return delay;
  }

  recordFailure(code: string, thrown?: unknown): void {
    if (!codeBlamesProvider(code)) return;
    const reason = SpeechError.is(thrown) ? { reason: thrown.message } : {};
    this.#lastError = { code, ...reason, at: Date.now() };
  }

  /** Begins regular health checks. Resolves when the first has ended, well or badly. */
  async startChecks(): Promise<void> {
    await this.#health?.start();
  }

  stopChecks(): void {
    this.#health?.stop();
  }

  /** Leaves the chain: it finishes what it has begun, and says no more of its state. */
  retire(): void {
    this.stopChecks();
    this.onChange = nothing;
  }

  /** Lets the provider go. A provider of the user's own that fails to close stops nobody else from closing. */
  async close(): Promise<void> {
    const { signal } = new AbortController();
    const tooLong = (): Error => new SpeechError('timeout.total', 'closing took too long');
    try {
      await withTimeLimit(async () => this.provider.close?.(), {
        limit: CLOSE_LIMIT,
        signal,
        clock: this.#options.clock,
        expired: tooLong,
        aborted: tooLong,
      });
    } catch (thrown) {
      this.#options.logger.warn(
        { event: 'close', provider: this.name, code: SpeechError.from(thrown).code },
        'a provider did not close cleanly',
      );
    }
  }

  status(): ProviderStatus {
    return {
      name: this.name,
      type: this.type,
      state: this.#guard === undefined ? 'up' : (this.#health?.state ?? 'unknown'),
      circuit: this.#guard?.circuit ?? 'closed',
      running: this.#guard?.running ?? 0,
      queued: this.#guard?.queued ?? 0,
      lastError: this.#lastError,
      lastCheck: this.#health?.lastCheck ?? null,
    };
  }

  #synthesize(request: SpeechRequest, { signal, budget }: StepContext): Promise<SpeechResult> {
    return this.provider.synthesize(request, { signal, deadline: budget, logger: this.#options.logger });
  }

  #reportBrokenBody({ requestId }: SpeechRequest, error: SpeechError, ms: number): void {
    const { code } = error;
    this.recordFailure(code, error);
    const { name: provider, type } = this;
    this.#options.events.emit('attempt', { requestId, provider, type, code, ms, error, committed: true });
  }

  #refuseUnsupported(request: SpeechRequest): void {
    const { formats, maxInput } = this.provider.capabilities ?? {};
    if (formats !== undefined && !formats.includes(request.format)) {
      throw new SpeechError('unsupported', `this provider does not make ${request.format}`);
    }
    if (maxInput !== undefined && isLongerThan(request.input, maxInput)) {
      throw new SpeechError('unsupported', 'the text is longer than this provider takes');
    }
  }
}

function nothing(): void {
  // Nothing is to be done.
}

import { finished, type Readable } from 'node:stream';
import type { GuardsConfiguration, HealthConfiguration } from './configuration.js';
import type { SpeechEvents } from './events.js';
import { proveResult } from './prove-result.js';
import {
  failureOf,
  Guard,
  HealthCheck,
  Retry,
  withTimeLimit,
  type ChainStep,
  type CircuitState,
  type Clock,
  type GuardPermit,
  type HealthCheckResult,
  type HealthState,
  type StepContext,
} from './resilience/index.js';
import { codePointLength, isLongerThan } from './speech/code-points.js';
import { codeBlamesProvider, SpeechError } from './speech/error.js';
import type { SpeechAudio, SpeechLogger, SpeechProvider, SpeechResult } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';

/** What is known of one provider, as plain data. */
export interface ProviderStatus {
  readonly name: string;
  readonly type: string;
  readonly state: HealthState;
  readonly circuit: CircuitState;
  /** Requests it is working on, bodies that are still on their way and places that cool down included. */
  readonly running: number;
  readonly queued: number;
  /** Its last failure; `at` is Unix time in milliseconds. */
  readonly lastError: { readonly code: string; readonly at: number } | null;
  readonly lastCheck: HealthCheckResult | null;
}

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

/** Milliseconds after which a provider that does not hear its signal is taken to have stopped all the same. */
const ABANDONED_AFTER = 10_000;

/** Milliseconds that a provider may take to let everything go. */
const CLOSE_LIMIT = 5_000;

/** One provider in its place in the chain, with its guards around it and its state beside it. */
export class Stage implements ChainStep<SpeechRequest, SpeechResult> {
  readonly name: string;
  readonly type: string;
  readonly reserve: number;
  readonly provider: SpeechProvider;
  readonly #options: StageOptions;
  /** The last resort has none: whoever has come this far gets an answer. */
  readonly #guard: Guard | undefined;
  readonly #retry: Retry;
  readonly #coolDown: number;
  #lastError: ProviderStatus['lastError'] = null;
  #lastCheck: HealthCheckResult | null = null;
  #healthCheck: HealthCheck | undefined;
  /** Called after the events that told of it, whenever the state or the circuit may have changed. */
  onChange: () => void = nothing;

  constructor(provider: SpeechProvider, options: StageOptions) {
    const { guards, events, maxInput, clock, random } = options;
    const isLastResort = provider.type === 'text' && options.origin === 'built-in';
    this.provider = provider;
    this.name = provider.name;
    this.type = provider.type;
    this.reserve = isLastResort ? 0 : RESERVE;
    this.#options = options;
    this.#coolDown = provider.type === 'remote' ? COOL_DOWN : 0;
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
  }

  async attempt(request: SpeechRequest, context: StepContext): Promise<SpeechResult> {
    this.#refuseUnsupported(request);
    if (this.#guard === undefined) return this.#synthesize(request, context);
    const permit = await this.#guard.acquire(context.signal);
    if (context.tries === 1) this.#retry.began(codePointLength(request.input));
    const unfollow = this.#options.origin === 'custom' ? this.#followSignal(permit, context.signal) : undefined;
    let result: SpeechResult;
    try {
      result = await this.#synthesize(request, context);
    } catch (thrown) {
      this.#settle(permit, SpeechError.from(thrown), context.signal);
      throw thrown;
    } finally {
      unfollow?.();
    }
    if (result.kind === 'text') permit.succeed();
    else this.#holdToTheEnd(permit, result, request);
    return result;
  }

  retryDelay(
    thrown: unknown,
    request: SpeechRequest,
    { tries, remaining }: { readonly tries: number; readonly remaining: number },
  ): number | undefined {
    const failure = failureOf(thrown);
    const delay = this.#retry.delay({ failure, tries, work: codePointLength(request.input), remaining });
    // Who asked for rest and is not waited for here is left alone by everybody.
    if (delay === undefined && failure.retryAfter !== undefined && failure.retryAfter > 0) {
      this.#guard?.openFor(failure.retryAfter);
    }
    return delay;
  }

  recordFailure(code: string): void {
    if (codeBlamesProvider(code)) this.#lastError = { code, at: Date.now() };
  }

  /** Begins regular health checks. Resolves when the first has ended, well or badly. */
  async startChecks(): Promise<void> {
    const { health } = this.#options.guards;
    const check = this.provider.check?.bind(this.provider);
    if (check === undefined || health === false || this.#guard === undefined) return;
    this.#healthCheck = this.#createHealthCheck(health, check);
    await this.#healthCheck.start();
  }

  stopChecks(): void {
    this.#healthCheck?.stop();
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
        { provider: this.name, code: SpeechError.from(thrown).code },
        'a provider did not close cleanly',
      );
    }
  }

  status(): ProviderStatus {
    return {
      name: this.name,
      type: this.type,
      state: this.#guard === undefined ? 'up' : (this.#healthCheck?.state ?? 'unknown'),
      circuit: this.#guard?.circuit ?? 'closed',
      running: this.#guard?.running ?? 0,
      queued: this.#guard?.queued ?? 0,
      lastError: this.#lastError,
      lastCheck: this.#lastCheck,
    };
  }

  async #synthesize(request: SpeechRequest, { signal, budget }: StepContext): Promise<SpeechResult> {
    try {
      const { logger, origin } = this.#options;
      const result = await this.provider.synthesize(request, { signal, deadline: budget, logger });
      // Our own providers have done this already, nearer to the bytes.
      return origin === 'custom' ? await proveResult(result, request, signal) : result;
    } catch (thrown) {
      throw SpeechError.from(thrown);
    }
  }

  /** Ends a permit by a failure before there was sound. */
  #settle(permit: GuardPermit, error: SpeechError, signal: AbortSignal): void {
    if (signal.aborted) this.#settleAborted(permit, signal, this.#coolDown);
    else if (error.blamesProvider) permit.fail();
    else permit.release();
  }

  /** The chain's signal says why it aborted: the time was up, which is the provider's slowness, or the caller has left. */
  #settleAborted(permit: GuardPermit, signal: AbortSignal, coolDown: number): void {
    if (failureOf(signal.reason).code === 'deadline') permit.fail(coolDown);
    else permit.release(coolDown);
  }

  /** Keeps a provider that does not hear its signal from holding its permit for ever. Ours all hear it, and settle at once. */
  #followSignal(permit: GuardPermit, signal: AbortSignal): () => void {
    const onAbort = (): void => {
      this.#settleAborted(permit, signal, ABANDONED_AFTER);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return () => {
      signal.removeEventListener('abort', onAbort);
    };
  }

  /** Holds a permit until the body has ended: what dies in the middle is a failure, and a client that leaves is nobody's. */
  #holdToTheEnd(permit: GuardPermit, { stream }: SpeechAudio, request: SpeechRequest): void {
    const { clock } = this.#options;
    const proven = clock.now();
    permit.proven();
    // From the proof to the moment it is sent, the stream has nobody else to catch its error.
    stream.on('error', nothing);
    this.#whenOver(stream, () => {
      if (stream.readableEnded) {
        permit.succeed();
        return;
      }
      const error = stream.errored === null ? undefined : SpeechError.from(stream.errored);
      if (error?.blamesProvider === true) {
        permit.fail(this.#coolDown);
        this.#reportBrokenBody(request, error, clock.now() - proven);
      } else permit.release(this.#coolDown);
    });
  }

  /** Ours always close; a stream of the user's own may not. */
  #whenOver(stream: Readable, callback: () => void): void {
    if (this.#options.origin === 'custom') finished(stream, callback);
    else stream.once('close', callback);
  }

  #reportBrokenBody({ requestId }: SpeechRequest, error: SpeechError, ms: number): void {
    const { code } = error;
    this.recordFailure(code);
    const { name: provider, type } = this;
    this.#options.events.emit('attempt', { requestId, provider, type, code, ms, error, committed: true });
  }

  #createHealthCheck(
    { interval, timeout }: HealthConfiguration,
    check: NonNullable<SpeechProvider['check']>,
  ): HealthCheck {
    const { clock, random, events, guards } = this.#options;
    const onResult = (result: HealthCheckResult, state: HealthState, before: HealthState): void => {
      const wasWell = this.#lastCheck?.ok ?? true;
      this.#lastCheck = result;
      // The moments of change alone move the circuit: a check that lies in either direction must not rule over what callers get.
      // A provider that was never up is left to its callers, as their failures say more than a check at the start.
      if (state === 'down' && before === 'up') this.#guard?.openFor(guards.circuitBreaker.openFor);
      if (result.ok && !wasWell) this.#guard?.tryEarly();
      events.emit('health', { provider: this.name, ...result });
      this.onChange();
    };
    return new HealthCheck({ check, interval, timeout, clock, random, onResult });
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

import type { GuardsConfiguration } from '../config/guard-options.js';
import type { CallPace } from '../long-text/pacing.js';
import {
  CallBudget,
  CallBudgetError,
  DEFAULTS,
  failureOf,
  Guard,
  Retry,
  type ChainStep,
  type CircuitState,
  type Clock,
  type EntryOptions,
  type StepContext,
} from '../resilience/index.js';
import type { Lease } from '../resilience/lease.js';
import { codeBlamesProvider, SpeechError } from '../speech/error.js';
import type { SpeechEvents } from '../speech/events.js';
import type { SpeechAudio, SpeechLogger, SpeechProvider, SpeechResult } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { ProviderStatus } from '../speech/status.js';
import { codePointLength, isLongerThan } from '../text/characters.js';
import { withMarksFor } from '../text/marked-request.js';
import { CallPermit, type CallEnd, type CallPermitOptions, type CallWatcher } from './call-permit.js';
import { closeProvider } from './close-provider.js';
import { withoutBlame } from './failure-cause.js';
import { ProviderHealth } from './provider-health.js';
import { RequestTraits } from './request-traits.js';
import { UnmadeFormats } from './unmade-formats.js';

export interface GuardedProviderOptions {
  /** Whether the provider is one of this package's, or the user's own. */
  readonly origin: 'built-in' | 'custom';
  readonly guards: GuardsConfiguration;
  /** Longest input in characters. */
  readonly maxInput: number;
  /** Milliseconds that its first byte may take, of a provider that is given as many calls as it bears; others get all they may. */
  readonly firstByte?: number | undefined;
  readonly events: SpeechEvents;
  readonly logger: SpeechLogger;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Milliseconds that a remote's place stays taken after its caller has left: some servers go on with what nobody wants any more. */
const COOL_DOWN = 500;

/**
 * Milliseconds that the last provider with sound leaves of the deadline where callers wait for a place at it: the text in its stead
 * needs no time but the event loop's.
 */
const LAST_MOMENT = 100;

/** Share of its limit after which a first byte is late: a crowd is to get smaller before anybody in it has waited in vain. */
const LATE = 1 / 2;

/** Milliseconds after which those who wait for a service that others are trying look again. */
const TRIAL_WAIT = 250;

/** One provider in its place in the chain, with its guards around it and its state beside it. */
export class GuardedProvider implements ChainStep<SpeechRequest, SpeechResult>, CallWatcher {
  readonly name: string;
  readonly type: string;
  readonly reserve: number;
  /** Whether it hands back text and nothing else. */
  readonly isLastResort: boolean;
  readonly provider: SpeechProvider;
  readonly #options: GuardedProviderOptions;
  /** The last resort has none: whoever has come this far gets an answer. */
  readonly #guard: Guard | undefined;
  readonly #retry: Retry;
  readonly #budget: CallBudget;
  /** Until when it asked for rest; nothing once it has spoken again. */
  #restEnds: number | undefined;
  readonly #permitOptions: CallPermitOptions;
  readonly #unmade: UnmadeFormats;
  /** Requests of which a try has been held against the provider: each counts once. */
  readonly #failed = new WeakSet<SpeechRequest>();
  #lastError: ProviderStatus['lastError'] = null;
  readonly #health: ProviderHealth | undefined;
  /** Called after the events that told of it, whenever the state or the circuit may have changed. */
  onChange: () => void = nothing;

  constructor(provider: SpeechProvider, options: GuardedProviderOptions) {
    const { origin, guards, events, maxInput, firstByte, clock, random } = options;
    const isLastResort = provider.type === 'text' && origin === 'built-in';
    this.isLastResort = isLastResort;
    this.provider = provider;
    this.name = provider.name;
    this.type = provider.type;
    this.reserve = isLastResort ? 0 : DEFAULTS.fallback.reserve;
    this.#options = options;
    const coolDown = provider.type === 'remote' ? COOL_DOWN : 0;
    this.#permitOptions = { origin, coolDown, clock, watcher: this };
    this.#unmade = new UnmadeFormats(clock);
    this.#retry = new Retry({ ...guards.retry, floor: maxInput, random });
    this.#budget = new CallBudget({ maxCallsPerMinute: provider.capabilities?.maxCallsPerMinute, clock });
    if (isLastResort) return;
    const onChange = (from: CircuitState, to: CircuitState): void => {
      events.emit('circuit', { provider: this.name, from, to });
      this.onChange();
    };
    this.#guard = new Guard({
      circuitBreaker: { ...guards.circuitBreaker, clock, random, onChange },
      bulkhead: { ...guards.bulkhead, clock },
      adaptive: firstByte === undefined ? undefined : { lateAfter: firstByte * LATE },
    });
    const watcher = {
      extraCall: this.#extraCall,
      onChange: () => {
        this.onChange();
      },
    };
    this.#health = new ProviderHealth(provider, this.#guard, options, watcher);
  }

  /** @param lease the places of the long speech that the request is a part of */
  async attempt(request: SpeechRequest, context: StepContext, lease?: Lease): Promise<SpeechResult> {
    this.#refuseUnsupported(request);
    if (this.#guard === undefined) return this.#synthesize(request, context);
    const { signal } = context;
    const entry = this.#entry(request, context, this.#guard);
    const guardPermit =
      lease === undefined
        ? (this.#guard.tryAcquire(entry) ?? (await this.#guard.acquire(signal, entry)))
        : await lease.acquire(this.name, this.#guard, signal, entry);
    try {
      this.#budget.take();
    } catch (error) {
      guardPermit.release();
      lease?.release(this.name);
      throw error;
    }
    const permit = new CallPermit(request, guardPermit, signal, this.#permitOptions);
    if (context.tries === 1) this.#retry.began(codePointLength(request.input));
    let result: SpeechResult;
    try {
      result = await this.#synthesize(request, context, permit.heard);
    } catch (thrown) {
      const error = SpeechError.from(thrown);
      const isForLoad = permit.failed(error);
      lease?.release(this.name);
      // It spoke, if not in this format.
      if (error.code === 'not_audio' && !error.blamesProvider) this.#unmade.add(request.format);
      if (error.retryAfter !== undefined && error.retryAfter > 0) {
        this.#budget.rest(error.retryAfter);
        this.#restEnds = this.#options.clock.now() + error.retryAfter;
      }
      throw isForLoad ? withoutBlame(error) : error;
    }
    this.#restEnds = undefined;
    if (result.kind === 'audio') {
      if (result.allowance !== undefined) this.#budget.told(result.allowance);
      return hold(permit, request, result);
    }
    permit.answered();
    return result;
  }

  retryDelay(
    thrown: unknown,
    request: SpeechRequest,
    { tries, remaining }: { readonly tries: number; readonly remaining: number },
  ): number | undefined {
    // Nothing was called, so that nothing is tried once more: whoever has the time waits for a call.
    if (thrown instanceof CallBudgetError) return thrown.retryAfter < remaining ? thrown.retryAfter : undefined;
    const failure = failureOf(thrown);
    // It was not asked, so it has not asked for rest.
    if (failure.code === 'circuit_open') return undefined;
    // A failure that has opened the circuit leaves no permit for another try.
    const isOpen = this.#guard?.circuit === 'open';
    const work = codePointLength(request.input);
    const delay = isOpen ? undefined : this.#retry.delay({ failure, tries, work, remaining });
    // Who asked for rest and is not waited for here is left alone by everybody.
    if (delay === undefined) this.leaveAlone(failure.retryAfter);
    return delay;
  }

  /** What is known of the calls that it takes. */
  get pace(): CallPace {
    const { wait, left, nextIn } = this.#budget;
    const { maxInput } = this.provider.capabilities ?? {};
    return { rest: Math.max(wait, this.#isBeingTried ? TRIAL_WAIT : 0), left, nextIn, maxInput };
  }

  /** Whether those who have waited for it wait a little more, as one at a time is let in to try. */
  get #isBeingTried(): boolean {
    if (this.#restEnds === undefined) return false;
    const circuit = this.#guard?.circuit;
    const isJustOver = this.#options.clock.now() < this.#restEnds + TRIAL_WAIT;
    return circuit === 'half-open' || (circuit === 'open' && isJustOver);
  }

  /** Has everybody leave the service alone for as long as it asked, and no longer. */
  leaveAlone(milliseconds: number | undefined): void {
    if (milliseconds !== undefined && milliseconds > 0) this.#guard?.open(milliseconds, true);
  }

  /** @param thrown what the code was read from, if there is more to it */
  recordFailure(code: string, thrown?: unknown): void {
    // Whose fault it was that the time was up is known when the call has ended; and for a call that may not be made nobody is to blame.
    if (code === 'deadline' || thrown instanceof CallBudgetError) return;
    const isBlamed = SpeechError.is(thrown) ? thrown.blamesProvider : codeBlamesProvider(code);
    if (isBlamed) this.#keepError(code, thrown);
  }

  hasFailed(request: SpeechRequest): boolean {
    return this.#failed.has(request);
  }

  sounds(): void {
    this.#health?.sounds();
  }

  ended(request: SpeechRequest, end: CallEnd): void {
    if (end.shows === 'ill') {
      this.#failed.add(request);
      if (end.code !== undefined) this.#keepError(end.code, end.error);
    }
    this.#health?.ended(end);
    if (end.error !== undefined) this.#reportBrokenBody(request, end.error, end.ms);
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
    const { clock, logger } = this.#options;
    await closeProvider(this.provider, clock, logger);
  }

  status(): ProviderStatus {
    return {
      name: this.name,
      type: this.type,
      state: this.#guard === undefined ? 'up' : (this.#health?.state ?? 'unknown'),
      circuit: this.#guard?.circuit ?? 'closed',
      running: this.#guard?.running ?? 0,
      queued: this.#guard?.queued ?? 0,
      limit: this.#guard?.limit ?? null,
      lastError: this.#lastError,
      lastCheck: this.#health?.lastCheck ?? null,
    };
  }

  readonly #extraCall = (): void => {
    this.#budget.count();
  };

  #synthesize(request: SpeechRequest, { signal, budget }: StepContext, heard?: () => void): Promise<SpeechResult> {
    const asked = withMarksFor(request, this.provider.capabilities?.marks);
    const { logger } = this.#options;
    return this.provider.synthesize(asked, { signal, deadline: budget, logger, heard, extraCall: this.#extraCall });
  }

  /** Whoever has another provider with sound behind it goes there soon; the last may take all the time that there is. */
  #entry(request: SpeechRequest, { isLast, budget }: StepContext, guard: Guard): EntryOptions {
    const call = new RequestTraits(request);
    if (!isLast) return { call };
    return { call, maxWait: Math.max(this.#options.guards.bulkhead.maxWait, budget - LAST_MOMENT - guard.usualAnswer) };
  }

  /** Shows a failure in the status, with its reason: the one that was told before where only the code is known of the same one now. */
  #keepError(code: string, thrown: unknown): void {
    const before = this.#lastError?.code === code ? this.#lastError.reason : undefined;
    const reason = SpeechError.is(thrown) ? thrown.message : before;
    this.#lastError = { code, ...(reason !== undefined && { reason }), at: Date.now() };
  }

  #reportBrokenBody({ requestId }: SpeechRequest, error: SpeechError, ms: number): void {
    const { code } = error;
    this.recordFailure(code, error);
    const { name: provider, type } = this;
    this.#options.events.emit('attempt', { requestId, provider, type, code, ms, error, committed: true });
  }

  #refuseUnsupported(request: SpeechRequest): void {
    const { formats, maxInput } = this.provider.capabilities ?? {};
    const isMade = formats === undefined || formats.includes(request.format);
    if (!isMade || this.#unmade.has(request.format)) {
      throw new SpeechError('unsupported', `this provider does not make ${request.format}`);
    }
    const { marked, input } = withMarksFor(request, this.provider.capabilities?.marks);
    if (maxInput !== undefined && isLongerThan(marked ?? input, maxInput)) {
      throw new SpeechError('unsupported', 'the text is longer than this provider takes');
    }
  }
}

/** Holds the permit of a call to the end of its sound; of a part of a long text, to what is found out in joining it. */
function hold(permit: CallPermit, request: SpeechRequest, audio: SpeechAudio): SpeechAudio {
  if (request.part !== undefined) return { ...audio, judge: permit.holdToTheVerdictOn(audio) };
  permit.holdToTheEndOf(audio);
  return audio;
}

function nothing(): void {
  // Nothing is to be done.
}

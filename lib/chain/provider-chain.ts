import {
  ChainExhaustedError,
  failureOf,
  runFallbackChain,
  type Attempt,
  type ChainStep,
  type Clock,
  type Deadline,
} from '../resilience/index.js';
import type { Lease } from '../resilience/lease.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { SpeechEvents, SpeechStatusName } from '../speech/events.js';
import type { ReplyFacts } from '../speech/outcome.js';
import type { SpeechResult } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { ProviderStatus, SpeechStatus } from '../speech/status.js';
import type { RequestTrace } from '../speech/trace.js';
import { discard } from '../streams/discard.js';
import type { GuardedProvider } from './guarded-provider.js';

/** What became of a request: the answer, or null when nobody had one, and how it came to that. */
export interface ChainOutcome {
  readonly result: SpeechResult | null;
  readonly facts: ReplyFacts;
}

export interface ChainOptions {
  readonly deadline: Deadline;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** `none`: only the first provider is asked, as the client wants its voice or none. `order`: these are, for whoever knows better. */
  readonly fallback: 'chain' | 'none' | { readonly order: readonly string[] };
  /** The places of the long speech that the request is a part of. */
  readonly lease?: Lease;
  /**
   * Milliseconds for which a listener can wait for whoever is asked first, where that asks for rest: then nobody else is asked, and
   * whoever asked comes again. Where it is more, nobody waits. Without it, what fits into the deadline is waited for.
   */
  readonly patience?: number | undefined;
  /** Where somebody draws the request's way. */
  readonly trace?: RequestTrace | undefined;
}

type Step = ChainStep<SpeechRequest, SpeechResult>;

/** The providers in their order: asks them, watches them, and closes them together. */
export class ProviderChain {
  readonly providers: readonly GuardedProvider[];
  readonly #events: SpeechEvents;
  readonly #clock: Clock;
  readonly #byName: ReadonlyMap<string, GuardedProvider>;
  #lastStatus: SpeechStatusName;

  constructor(providers: readonly GuardedProvider[], events: SpeechEvents, clock: Clock) {
    this.providers = providers;
    this.#events = events;
    this.#clock = clock;
    this.#byName = new Map(providers.map((guarded) => [guarded.name, guarded]));
    this.#lastStatus = this.status().status;
    for (const guarded of providers) {
      guarded.onChange = () => {
        this.#noticeStatus();
      };
    }
  }

  async speak(
    request: SpeechRequest,
    { deadline, signal, fallback, trace, lease, patience }: ChainOptions,
  ): Promise<ChainOutcome> {
    const asked = this.#stepsFor(fallback, lease, patience);
    const steps = trace === undefined ? asked : asked.map((step) => this.#traced(step, trace));
    const run = {
      deadline,
      signal,
      clock: this.#clock,
      onAttempt: (attempt: Attempt, thrown: unknown) => {
        trace?.attempted(attempt.step, attempt.code);
        this.#reportAttempt(request.requestId, attempt, thrown);
      },
      onFallback: (failed: Attempt, to: string) => {
        this.reportTakeOver(request.requestId, { from: failed.step, to, code: failed.code ?? 'internal' });
      },
      discard: release,
    };
    try {
      const { value, step, attempts } = await runFallbackChain(steps, request, run);
      return { result: value, facts: { provider: step, degraded: step !== steps[0]?.name, attempts } };
    } catch (thrown) {
      if (!(thrown instanceof ChainExhaustedError)) throw thrown;
      return { result: null, facts: { provider: null, degraded: true, attempts: thrown.attempts } };
    }
  }

  /** Tells that a request went over from one provider to another. */
  reportTakeOver(
    requestId: string,
    change: { readonly from: string; readonly to: string; readonly code: string },
  ): void {
    if (this.#events.hasListeners('fallback')) this.#events.emit('fallback', { requestId, ...change });
  }

  status(): SpeechStatus {
    const providers = this.providers.map((guarded) => guarded.status());
    return { status: overall(providers), providers };
  }

  stopChecks(): void {
    for (const guarded of this.providers) guarded.stopChecks();
  }

  #stepsFor(
    fallback: ChainOptions['fallback'],
    lease: Lease | undefined,
    patience: number | undefined,
  ): readonly Step[] {
    const providers = this.#providersFor(fallback);
    const leasedSteps = lease === undefined ? providers : providers.map((guarded) => leased(guarded, lease));
    const steps =
      patience === undefined
        ? leasedSteps
        : leasedSteps.map((step, index) => (index === 0 ? waitedFor(step, providers[index], patience) : step));
    return fallback === 'none' ? steps.map(withoutSubstitution) : steps;
  }

  #providersFor(fallback: ChainOptions['fallback']): readonly GuardedProvider[] {
    if (fallback === 'chain') return this.providers;
    if (fallback === 'none') return this.providers.slice(0, 1);
    return fallback.order.flatMap((name) => this.#byName.get(name) ?? []);
  }

  #reportAttempt(requestId: string, { step, code, ms }: Attempt, thrown: unknown): void {
    const guarded = this.#byName.get(step);
    if (guarded === undefined) return;
    if (code !== null) guarded.recordFailure(code, thrown);
    if (!this.#events.hasListeners('attempt')) return;
    const attempt = { requestId, provider: step, type: guarded.type, code, ms };
    if (code === null) {
      this.#events.emit('attempt', attempt);
      return;
    }
    this.#events.emit('attempt', { ...attempt, error: errorOf(thrown, code) });
  }

  #traced(step: Step, trace: RequestTrace): Step {
    const type = this.#byName.get(step.name)?.type ?? '';
    return wrapAttempt(step, (request, context) =>
      trace.attempt(step.name, type, () => step.attempt(request, context)),
    );
  }

  #noticeStatus(): void {
    const { status } = this.status();
    if (status === this.#lastStatus) return;
    const from = this.#lastStatus;
    this.#lastStatus = status;
    this.#events.emit('status', { from, to: status });
  }
}

/** A circuit that is being tried again may let audio through; only one that is closed is as good as new. */
function overall(providers: readonly ProviderStatus[]): SpeechStatusName {
  const speaking = providers.filter(({ type, state }) => type !== 'text' && state !== 'down');
  if (!speaking.some(({ circuit }) => circuit !== 'open')) return 'text-only';
  return speaking[0] === providers[0] && speaking[0]?.circuit === 'closed' ? 'ok' : 'degraded';
}

/** Puts another attempt in the place of a step's own; all else stays the step's. */
function wrapAttempt(step: Step, attempt: Step['attempt']): Step {
  return {
    name: step.name,
    reserve: step.reserve,
    attempt,
    retryDelay: (thrown, request, context) => step.retryDelay?.(thrown, request, context),
    // Whatever else a step gets is not to be lost here.
  } satisfies Required<Step>;
}

/** Has a provider keep the place that it gives to a long speech. */
function leased(guarded: GuardedProvider, lease: Lease): Step {
  return wrapAttempt(guarded, (request, context) => guarded.attempt(request, context, lease));
}

/** An error of the guards, which know nothing of speech, keeps its code and its words. */
function errorOf(thrown: unknown, code: string): SpeechError {
  if (SpeechError.is(thrown) || !(thrown instanceof Error) || code === 'internal') return SpeechError.from(thrown);
  return new SpeechError(code as SpeechErrorCode, thrown.message, { cause: thrown, blamesProvider: false });
}

/** Has whoever asked decide about waiting for a service that wants to be left alone for a while. */
function waitedFor(step: Step, guarded: GuardedProvider | undefined, patience: number): Step {
  return wrapAttempt(step, async (request, context) => {
    try {
      return await step.attempt(request, context);
    } catch (thrown) {
      const rest = guarded?.pace.rest ?? 0;
      if (rest <= 0) throw thrown;
      // Others can wait for no longer than their own time.
      if (SpeechError.is(thrown) && rest > context.budget) guarded?.leaveAlone(thrown.retryAfter);
      throw new SpeechError(failureOf(thrown).code as SpeechErrorCode, 'the provider has to be waited for', {
        cause: thrown,
        fallbackHelps: rest > patience,
        blamesProvider: SpeechError.is(thrown) && thrown.blamesProvider,
      });
    }
  });
}

/** Takes another voice than the one that was asked for as no answer. */
function withoutSubstitution(step: Step): Step {
  return wrapAttempt(step, async (request, context) => {
    const result = await step.attempt(request, context);
    if (result.kind !== 'audio' || result.warnings?.includes('voice-substituted') !== true) return result;
    discard(result.stream);
    throw new SpeechError('unsupported', 'this provider does not have the voice');
  });
}

/** Lets go of audio that came after its provider had been given up. */
function release(result: SpeechResult): void {
  if (result.kind === 'audio') discard(result.stream);
}

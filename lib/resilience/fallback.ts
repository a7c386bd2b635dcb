import type { Clock } from './clock.js';
import type { Deadline } from './deadline.js';
import { stageBudget } from './deadline.js';
import { failureOf } from './failure.js';
import { pause } from './pause.js';
import { withTimeLimit } from './timeout.js';

/** What a step is told. */
export interface StepContext {
  /** Aborts when the caller has left or the step's time is up. */
  readonly signal: AbortSignal;
  /** Milliseconds the step has. */
  readonly budget: number;
  /** Which try at this step it is: 1 for the first. */
  readonly tries: number;
  /** Whether no step behind this one needs time: whoever waits here takes it from nobody. */
  readonly isLast?: boolean;
}

/** One link of a chain: something that may answer, and may fail. */
export interface ChainStep<Request, Value> {
  /** What it is called in `attempts`. */
  readonly name: string;
  /** Milliseconds that the steps before this one leave it; 0 for a step that needs no time. */
  readonly reserve: number;
  /** Answers, or rejects: with `fallbackHelps: false` where nobody else need be asked. */
  attempt(request: Request, context: StepContext): Promise<Value>;
  /**
   * Says after how many milliseconds the step is to be tried again, or undefined to go on to the next one. Asked after every failure
   * that another attempt can make good.
   *
   * @param thrown what the last try threw
   * @param context tries so far, and the milliseconds that the step would have for the wait and the try
   */
  retryDelay?(
    thrown: unknown,
    request: Request,
    context: {
      /** Tries so far. */
      readonly tries: number;
      /** Milliseconds that the step would have for the wait and the try. */
      readonly remaining: number;
    },
  ): number | undefined;
}

/** What became of one step, as plain data. */
export interface Attempt {
  /** The name of the step. */
  readonly step: string;
  /** The failure's code, or null for the step that answered. */
  readonly code: string | null;
  /** Milliseconds that it took. */
  readonly ms: number;
}

/** What a chain answers with. */
export interface ChainOutcome<Value> {
  /** What the step gave. */
  readonly value: Value;
  /** The name of the step that answered. */
  readonly step: string;
  /** Every step that was tried, in order, the last one being the one that answered. */
  readonly attempts: readonly Attempt[];
}

/** Says that no step answered. */
export class ChainExhaustedError extends Error {
  override readonly name = 'ChainExhaustedError';
  /** As a reply says it. */
  readonly code = 'chain_exhausted';
  /** Every step that was tried, in order, and why it gave nothing. */
  readonly attempts: readonly Attempt[];

  constructor(attempts: readonly Attempt[]) {
    super('no step of the fallback chain answered');
    this.attempts = attempts;
  }
}

/** Says that a step used up its share of the deadline, or that the caller went away. */
class StepEndedError extends Error {
  override readonly name = 'StepEndedError';
  readonly code: 'deadline' | 'aborted';
  readonly fallbackHelps: boolean;

  constructor(code: 'deadline' | 'aborted') {
    super(code === 'deadline' ? 'the time of this step is up' : 'the caller has left');
    this.code = code;
    this.fallbackHelps = code === 'deadline';
  }
}

/** One request on its way through a chain. */
export interface ChainRun<Value> {
  /** By when it is to be answered, all steps together. */
  readonly deadline: Deadline;
  /** Aborts when the caller has left: no further step is tried. */
  readonly signal: AbortSignal;
  /** Time as it passes for this; tests hand in one of their own. */
  readonly clock: Clock;
  /** Called after every attempt with the thrown value, for those who watch. Must not throw. */
  readonly onAttempt?: ((attempt: Attempt, thrown: unknown) => void) | undefined;
  /** Called when a step is given up and the next one is about to be asked. Must not throw. */
  readonly onFallback?: ((failed: Attempt, next: string) => void) | undefined;
  /** Releases a value that a step delivered after it had been given up. */
  readonly discard?: ((value: Value) => void) | undefined;
}

/**
 * Asks one step after the other until one answers. A step may ask to be tried again before the next one is.
 *
 * @throws {ChainExhaustedError} when none did; its `attempts` say why
 */
export async function runFallbackChain<Request, Value>(
  steps: readonly ChainStep<Request, Value>[],
  request: Request,
  run: ChainRun<Value>,
): Promise<ChainOutcome<Value>> {
  const attempts: Attempt[] = [];
  for (const [index, step] of steps.entries()) {
    const answer = await runStep(step, request, { reserves: reservesAfter(steps, index), attempts, run });
    if (answer !== undefined) return { value: answer.value, step: step.name, attempts };
    const failed = attempts.at(-1);
    const next = steps[index + 1];
    if (failed !== undefined && next !== undefined) run.onFallback?.(failed, next.name);
  }
  throw new ChainExhaustedError(attempts);
}

interface StepRun<Value> {
  /** Milliseconds kept for each step behind this one. */
  readonly reserves: readonly number[];
  /** Is added to. */
  readonly attempts: Attempt[];
  readonly run: ChainRun<Value>;
}

/** Tries one step, again if it asks for that. Returns nothing when the next step is to be asked. */
async function runStep<Request, Value>(
  step: ChainStep<Request, Value>,
  request: Request,
  { reserves, attempts, run }: StepRun<Value>,
): Promise<{ readonly value: Value } | undefined> {
  const isLast = reserves.every((reserve) => reserve <= 0);
  for (let tries = 1; ; tries += 1) {
    const budget = stageBudget(run.deadline.remaining(), reserves);
    const started = run.clock.now();
    let thrown: unknown;
    try {
      const value = await attemptStep(step, request, { budget, tries, isLast }, run);
      record(attempts, { step: step.name, code: null, ms: run.clock.now() - started }, undefined, run);
      return { value };
    } catch (error) {
      thrown = error;
    }
    const { code, fallbackHelps } = failureOf(thrown);
    record(attempts, { step: step.name, code, ms: run.clock.now() - started }, thrown, run);
    if (run.signal.aborted || !fallbackHelps) throw new ChainExhaustedError(attempts);
    const remaining = stageBudget(run.deadline.remaining(), reserves);
    const delay = step.retryDelay?.(thrown, request, { tries, remaining });
    if (delay === undefined) return undefined;
    if ((await pause(delay, run.clock, run.signal)) === 'aborted') throw new ChainExhaustedError(attempts);
  }
}

function record<Value>(attempts: Attempt[], attempt: Attempt, thrown: unknown, run: ChainRun<Value>): void {
  attempts.push(attempt);
  run.onAttempt?.(attempt, thrown);
}

function reservesAfter(steps: readonly { readonly reserve: number }[], index: number): number[] {
  return steps.slice(index + 1).map(({ reserve }) => reserve);
}

function attemptStep<Request, Value>(
  step: ChainStep<Request, Value>,
  request: Request,
  { budget, ...context }: Omit<StepContext, 'signal'>,
  run: ChainRun<Value>,
): Promise<Value> {
  // A step that needs no time is asked even when none is left: it is the last resort, and it does no waiting.
  if (budget <= 0 && step.reserve > 0) return Promise.reject(stepExpired());
  return withTimeLimit((signal) => step.attempt(request, { signal, budget, ...context }), {
    limit: step.reserve > 0 ? budget : Math.max(budget, LAST_RESORT_LIMIT),
    signal: run.signal,
    clock: run.clock,
    expired: stepExpired,
    aborted: callerLeft,
    discard: run.discard,
  });
}

function stepExpired(): StepEndedError {
  return new StepEndedError('deadline');
}

function callerLeft(): StepEndedError {
  return new StepEndedError('aborted');
}

/** Milliseconds for a step that claims to need none, should the deadline be over already: enough for one turn of a busy event loop. */
const LAST_RESORT_LIMIT = 1_000;

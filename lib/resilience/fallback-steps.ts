import { checkOptions, checkValue, CLOCK, FUNCTION, isPlain, MILLISECONDS_OR_NONE } from './check-options.js';
import type { Rule } from './check-options.js';
import { systemClock } from './clock.js';
import { Deadline } from './deadline.js';
import { DEFAULTS } from './defaults.js';
import { runFallbackChain, type ChainOutcome, type ChainRun, type ChainStep } from './fallback.js';
import { callLinked } from './policy.js';

/** Something that may answer, and may fail. A step that is to be tried again has `retry()` around what it does. */
export interface FallbackStep<Input, Value> {
  /** What it is called in `attempts`. */
  readonly name: string;
  /** Milliseconds that the steps before leave it, 1,000 by default; 0 for a last resort, which needs no time and is always asked. */
  readonly reserve?: number | undefined;
  /** Settled for, when the step's time is up or the caller has left, whatever it does. */
  attempt(input: Input, context: Parameters<ChainStep<Input, Value>['attempt']>[1]): Promise<Value>;
}

/** How one value is asked for. */
export interface FallbackRun<Value> {
  /** Milliseconds for all steps together, 10,000 by default, or the `Deadline` of something that began earlier. */
  readonly deadline?: number | Deadline | undefined;
  /** Aborts when the caller has left: no further step is tried. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every attempt with the thrown value, for those who watch. Must not throw. */
  readonly onAttempt?: ChainRun<Value>['onAttempt'];
  /** Called when a step is given up and the next one is about to be asked. Must not throw. */
  readonly onFallback?: ChainRun<Value>['onFallback'];
  /** Releases a value that a step delivered after it had been given up. */
  readonly discard?: ChainRun<Value>['discard'];
  /** Time as it passes for this, the system’s by default; tests hand in one of their own. */
  readonly clock?: ChainRun<Value>['clock'] | undefined;
}

const DEADLINE: Rule = {
  expected: `${MILLISECONDS_OR_NONE.expected}, or a Deadline`,
  holds: (value) => value instanceof Deadline || MILLISECONDS_OR_NONE.holds(value),
};
const SIGNAL: Rule = { expected: 'an AbortSignal', holds: (value) => value instanceof AbortSignal };
const RUN = {
  deadline: DEADLINE,
  signal: SIGNAL,
  onAttempt: FUNCTION,
  onFallback: FUNCTION,
  discard: FUNCTION,
  clock: CLOCK,
};

const NAME: Rule = {
  expected: 'a name',
  holds: (value) => typeof value === 'string' && value !== '',
};
const STEP = { name: NAME, reserve: MILLISECONDS_OR_NONE, attempt: FUNCTION };

/**
 * Makes a function that asks one step after the other until one answers, and says which one it was and how the others failed.
 *
 * The signal that a step gets tells nothing more once the promise has settled.
 *
 * @throws {TypeError} for steps that cannot be; the function for such options
 * @returns a function that rejects with a `ChainExhaustedError` when no step answered; its `attempts` say why
 */
export function fallback<Input, Value>(
  ...steps: readonly FallbackStep<Input, Value>[]
): (input: Input, run?: FallbackRun<Value>) => Promise<ChainOutcome<Value>> {
  if (steps.length === 0) throw new TypeError('fallback(): expected steps; got none');
  const chain = steps.map((step, index) => chainStep(step, `fallback(): step ${String(index + 1)}`));
  return async (input, run = {}) => {
    checkOptions<FallbackRun<Value>>('the function of fallback()', run, RUN);
    const { deadline = DEFAULTS.fallback.deadline, signal, clock = systemClock, ...watchers } = run;
    const until = deadline instanceof Deadline ? deadline : new Deadline(deadline, clock);
    return callLinked(signal, (own) =>
      runFallbackChain(chain, input, { ...watchers, deadline: until, signal: own, clock }),
    );
  };
}

function chainStep<Input, Value>(step: FallbackStep<Input, Value>, owner: string): ChainStep<Input, Value> {
  // An object of a class may have more to it.
  if (isPlain(step)) checkOptions(owner, step, STEP);
  const { name, reserve = DEFAULTS.fallback.reserve } = Object(step) as FallbackStep<Input, Value>;
  checkValue(`${owner}: name`, name, NAME);
  checkValue(`${owner}: reserve`, reserve, MILLISECONDS_OR_NONE);
  checkValue(`${owner}: attempt`, (step as Partial<typeof step>).attempt, FUNCTION);
  return { name, reserve, attempt: (input, context) => step.attempt(input, context) };
}

import { Bulkhead, type BulkheadOptions } from './bulkhead.js';
import { checkOptions, CLOCK, FUNCTION, MILLISECONDS, MILLISECONDS_OR_NONE, OBJECT } from './check-options.js';
import { ratio, wholeNumber, type Settings } from './check-options.js';
import { CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js';
import { systemClock, type Clock } from './clock.js';
import { DEFAULTS } from './defaults.js';
import { Guard, type GuardOptions } from './guard.js';

type OwnBulkheadOptions = Omit<BulkheadOptions, 'limit' | 'untried'>;
type OwnCircuitBreakerOptions = Omit<CircuitBreakerOptions, 'onProbeEnd' | 'patience'>;
type BulkheadSize = Omit<OwnBulkheadOptions, 'clock'>;
type CircuitThresholds = Omit<OwnCircuitBreakerOptions, 'isFailure' | 'clock' | 'random'>;
type Adaptive = NonNullable<GuardOptions['adaptive']>;

/** What `bulkhead()` can be told; the class says what each option means. */
export type BulkheadSettings = Settings<OwnBulkheadOptions>;
/** What `circuitBreaker()` can be told; the class says what each option means. */
export type CircuitBreakerSettings = Settings<OwnCircuitBreakerOptions>;

/** What `guard()` can be told. */
export interface GuardSettings {
  /** When the service is left alone, and for how long. */
  readonly circuitBreaker?: Settings<CircuitThresholds> | undefined;
  /** How many calls it gets at the same time, and how many may wait. */
  readonly bulkhead?: Settings<BulkheadSize> | undefined;
  /**
   * Has the number of calls at a time follow what the service bears, up to the bulkhead's; all of it is used where this is not given.
   */
  readonly adaptive?: Adaptive | undefined;
  /** Says whether a rejection is the service's fault; all are where this is not given. A caller's own mistake is not, for one. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
  /** Time as it passes for this, the system’s by default; tests hand in one of their own. */
  readonly clock?: Clock | undefined;
  /** Returns 0 to 1. Spreads the moments at which several instances probe the same service. */
  readonly random?: (() => number) | undefined;
}

const BULKHEAD_SIZE = {
  maxConcurrent: wholeNumber('calls', 1),
  maxQueue: wholeNumber('calls', 0),
  maxWait: MILLISECONDS_OR_NONE,
};
const BULKHEAD = { ...BULKHEAD_SIZE, clock: CLOCK };

const CIRCUIT_THRESHOLDS = {
  consecutive: wholeNumber('failures', 1),
  window: wholeNumber('outcomes', 1),
  minimum: wholeNumber('outcomes', 1),
  rate: ratio('a share of failures'),
  openFor: MILLISECONDS,
  maxOpenFor: MILLISECONDS,
  onChange: FUNCTION,
};
const CIRCUIT_BREAKER = { ...CIRCUIT_THRESHOLDS, isFailure: FUNCTION, clock: CLOCK, random: FUNCTION };

const GUARD = {
  circuitBreaker: OBJECT,
  bulkhead: OBJECT,
  adaptive: OBJECT,
  isFailure: FUNCTION,
  clock: CLOCK,
  random: FUNCTION,
};

/**
 * Makes a policy that bounds the calls to one service, and those that wait for it.
 *
 * @throws {TypeError} for options that there are not, or cannot be
 */
export function bulkhead(options: BulkheadSettings = {}): Bulkhead {
  const checked = checkOptions<OwnBulkheadOptions>('bulkhead()', options, BULKHEAD);
  return new Bulkhead({ clock: systemClock, ...DEFAULTS.bulkhead, ...checked });
}

/**
 * Makes a policy that leaves a failing service alone.
 *
 * @throws {TypeError} for options that there are not, or cannot be
 */
export function circuitBreaker(options: CircuitBreakerSettings = {}): CircuitBreaker {
  const checked = checkOptions<OwnCircuitBreakerOptions>('circuitBreaker()', options, CIRCUIT_BREAKER);
  return new CircuitBreaker({ clock: systemClock, random: Math.random, ...DEFAULTS.circuitBreaker, ...checked });
}

/**
 * Makes a circuit breaker and a bulkhead that know of each other. `acquire(signal)` gives a permit to hold for answers that go on after
 * their promise, such as streams; `execute()` is for those that are whole by then.
 *
 * @throws {TypeError} for options that there are not, or cannot be
 */
export function guard(options: GuardSettings = {}): Guard {
  const {
    clock = systemClock,
    random = Math.random,
    ...given
  } = checkOptions<GuardSettings>('guard()', options, GUARD);
  const circuit = checkOptions<CircuitThresholds>(
    'guard(): circuitBreaker',
    given.circuitBreaker ?? {},
    CIRCUIT_THRESHOLDS,
  );
  const size = checkOptions<BulkheadSize>('guard(): bulkhead', given.bulkhead ?? {}, BULKHEAD_SIZE);
  return new Guard({
    circuitBreaker: { ...DEFAULTS.circuitBreaker, ...circuit, clock, random },
    bulkhead: { ...DEFAULTS.bulkhead, ...size, clock },
    ...(given.adaptive && { adaptive: adaptiveOf(given.adaptive) }),
    ...(given.isFailure && { isFailure: given.isFailure }),
  });
}

function adaptiveOf(given: Adaptive): Adaptive {
  const { lateAfter } = checkOptions<Adaptive>('guard(): adaptive', given, { lateAfter: MILLISECONDS });
  if (lateAfter === undefined) throw new TypeError(`guard(): adaptive: lateAfter: expected ${MILLISECONDS.expected}`);
  return { lateAfter };
}

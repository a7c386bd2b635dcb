import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  ChainExhaustedError,
  Deadline,
  runFallbackChain,
  stageBudget,
  type Attempt,
  type ChainStep,
  type Clock,
  type StepContext,
} from '../../lib/resilience/index.js';
import { FakeClock } from '../support/fake-clock.js';

/** What a step does at one try: it answers or fails after some time, or never ends and hears nothing. */
const behaviour = fc.record({
  takes: fc.constantFrom(0, 1, 200, 999, 1_000, 2_000, Infinity),
  ending: fc.constantFrom('answers', 'fails', 'fails', 'fails', 'is hopeless'),
});

const plan = fc.record({
  reserve: fc.constantFrom(0, 500, 1_000, 1_000),
  behaviours: fc.tuple(behaviour, behaviour),
  /** The wait before the second try, where there is one. */
  retryDelay: fc.constantFrom(undefined, undefined, 0, 70, 3_000),
});

type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never;
type Line = readonly [step: string, code: string | null, ms: number];

/** Tells what a chain has to do by walking through its plans with a ruler: no promises, timers or signals. */
function foretell(plans: readonly Plan[], milliseconds: number, leavesAt: number): { lines: Line[]; ended: number } {
  const lines: Line[] = [];
  let now = 0;
  for (const [index, { reserve, behaviours, retryDelay }] of plans.entries()) {
    const behind = plans.slice(index + 1).map((one) => one.reserve);
    for (const [tries, { takes, ending }] of behaviours.entries()) {
      const budget = stageBudget(Math.max(0, milliseconds - now), behind);
      const started = now;
      const answersAt = started + takes;
      const limitAt = started + (reserve > 0 ? budget : Math.max(budget, 1_000));
      let code = answersAt < limitAt ? CODES[ending] : 'deadline';
      now = Math.min(answersAt, limitAt);
      if (leavesAt < now) [code, now] = ['aborted', leavesAt];
      lines.push([`step ${index}`, code, now - started]);
      if (code === null || code === 'aborted' || code === 'hopeless') return { lines, ended: now };
      if (retryDelay === undefined || tries === 1) break;
      if (leavesAt < now + retryDelay) return { lines, ended: leavesAt };
      now += retryDelay;
    }
  }
  return { lines, ended: now };
}

const CODES = { answers: null, fails: 'failed', 'is hopeless': 'hopeless' };

function stepOf({ reserve, behaviours, retryDelay }: Plan, index: number, clock: Clock): ChainStep<string, string> {
  return {
    name: `step ${index}`,
    reserve,
    attempt: (_request, { tries }: StepContext) =>
      new Promise((resolve, reject) => {
        const { takes, ending } = behaviours[tries === 1 ? 0 : 1];
        const end = (): void => {
          if (ending === 'answers') resolve('value');
          else reject(Object.assign(new Error(), { code: CODES[ending], fallbackHelps: ending === 'fails' }));
        };
        if (takes !== Infinity) clock.schedule(end, takes);
      }),
    retryDelay: (_thrown, _request, { tries }) => (tries === 1 ? retryDelay : undefined),
  };
}

/** Milliseconds for thousands of schedules on a busy machine. */
const MOST_TIME = 60_000;

describe('runFallbackChain beside its model', () => {
  it('asks whom it should, for as long as it may, and ends in time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 1, 500, 2_000, 10_000),
        // Never on a whole millisecond, so that nothing else happens at the same moment.
        fc.constantFrom(Infinity, Infinity, 0.5, 700.5, 1_999.5),
        async (plans, milliseconds, leavesAt) => {
          const clock = new FakeClock();
          const caller = new AbortController();
          const expected = foretell(plans, milliseconds, leavesAt);
          const seen: Attempt[] = [];
          const run = { deadline: new Deadline(milliseconds, clock), signal: caller.signal, clock };
          const steps = plans.map((one, index) => stepOf(one, index, clock));
          let ended = NaN;
          const outcome = runFallbackChain(steps, 'request', { ...run, onAttempt: (one) => seen.push(one) }).then(
            (answer) => {
              ended = clock.now();
              return answer.attempts;
            },
            (error: unknown) => {
              ended = clock.now();
              if (!(error instanceof ChainExhaustedError)) throw error;
              return error.attempts;
            },
          );
          if (leavesAt !== Infinity) {
            await clock.advance(leavesAt);
            caller.abort();
          }
          await clock.advance(100_000);
          const attempts = await outcome;
          expect(attempts.map(({ step, code, ms }) => [step, code, ms])).to.deep.equal(expected.lines);
          expect(seen).to.deep.equal(attempts);
          expect(ended).to.equal(expected.ended);
          // A value may live on and keeps its link to a caller who is still there; nothing else does.
          const links = attempts.at(-1)?.code === null && !caller.signal.aborted ? 1 : 0;
          expect([clock.pendingTimers, getEventListeners(caller.signal, 'abort').length]).to.deep.equal([0, links]);
        },
      ),
      { numRuns: 2_000 },
    );
  }).timeout(MOST_TIME);
});

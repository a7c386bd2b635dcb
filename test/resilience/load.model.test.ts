import { expect } from 'chai';
import fc from 'fast-check';
import { Guard, failureOf } from '../../lib/resilience/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

/** Milliseconds until a caller gives up on the first byte, and until its deadline. */
const FIRST_BYTE = 5_000;
const DEADLINE = 9_900;
const CIRCUIT = { consecutive: 5, window: 20, minimum: 10, rate: 0.5, openFor: 5_000, maxOpenFor: 60_000 };

interface ServiceOptions {
  /** Calls that it works on at full speed at the same time. */
  readonly lanes: number;
  /** Milliseconds that it takes for one. */
  readonly takes: number;
  /** Whether it works on all others as well, and on all of them more slowly; else they wait in a line of its own. */
  readonly isShared: boolean;
}

interface Work {
  left: number;
  readonly answer: () => void;
}

/** A service that does not say no: it takes every call, however many there are. */
class Service {
  mostAtOnce = 0;
  readonly #clock: FakeClock;
  readonly #options: ServiceOptions;
  readonly #works = new Set<Work>();
  #isFrozen = false;
  #lookedAt = 0;
  #cancelLook: () => void = () => undefined;

  constructor(clock: FakeClock, options: ServiceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** @returns a function that takes the call back, if nothing has come of it yet */
  call(answer: () => void): () => void {
    this.#look();
    const work = { left: this.#options.takes, answer };
    this.#works.add(work);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#works.size);
    this.#look();
    return () => {
      this.#look();
      this.#works.delete(work);
      this.#look();
    };
  }

  freeze(): void {
    this.#look();
    this.#isFrozen = true;
    this.#cancelLook();
  }

  /** Does what there was time for since the last look, and comes back when something will be done. */
  #look(): void {
    if (this.#isFrozen) return;
    const now = this.#clock.now();
    const time = now - this.#lookedAt;
    this.#lookedAt = now;
    const { worked, speed } = this.#work();
    for (const work of worked) work.left -= time * speed;
    this.#cancelLook();
    const done = worked.filter(({ left }) => left < 1e-6);
    for (const work of done) this.#works.delete(work);
    const next = this.#work();
    const soonest = Math.min(...next.worked.map(({ left }) => left / next.speed));
    if (soonest !== Infinity) {
      this.#cancelLook = this.#clock.schedule(() => {
        this.#look();
      }, soonest);
    }
    for (const { answer } of done) answer();
  }

  #work(): { readonly worked: readonly Work[]; readonly speed: number } {
    const { lanes, isShared } = this.#options;
    const all = [...this.#works];
    return isShared
      ? { worked: all, speed: Math.min(1, lanes / Math.max(1, all.length)) }
      : { worked: all.slice(0, lanes), speed: 1 };
  }
}

interface Fates {
  answered: number;
  late: number;
  refused: string[];
}

function setUp(options: ServiceOptions, room: { readonly maxConcurrent?: number; readonly maxQueue?: number } = {}) {
  const clock = new FakeClock();
  const opened: number[] = [];
  const guard = new Guard({
    circuitBreaker: {
      ...CIRCUIT,
      clock,
      random: () => 0,
      onChange: (_from, to) => {
        if (to === 'open') opened.push(clock.now());
      },
    },
    bulkhead: { maxConcurrent: 10, maxQueue: 40, maxWait: 500, ...room, clock },
    adaptive: { lateAfter: FIRST_BYTE / 2 },
  });
  const service = new Service(clock, options);
  const fates: Fates = { answered: 0, late: 0, refused: [] };
  /** Calls as a caller does that has nowhere else to go. */
  const call = async (maxWait = DEADLINE): Promise<void> => {
    try {
      const permit = await guard.acquire(new AbortController().signal, { maxWait });
      await new Promise<void>((resolve) => {
        let isAnswered = false;
        const cancelTimer = clock.schedule(() => {
          takeBack();
          // At the same moment, which the service has only now looked at.
          if (isAnswered) return;
          fates.late += 1;
          permit.fail(0, 'load');
          resolve();
        }, FIRST_BYTE);
        const takeBack = service.call(() => {
          cancelTimer();
          isAnswered = true;
          fates.answered += 1;
          permit.proven();
          permit.succeed();
          resolve();
        });
      });
    } catch (error) {
      fates.refused.push(failureOf(error).code);
    }
  };
  const burst = async (calls: number, maxWait?: number): Promise<void> => {
    const all = Promise.all(Array.from({ length: calls }, () => call(maxWait)));
    await clock.advance(DEADLINE + FIRST_BYTE);
    await all;
  };
  return { clock, guard, service, fates, opened, call, burst };
}

const service = fc.record({
  lanes: fc.constantFrom(1, 1, 2, 4, 16),
  takes: fc.constantFrom(20, 100, 500, 900),
  isShared: fc.boolean(),
});

describe('Guard in front of a service with more to do than it can', () => {
  it('opens no circuit for a crowd, has nobody late twice, and answers whoever comes next', async () => {
    await fc.assert(
      fc.asyncProperty(
        service,
        fc.array(fc.constantFrom(1, 8, 12, 20, 40), { minLength: 1, maxLength: 3 }),
        async (options, bursts) => {
          const { guard, service: behind, fates, opened, burst } = setUp(options);
          for (const calls of bursts) await burst(calls);
          const late = fates.late;
          await burst(1);
          expect(opened).to.deep.equal([]);
          expect(guard.circuit).to.equal('closed');
          expect(fates.late - late).to.equal(0);
          expect(behind.mostAtOnce).to.be.at.most(10);
          // Four seconds of work are always had in time; who is beyond that may be sent on.
          const inTime = bursts.reduce(
            (sum, calls) => sum + Math.min(calls, Math.floor((4_000 / options.takes) * options.lanes)),
            0,
          );
          expect(fates.answered).to.be.at.least(inTime);
          expect(new Set(fates.refused)).to.have.property('size').at.most(1);
          expect(fates.refused.every((code) => code === 'timeout.queue')).to.equal(true);
          expect([guard.running, guard.queued]).to.deep.equal([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(60_000);

  it('gives a service that bears all of it all that it may, within a few answers', async () => {
    const { guard, service: behind, fates, burst } = setUp({ lanes: 16, takes: 100, isShared: false });
    await burst(40);
    expect([guard.limit, behind.mostAtOnce, fates.answered]).to.deep.equal([10, 10, 40]);
  });

  it('answers as many of the first crowd as of a later one, if it bears them: all who have room by what is allowed', async () => {
    for (const [maxConcurrent, maxQueue, answered] of [
      [10, 20, 30],
      [64, 20, 64],
      [10, 0, 10],
    ] as const) {
      const { fates, burst } = setUp({ lanes: 64, takes: 300, isShared: false }, { maxConcurrent, maxQueue });
      for (const all of [answered, 2 * answered]) {
        await burst(64);
        expect(fates.answered, String(maxConcurrent)).to.equal(all);
      }
    }
  });

  it('sends on whoever of the first crowd would wait in vain, and the excess of the next one at once', async () => {
    const { clock, fates, opened, burst, call } = setUp(
      { lanes: 1, takes: 490, isShared: false },
      { maxConcurrent: 64, maxQueue: 20 },
    );
    await burst(100);
    expect(fates.answered).to.be.at.least(8);
    expect([fates.answered + fates.late + fates.refused.length, opened.length]).to.deep.equal([100, 0]);
    const refused = fates.refused.length;
    const crowd = Promise.all(Array.from({ length: 64 }, () => call()));
    await settle();
    expect(fates.refused.length - refused).to.be.at.least(64 - 20 - 8);
    await clock.advance(DEADLINE + FIRST_BYTE);
    await crowd;
  });

  it('finds a service that freezes, whatever it bore until then, by as few as a circuit takes', async () => {
    await fc.assert(
      fc.asyncProperty(service, fc.integer({ min: 0, max: 4_000 }), async (options, frozenAt) => {
        const { clock, guard, service: behind, fates, opened, call } = setUp(options);
        const callers: Promise<void>[] = [];
        const come = async (until: number): Promise<void> => {
          while (clock.now() < until) {
            callers.push(call(500));
            await clock.advance(100);
          }
        };
        await come(frozenAt);
        behind.freeze();
        const { late } = fates;
        await come(frozenAt + 4 * FIRST_BYTE);
        expect(opened.length, 'it is found').to.be.at.least(1);
        // Those who had waited for long when it froze may have been the crowd's; from them on it takes no more than five.
        const patience = FIRST_BYTE * Math.ceil(CIRCUIT.consecutive / Math.max(1, Math.min(5, guard.limit)));
        expect(opened[0]).to.be.at.most(frozenAt + FIRST_BYTE / 2 + patience + 1_000);
        expect(fates.late - late).to.be.at.most(10 + CIRCUIT.consecutive + 3);
        for (;;) {
          await clock.advance(1_000);
          if (guard.running + guard.queued === 0) break;
        }
        await Promise.all(callers);
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('finds a frozen service by the first crowd', async () => {
    const { clock, guard, service: behind, fates, opened, call } = setUp({ lanes: 4, takes: 100, isShared: false });
    behind.freeze();
    const crowd = Promise.all(Array.from({ length: 12 }, () => call(500)));
    await clock.advance(FIRST_BYTE);
    await settle();
    expect(opened).to.deep.equal([FIRST_BYTE]);
    expect([guard.circuit, fates.late]).to.deep.equal(['open', 5]);
    await crowd;
  });
});

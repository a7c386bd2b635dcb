interface Settings {
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly maxWait: number;
}

export type Fate = 'waits' | 'holds' | 'cools down' | 'has left' | 'bulkhead_full' | 'timeout.queue' | 'aborted';

interface Caller {
  readonly name: number;
  fate: Fate;
  /** When it gives up or has cooled down, and its turn among those of the same moment. */
  due: { readonly at: number; readonly turn: number } | undefined;
}

/** A moment at which there was no free place any more, at which one became free, or at which there was room again. */
interface Mark {
  readonly at: number;
  readonly kind: 'filled' | 'freed' | 'room';
  /** How many places there were. */
  readonly places: number;
}

/** A bulkhead as a list of people: what has become of each, in the order of their arrival. Places are counted, never kept. */
export class BulkheadModel {
  /** The names of those who were let in, in that order. */
  readonly admitted: number[] = [];
  readonly #settings: Settings;
  readonly #callers: Caller[] = [];
  /** All that there was to measure how fast places become free, in its order. */
  readonly #marks: Mark[] = [];
  #limit: number;
  #turns = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#limit = settings.maxConcurrent;
  }

  /** Calls that are let through at the same time now. */
  get limit(): number {
    return this.#limit;
  }

  /** Changes how many are let through; who is there by then stays. */
  change(limit: number, now: number): void {
    this.#limit = limit;
    this.#admitWaiting(now);
    if (this.running < limit) this.#mark('room', now);
  }

  get running(): number {
    return this.#callers.filter(({ fate }) => fate === 'holds' || fate === 'cools down').length;
  }

  get queued(): number {
    return this.#callers.filter(({ fate }) => fate === 'waits').length;
  }

  /** Timers that ought to be running: one for each who waits or cools down. */
  get timers(): number {
    return this.#callers.filter(({ due }) => due !== undefined).length;
  }

  fateOf(name: number): Fate {
    return this.#caller(name).fate;
  }

  arrive(name: number, now: number, maxWait = this.#settings.maxWait): void {
    const caller: Caller = { name, fate: 'waits', due: undefined };
    const before = this.queued;
    this.#callers.push(caller);
    if (this.running < this.#limit) this.#admit(caller, now);
    else if (before >= this.#settings.maxQueue) caller.fate = 'bulkhead_full';
    else if (this.#isInVain(before, maxWait, now)) caller.fate = 'timeout.queue';
    else caller.due = this.#dueAt(now + maxWait);
  }

  /** Leaves the line; who has a place keeps it. */
  abort(name: number): void {
    const caller = this.#caller(name);
    if (caller.fate !== 'waits') return;
    caller.fate = 'aborted';
    caller.due = undefined;
  }

  release(name: number, coolDown: number, now: number): void {
    const caller = this.#caller(name);
    if (caller.fate !== 'holds' && caller.fate !== 'cools down') return;
    if (coolDown <= 0) this.#leave(caller, now);
    else if (caller.fate === 'holds') {
      caller.fate = 'cools down';
      caller.due = this.#dueAt(now + coolDown);
    }
  }

  /** Sends away everybody who waits, and tells who they are. */
  dismiss(): number[] {
    const waiting = this.#callers.filter(({ fate }) => fate === 'waits');
    for (const caller of waiting) {
      caller.fate = 'has left';
      caller.due = undefined;
    }
    return waiting.map(({ name }) => name);
  }

  /** The moment at which something happens by itself; Infinity where nothing will. */
  nextDue(): number {
    return Math.min(...this.#callers.map(before));
  }

  /** Lets everything happen that is due by then, each thing at its moment. */
  elapse(until: number): void {
    for (;;) {
      const [next] = this.#callers
        .filter(({ due }) => due !== undefined && due.at <= until)
        .sort((one, other) => before(one) - before(other) || turn(one) - turn(other));
      if (next === undefined) return;
      if (next.fate === 'waits') {
        next.fate = 'timeout.queue';
        next.due = undefined;
      } else this.#leave(next, before(next));
    }
  }

  #leave(caller: Caller, now: number): void {
    caller.fate = 'has left';
    caller.due = undefined;
    if (this.#isMeasured) this.#mark('freed', now);
    this.#admitWaiting(now);
    if (this.running < this.#limit) {
      this.#mark('room', now);
      return;
    }
    if (!this.#isMeasured) this.#mark('filled', now);
    for (const [index, one] of this.#callers.filter(({ fate }) => fate === 'waits').entries()) {
      if (!this.#isInVain(index, before(one) - now, now)) continue;
      one.fate = 'timeout.queue';
      one.due = undefined;
    }
  }

  #admitWaiting(now: number): void {
    for (const caller of this.#callers) {
      if (this.running >= this.#limit) return;
      if (caller.fate === 'waits') this.#admit(caller, now);
    }
  }

  #admit(caller: Caller, now: number): void {
    caller.fate = 'holds';
    caller.due = undefined;
    this.admitted.push(caller.name);
    if (this.running >= this.#limit && !this.#isMeasured) this.#mark('filled', now);
  }

  #mark(kind: Mark['kind'], at: number): void {
    this.#marks.push({ at, kind, places: this.#limit });
  }

  /** Whether there is no free place, so that it can be seen how long the next one takes. */
  get #isMeasured(): boolean {
    const last = this.#marks.at(-1);
    return last !== undefined && last.kind !== 'room';
  }

  /** From the last time that as many places became free as there are, with none free in between; what is a minute old does not count. */
  #isInVain(ahead: number, left: number, now: number): boolean {
    let pace: number | undefined;
    let measuredAt = 0;
    for (const [index, { at, kind, places }] of this.#marks.entries()) {
      if (kind !== 'freed') continue;
      const before = this.#marks.slice(index - places, index);
      if (index < places || before.slice(1).some((mark) => mark.kind !== 'freed') || before[0]?.kind === 'room')
        continue;
      pace = (at - (before[0]?.at ?? at)) / places;
      measuredAt = at;
    }
    return pace !== undefined && now - measuredAt <= 60_000 && (ahead + 1) * pace > 1.5 * left;
  }

  #dueAt(at: number): { readonly at: number; readonly turn: number } {
    return { at, turn: (this.#turns += 1) };
  }

  #caller(name: number): Caller {
    const caller = this.#callers.find((one) => one.name === name);
    if (caller === undefined) throw new Error(`nobody called ${name} has arrived`);
    return caller;
  }
}

function before({ due }: Caller): number {
  return due?.at ?? Infinity;
}

function turn({ due }: Caller): number {
  return due?.turn ?? Infinity;
}

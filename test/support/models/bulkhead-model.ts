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

/** A bulkhead as a list of people: what has become of each, in the order of their arrival. Places are counted, never kept. */
export class BulkheadModel {
  /** The names of those who were let in, in that order. */
  readonly admitted: number[] = [];
  readonly #settings: Settings;
  readonly #callers: Caller[] = [];
  #turns = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get maxConcurrent(): number {
    return this.#settings.maxConcurrent;
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

  arrive(name: number, now: number): void {
    const caller: Caller = { name, fate: 'waits', due: undefined };
    const isFull = this.queued >= this.#settings.maxQueue;
    this.#callers.push(caller);
    if (this.running < this.#settings.maxConcurrent) this.#admit(caller);
    else if (isFull) caller.fate = 'bulkhead_full';
    else caller.due = this.#dueAt(now + this.#settings.maxWait);
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
    if (coolDown <= 0) this.#leave(caller);
    else if (caller.fate === 'holds') {
      caller.fate = 'cools down';
      caller.due = this.#dueAt(now + coolDown);
    }
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
      } else this.#leave(next);
    }
  }

  #leave(caller: Caller): void {
    caller.fate = 'has left';
    caller.due = undefined;
    const first = this.#callers.find(({ fate }) => fate === 'waits');
    if (first !== undefined) this.#admit(first);
  }

  #admit(caller: Caller): void {
    caller.fate = 'holds';
    caller.due = undefined;
    this.admitted.push(caller.name);
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

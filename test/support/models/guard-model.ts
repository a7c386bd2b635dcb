import { BulkheadModel } from './bulkhead-model.js';
import { CircuitModel, type ModelCall } from './circuit-model.js';

type Circuit = Omit<ConstructorParameters<typeof CircuitModel>[0], 'patience'>;
type Room = ConstructorParameters<typeof BulkheadModel>[0];

interface Caller {
  readonly name: number;
  /** Nothing while it waits for a place, whose model tells what becomes of it then. */
  fate: 'waits for a probe' | 'was let in' | 'circuit_open' | 'aborted' | undefined;
  call: ModelCall | undefined;
  /** Calls under way when it was let in. */
  company: number;
  /** When it waits for a probe no longer. */
  until: number;
  /** Whether it has waited for a probe, and waits longer for a place for it. */
  hasWaited: boolean;
  isProven: boolean;
  isOver: boolean;
}

/** Milliseconds that one waits for another's probe. */
const PATIENCE = 1_000;

/** How a call ends. */
export interface ModelEnd {
  readonly verb: 'succeed' | 'fail' | 'release';
  readonly cause: 'service' | 'load';
  readonly rest: number | undefined;
}

/**
 * A model of each part of a guard, and the rules that join them: nobody waits or calls for nothing, others may wait for a probe, and
 * a call that was late while others were answered is held against nobody.
 */
export class GuardModel {
  readonly circuit: CircuitModel;
  readonly bulkhead: BulkheadModel;
  readonly #room: Room;
  readonly #callers: Caller[] = [];
  #heardAt = -Infinity;
  /** Of those that the model of the bulkhead has let in, how many have been to the circuit. */
  #seen = 0;
  readonly #entered = new Set<number>();
  #changesSeen = 0;
  #wasProbing = false;

  constructor(circuit: Circuit, room: Room) {
    this.circuit = new CircuitModel({ ...circuit, patience: () => PATIENCE });
    this.bulkhead = new BulkheadModel(room);
    this.#room = room;
  }

  get queued(): number {
    return this.bulkhead.queued + this.#forProbe.length;
  }

  get timers(): number {
    return this.bulkhead.timers + this.#forProbe.length;
  }

  fateOf(name: number): string {
    const { fate } = this.#caller(name);
    return fate ?? this.bulkhead.fateOf(name);
  }

  /** Whether a caller has a call under way, or had one. */
  callOf(name: number): ModelCall | undefined {
    return this.#caller(name).call;
  }

  arrive(name: number, now: number): void {
    const caller = {
      name,
      fate: undefined,
      call: undefined,
      company: 0,
      until: 0,
      hasWaited: false,
      isProven: false,
      isOver: false,
    };
    this.#callers.push(caller);
    this.#ask(caller, now);
    this.settle(now);
  }

  abort(name: number): void {
    const caller = this.#caller(name);
    if (caller.fate === 'waits for a probe') caller.fate = 'aborted';
    else if (caller.fate === undefined) this.bulkhead.abort(name);
  }

  proven(name: number, now: number): void {
    const caller = this.#caller(name);
    if (caller.call === undefined || caller.isProven || caller.isOver) return;
    caller.isProven = true;
    this.#heardAt = now;
    this.circuit.proven(caller.call);
    this.settle(now);
  }

  end(name: number, { verb, cause, rest = 0 }: ModelEnd, now: number): void {
    const caller = this.#caller(name);
    if (caller.call === undefined) return;
    if (verb === 'succeed' && !caller.isOver) this.#heardAt = now;
    const isForLoad = verb === 'fail' && cause === 'load' && this.#isForLoad(caller, caller.call, now);
    caller.isOver = true;
    this.circuit.end(caller.call, isForLoad ? 'release' : verb, { now, random: 0 });
    this.#noticeOpening();
    this.bulkhead.release(name, verb === 'succeed' ? 0 : rest, now);
    this.settle(now);
  }

  open(milliseconds: number, now: number): void {
    this.circuit.open(milliseconds, now);
    this.settle(now);
  }

  halfOpen(now: number): void {
    this.circuit.halfOpen();
    this.settle(now);
  }

  nextDue(): number {
    return Math.min(this.bulkhead.nextDue(), ...this.#forProbe.map(({ until }) => until));
  }

  /** Lets everything happen that is due by then. */
  elapse(now: number): void {
    for (const caller of this.#forProbe) if (caller.until <= now) caller.fate = 'circuit_open';
    this.bulkhead.elapse(now);
    this.settle(now);
  }

  /** Draws the consequences of what has just happened. */
  settle(now: number): void {
    for (;;) {
      this.circuit.look(now);
      this.#noticeOpening();
      const hasEnded = this.#wasProbing && !this.#isProbing;
      this.#wasProbing = this.#isProbing;
      if (hasEnded) {
        for (const caller of this.#forProbe) {
          caller.fate = undefined;
          this.#ask(caller, now);
        }
      }
      if (this.#seen < this.bulkhead.admitted.length) this.#enterAt(this.#seen++, now);
      else if (!hasEnded) return;
    }
  }

  #ask(caller: Caller, now: number): void {
    if (this.circuit.refusal(now) !== undefined) caller.fate = 'circuit_open';
    else if (this.circuit.probe === 'none') {
      this.bulkhead.arrive(caller.name, now, caller.hasWaited ? Math.max(PATIENCE, this.#room.maxWait) : undefined);
      // Whoever finds a place calls at once, before the next one asks.
      if (this.bulkhead.admitted.at(-1) === caller.name) this.#enterAt(this.bulkhead.admitted.length - 1, now);
    } else if (this.circuit.probe === 'not worth waiting for' || this.queued >= this.#room.maxQueue) {
      caller.fate = 'circuit_open';
    } else {
      caller.fate = 'waits for a probe';
      caller.until = now + PATIENCE;
      caller.hasWaited = true;
    }
  }

  /** Has the one who was let in at this place of the order call, unless it has. */
  #enterAt(index: number, now: number): void {
    const name = this.bulkhead.admitted[index];
    if (name === undefined || this.#entered.has(index)) return;
    this.#entered.add(index);
    const caller = this.#caller(name);
    this.circuit.look(now);
    if (this.circuit.refusal(now) === undefined && this.circuit.probe === 'none') {
      caller.call = this.circuit.begin(now);
      caller.fate = 'was let in';
      caller.company = this.bulkhead.running;
      this.#wasProbing = this.#isProbing;
    } else {
      caller.fate = 'circuit_open';
      this.bulkhead.release(name, 0, now);
    }
  }

  #noticeOpening(): void {
    const opened = this.circuit.changes
      .slice(this.#changesSeen)
      .some((change) => /^(closed|half-open) → open$/.test(change));
    this.#changesSeen = this.circuit.changes.length;
    if (opened) for (const name of this.bulkhead.dismiss()) this.#caller(name).fate = 'circuit_open';
  }

  #isForLoad({ company, isOver }: Caller, { begunAt }: ModelCall, now: number): boolean {
    const isCrowd = Math.max(company, this.bulkhead.running) > 1;
    return !isOver && isCrowd && now - this.#heardAt < Math.max(1_000, (now - begunAt) / 2);
  }

  get #isProbing(): boolean {
    return this.circuit.probe !== 'none';
  }

  get #forProbe(): Caller[] {
    return this.#callers.filter(({ fate }) => fate === 'waits for a probe');
  }

  #caller(name: number): Caller {
    const caller = this.#callers.find((one) => one.name === name);
    if (caller === undefined) throw new Error(`nobody called ${String(name)} has arrived`);
    return caller;
  }
}

import { LiveSet } from '../collections/live-set.js';
import type { Clock } from '../resilience/index.js';
import type { AdmittedConnection, Admission } from '../speech/service.js';

/**
 * Milliseconds without a byte read after which a client has left without saying so. Memory stays flat however long it lasts, but its
 * provider's place is taken meanwhile, and a few such clients would have them all. Whoever pauses a player has buffered more than that.
 */
const STALL_LIMIT = 60_000;

/** Milliseconds that a client has to read that its reply broke off, before its connection is closed whatever it reads. */
const BREAK_LIMIT = 500;

/** Most bytes of sound that are held in memory for all requests together: half of what a small container has. */
const MOST_HELD_BYTES = 128 * 1024 * 1024;

/** The requests under way: bounds their number, ends those that nobody reads, and lets others wait for their end. */
export class RequestAdmission implements Admission {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #elsewhere: () => number;
  readonly #active = new LiveSet<AdmittedConnection>();
  readonly #waitForEnd: (() => void)[] = [];
  #cancelSweep: (() => void) | undefined;
  #heldBytes = 0;

  /** @param elsewhere says how many more are under way that count against the same limit */
  constructor(limit: number, clock: Clock, elsewhere: () => number = () => 0) {
    this.#limit = limit;
    this.#clock = clock;
    this.#elsewhere = elsewhere;
  }

  get size(): number {
    return this.#active.size;
  }

  /** Takes a request in until its connection has closed, or says that there is no room. */
  admit(connection: AdmittedConnection): boolean {
    if (this.#active.size + this.#elsewhere() >= this.#limit) return false;
    this.#active.add(connection);
    connection.onClose(() => {
      this.#active.delete(connection);
      this.release(connection, connection.heldBytes);
      if (this.#active.size === 0) this.#tellEmpty();
    });
    this.#cancelSweep ??= this.#clock.schedule(this.#sweep, STALL_LIMIT);
    return true;
  }

  /** Takes room for bytes that are held for a request, until its connection has closed. Returns false where there is none. */
  reserve(connection: AdmittedConnection, bytes: number): boolean {
    if (this.#heldBytes + bytes > MOST_HELD_BYTES) return false;
    this.#heldBytes += bytes;
    connection.heldBytes += bytes;
    return true;
  }

  /** Gives some of that room back. When its connection has closed, a request has none any more that could be given. */
  release(connection: AdmittedConnection, bytes: number): void {
    const given = Math.min(bytes, connection.heldBytes);
    this.#heldBytes -= given;
    connection.heldBytes -= given;
  }

  /** Resolves when none is under way any more. */
  ended(): Promise<void> {
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waitForEnd.push(resolve));
  }

  /** Resolves when the last request has ended, or after so many milliseconds, when those still running are ended. */
  async drain(grace: number): Promise<void> {
    let cancelTimer = this.#clock.schedule(() => {
      for (const connection of this.#active.snapshot()) connection.breakOff();
      cancelTimer = this.#clock.schedule(() => {
        for (const connection of this.#active.snapshot()) connection.abandon();
      }, BREAK_LIMIT);
    }, grace);
    await this.ended();
    cancelTimer();
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
  }

  #tellEmpty(): void {
    for (const resolve of this.#waitForEnd.splice(0)) resolve();
  }

  // One timer for all, as most requests are over long before it: one each would cost every request something.
  readonly #sweep = (): void => {
    for (const connection of this.#active.snapshot()) if (connection.hasStalled()) connection.abandon();
    this.#cancelSweep = this.#active.size === 0 ? undefined : this.#clock.schedule(this.#sweep, STALL_LIMIT);
  };
}

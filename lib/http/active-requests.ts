import { LiveSet } from '../collections/live-set.js';
import type { Clock } from '../resilience/index.js';
import type { ClientConnection } from './client-connection.js';

/**
 * Milliseconds without a byte read after which a client has left without saying so. Memory stays flat however long it lasts, but its
 * provider's place is taken meanwhile, and a few such clients would have them all. Whoever pauses a player has buffered more than that.
 */
const STALL_LIMIT = 60_000;

/** The requests under way: bounds their number, ends those that nobody reads, and lets `close()` wait for them or end them. */
export class ActiveRequests {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #active = new LiveSet<ClientConnection>();
  #onEmpty: () => void = () => undefined;
  #cancelSweep: (() => void) | undefined;

  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Takes a request in until its connection has closed, or says that there is no room. */
  admit(connection: ClientConnection): boolean {
    if (this.#active.size >= this.#limit) return false;
    this.#active.add(connection);
    connection.onClose(() => {
      this.#active.delete(connection);
      if (this.#active.size === 0) this.#onEmpty();
    });
    this.#cancelSweep ??= this.#clock.schedule(this.#sweep, STALL_LIMIT);
    return true;
  }

  /** Resolves when the last request has ended, or after so many milliseconds, when those still running are ended. */
  async drain(grace: number): Promise<void> {
    this.#cancelSweep?.();
    if (this.#active.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, grace);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const connection of this.#active.snapshot()) connection.abort();
  }

  // One timer for all, as most requests are over long before it: one each would cost every request something.
  readonly #sweep = (): void => {
    for (const connection of this.#active.snapshot()) if (connection.hasStalled()) connection.abort();
    this.#cancelSweep = this.#active.size === 0 ? undefined : this.#clock.schedule(this.#sweep, STALL_LIMIT);
  };
}

import { onAbort } from './abort-listener.js';
import type { Clock } from './clock.js';

/** How one caller waits. */
export interface Wait {
  /** Milliseconds that it may last. */
  readonly limit: number;
  /** Ends it early: the caller has left. */
  readonly signal: AbortSignal;
  /** Makes the error for a wait that has lasted too long. */
  readonly expired: () => Error;
  /** Makes the error for a caller that has left. */
  readonly aborted: () => Error;
}

interface Waiting<Value> {
  /** Time by the clock at which the wait is over in any case. */
  readonly until: number;
  readonly admit: (value: Value) => void;
  readonly dismiss: (error: Error) => void;
}

/** Callers that wait for the same thing, first come, first served. None waits for longer than it may, or when it has left. */
export class WaitingLine<Value> {
  readonly #clock: Clock;
  // A Set keeps the order of arrival and lets an entry leave from anywhere at once.
  readonly #waiting = new Set<Waiting<Value>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Waits for its turn. Rejects with the error that the end of the wait makes. */
  wait({ limit, signal, expired, aborted }: Wait): Promise<Value> {
    if (signal.aborted) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(entry);
        cancelTimer();
        cancelListener();
      };
      const dismiss = (error: Error): void => {
        leave();
        reject(error);
      };
      const cancelTimer = this.#clock.schedule(() => {
        dismiss(expired());
      }, limit);
      const cancelListener = onAbort(signal, () => {
        dismiss(aborted());
      });
      const entry: Waiting<Value> = {
        until: this.#clock.now() + limit,
        dismiss,
        admit(value) {
          leave();
          resolve(value);
        },
      };
      this.#waiting.add(entry);
    });
  }

  /** Has the one who has waited longest go on. Somebody has to be there. */
  admitFirst(value: Value): void {
    const [first] = this.#waiting;
    first?.admit(value);
  }

  /** Has everybody go on at once. */
  admitAll(value: Value): void {
    for (const waiting of [...this.#waiting]) waiting.admit(value);
  }

  /** Sends everybody away. */
  dismissAll(error: () => Error): void {
    for (const waiting of [...this.#waiting]) waiting.dismiss(error());
  }

  /**
   * Sends those away who wait in vain.
   *
   * @param isInVain told how many stand before the caller, and how many milliseconds it may still wait
   */
  dismissThose(isInVain: (before: number, left: number) => boolean, error: () => Error): void {
    const now = this.#clock.now();
    for (const [before, waiting] of [...this.#waiting].entries()) {
      if (isInVain(before, waiting.until - now)) waiting.dismiss(error());
    }
  }
}

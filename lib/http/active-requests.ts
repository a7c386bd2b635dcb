import type { ClientConnection } from './client-connection.js';

/** The requests under way: bounds their number, and lets `close()` wait for them or end them. */
export class ActiveRequests {
  readonly #limit: number;
  readonly #active = new Set<ClientConnection>();
  #onEmpty: () => void = () => undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a request in until its connection has closed, or says that there is no room. */
  admit(connection: ClientConnection): boolean {
    if (this.#active.size >= this.#limit) return false;
    this.#active.add(connection);
    connection.onClose(() => {
      this.#active.delete(connection);
      if (this.#active.size === 0) this.#onEmpty();
    });
    return true;
  }

  /** Resolves when the last request has ended, or after so many milliseconds, when those still running are ended. */
  async drain(grace: number): Promise<void> {
    if (this.#active.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, grace);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const connection of this.#active) connection.abort();
  }
}

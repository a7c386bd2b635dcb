import type { Clock } from '../../resilience/index.js';
import { HookClient, type HookAddress } from './hook-client.js';

/** Messages that may wait; of more, the oldest go: what is wrong now matters more than what was. */
const MOST_WAITING = 32;
/** Milliseconds before the second, third and fourth try. */
const BACKOFF = [1_000, 5_000, 25_000] as const;

/** What became of a message. `code` says why it was not taken. */
export type Delivery =
  { readonly result: 'sent' } | { readonly result: 'failed'; readonly code: string } | { readonly result: 'dropped' };

export interface WebhookOptions extends HookAddress {
  readonly clock: Clock;
  readonly onDelivery: (delivery: Delivery) => void;
}

/** Posts messages to an address, one after the other, and never makes anybody wait for it. */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #client: HookClient;
  readonly #waiting: object[] = [];
  #isSending = false;
  #isClosed = false;
  #cancelPause: (() => void) | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#client = new HookClient(options, options.clock);
  }

  /** Puts a message into the queue. */
  send(message: object): void {
    if (this.#isClosed) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting.shift();
      this.#options.onDelivery({ result: 'dropped' });
    }
    this.#waiting.push(message);
    if (!this.#isSending) void this.#sendAll();
  }

  /** Ends the call under way, and drops what waits. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#cancelPause?.();
    this.#client.close();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      const delivery = await this.#deliver(JSON.stringify(message));
      if (this.#isClosed) return;
      this.#options.onDelivery(delivery);
    }
    this.#isSending = false;
  }

  async #deliver(body: string): Promise<Delivery> {
    for (let tries = 0; ; tries += 1) {
      const { code, mayPass } = await this.#client.post(body);
      if (code === null) return { result: 'sent' };
      const pause = BACKOFF[tries];
      if (!mayPass || pause === undefined || this.#isClosed) return { result: 'failed', code };
      // Left hanging by `close()`: nobody waits for it.
      await new Promise<void>((resolve) => {
        this.#cancelPause = this.#options.clock.schedule(resolve, pause);
      });
    }
  }
}

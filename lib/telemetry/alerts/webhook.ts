import { failureOf, retry, type Clock, type Policy } from '../../resilience/index.js';
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
  readonly #retry: Policy;
  readonly #closed = new AbortController();

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#client = new HookClient(options, options.clock);
    this.#retry = retry({
      limit: BACKOFF.length,
      // One message at a time, each to one address: there is no crowd that could feed an outage.
      budget: Infinity,
      backoff: (tries) => BACKOFF[tries - 1] ?? 0,
      clock: options.clock,
      random: () => 0,
    });
  }

  /** Puts a message into the queue. */
  send(message: object): void {
    if (this.#closed.signal.aborted) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting.shift();
      this.#options.onDelivery({ result: 'dropped' });
    }
    this.#waiting.push(message);
    if (!this.#isSending) void this.#sendAll();
  }

  /** Ends the call under way, and drops what waits. */
  close(): void {
    this.#closed.abort();
    this.#waiting.length = 0;
    this.#client.close();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      const delivery = await this.#deliver(JSON.stringify(message));
      if (this.#closed.signal.aborted) return;
      this.#options.onDelivery(delivery);
    }
    this.#isSending = false;
  }

  async #deliver(body: string): Promise<Delivery> {
    try {
      await this.#retry.execute(() => this.#post(body), this.#closed.signal);
      return { result: 'sent' };
    } catch (error) {
      return { result: 'failed', code: failureOf(error).code };
    }
  }

  async #post(body: string): Promise<void> {
    const { code, mayPass } = await this.#client.post(body);
    if (code !== null) throw new NotTakenError(code, mayPass);
  }
}

/** Says that a message was not taken. */
class NotTakenError extends Error {
  readonly code: string;
  readonly retryHelps: boolean;

  constructor(code: string, mayPass: boolean) {
    super('the message was not taken');
    this.code = code;
    this.retryHelps = mayPass;
  }
}

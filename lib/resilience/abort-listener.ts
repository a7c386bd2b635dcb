/** Everything that is called when one signal aborts, behind the one listener that the signal has of us. */
class SharedListener {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  add(callback: () => void): void {
    this.#callbacks.add(callback);
  }

  delete(callback: () => void): void {
    if (!this.#callbacks.delete(callback) || this.#callbacks.size > 0) return;
    this.#signal.removeEventListener('abort', this.#onAbort);
    SHARED.delete(this.#signal);
  }

  readonly #onAbort = (): void => {
    for (const callback of this.#callbacks) callback();
    this.#callbacks.clear();
  };
}

const SHARED = new WeakMap<AbortSignal, SharedListener>();

/**
 * Calls back once when a signal aborts that has not aborted yet. However many calls share a signal, such as the one of the whole
 * application, it gets one listener: Node takes the eleventh for a leak and says so.
 *
 * @param callback must not throw, and is another one for each call
 * @returns what cancels; to be called in the end, or the signal holds the callback for as long as it lives
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let shared = SHARED.get(signal);
  if (shared === undefined) {
    shared = new SharedListener(signal);
    SHARED.set(signal, shared);
  }
  shared.add(callback);
  const held = shared;
  return () => {
    held.delete(callback);
  };
}

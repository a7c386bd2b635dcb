interface Entry<Value> {
  readonly value: Value;
  readonly close: (value: Value) => unknown;
  owners: number;
}

/** Somebody's part in something that is shared. */
export interface Share<Value> {
  readonly value: Value;
  /** Gives it back, once; resolves when, with the last one, the thing itself is gone. */
  readonly release: () => Promise<void>;
}

/** Things that several owners share by a key: made for the first of them, and let go with the last. */
export class Shared<Value> {
  readonly #entries = new Map<string, Entry<Value>>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Takes part in what has this key.
   *
   * @param create makes it, where nobody has it yet
   * @param close lets it go
   */
  acquire(key: string, create: () => Value, close: (value: Value) => unknown): Share<Value> {
    const entry = this.#entries.get(key) ?? { value: create(), close, owners: 0 };
    this.#entries.set(key, entry);
    entry.owners += 1;
    let released: Promise<void> | undefined;
    return { value: entry.value, release: () => (released ??= this.#release(key, entry)) };
  }

  async #release(key: string, entry: Entry<Value>): Promise<void> {
    entry.owners -= 1;
    if (entry.owners > 0) return;
    // At once, so that whoever comes while it closes gets another one.
    this.#entries.delete(key);
    await entry.close(entry.value);
  }
}

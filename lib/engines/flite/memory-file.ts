/** A file that grows as it is written. */
export class MemoryFile {
  #bytes = new Uint8Array(64 * 1024);
  #size = 0;
  readonly #most: number;

  /** @param most largest size in bytes */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  truncate(): void {
    this.#size = 0;
  }

  write(position: number, data: Uint8Array): void {
    const end = position + data.length;
    if (end > this.#most) throw new RangeError('the file is too large');
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.contents);
      this.#bytes = larger;
    }
    this.#bytes.set(data, position);
    this.#size = Math.max(this.#size, end);
  }
}

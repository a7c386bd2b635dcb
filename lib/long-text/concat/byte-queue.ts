/** Bytes that have come and are not taken yet, in one piece. */
export class ByteQueue {
  #buffer: Uint8Array = new Uint8Array();
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** All that waits, as a view that stays good whatever is added later. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  add(chunk: Uint8Array): void {
    // Nearly always nothing waits, or a little. Room doubles, so that single bytes do not have everything copied for each.
    if (this.length === 0) {
      this.#buffer = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    const isOurs = this.#end < this.#buffer.length;
    if (!isOurs || this.#end + chunk.length > this.#buffer.length) this.#grow(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Takes so many bytes away. */
  skip(count: number): void {
    this.#start = Math.min(this.#end, this.#start + count);
  }

  #grow(by: number): void {
    const waiting = this.bytes;
    this.#buffer = new Uint8Array(2 * (waiting.length + by));
    this.#buffer.set(waiting);
    this.#start = 0;
    this.#end = waiting.length;
  }
}

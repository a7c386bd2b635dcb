import { Readable } from 'node:stream';
import { SpeechError } from '../speech/error.js';
import { discard } from '../streams/discard.js';

/** What is done with sound on its way. */
export interface SoundFilter {
  /** Returns what goes on of some bytes. May throw. */
  add(bytes: Buffer): readonly Uint8Array[];
  /** Returns what is left at the end. Throws where the sound is not whole. */
  end(): readonly Uint8Array[];
}

/** Sound that goes through a filter as it is read. It ends cleanly only where its source does, and the filter finds it whole. */
export class FilteredSound extends Readable {
  readonly #source: Readable;
  readonly #filter: SoundFilter;

  /** @param source at rest */
  constructor(source: Readable, filter: SoundFilter) {
    super();
    this.#source = source;
    this.#filter = filter;
    // Between the proof and whoever sends it, an error must find somebody to catch it.
    this.on('error', () => undefined);
    source.on('data', this.#onData);
    source.once('end', this.#onEnd);
    source.on('error', (error) => {
      this.destroy(error);
    });
    source.once('close', () => {
      // Not where it has ended: what it gave may still wait to be read.
      if (!source.readableEnded) this.destroy(new SpeechError('truncated', 'the sound broke off'));
    });
  }

  /** Bytes that wait for the reader, before the filter and behind it. */
  get unread(): number {
    return this.readableLength + this.#source.readableLength;
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#source.readableEnded) discard(this.#source);
    callback(error);
  }

  readonly #onData = (bytes: Buffer): void => {
    const wantsMore = this.#give(() => this.#filter.add(bytes));
    if (wantsMore) this.#source.resume();
    else this.#source.pause();
  };

  // Behind those who wait for the end of the source: whoever made it has no more work with it, whatever is found out about it.
  readonly #onEnd = (): void => {
    queueMicrotask(() => {
      if (!this.destroyed) this.#give(() => this.#filter.end());
      if (!this.destroyed) this.push(null);
    });
  };

  /** Hands on what the filter makes, and says whether more is wanted. */
  #give(make: () => readonly Uint8Array[]): boolean {
    try {
      let wantsMore = true;
      for (const bytes of make()) wantsMore = this.push(bytes);
      return wantsMore;
    } catch (error) {
      this.destroy(SpeechError.from(error));
      return false;
    }
  }
}

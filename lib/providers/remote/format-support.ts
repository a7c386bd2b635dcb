import { SPEECH_FORMATS, type SpeechFormat } from '../../audio/formats.js';

/** Milliseconds after which a server is asked again for what it did not make: it may have been renewed meanwhile. */
const ASK_AGAIN_AFTER = 600_000;
/** Milliseconds for which a refusal that another format did not help against is taken for one of something else. */
const NOT_THE_FORMAT_FOR = 60_000;

/** What any format can be made of here, cheapest first. */
const SOURCES = ['wav', 'pcm'] as const satisfies readonly SpeechFormat[];

export interface FormatSupportOptions {
  /** What the server is said to make. */
  readonly formats: readonly SpeechFormat[];
  /** What can be made of other sound. */
  readonly convertible: readonly SpeechFormat[];
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Remembers which formats a server turned out not to make, and says in which to ask it: in the one that is wanted, or in one that it
 * can be made of.
 */
export class FormatSupport {
  readonly #options: FormatSupportOptions;
  /** Until when a format is not asked for, or not another one in its place. */
  readonly #refusedUntil = new Map<SpeechFormat, number>();
  readonly #settledUntil = new Map<SpeechFormat, number>();
  /** Formats to ask for where one is wanted, best first, as long as none is refused: every request asks for them. */
  readonly #orders = new Map<SpeechFormat, readonly SpeechFormat[]>();
  /** Everything that can be had of the server, in one way or the other. */
  readonly #formats: readonly SpeechFormat[];

  constructor(options: FormatSupportOptions) {
    this.#options = options;
    const { formats, convertible } = options;
    const hasSource = SOURCES.some((source) => formats.includes(source));
    for (const wanted of hasSource ? SPEECH_FORMATS : formats) {
      const others = convertible.includes(wanted) ? SOURCES.filter((source) => source !== wanted) : [];
      const order = [wanted, ...others].filter((format) => formats.includes(format));
      if (order.length > 0) this.#orders.set(wanted, order);
    }
    this.#formats = [...this.#orders.keys()];
  }

  /** What can be had of the server, without what it turned out not to make. */
  get available(): readonly SpeechFormat[] {
    if (this.#refusedUntil.size === 0) return this.#formats;
    return this.#formats.filter((format) => this.orderFor(format).length > 0);
  }

  /** Formats to ask for where one is wanted, best first. */
  orderFor(wanted: SpeechFormat): readonly SpeechFormat[] {
    const order = this.#orders.get(wanted) ?? [];
    if (this.#refusedUntil.size === 0) return order;
    return order.filter((format) => !this.#isUntil(this.#refusedUntil, format));
  }

  /** Takes note that the server makes a format: a refusal of it means something else. */
  made(format: SpeechFormat): void {
    this.#settledUntil.set(format, this.#options.now() + ASK_AGAIN_AFTER);
  }

  /** Takes note that it does not; for ten minutes. */
  refused(format: SpeechFormat): void {
    this.#refusedUntil.set(format, this.#options.now() + ASK_AGAIN_AFTER);
  }

  /** Says whether a refusal may be one of the format, so that another is worth a try; for the next minute that is settled. */
  mayBeRefused(format: SpeechFormat): boolean {
    if (this.#isUntil(this.#settledUntil, format)) return false;
    this.#settledUntil.set(format, this.#options.now() + NOT_THE_FORMAT_FOR);
    return true;
  }

  #isUntil(moments: Map<SpeechFormat, number>, format: SpeechFormat): boolean {
    const moment = moments.get(format);
    if (moment === undefined) return false;
    if (this.#options.now() < moment) return true;
    moments.delete(format);
    return false;
  }
}

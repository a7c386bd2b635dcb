import { dominantScript, type Script } from '../text/script.js';
import { weightOf } from '../text/spoken-weight.js';

/** What is asked for in one call: a segment of the text, or several in a row. */
export interface Passage {
  /** Which segment it begins with, counted from 0. */
  readonly index: number;
  /** How many it has. */
  readonly length: number;
  readonly text: string;
  /** In letters. */
  readonly weight: number;
}

/**
 * A text, cut into segments, and how far it has been said. Segments keep their numbers, however many of them are asked for at once.
 */
export class SegmentPlan {
  readonly #segments: readonly string[];
  readonly #weights: readonly number[];
  /** Found out where it matters: it takes longer than all the rest of this. */
  readonly #scripts = new Map<number, Script | undefined>();
  #next = 0;
  #said = 0;

  constructor(segments: readonly string[]) {
    this.#segments = segments;
    this.#weights = segments.map(weightOf);
  }

  /** Segments in all. */
  get count(): number {
    return this.#segments.length;
  }

  /** Letters in all. */
  get weight(): number {
    return sum(this.#weights);
  }

  /** Letters that are done with. */
  get said(): number {
    return this.#said;
  }

  /** Letters of all that is still to be said, in one passage. */
  get left(): number {
    const weights = this.#weights.slice(this.#next);
    return sum(weights) + Math.max(0, weights.length - 1);
  }

  get isDone(): boolean {
    return this.#next >= this.count;
  }

  /**
   * Returns what is to be said next: one segment, and those behind it that fit. They are of one script, as a voice for one of several
   * would pass over the others, and nobody would know.
   *
   * @param most letters
   */
  passage(most: number): Passage {
    const index = this.#next;
    let weight = this.#weights[index] ?? 0;
    let end = index + 1;
    for (; end < this.count; end += 1) {
      const longer = weight + 1 + (this.#weights[end] ?? 0);
      if (longer > most || !this.#isAlike(index, end)) break;
      weight = longer;
    }
    return { index, length: end - index, text: this.#segments.slice(index, end).join(' '), weight };
  }

  /** Goes on behind a passage that was said, or left out. */
  advance({ index, length, weight }: Passage): void {
    this.#next = index + length;
    this.#said += weight;
  }

  /** Whether a passage is the last. */
  isLast({ index, length }: Passage): boolean {
    return index + length >= this.count;
  }

  #isAlike(one: number, other: number): boolean {
    return this.#scriptOf(one) === this.#scriptOf(other);
  }

  #scriptOf(index: number): Script | undefined {
    if (!this.#scripts.has(index)) this.#scripts.set(index, dominantScript(this.#segments[index] ?? ''));
    return this.#scripts.get(index);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Characters of text that are worked on in one turn of the event loop, over all requests. The slowest shapes that are known cost five
 * microseconds a character, and ten times as much before the code is compiled: 5 ms, or 50 for the first text of a process at the worst.
 */
export const MOST_A_TURN = 1_000;

/** Asks for the time to work on so many characters. Rejects where nobody wants the work any more. */
export type GiveWay = (characters: number) => Promise<void> | undefined;

/** For whoever works where nobody else waits for a turn, such as a thread of its own. */
export const AT_ONCE: GiveWay = () => undefined;

interface Waiting {
  readonly characters: number;
  readonly begin: () => void;
}

/**
 * Shares the event loop between long texts and everything else that happens on it. Whoever has more text than a turn's worth waits for
 * another turn, behind those who wait already: ten long texts at once take ten times as long, and no turn of the loop gets longer.
 */
export class Turns {
  readonly #waiting: Waiting[] = [];
  /** Characters of this turn that are taken. */
  #taken = 0;
  #isScheduled = false;

  /** Takes a part of this turn where there is room, and else waits. Work that is longer than a turn gets one to itself. */
  readonly take: GiveWay = (characters) => {
    if (this.#waiting.length === 0 && this.#hasRoom(characters)) {
      this.#use(characters);
      return undefined;
    }
    return new Promise((begin) => {
      this.#waiting.push({ characters, begin });
    });
  };

  #hasRoom(characters: number): boolean {
    return this.#taken === 0 || this.#taken + characters <= MOST_A_TURN;
  }

  #use(characters: number): void {
    this.#taken += characters;
    if (this.#isScheduled || this.#taken === 0) return;
    this.#isScheduled = true;
    setImmediate(this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false;
    this.#taken = 0;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.characters); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#use(next.characters);
      next.begin();
    }
  };
}

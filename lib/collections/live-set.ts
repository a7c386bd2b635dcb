/** Something that can be in one `LiveSet`. */
export interface Resident {
  /** Where it is in its set, or -1 while it is in none. The set's own; nobody else writes it. */
  place: number;
}

/**
 * Holds what is under way now, for things that come and go thousands of times a second.
 *
 * A built-in Set grows into a new table every few additions, and V8 links the old table to the new one. Once one of them is in the
 * old generation, all that follow are kept until the next full collection, with whatever was in them: here that doubled the
 * cost of collecting a request's garbage. An array whose gaps are filled with its last item has no such chain.
 */
export class LiveSet<Item extends Resident> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Adds an item that is in no set. */
  add(item: Item): void {
    item.place = this.#items.length;
    this.#items.push(item);
  }

  /** Takes an item out; one that is not in does no harm. */
  delete(item: Item): void {
    if (item.place < 0) return;
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#items[item.place] = last;
      last.place = item.place;
    }
    item.place = -1;
  }

  /** The items as they are now, in no order, so that they may be taken out while they are gone through. */
  snapshot(): readonly Item[] {
    return [...this.#items];
  }
}

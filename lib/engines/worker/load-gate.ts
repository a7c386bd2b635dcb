/** Stands in place of the loads under way where none may begin any more. */
const CONDEMNED = -1;

/** Places in the memory: loads under way, and loads that were ever begun. */
const UNDER_WAY = 0;
const BEGUN = 1;

/**
 * Keeps a thread from being ended while it loads. Node forgets the answer to a file that was being opened or closed when its thread
 * ends, and the file stays open until the process does; a module that is imported opens dozens.
 *
 * It is a number in memory that the thread and its owner both see: how many loads are under way. Neither can get between the other's
 * look and step: a thread that is condemned begins no load, and one that loads is not condemned.
 */
export class LoadGate {
  /** What both sides share; goes over with `workerData`. */
  readonly memory: Int32Array<SharedArrayBuffer>;

  constructor(memory = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))) {
    this.memory = memory;
  }

  /** Whether anything is being loaded. */
  get isLoading(): boolean {
    return Atomics.load(this.memory, UNDER_WAY) > 0;
  }

  /** How many loads were ever begun: a thread in which it grows is at work on something that opens files. */
  get begun(): number {
    return Atomics.load(this.memory, BEGUN);
  }

  /** Begins a load, in the thread or for it. In one that is condemned it does not return: the thread is about to end. */
  enter(): void {
    Atomics.add(this.memory, BEGUN, 1);
    for (;;) {
      const count = Atomics.load(this.memory, UNDER_WAY);
      if (count === CONDEMNED) Atomics.wait(this.memory, UNDER_WAY, CONDEMNED);
      else if (Atomics.compareExchange(this.memory, UNDER_WAY, count, count + 1) === count) return;
    }
  }

  /** Ends a load. */
  leave(): void {
    Atomics.sub(this.memory, UNDER_WAY, 1);
  }

  /** Lets the thread begin no more loads, unless one is under way. Says whether the thread may be ended now. */
  condemn(): boolean {
    const before = Atomics.compareExchange(this.memory, UNDER_WAY, 0, CONDEMNED);
    return before === 0 || before === CONDEMNED;
  }
}

import type { Clock } from '../resilience/index.js';
import { pause } from '../resilience/pause.js';
import type { SpeechErrorCode } from '../speech/error.js';
import { isAboutText } from './omissions.js';
import { MOST_WAIT, type Pacing } from './pacing.js';
import type { SegmentSound, ProviderRotation } from './provider-rotation.js';
import type { Passage, SegmentPlan } from './segment-plan.js';

/** A passage that somebody has begun to speak. */
export interface Turn {
  readonly passage: Passage;
  readonly sound: SegmentSound;
}

export interface AskerOptions {
  readonly plan: SegmentPlan;
  readonly rotation: ProviderRotation;
  readonly pacing: Pacing;
  readonly clock: Clock;
  /** Aborts when nobody wants any more. */
  readonly signal: AbortSignal;
  /** Called when a provider is asked for nothing for a while. */
  readonly onLeave: (provider: string) => void;
}

/** Why those who were asked for the next passage have not spoken it, from when it is first asked for until it is said or left out. */
export class Failures {
  readonly #codes = new Map<string, SpeechErrorCode>();
  #last: SpeechErrorCode = 'unsupported';
  /** Milliseconds that somebody was waited for. */
  waited = 0;
  /** Whether only one segment is to be asked for from now on. */
  isSplit = false;

  get codes(): ReadonlyMap<string, SpeechErrorCode> {
    return this.#codes;
  }

  /** The code of the last who failed. */
  get last(): SpeechErrorCode {
    return this.#last;
  }

  add(provider: string, code: SpeechErrorCode): void {
    this.#codes.set(provider, code);
    this.#last = code;
  }

  /** Has a provider be asked once more. */
  forget(provider: string): void {
    this.#codes.delete(provider);
  }

  /** Has everybody be asked once more, for one segment: what nobody can say of several may be but one of them. */
  split(): void {
    this.isSplit = true;
    this.#codes.clear();
  }
}

/** Finds somebody to speak the next passage of a text, and decides how long that is. */
export class Asker {
  readonly #options: AskerOptions;

  constructor(options: AskerOptions) {
    this.#options = options;
  }

  /**
   * Asks one after the other. Undefined when all have failed.
   *
   * @param failures is added to by whoever hears of them
   * @param lastAsked how many segments were asked for before, in vain
   */
  async ask(failures: Failures, lastAsked = 0): Promise<Turn | undefined> {
    const { plan, rotation, pacing } = this.#options;
    let asked = lastAsked;
    for (;;) {
      const order = rotation.orderWithout(failures.codes);
      const [first] = order;
      if (first === undefined) {
        if (asked <= 1 || ![...failures.codes.values()].some(isAboutText)) return undefined;
        failures.split();
        asked = 0;
        continue;
      }
      const patience = Math.min(pacing.patience(order.length > 1), MOST_WAIT - failures.waited);
      await this.#waitFor(first, patience, failures);
      const isFresh = failures.codes.size === 0 && !failures.isSplit;
      const passage = plan.passage(isFresh ? pacing.lettersFor(first) : 0);
      asked = passage.length;
      const isLonger = pacing.isLonger(passage);
      const sound = await rotation.ask(passage, { order: isLonger ? [first] : order, patience });
      if (sound !== undefined) {
        pacing.begun(rotation.current, passage, sound.ms);
        return { passage, sound };
      }
      const wait = pacing.waitFor(first);
      if (wait > 0 && wait <= patience) failures.forget(first);
      else if (isLonger) {
        pacing.refusedLonger(first);
        failures.forget(first);
      }
    }
  }

  /** Waits until a provider takes a call, where that is not too long. It is held by nobody meanwhile. */
  async #waitFor(provider: string, patience: number, failures: Failures): Promise<void> {
    const { pacing, clock, signal, onLeave } = this.#options;
    const wait = pacing.waitFor(provider);
    if (wait <= 0 || wait > patience) return;
    onLeave(provider);
    failures.waited += wait;
    await pause(wait, clock, signal);
    signal.throwIfAborted();
  }
}

import type { Clock } from '../../resilience/index.js';
import type { SpeechStatus } from '../../speech/status.js';
import { adviceFor, effectOf } from './advice.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Lines an hour about the coming and going of one provider; one that flaps for days would fill the log. */
const MOST_CHANGES = 6;

/**
 * Milliseconds for which a check that was too slow is not believed alone: a machine that has just begun, or is busy, is slow itself. By
 * then the next checks have been made.
 */
const SECOND_LOOK = 15_000;

/** Milliseconds in which the reason comes in, where it comes behind what it brings about. */
const MOMENT = 1_000;

/** Failures in a row that are worth a word when they have ended. */
const WORTH_THE_END = 3;

/** Why a provider did not speak. */
export interface Reason {
  readonly code: string;
  /** In words that are safe on a log line. */
  readonly detail?: string | undefined;
}

export interface ProviderNoticesOptions {
  readonly say: (line: string) => void;
  readonly status: () => SpeechStatus;
  readonly clock: Clock;
}

/**
 * Puts into words how one provider is: when it begins to fail, when it is down, that it still is, and when it is well again. However
 * often it fails, that is a few lines an hour, and one a day when nothing changes.
 */
export class ProviderNotices {
  readonly #name: string;
  readonly #options: ProviderNoticesOptions;
  #reason: Reason | undefined;
  /** Failures since it spoke last. */
  #failures = 0;
  #failuresToldAt: number | undefined;
  #wasFailureTold = false;
  #isDown = false;
  #wasDownTold = false;
  #downSince = 0;
  /** Times at which its coming and going was told. */
  #changes: number[] = [];
  #cancelNext: (() => void) | undefined;

  constructor(name: string, options: ProviderNoticesOptions) {
    this.#name = name;
    this.#options = options;
  }

  failed(reason: Reason): void {
    this.#reason = reason;
    this.#failures += 1;
    if (this.#wasDownTold) return;
    // Its circuit opens a moment before anybody says why.
    if (this.#isDown) {
      this.#settle();
      return;
    }
    const now = this.#options.clock.now();
    if (this.#failuresToldAt !== undefined && now - this.#failuresToldAt < HOUR) return;
    const often = this.#failures === 1 ? '' : `, ${String(this.#failures)} times by now`;
    this.#failuresToldAt = now;
    this.#wasFailureTold = true;
    this.#sayTrouble(`${this.#name} did not answer${often}`);
  }

  spoke(): void {
    if (this.#wasFailureTold && !this.#isDown && this.#failures >= WORTH_THE_END) {
      this.#options.say(`${this.#name} speaks again, after it had not ${String(this.#failures)} times.`);
    }
    this.#failures = 0;
    this.#wasFailureTold = false;
  }

  /** Says why a check failed, which alone is not worth a line. */
  checked(reason: Reason): void {
    this.#reason = reason;
  }

  isDown(code: string | undefined): void {
    if (code !== undefined && code !== this.#reason?.code) this.#reason = { code };
    this.#isDown = true;
    this.#downSince = this.#options.clock.now();
    if (this.#reason === undefined) this.#settleAfter(MOMENT);
    else if (this.#reason.code === 'timeout.total') this.#settleAfter(SECOND_LOOK);
    else this.#settle();
  }

  isUp(): void {
    this.#isDown = false;
    this.#settle();
  }

  close(): void {
    this.#cancelNext?.();
  }

  /** Tells how it is now, if it was told to be otherwise, and there is room for another line. */
  #settle(): void {
    const { clock, say } = this.#options;
    this.#cancelNext?.();
    if (this.#isDown === this.#wasDownTold) {
      if (this.#isDown) this.#remindAfter(HOUR);
      return;
    }
    const now = clock.now();
    this.#changes = this.#changes.filter((at) => now - at < HOUR);
    const [oldest] = this.#changes;
    if (this.#changes.length >= MOST_CHANGES && oldest !== undefined) {
      this.#settleAfter(oldest + HOUR - now);
      return;
    }
    this.#changes.push(now);
    this.#wasDownTold = this.#isDown;
    if (this.#isDown) {
      this.#sayTrouble(`${this.#name} is down`);
      this.#remindAfter(HOUR);
    } else say(`${this.#name} is up again, after ${duration(now - this.#downSince)}.`);
  }

  #settleAfter(milliseconds: number): void {
    this.#cancelNext?.();
    this.#cancelNext = this.#options.clock.schedule(() => {
      this.#settle();
    }, milliseconds);
  }

  #remindAfter(milliseconds: number): void {
    const { clock } = this.#options;
    this.#cancelNext = clock.schedule(() => {
      this.#sayTrouble(`${this.#name} has been down for ${duration(clock.now() - this.#downSince)}`);
      this.#remindAfter(DAY);
    }, milliseconds);
  }

  #sayTrouble(what: string): void {
    const { say, status } = this.#options;
    const { code, detail } = this.#reason ?? {};
    const now = status();
    const isRemote = now.providers.find(({ name }) => name === this.#name)?.type === 'remote';
    const why = [code, detail].filter((word) => word !== undefined).join(': ');
    const advice = isRemote ? ` What to do: ${adviceFor(code)}.` : '';
    say(`${what}${why === '' ? '' : ` (${why})`}; ${effectOf(this.#name, now)}.${advice}`);
  }
}

function duration(milliseconds: number): string {
  if (milliseconds < 60_000) return `${String(Math.round(milliseconds / 1_000))} s`;
  if (milliseconds < HOUR) return `${String(Math.round(milliseconds / 60_000))} min`;
  if (milliseconds < 2 * DAY) return `${String(Math.round(milliseconds / HOUR))} h`;
  return `${String(Math.round(milliseconds / DAY))} days`;
}

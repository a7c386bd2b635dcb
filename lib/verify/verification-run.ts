import { linkedController } from '../resilience/policy.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { Verification, VerificationStep, VerificationStepName } from '../speech/verification.js';

/** Milliseconds for a whole verification: a person waits for it, and a server that loads its model answers in that time. */
const TOTAL = 30_000;

export interface VerificationRunOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for all steps together, 30,000 by default. */
  readonly limit?: number | undefined;
}

/** What a verification has learnt, in the making. */
export type Found = NonNullable<Verification['found']>;

/** One try of an entry: writes down its steps, and has one time limit over all of them. */
export class VerificationRun {
  readonly #controller: AbortController;
  readonly #unlink: () => void;
  readonly #timer: NodeJS.Timeout;
  #steps: VerificationStep[] = [];
  #since = performance.now();
  #isOverdue = false;

  constructor({ signal, limit = TOTAL }: VerificationRunOptions) {
    const { controller, unlink } = linkedController(signal);
    this.#controller = controller;
    this.#unlink = unlink;
    // Not by the guards' clock, whose timers keep no process alive: whoever has asked, be it on a command line, waits for the answer.
    this.#timer = setTimeout(() => {
      this.#isOverdue = true;
      controller.abort();
    }, limit);
  }

  /** Aborts when the time is up or nobody wants the result any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get steps(): readonly VerificationStep[] {
    return this.#steps;
  }

  pass(step: VerificationStepName, hint?: string): void {
    this.#add({ step, ok: true, ms: this.#lap(), ...(hint === undefined ? {} : { hint }) });
  }

  /** Adds a word to a step that has been taken. */
  note(step: VerificationStepName, hint: string): void {
    this.#steps = this.#steps.map((taken) => (taken.step === step ? { ...taken, hint } : taken));
  }

  fail(step: VerificationStepName, code: SpeechErrorCode, hint: string): void {
    this.#add({ step, ok: false, ms: this.#lap(), code, hint });
  }

  /** Says what a failure was: one that the limit brought about is the limit's, whatever the provider made of it. */
  explain(error: unknown): SpeechError {
    return this.#isOverdue
      ? new SpeechError('timeout.total', 'the whole verification took too long')
      : SpeechError.from(error);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unlink();
    // Whatever is still under way is wanted no more.
    this.#controller.abort();
  }

  /** A step that seemed to have gone well, and was refused after all, stands there once. */
  #add(step: VerificationStep): void {
    this.#steps = [...this.#steps.filter((earlier) => earlier.step !== step.step), step];
  }

  #lap(): number {
    const now = performance.now();
    const ms = Math.round(now - this.#since);
    this.#since = now;
    return ms;
  }
}

/**
 * Runs a trial and puts its result together.
 *
 * Rejects with a `SpeechError` of the code `aborted` when `signal` aborts.
 */
export async function runVerification(
  options: VerificationRunOptions,
  task: (trial: VerificationRun) => Promise<Found>,
): Promise<Verification> {
  const trial = new VerificationRun(options);
  try {
    const found = await task(trial);
    if (options.signal.aborted) throw new SpeechError('aborted', 'nobody wants to know any more');
    const { steps } = trial;
    const ok = steps.every((step) => step.ok);
    return Object.keys(found).length === 0 ? { ok, steps } : { ok, steps, found };
  } finally {
    trial.close();
  }
}

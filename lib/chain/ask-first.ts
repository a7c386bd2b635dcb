import { isAboutText } from '../long-text/omissions.js';
import { Pacing, type CallPace } from '../long-text/pacing.js';
import { passageRequest } from '../long-text/provider-rotation.js';
import type { Passage, SegmentPlan } from '../long-text/segment-plan.js';
import type { Attempt } from '../resilience/index.js';
import type { SpeechRequest } from '../speech/request.js';
import type { ChainOptions, ProviderChain, ChainOutcome } from './provider-chain.js';

/** Segments at the beginning that may be left out: who has refused three of them in a row is not going to speak. */
const MOST_BEFORE = 2;

/** How the first passage of a text was answered. */
export interface FirstAnswer {
  readonly outcome: ChainOutcome;
  readonly passage: Passage;
  /** What nobody could say before it, and why. */
  readonly before: readonly { readonly passage: Passage; readonly attempts: readonly Attempt[] }[];
}

export interface FirstQuestion {
  readonly request: SpeechRequest;
  readonly plan: SegmentPlan;
  readonly maxChars: number;
  readonly isVeryLong: boolean;
  readonly paceOf: (provider: string) => CallPace;
}

/**
 * Has the beginning of a long text spoken. Where nobody can say its first sentence, but somebody the second or the third, it begins
 * there: one line that no voice can read must not silence all that is behind it. The plan is left at what was answered.
 */
export async function askFirst(
  question: FirstQuestion,
  options: ChainOptions,
  chain: ProviderChain,
): Promise<FirstAnswer> {
  const { plan } = question;
  const [guarded] = chain.providers;
  const pacing = new Pacing({ ...question, ahead: () => 0 });
  const passage = plan.passage(guarded === undefined ? 0 : pacing.lettersFor(guarded.name));
  const outcome = await ask(question, passage, options, chain);
  const answer = { outcome, passage, before: [] };
  return isAnswered(outcome, chain) || options.fallback === 'none'
    ? answer
    : ((await askBehind(question, answer, options, chain)) ?? answer);
}

/** Goes on to what is behind the first sentence, with those who could not say just that. Undefined where they say nothing else either. */
async function askBehind(
  question: FirstQuestion,
  { outcome, passage }: FirstAnswer,
  options: ChainOptions,
  chain: ProviderChain,
): Promise<FirstAnswer | undefined> {
  const { plan } = question;
  const attempts = failuresOf(outcome);
  const before: { readonly passage: Passage; readonly attempts: readonly Attempt[] }[] = [];
  const leaveOut = (refused: Passage, why: readonly Attempt[]): void => {
    before.push({ passage: refused, attempts: why });
    plan.advance(refused);
  };
  // Of several sentences it may have been but one.
  if (passage.length === 1) leaveOut(passage, attempts);
  let order = refusing(attempts);
  while (order.length > 0 && before.length <= MOST_BEFORE && 2 * plan.said <= plan.weight) {
    const next = plan.passage(0);
    const { result, facts } = await ask(question, next, { ...options, fallback: { order } }, chain);
    if (result?.kind === 'audio') {
      const told = { ...facts, degraded: true, attempts: [...attempts, ...facts.attempts] };
      return { outcome: { result, facts: told }, passage: next, before };
    }
    const failures = failuresOf({ facts });
    attempts.push(...failures);
    leaveOut(next, failures);
    order = refusing(failures);
  }
  return undefined;
}

function ask(
  { request, plan }: FirstQuestion,
  passage: Passage,
  options: ChainOptions,
  chain: ProviderChain,
): Promise<ChainOutcome> {
  return chain.speak(passageRequest(request, passage, plan.count, undefined), options);
}

/** Whether there is sound, or the text of a provider that was not the last resort. */
function isAnswered({ result, facts }: ChainOutcome, { providers }: ProviderChain): boolean {
  return result !== null && providers.some(({ name, isLastResort }) => name === facts.provider && !isLastResort);
}

function failuresOf({ facts }: Pick<ChainOutcome, 'facts'>): Attempt[] {
  return facts.attempts.filter(({ code }) => code !== null);
}

/** Those who are there, and have said no to the text. */
function refusing(attempts: readonly Attempt[]): string[] {
  return [...new Set(attempts.filter(({ code }) => code !== null && isAboutText(code)).map(({ step }) => step))];
}

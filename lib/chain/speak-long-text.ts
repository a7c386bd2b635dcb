import type { CutText } from '../long-text/cut-text.js';
import { LongSpeech, type LongSpeechOptions } from '../long-text/long-speech.js';
import type { CallPace } from '../long-text/pacing.js';
import { SegmentPlan } from '../long-text/segment-plan.js';
import { Deadline, type Clock } from '../resilience/index.js';
import { Lease } from '../resilience/lease.js';
import type { ReplyFacts } from '../speech/outcome.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { askFirst } from './ask-first.js';
import type { GuardedProvider } from './guarded-provider.js';
import type { ChainOptions, ProviderChain, ChainOutcome } from './provider-chain.js';

export interface SpeakLongContext {
  readonly chain: ProviderChain;
  readonly clock: Clock;
  /** Milliseconds that each passage behind the first has until its first byte. */
  readonly deadline: number;
  readonly ahead: number;
  readonly convert: LongSpeechOptions['convert'];
}

/** Speaks a long text. Resolves when its first sound has proved itself, or when there is none. */
export async function speakLong(
  request: SpeechRequest,
  { segments, isVeryLong, maxChars }: CutText,
  options: ChainOptions,
  { chain, clock, deadline, ahead, convert }: SpeakLongContext,
): Promise<ChainOutcome> {
  const plan = new SegmentPlan(segments);
  const lease = new Lease();
  const paceOf = (name: string): CallPace =>
    chain.providers.find((guarded) => guarded.name === name)?.pace ?? UNKNOWN_PACE;
  const question = { request, plan, isVeryLong, maxChars, paceOf };
  const first = await askFirst(question, { ...options, lease }, chain).catch((error: unknown) => {
    lease.releaseAll();
    throw error;
  });
  const { result, facts } = first.outcome;
  if (result?.kind !== 'audio' || facts.provider === null) {
    lease.releaseAll();
    return result?.kind === 'text' ? wholeText(request, first.outcome, options, chain) : first.outcome;
  }
  lease.begin();
  const { provider } = facts;
  const ms = facts.attempts.at(-1)?.ms ?? 0;
  const speech = LongSpeech.begin(
    { provider, audio: result, passage: first.passage, ms, before: first.before },
    {
      ...question,
      ahead,
      providers: options.fallback === 'none' ? [provider] : chain.providers.filter(speaks).map(({ name }) => name),
      mayLeaveOut: options.fallback !== 'none',
      async ask(passage, { order, patience }, signal) {
        const fallback = options.fallback === 'none' ? options.fallback : { order };
        const asked = { ...options, deadline: new Deadline(deadline, clock), signal, fallback, lease, patience };
        const outcome = await chain.speak(passage, asked);
        return { result: outcome.result, provider: outcome.facts.provider, attempts: outcome.facts.attempts };
      },
      convert,
      clock,
      signal: options.signal,
      onTakeOver: (from, to, code) => {
        chain.reportTakeOver(request.requestId, { from, to, code });
      },
      onLeave: (name) => {
        lease.release(name);
      },
    },
  );
  return { result: { ...speech.audio, ...warningsOf(result) }, facts: new LongFacts(facts, speech, chain) };
}

const UNKNOWN_PACE: CallPace = { rest: 0, left: Infinity, nextIn: 0, maxInput: undefined };

/** The text that a provider of the user's own gave in place of sound was that of a segment: it is asked for all of it. */
async function wholeText(
  request: SpeechRequest,
  first: ChainOutcome,
  options: ChainOptions,
  chain: ProviderChain,
): Promise<ChainOutcome> {
  const { provider, attempts } = first.facts;
  const guarded = chain.providers.find(({ name }) => name === provider);
  if (guarded === undefined || !speaks(guarded)) return first;
  const fallback = options.fallback === 'none' ? options.fallback : { order: [guarded.name] };
  const whole = await chain.speak(request, { ...options, fallback });
  if (whole.result !== null) return { result: whole.result, facts: { ...first.facts, attempts } };
  const behind = chain.providers.slice(chain.providers.indexOf(guarded) + 1).map(({ name }) => name);
  const order = options.fallback === 'none' ? [] : behind;
  const rest = await chain.speak(request, { ...options, fallback: { order } });
  const failed = [...attempts, ...whole.facts.attempts].filter(({ code }) => code !== null);
  return {
    result: rest.result,
    facts: { ...rest.facts, degraded: true, attempts: [...failed, ...rest.facts.attempts] },
  };
}

/** Whether a provider may give sound. */
function speaks(guarded: GuardedProvider): boolean {
  return !guarded.isLastResort;
}

function warningsOf({ warnings }: SpeechAudio): Pick<SpeechAudio, 'warnings'> {
  return warnings === undefined ? {} : { warnings };
}

/** What the headers tell, and what has become of it in the end. */
class LongFacts implements ReplyFacts {
  readonly provider: ReplyFacts['provider'];
  readonly attempts: ReplyFacts['attempts'];
  readonly #first: ReplyFacts;
  readonly #speech: LongSpeech;
  readonly #chain: ProviderChain;

  constructor(first: ReplyFacts, speech: LongSpeech, chain: ProviderChain) {
    this.provider = first.provider;
    this.attempts = first.attempts;
    this.#first = first;
    this.#speech = speech;
    this.#chain = chain;
  }

  get degraded(): boolean {
    const [preferred] = this.#chain.providers;
    return (
      this.#first.degraded ||
      this.#speech.segments.some(
        ({ provider, code, isLeftOut }) => isLeftOut === true || (code === null && provider !== preferred?.name),
      )
    );
  }

  get segments(): LongSpeech['segments'] {
    return this.#speech.segments;
  }
}

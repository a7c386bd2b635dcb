import type { ReplyFacts } from './http/speech-headers.js';
import { LongSpeech, type LongSpeechOptions } from './long-speech/long-speech.js';
import { segmentRequest } from './long-speech/speakers.js';
import { Deadline, type Clock } from './resilience/index.js';
import { Seats } from './seats.js';
import type { SpeakOptions, SpeechChain, SpeechOutcome } from './speech-chain.js';
import type { SpeechAudio } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';
import { hideMarks, MARK_KINDS, showMarks } from './speech/marks.js';
import { cutText, isBeyondSegment } from './speech/segments.js';
import type { GiveWay } from './speech/turns.js';
import type { Stage } from './stage.js';

/** How long text is cut. */
export interface SegmentOptions {
  /** Segments that are prepared while one is sent. */
  readonly ahead: number;
  /** Shorter sentences are joined with the next one. */
  readonly minChars: number;
  /** Longest segment in letters; what takes longer to say, such as digits, counts for more. For what is one call see `isBeyondSegment`. */
  readonly maxChars: number;
}

/** How a chain has its texts cut. */
export interface Cut {
  readonly minChars: number;
  /** Text up to here is one call. */
  readonly maxChars: number;
  /** Whether a provider takes SSML, a document that cannot be cut. */
  readonly takesSsml: boolean;
}

/** Finds out how the texts for these providers are to be cut: no segment is longer than any of them takes. */
export function cutFor({ minChars, maxChars }: SegmentOptions, stages: readonly Stage[]): Cut {
  const capabilities = stages.map(({ provider }) => provider.capabilities);
  const most = Math.min(maxChars, ...capabilities.map((each) => each?.maxInput ?? maxChars));
  return {
    minChars: Math.min(minChars, most),
    maxChars: most,
    takesSsml: capabilities.some((each) => each?.ssml === true),
  };
}

/** Says whether a request's text is to be cut. What is one call: short text, and SSML that every provider understands. */
export function isLongText({ input, ssml }: SpeechRequest, cut: Cut): boolean {
  return isBeyondSegment(input, cut.maxChars) && (ssml === undefined || !cut.takesSsml);
}

/**
 * Cuts a request's text into the segments that are to be spoken one by one, with its marks where it has any. Returns nothing where it turns
 * out to be one piece, or nobody waits for it any more.
 */
export async function cutLongText(
  { input, marked }: SpeechRequest,
  cut: Cut,
  { giveWay, signal }: { readonly giveWay: GiveWay; readonly signal: AbortSignal },
): Promise<readonly string[] | undefined> {
  const { text, marks } = marked === undefined ? { text: input, marks: [] } : hideMarks(marked);
  const segments: string[] = [];
  for (const segment of cutText(text, { least: cut.minChars, most: cut.maxChars })) {
    segments.push(showMarks({ text: segment, marks }, MARK_KINDS));
    await giveWay(segment.length);
    if (signal.aborted) return undefined;
  }
  return segments.length > 1 ? segments : undefined;
}

export interface SpeakLongContext {
  readonly chain: SpeechChain;
  readonly clock: Clock;
  /** Milliseconds that each segment behind the first has until its first byte. */
  readonly deadline: number;
  readonly ahead: number;
  readonly convert: LongSpeechOptions['convert'];
}

/** Speaks a long text. Resolves when its first sound has proved itself, or when there is none. */
export async function speakLong(
  request: SpeechRequest,
  segments: readonly string[],
  options: SpeakOptions,
  { chain, clock, deadline, ahead, convert }: SpeakLongContext,
): Promise<SpeechOutcome> {
  const seats = new Seats();
  const first = await chain
    .speak(segmentRequest(request, segments, 0, undefined), { ...options, seats })
    .catch((error: unknown) => {
      seats.leaveAll();
      throw error;
    });
  const { result, facts } = first;
  if (result?.kind !== 'audio' || facts.provider === null) {
    seats.leaveAll();
    return result?.kind === 'text' ? wholeText(request, first, options, chain) : first;
  }
  seats.begin();
  const speech = LongSpeech.begin(result, facts.provider, {
    request,
    segments,
    ahead,
    providers: options.fallback === 'none' ? [facts.provider] : chain.stages.filter(speaks).map(({ name }) => name),
    async ask(segment, order, signal) {
      const fallback = options.fallback === 'none' ? options.fallback : { order };
      const asked = { ...options, deadline: new Deadline(deadline, clock), signal, fallback, seats };
      const outcome = await chain.speak(segment, asked);
      return { result: outcome.result, provider: outcome.facts.provider, attempts: outcome.facts.attempts };
    },
    convert,
    clock,
    signal: options.signal,
    onTakeOver: (from, to, code) => {
      chain.reportTakeOver(request.requestId, { from, to, code });
    },
    onLeave: (provider) => {
      seats.leave(provider);
    },
  });
  return { result: { ...speech.audio, ...warningsOf(result) }, facts: longFacts(facts, speech, chain) };
}

/** The text that a provider of the user's own gave in place of sound was that of a segment: it is asked for all of it. */
async function wholeText(
  request: SpeechRequest,
  first: SpeechOutcome,
  options: SpeakOptions,
  chain: SpeechChain,
): Promise<SpeechOutcome> {
  const { provider, attempts } = first.facts;
  const stage = chain.stages.find(({ name }) => name === provider);
  if (stage === undefined || !speaks(stage)) return first;
  const fallback = options.fallback === 'none' ? options.fallback : { order: [stage.name] };
  const whole = await chain.speak(request, { ...options, fallback });
  if (whole.result !== null) return { result: whole.result, facts: { ...first.facts, attempts } };
  const behind = chain.stages.slice(chain.stages.indexOf(stage) + 1).map(({ name }) => name);
  const order = options.fallback === 'none' ? [] : behind;
  const rest = await chain.speak(request, { ...options, fallback: { order } });
  const failed = [...attempts, ...whole.facts.attempts].filter(({ code }) => code !== null);
  return {
    result: rest.result,
    facts: { ...rest.facts, degraded: true, attempts: [...failed, ...rest.facts.attempts] },
  };
}

/** Whether a stage may give sound. */
function speaks(stage: Stage): boolean {
  return !stage.isLastResort;
}

function warningsOf({ warnings }: SpeechAudio): Pick<SpeechAudio, 'warnings'> {
  return warnings === undefined ? {} : { warnings };
}

/** What the headers tell, and what has become of it in the end. */
function longFacts(first: ReplyFacts, speech: LongSpeech, { stages }: SpeechChain): ReplyFacts {
  return {
    provider: first.provider,
    attempts: first.attempts,
    get degraded() {
      return (
        first.degraded || speech.stints.some(({ provider, code }) => code === null && provider !== stages[0]?.name)
      );
    },
    get stints() {
      return speech.stints;
    },
  };
}

import { MARK_KINDS } from '../speech/mark-kinds.js';
import type { SpeechProvider } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { hideMarks, showMarks } from '../text/marks.js';
import { cutText, isBeyondSegment } from '../text/segment.js';
import type { GiveWay } from '../text/turns.js';

/** Times the longest segment up to which each sentence of a text is a call of its own, as they are few. */
const FEW_SEGMENTS = 2;

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

/** A text that has been cut. */
export interface CutText {
  readonly segments: readonly string[];
  /** Whether it has more than a few sentences. */
  readonly isVeryLong: boolean;
  /** Longest segment in letters, which every provider takes. */
  readonly maxChars: number;
}

/** Finds out how the texts for these providers are to be cut: no segment is longer than any of them takes. */
export function cutFor(
  { minChars, maxChars }: SegmentOptions,
  capabilities: readonly SpeechProvider['capabilities'][],
): Cut {
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
 * Cuts a request's text into segments, with its marks where it has any. Returns nothing where it turns out to be one piece, or nobody waits
 * for it any more.
 */
export async function cutLongText(
  { input, marked }: SpeechRequest,
  cut: Cut,
  { giveWay, signal }: { readonly giveWay: GiveWay; readonly signal: AbortSignal },
): Promise<CutText | undefined> {
  const { text, marks } = marked === undefined ? { text: input, marks: [] } : hideMarks(marked);
  const segments: string[] = [];
  for (const segment of cutText(text, { least: cut.minChars, most: cut.maxChars })) {
    segments.push(showMarks({ text: segment, marks }, MARK_KINDS));
    await giveWay(segment.length);
    if (signal.aborted) return undefined;
  }
  if (segments.length <= 1) return undefined;
  return { segments, isVeryLong: isBeyondSegment(input, FEW_SEGMENTS * cut.maxChars), maxChars: cut.maxChars };
}

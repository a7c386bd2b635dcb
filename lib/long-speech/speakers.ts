import type { Attempt } from '../resilience/index.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { SoundShape } from '../speech/formats.js';
import type { SpeechAudio, SpeechResult } from '../speech/provider.js';
import { withMarks } from '../speech/marks.js';
import type { SpeechRequest } from '../speech/request.js';
import { discard } from '../streams/discard.js';

/** How a segment was answered. */
export interface SegmentAnswer {
  readonly result: SpeechResult | null;
  readonly provider: string | null;
  readonly attempts: readonly Attempt[];
}

/** Asks these providers, in this order, to speak a segment. */
export type AskSegment = (
  request: SpeechRequest,
  order: readonly string[],
  signal: AbortSignal,
) => Promise<SegmentAnswer>;

/** The sound of a segment, which has begun. */
export interface SegmentSound {
  readonly audio: SpeechAudio;
  /** Whether it is WAV that has to be converted, as what the provider makes by itself cannot follow. */
  readonly isToConvert: boolean;
}

export interface SpeakersOptions {
  /** Names in their order. */
  readonly providers: readonly string[];
  /** Makes the request for a segment, in the shape of what was sent. */
  readonly requestFor: (index: number) => SpeechRequest;
  readonly ask: AskSegment;
  /** Makes the signal of the next call. Throws when nobody wants any more. */
  readonly nextCall: () => AbortSignal;
  /** Called when a provider did not even begin with a segment. */
  readonly onRefused: (index: number, attempt: Attempt) => void;
  /** Called when a provider is asked for nothing more. */
  readonly onLeave: (provider: string) => void;
}

/**
 * Those who speak a long text, one of whom does at a time. Whoever has failed is asked again only when nobody else is left: a voice
 * that comes and goes would be worse than another one.
 */
export class Speakers {
  readonly #options: SpeakersOptions;
  /** Those whose sound cannot follow as it is. They are asked for WAV at once the next time. */
  readonly #unlike = new Set<string>();
  #current: string;

  /** @param first whoever has begun */
  constructor(first: string, options: SpeakersOptions) {
    this.#current = first;
    this.#options = options;
  }

  /** Who speaks now. */
  get current(): string {
    return this.#current;
  }

  /** Who is to be asked next: whoever speaks now, then those behind, and at last those before. */
  orderWithout(failed: ReadonlySet<string>): string[] {
    const { providers } = this.#options;
    const at = providers.indexOf(this.#current);
    return [...providers.slice(at), ...providers.slice(0, at)].filter((name) => !failed.has(name));
  }

  /**
   * Asks one after the other for a segment.
   *
   * @throws {SpeechError} with the code of the last who refused, when nobody speaks
   */
  async ask(index: number, failed: ReadonlySet<string>): Promise<SegmentSound> {
    let order = this.orderWithout(failed);
    let code: SpeechErrorCode = 'unsupported';
    for (let next = order[0]; next !== undefined; next = order[0]) {
      const isToConvert = this.#unlike.has(next);
      const asked = isToConvert ? [next] : order;
      const { result, provider, attempts } = await this.#askThese(index, asked, isToConvert);
      for (const attempt of attempts) {
        if (attempt.code === null) continue;
        this.#options.onRefused(index, attempt);
        code = attempt.code as SpeechErrorCode;
      }
      if (result?.kind === 'audio' && provider !== null) {
        this.#changeTo(provider);
        return { audio: result, isToConvert };
      }
      // Text cannot follow sound. Whoever gave it was the last to be asked.
      order = order.slice(asked.indexOf(provider ?? asked.at(-1) ?? next) + 1);
    }
    throw new SpeechError(code, 'nobody could speak a segment');
  }

  /** Asks whoever speaks for a segment once more, as WAV, since what came cannot follow; and remembers that. */
  async askUnlike(index: number): Promise<SegmentSound> {
    this.#unlike.add(this.#current);
    const { result, attempts } = await this.#askThese(index, [this.#current], true);
    if (result?.kind === 'audio') return { audio: result, isToConvert: true };
    throw new SpeechError((attempts.at(-1)?.code ?? 'unsupported') as SpeechErrorCode, 'there is no such sound');
  }

  async #askThese(index: number, order: readonly string[], isToConvert: boolean): Promise<SegmentAnswer> {
    const { ask, requestFor, nextCall } = this.#options;
    const request = requestFor(index);
    const signal = nextCall();
    const answer = await ask(isToConvert ? { ...request, format: 'wav' } : request, order, signal);
    if (!signal.aborted) return answer;
    if (answer.result?.kind === 'audio') discard(answer.result.stream);
    throw new SpeechError('aborted', 'the caller has left');
  }

  #changeTo(provider: string): void {
    if (provider !== this.#current) this.#options.onLeave(this.#current);
    this.#current = provider;
  }
}

/** The request for one segment of a long text, which was cut with its marks. */
export function segmentRequest(
  request: SpeechRequest,
  segments: readonly string[],
  index: number,
  shape: SoundShape | undefined,
): SpeechRequest {
  const part = { index, count: segments.length, whole: request.input, shape };
  const { format, speed, voice, model, instructions, extra, verbatim, requestId } = request;
  const wishes = { format, speed, voice, model, instructions, extra, requestId };
  const events = request.events === undefined ? {} : { events: request.events };
  const segment = segments[index] ?? '';
  const input = request.marked === undefined ? segment : withMarks(segment, []);
  const marked = input === segment ? {} : { marked: segment };
  return { ...wishes, ...(verbatim && { verbatim }), ...events, ...marked, input, part };
}

import type { SoundShape } from '../audio/formats.js';
import type { Attempt } from '../resilience/index.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { SpeechAudio, SpeechResult } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { discard } from '../streams/discard.js';
import { withMarks } from '../text/marks.js';
import type { Passage } from './segment-plan.js';

/** How a passage was answered. */
export interface SegmentAnswer {
  readonly result: SpeechResult | null;
  readonly provider: string | null;
  readonly attempts: readonly Attempt[];
}

/** How a passage is to be asked for. */
export interface Asking {
  /** Providers, in this order. */
  readonly order: readonly string[];
  /**
   * Milliseconds for which whoever is first is to be waited for, if it asks for that: then nobody else is asked. None where that is
   * nobody's wish.
   */
  readonly patience?: number;
}

/** Asks providers to speak a passage. */
export type AskSegment = (request: SpeechRequest, asking: Asking, signal: AbortSignal) => Promise<SegmentAnswer>;

/** The sound of a passage, which has begun. */
export interface SegmentSound {
  readonly audio: SpeechAudio;
  /** Whether it is WAV that has to be converted, as what the provider makes by itself cannot follow. */
  readonly isToConvert: boolean;
  /** Milliseconds that it took to begin. */
  readonly ms: number;
}

export interface ProviderRotationOptions {
  /** Names in their order. */
  readonly providers: readonly string[];
  /** Makes the request for a passage, in the shape of what was sent. */
  readonly requestFor: (passage: Passage) => SpeechRequest;
  readonly ask: AskSegment;
  /** Makes the signal of the next call. Throws when nobody wants any more. */
  readonly nextCall: () => AbortSignal;
  /** Called when a provider did not even begin with a passage. */
  readonly onRefused: (passage: Passage, attempt: Attempt) => void;
  /** Called when a provider is asked for nothing more. */
  readonly onLeave: (provider: string) => void;
}

/**
 * Those who speak a long text, one of whom does at a time. Whoever has failed is asked again only when nobody else is left: a voice
 * that comes and goes would be worse than another one.
 */
export class ProviderRotation {
  readonly #options: ProviderRotationOptions;
  /** Those whose sound cannot follow as it is. They are asked for WAV at once the next time. */
  readonly #incompatible = new Set<string>();
  #current: string;

  /** @param first whoever has begun */
  constructor(first: string, options: ProviderRotationOptions) {
    this.#current = first;
    this.#options = options;
  }

  /** Who speaks now. */
  get current(): string {
    return this.#current;
  }

  /** Who is to be asked next: whoever speaks now, then those behind, and at last those before. */
  orderWithout(failed: { has(provider: string): boolean }): string[] {
    const { providers } = this.#options;
    const at = providers.indexOf(this.#current);
    return [...providers.slice(at), ...providers.slice(0, at)].filter((name) => !failed.has(name));
  }

  /**
   * Asks for a passage, and says by `onRefused` who did not speak it. Undefined where none of them did: there may be others to be asked,
   * or whoever is first has to be waited for.
   */
  async ask(passage: Passage, { order, patience }: Asking): Promise<SegmentSound | undefined> {
    const [first] = order;
    if (first === undefined) return undefined;
    const isToConvert = this.#incompatible.has(first);
    const asking = { order: isToConvert ? [first] : order, ...(patience !== undefined && { patience }) };
    const { result, provider, attempts } = await this.#ask(passage, asking, isToConvert);
    const last = attempts.at(-1);
    for (const attempt of attempts) if (attempt.code !== null) this.#options.onRefused(passage, attempt);
    if (provider === null || last === undefined) return undefined;
    if (result?.kind === 'audio') {
      this.#changeTo(provider);
      return { audio: result, isToConvert, ms: last.ms };
    }
    // Text cannot follow sound.
    this.#options.onRefused(passage, { ...last, code: 'unsupported' });
    return undefined;
  }

  /** Asks whoever speaks for a passage once more, as WAV, since what came cannot follow; and remembers that. */
  async askForWav(passage: Passage): Promise<SegmentSound> {
    this.#incompatible.add(this.#current);
    const { result, attempts } = await this.#ask(passage, { order: [this.#current] }, true);
    const last = attempts.at(-1);
    if (result?.kind === 'audio') return { audio: result, isToConvert: true, ms: last?.ms ?? 0 };
    throw new SpeechError((last?.code ?? 'unsupported') as SpeechErrorCode, 'there is no such sound');
  }

  /** Finds out whether anybody would still speak a passage that has been spoken. */
  async canSpeak(passage: Passage): Promise<boolean> {
    const { result } = await this.#ask(passage, { order: this.orderWithout(new Set()) }, false);
    if (result?.kind !== 'audio') return false;
    discard(result.stream);
    return true;
  }

  async #ask(passage: Passage, asking: Asking, isToConvert: boolean): Promise<SegmentAnswer> {
    const { ask, requestFor, nextCall } = this.#options;
    const request = requestFor(passage);
    const signal = nextCall();
    const answer = await ask(isToConvert ? { ...request, format: 'wav' } : request, asking, signal);
    if (!signal.aborted) return answer;
    if (answer.result?.kind === 'audio') discard(answer.result.stream);
    throw new SpeechError('aborted', 'the caller has left');
  }

  #changeTo(provider: string): void {
    if (provider !== this.#current) this.#options.onLeave(this.#current);
    this.#current = provider;
  }
}

/** The request for a passage of a long text, which was cut with its marks. */
export function passageRequest(
  request: SpeechRequest,
  { index, length, text }: Passage,
  count: number,
  shape: SoundShape | undefined,
): SpeechRequest {
  const part = { index, count, whole: request.input, shape, ...(length > 1 && { length }) };
  const { format, speed, voice, model, instructions, extra, verbatim, requestId } = request;
  const wishes = { format, speed, voice, model, instructions, extra, requestId };
  const events = request.events === undefined ? {} : { events: request.events };
  const input = request.marked === undefined ? text : withMarks(text, []);
  const marked = input === text ? {} : { marked: text };
  return { ...wishes, ...(verbatim && { verbatim }), ...events, ...marked, input, part };
}

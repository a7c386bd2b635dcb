import type { Readable } from 'node:stream';
import type { Attempt, Clock } from '../resilience/index.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import { contentTypeOf, type SoundShape, type SpeechFormat } from '../speech/formats.js';
import type { SpeechAudio, SpeechResult } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { Stint } from '../speech/stint.js';
import { Joiner, type JoinableFormat } from './joiner.js';
import { JoinedStream } from './joined-stream.js';
import { LookAhead } from './look-ahead.js';
import type { PreparedSegment } from './prepared-segment.js';
import { SegmentFiller, type SegmentPlace } from './segment-filler.js';
import { UnjoinableError } from './segment-join.js';
import { Stints } from './stints.js';
import { UsageSum } from './usage-sum.js';

/** Most bytes that wait to be sent: twenty seconds without compression, which is the longest segment and more. */
const MOST_BYTES = 1024 * 1024;

/** How a segment was answered. */
export interface SegmentAnswer {
  readonly result: SpeechResult | null;
  readonly provider: string | null;
  readonly attempts: readonly Attempt[];
}

export interface LongSpeechOptions {
  /** The request for the whole text. */
  readonly request: SpeechRequest;
  readonly format: JoinableFormat;
  /** The text, cut. */
  readonly segments: readonly string[];
  /** Segments that may be prepared behind the one that is being sent. */
  readonly ahead: number;
  /** Those that can take over from one another, in their order. One alone means that the client wants no other. */
  readonly providers: readonly string[];
  /** Asks these providers, in this order, to speak a segment. */
  readonly ask: (request: SpeechRequest, order: readonly string[], signal: AbortSignal) => Promise<SegmentAnswer>;
  /** Makes sound of another shape follow what was sent. */
  readonly convert: (
    wav: Uint8Array,
    options: { readonly format: SpeechFormat; readonly shape: SoundShape; readonly isLast: boolean },
    signal: AbortSignal,
  ) => Promise<Uint8Array>;
  readonly clock: Clock;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** Called when a provider goes on where another one broke off. */
  readonly onTakeOver: (from: string, to: string, code: string) => void;
  /** Called when a provider is asked for nothing more. */
  readonly onLeave: (provider: string) => void;
}

/** The request for one segment of a long text. */
export function segmentRequest(
  request: SpeechRequest,
  segments: readonly string[],
  index: number,
  shape: SoundShape | undefined,
): SpeechRequest {
  const part = { index, count: segments.length, whole: request.input, shape };
  const { format, speed, voice, model, instructions, extra, requestId } = request;
  const wishes = { format, speed, voice, model, instructions, extra, requestId };
  const events = request.events === undefined ? {} : { events: request.events };
  return { ...wishes, ...events, input: segments[index] ?? '', part };
}

/**
 * A text that is spoken segment by segment, each by the first provider that can. Whoever has failed is asked again only when nobody
 * else is left: a voice that comes and goes would be worse than another one.
 */
export class LongSpeech {
  readonly #options: LongSpeechOptions;
  /** Aborts when nobody wants any more. */
  readonly #controller = new AbortController();
  #call = new AbortController();
  readonly #lookAhead: LookAhead;
  readonly #joiner: Joiner;
  readonly #stream: JoinedStream;
  readonly #filler: SegmentFiller;
  readonly #stints: Stints;
  readonly #usage = new UsageSum();
  /** Those whose sound cannot follow as it is. They are asked for WAV at once the next time. */
  readonly #unlike = new Set<string>();
  #provider: string;
  /** Whether what the provider gives has to be converted. */
  #isToConvert = false;

  private constructor(options: LongSpeechOptions, provider: string) {
    this.#options = options;
    this.#provider = provider;
    this.#stints = new Stints(options.clock);
    this.#joiner = new Joiner(options.format);
    this.#lookAhead = new LookAhead({ ahead: options.ahead, mostBytes: MOST_BYTES });
    this.#filler = new SegmentFiller({
      joiner: this.#joiner,
      lookAhead: this.#lookAhead,
      signal: this.#controller.signal,
    });
    this.#stream = new JoinedStream({
      lookAhead: this.#lookAhead,
      clock: options.clock,
      head: () => this.#joiner.head(),
      onClose: this.#stop,
    });
    options.signal.addEventListener('abort', this.#stop, { once: true });
  }

  /**
   * Goes on from the first segment, which has been answered with sound.
   *
   * @param first the sound of the first segment, proven
   */
  static begin(first: SpeechAudio, provider: string, options: LongSpeechOptions): LongSpeech {
    const speech = new LongSpeech(options, provider);
    void speech.#speak(first);
    return speech;
  }

  get audio(): SpeechAudio & { readonly stream: Readable } {
    const contentType = contentTypeOf(this.#options.format);
    return { kind: 'audio', contentType, stream: this.#stream, usage: () => this.#usage.total };
  }

  /** Who has spoken which segments up to now, and who broke off. */
  get stints(): readonly Stint[] {
    return this.#stints.all;
  }

  async #speak(first: SpeechAudio): Promise<void> {
    const { segments, providers, onLeave } = this.#options;
    try {
      await this.#speakSegment(0, first);
      for (let index = 1; index < segments.length; index += 1) {
        // Whoever reads slowly holds nobody's place meanwhile.
        if (!this.#lookAhead.hasRoomForSegment) onLeave(this.#provider);
        await this.#lookAhead.roomForSegment(this.#controller.signal);
        await this.#speakSegment(index, undefined);
      }
      this.#stream.complete();
    } catch (thrown) {
      this.#stream.destroy(SpeechError.from(thrown));
    } finally {
      providers.forEach(onLeave);
    }
  }

  /** Has a segment spoken to its end, by one provider after the other if need be. */
  async #speakSegment(index: number, begun: SpeechAudio | undefined): Promise<void> {
    const segment = this.#lookAhead.open(index);
    const failed = new Set<string>();
    this.#stints.begin();
    let audio = begun ?? (await this.#ask(index, failed));
    for (;;) {
      try {
        await this.#fill(segment, audio);
        this.#usage.add(audio.usage?.());
        this.#stints.end(this.#provider, index);
        return;
      } catch (thrown) {
        this.#controller.signal.throwIfAborted();
        const { code } = failureOfStream(thrown);
        this.#stints.failed(this.#provider, index, code);
        failed.add(this.#provider);
        this.#restart(segment);
        this.#stints.begin();
        audio = await this.#takeOver(index, failed, code);
      }
    }
  }

  /** Asks the others for a segment that has broken off. */
  async #takeOver(index: number, failed: ReadonlySet<string>, code: SpeechErrorCode): Promise<SpeechAudio> {
    const broken = this.#provider;
    this.#options.onLeave(broken);
    const [next] = this.#orderFor(failed);
    if (next === undefined) throw new SpeechError(code, 'nobody is left to go on');
    this.#options.onTakeOver(broken, next, code);
    return this.#ask(index, failed);
  }

  /** Asks for a segment whoever spoke last, then those behind, and at last those before. */
  async #ask(index: number, failed: ReadonlySet<string>): Promise<SpeechAudio> {
    let order = this.#orderFor(failed);
    let code: SpeechErrorCode = 'unsupported';
    while (order.length > 0) {
      const [next = ''] = order;
      const isUnlike = this.#unlike.has(next);
      const { result, provider, attempts } = await this.#askThese(index, isUnlike ? [next] : order, isUnlike);
      for (const attempt of attempts) {
        if (attempt.code === null) continue;
        this.#stints.refused(index, attempt);
        code = attempt.code as SpeechErrorCode;
      }
      if (result?.kind === 'audio' && provider !== null) {
        if (provider !== this.#provider) this.#options.onLeave(this.#provider);
        this.#provider = provider;
        this.#isToConvert = isUnlike;
        return result;
      }
      // Text cannot follow sound. Whoever gave it was the last to be asked.
      const last = provider ?? (isUnlike ? next : order.at(-1));
      order = order.slice(order.indexOf(last ?? next) + 1);
    }
    throw new SpeechError(code, 'nobody could speak a segment');
  }

  #orderFor(failed: ReadonlySet<string>): string[] {
    const { providers } = this.#options;
    const current = providers.indexOf(this.#provider);
    return [...providers.slice(current), ...providers.slice(0, current)].filter((name) => !failed.has(name));
  }

  /** Asks these for a segment, without compression if it is to be converted. */
  async #askThese(index: number, order: readonly string[], isToConvert: boolean): Promise<SegmentAnswer> {
    const { request, segments, ask } = this.#options;
    const asked = segmentRequest(request, segments, index, this.#joiner.shape);
    const answer = await ask(isToConvert ? { ...asked, format: 'wav' } : asked, order, this.#nextCall());
    if (!this.#controller.signal.aborted) return answer;
    if (answer.result?.kind === 'audio') answer.result.stream.destroy();
    throw new SpeechError('aborted', 'the caller has left');
  }

  /** Takes in the sound of a segment, converted where it cannot follow as it is. */
  async #fill(segment: PreparedSegment, audio: SpeechAudio): Promise<void> {
    const isFirst = segment.index === 0 && !this.#stream.hasBegun;
    const place = { segment, isFirst, isLast: segment.index === this.#options.segments.length - 1 };
    if (this.#isToConvert) {
      await this.#fillConverted(audio, place);
      return;
    }
    try {
      await this.#filler.fill(audio.stream, place);
    } catch (thrown) {
      if (!(thrown instanceof UnjoinableError)) throw thrown;
      this.#unlike.add(this.#provider);
      const { result, attempts } = await this.#askThese(segment.index, [this.#provider], true);
      if (result?.kind === 'audio') await this.#fillConverted(result, place);
      else throw new SpeechError((attempts.at(-1)?.code ?? 'unsupported') as SpeechErrorCode, 'there is no such sound');
    }
  }

  async #fillConverted({ stream }: SpeechAudio, place: SegmentPlace): Promise<void> {
    const { convert, format } = this.#options;
    await this.#filler.fillConverted(stream, place, (wav, shape) =>
      convert(wav, { format, shape, isLast: place.isLast }, this.#nextCall()),
    );
  }

  /** Goes back to the beginning of a segment, as far as it was not sent. */
  #restart(segment: PreparedSegment): void {
    if (segment.hasBegun) return;
    segment.drop();
    // Nothing of the whole speech was sent, so another may say its shape.
    if (segment.index === 0) this.#joiner.reset();
  }

  /** Makes the signal of the next call: one for all would gather the listeners of every call that there was. */
  #nextCall(): AbortSignal {
    this.#controller.signal.throwIfAborted();
    this.#call = new AbortController();
    return this.#call.signal;
  }

  readonly #stop = (): void => {
    const reason = new SpeechError('aborted', 'the caller has left');
    this.#options.signal.removeEventListener('abort', this.#stop);
    this.#controller.abort(reason);
    this.#call.abort(reason);
    this.#filler.stop(reason);
    this.#lookAhead.wake();
  };
}

/** A stream that closed without a word and before its end was cut. */
function failureOfStream(thrown: unknown): SpeechError {
  const isCut = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE';
  return isCut ? new SpeechError('truncated', 'the sound broke off') : SpeechError.from(thrown);
}

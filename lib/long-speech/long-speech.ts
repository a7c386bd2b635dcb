import type { Clock } from '../resilience/index.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import { contentTypeOf, type SoundShape, type SpeechFormat } from '../speech/formats.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { failureOfStream } from '../speech/stream-failure.js';
import type { Stint } from '../speech/stint.js';
import { discard } from '../streams/discard.js';
import { Joiner } from './joiner.js';
import { JoinedStream } from './joined-stream.js';
import { LookAhead } from './look-ahead.js';
import type { PreparedSegment } from './prepared-segment.js';
import { SegmentFiller, type SegmentPlace } from './segment-filler.js';
import { UnjoinableError } from './segment-join.js';
import { segmentRequest, Speakers, type AskSegment, type SegmentSound } from './speakers.js';
import { Stints } from './stints.js';
import { UsageSum } from './usage-sum.js';

/** Bytes that wait with which no other segment is begun: five seconds without compression, beyond what networks hold anyway. */
const ENOUGH_BYTES = 256 * 1024;
/**
 * Most bytes that wait to be sent: twenty seconds of bare samples at 24 kHz, which nearly all segments are shorter than. What is longer
 * goes out before it is whole.
 */
const MOST_BYTES = 1024 * 1024;

export interface LongSpeechOptions {
  /** The request for the whole text. */
  readonly request: SpeechRequest;
  /** The text, cut. */
  readonly segments: readonly string[];
  /** Segments that may be prepared behind the one that is being sent. */
  readonly ahead: number;
  /** Those that can take over from one another, in their order. One alone means that the client wants no other. */
  readonly providers: readonly string[];
  readonly ask: AskSegment;
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

/** A text that is spoken segment by segment, and goes on with another provider where one breaks off. */
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
  readonly #speakers: Speakers;

  private constructor(options: LongSpeechOptions, provider: string) {
    this.#options = options;
    this.#stints = new Stints(options.clock);
    this.#joiner = new Joiner(options.request.format);
    this.#lookAhead = new LookAhead({ ahead: options.ahead, enoughBytes: ENOUGH_BYTES, mostBytes: MOST_BYTES });
    this.#filler = new SegmentFiller({
      joiner: this.#joiner,
      lookAhead: this.#lookAhead,
      signal: this.#controller.signal,
    });
    this.#stream = new JoinedStream({
      lookAhead: this.#lookAhead,
      clock: options.clock,
      head: () => this.#joiner.head(),
      tail: () => this.#joiner.tail(),
      onClose: this.#stop,
    });
    const { providers, ask, onLeave } = options;
    this.#speakers = new Speakers(provider, {
      providers,
      ask,
      onLeave,
      requestFor: (index) => segmentRequest(options.request, options.segments, index, this.#joiner.shape),
      nextCall: () => this.#nextCall(),
      onRefused: (index, attempt) => {
        this.#stints.refused(index, attempt);
      },
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
    void speech.#speak(speech.#speakSegment(0, first));
    return speech;
  }

  get audio(): SpeechAudio {
    const contentType = contentTypeOf(this.#options.request.format);
    return { kind: 'audio', contentType, stream: this.#stream, usage: () => this.#usage.total };
  }

  /** Who has spoken which segments up to now, and who broke off. */
  get stints(): readonly Stint[] {
    return this.#stints.all;
  }

  /** @param first the first segment, being spoken: its sound is not to be held until the last */
  async #speak(first: Promise<void>): Promise<void> {
    const { segments, providers, onLeave } = this.#options;
    try {
      await first;
      for (let index = 1; index < segments.length; index += 1) {
        // Whoever reads slowly holds nobody's place meanwhile.
        if (!this.#lookAhead.hasRoomForSegment) onLeave(this.#speakers.current);
        await this.#lookAhead.roomForSegment(this.#controller.signal);
        await this.#speakSegment(index, undefined);
      }
      this.#stream.complete();
    } catch (thrown) {
      discard(this.#stream, SpeechError.from(thrown));
    } finally {
      providers.forEach(onLeave);
    }
  }

  /** Has a segment spoken to its end, by one provider after the other if need be. */
  async #speakSegment(index: number, begun: SpeechAudio | undefined): Promise<void> {
    const segment = this.#lookAhead.open(index);
    const failed = new Set<string>();
    this.#stints.begin();
    let sound = begun === undefined ? await this.#speakers.ask(index, failed) : { audio: begun, isToConvert: false };
    for (;;) {
      try {
        const { usage } = await this.#fill(segment, sound);
        this.#usage.add(usage?.());
        this.#stints.end(this.#speakers.current, index);
        return;
      } catch (thrown) {
        this.#controller.signal.throwIfAborted();
        const { code } = failureOfStream(thrown);
        this.#stints.failed(this.#speakers.current, index, code);
        failed.add(this.#speakers.current);
        this.#restart(segment);
        this.#stints.begin();
        sound = await this.#takeOver(index, failed, code);
      }
    }
  }

  /** Asks the others for a segment that has broken off. */
  async #takeOver(index: number, failed: ReadonlySet<string>, code: SpeechErrorCode): Promise<SegmentSound> {
    const { current } = this.#speakers;
    this.#options.onLeave(current);
    const [next] = this.#speakers.orderWithout(failed);
    if (next === undefined) throw new SpeechError(code, 'nobody is left to go on');
    this.#options.onTakeOver(current, next, code);
    return this.#speakers.ask(index, failed);
  }

  /** Takes in the sound of a segment, or other sound for it where that cannot follow, and returns what it took. */
  async #fill(segment: PreparedSegment, sound: SegmentSound): Promise<SpeechAudio> {
    const isFirst = segment.index === 0 && !this.#stream.hasBegun;
    const place = { segment, isFirst, isLast: segment.index === this.#options.segments.length - 1 };
    if (sound.isToConvert) return this.#fillConverted(sound.audio, place);
    try {
      return await judged(sound.audio, this.#filler.fill(sound.audio.stream, place));
    } catch (thrown) {
      if (!(thrown instanceof UnjoinableError)) throw thrown;
      const { audio } = await this.#speakers.askUnlike(segment.index);
      return this.#fillConverted(audio, place);
    }
  }

  #fillConverted(audio: SpeechAudio, place: SegmentPlace): Promise<SpeechAudio> {
    const { convert, request } = this.#options;
    const filling = this.#filler.fillConverted(audio.stream, place, (wav, shape) =>
      convert(wav, { format: request.format, shape, isLast: place.isLast }, this.#nextCall()),
    );
    return judged(audio, filling);
  }

  /** Goes back to the beginning of a segment, as far as it was not sent. */
  #restart(segment: PreparedSegment): void {
    if (segment.hasBegun) return;
    segment.drop();
    this.#joiner.rewind();
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

/** Has the sound's provider told what became of it in the end: what looked whole may have been none, or not all of it. */
async function judged(audio: SpeechAudio, filling: Promise<void>): Promise<SpeechAudio> {
  try {
    await filling;
  } catch (thrown) {
    audio.judge?.(verdictOn(thrown));
    throw thrown;
  }
  audio.judge?.(null);
  return audio;
}

/** Of sound in another shape nothing is wrong; it only cannot follow what was sent before. */
function verdictOn(thrown: unknown): SpeechError {
  if (thrown instanceof UnjoinableError) {
    return new SpeechError('unsupported', 'the sound has another shape', { cause: thrown });
  }
  return failureOfStream(thrown);
}

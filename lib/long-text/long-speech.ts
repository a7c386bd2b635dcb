import { contentTypeOf, type SoundShape, type SpeechFormat } from '../audio/formats.js';
import type { Attempt, Clock } from '../resilience/index.js';
import { SpeechError, type SpeechErrorCode } from '../speech/error.js';
import type { SegmentSpan } from '../speech/outcome.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { failureOfStream } from '../speech/stream-failure.js';
import { discard } from '../streams/discard.js';
import { Asker, Failures, type Turn } from './asker.js';
import type { BufferedSegment } from './buffered-segment.js';
import { Concatenator } from './concat/concatenator.js';
import { IncompatibleSoundError } from './concat/segment-concat.js';
import { Omissions } from './omissions.js';
import { OutputStream } from './output-stream.js';
import { Pacing, type CallPace } from './pacing.js';
import { PrefetchBuffer } from './prefetch-buffer.js';
import { passageRequest, ProviderRotation, type AskSegment, type SegmentSound } from './provider-rotation.js';
import { SegmentLog } from './segment-log.js';
import type { Passage, SegmentPlan } from './segment-plan.js';
import { SegmentReader, type SegmentPlace } from './segment-reader.js';
import { UsageSum } from './usage-sum.js';

/** Bytes that wait with which no other segment is begun: five seconds without compression, beyond what networks hold anyway. */
const ENOUGH_BYTES = 256 * 1024;
/**
 * Most bytes that wait to be sent: twenty seconds of bare samples at 24 kHz, which nearly all segments are shorter than. What is longer
 * goes out before it is whole.
 */
const MOST_BYTES = 1024 * 1024;
/** Seconds of silence in place of what is left out: about the quiet before and behind a sentence. */
const REST = 0.4;

export interface LongSpeechOptions {
  /** The request for the whole text. */
  readonly request: SpeechRequest;
  /** The text, cut. */
  readonly plan: SegmentPlan;
  /** Longest segment in letters, which every provider takes. */
  readonly maxChars: number;
  /** Whether the text has more than a few sentences. */
  readonly isVeryLong: boolean;
  /** Segments that may be prepared behind the one that is being sent. */
  readonly ahead: number;
  /** Those that can take over from one another, in their order. */
  readonly providers: readonly string[];
  /** Whether what nobody can say may be left out; else it ends the speech. */
  readonly mayLeaveOut: boolean;
  readonly ask: AskSegment;
  /** Says how many calls a provider takes. */
  readonly paceOf: (provider: string) => CallPace;
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

/** Where a speech begins. */
export interface LongSpeechStart {
  readonly provider: string;
  /** The sound of the passage, proven. */
  readonly audio: SpeechAudio;
  readonly passage: Passage;
  /** Milliseconds that it took to begin. */
  readonly ms: number;
  /** What nobody could say before it, and why. */
  readonly before: readonly { readonly passage: Passage; readonly attempts: readonly Attempt[] }[];
}

/** A text that is spoken passage by passage, and goes on with another provider where one breaks off. */
export class LongSpeech {
  readonly #options: LongSpeechOptions;
  /** Aborts when nobody wants any more. */
  readonly #controller = new AbortController();
  #call = new AbortController();
  readonly #buffer: PrefetchBuffer;
  readonly #concatenator: Concatenator;
  readonly #stream: OutputStream;
  readonly #reader: SegmentReader;
  readonly #log: SegmentLog;
  readonly #usage = new UsageSum();
  readonly #rotation: ProviderRotation;
  readonly #asker: Asker;
  readonly #omissions: Omissions;
  /** Why nobody has spoken the passage in hand yet. */
  #failures = new Failures();

  private constructor(options: LongSpeechOptions, start: LongSpeechStart) {
    const { provider, before } = start;
    this.#options = options;
    const { plan, request, clock, providers, ask, maxChars, isVeryLong, paceOf, onLeave } = options;
    const { signal } = this.#controller;
    this.#log = new SegmentLog(clock);
    this.#concatenator = new Concatenator(request.format);
    this.#buffer = new PrefetchBuffer({ ahead: options.ahead, enoughBytes: ENOUGH_BYTES, mostBytes: MOST_BYTES });
    this.#reader = new SegmentReader({ concatenator: this.#concatenator, buffer: this.#buffer, signal });
    this.#stream = new OutputStream({
      buffer: this.#buffer,
      clock,
      head: () => this.#concatenator.head(),
      tail: () => this.#concatenator.tail(),
      onClose: this.#stop,
    });
    this.#rotation = new ProviderRotation(provider, {
      providers,
      ask,
      onLeave,
      requestFor: (passage) => passageRequest(request, passage, plan.count, this.#concatenator.shape),
      nextCall: () => this.#nextCall(),
      onRefused: (passage, attempt) => {
        this.#log.refused(passage, attempt);
        this.#failures.add(attempt.step, attempt.code as SpeechErrorCode);
      },
    });
    const pacing = new Pacing({ plan, maxChars, isVeryLong, paceOf, ahead: () => this.#stream.ahead });
    pacing.begun(provider, start.passage, start.ms);
    this.#asker = new Asker({ plan, rotation: this.#rotation, pacing, clock, signal, onLeave });
    const canSpeak = (passage: Passage): Promise<boolean> => this.#rotation.canSpeak(passage);
    this.#omissions = new Omissions({ plan, isAllowed: options.mayLeaveOut, canSpeak });
    for (const { passage, attempts } of before) {
      for (const attempt of attempts) this.#log.refused(passage, attempt);
      this.#log.leftOut();
      this.#omissions.leftOut(passage);
    }
    options.signal.addEventListener('abort', this.#stop, { once: true });
  }

  /** Goes on from the first passage that has been answered with sound. */
  static begin(start: LongSpeechStart, options: LongSpeechOptions): LongSpeech {
    const speech = new LongSpeech(options, start);
    const { audio, passage } = start;
    void speech.#speak(speech.#speakNext({ passage, sound: { audio, isToConvert: false, ms: 0 } }));
    return speech;
  }

  get audio(): SpeechAudio {
    const contentType = contentTypeOf(this.#options.request.format);
    return { kind: 'audio', contentType, stream: this.#stream, usage: () => this.#usage.total };
  }

  /** Who has spoken which segments up to now, who broke off, and what was left out. */
  get segments(): readonly SegmentSpan[] {
    return this.#log.all;
  }

  /** @param first the first passage, being spoken: its sound is not to be held until the last */
  async #speak(first: Promise<void>): Promise<void> {
    const { plan, providers, onLeave } = this.#options;
    try {
      await first;
      while (!plan.isDone) {
        // Whoever reads slowly holds nobody's place meanwhile.
        if (!this.#buffer.hasRoomForSegment) onLeave(this.#rotation.current);
        await this.#buffer.roomForSegment(this.#controller.signal);
        await this.#speakNext(undefined);
      }
      await this.#omissions.end();
      this.#stream.complete();
    } catch (thrown) {
      discard(this.#stream, SpeechError.from(thrown));
    } finally {
      providers.forEach(onLeave);
    }
  }

  /** Has the next passage spoken to its end, by one provider after the other if need be, or leaves it out. */
  async #speakNext(begun: Turn | undefined): Promise<void> {
    this.#failures = new Failures();
    this.#log.begin();
    let segment: BufferedSegment | undefined;
    let turn = begun ?? (await this.#asker.ask(this.#failures));
    while (turn !== undefined) {
      this.#restIfOwed();
      segment ??= this.#buffer.open();
      try {
        await this.#take(turn, segment);
        return;
      } catch (thrown) {
        this.#controller.signal.throwIfAborted();
        this.#giveUp(turn, failureOfStream(thrown), segment);
        turn = await this.#asker.ask(this.#failures, turn.passage.length);
      }
    }
    await this.#omissions.leaveOut(this.#failures);
    this.#log.leftOut();
    if (segment !== undefined) this.#buffer.complete(segment);
  }

  /** Takes in a passage to its end. */
  async #take({ passage, sound }: Turn, segment: BufferedSegment): Promise<void> {
    const { usage } = await this.#fill(segment, sound, passage);
    this.#usage.add(usage?.());
    this.#log.end(this.#rotation.current, passage);
    this.#options.plan.advance(passage);
    this.#omissions.spoken(passage);
  }

  /** Has somebody else go on for whoever broke off. */
  #giveUp({ passage }: Turn, { code }: SpeechError, segment: BufferedSegment): void {
    const { current } = this.#rotation;
    this.#log.failed(current, passage, code);
    this.#failures.add(current, code);
    this.#restart(segment);
    this.#options.onLeave(current);
    const [next] = this.#rotation.orderWithout(this.#failures.codes);
    if (next !== undefined) this.#options.onTakeOver(current, next, code);
    this.#log.begin();
  }

  /** Leaves a rest in place of what was left out, once something comes behind it. */
  #restIfOwed(): void {
    if (!this.#omissions.takeRest()) return;
    const segment = this.#buffer.open();
    this.#buffer.add(segment, this.#concatenator.rest(REST));
    this.#buffer.complete(segment);
  }

  /** Takes in the sound of a passage, or other sound for it where that cannot follow, and returns what it took. */
  async #fill(segment: BufferedSegment, sound: SegmentSound, passage: Passage): Promise<SpeechAudio> {
    const isFirst = segment.isFirst && !this.#stream.hasBegun;
    const place = { segment, isFirst, isLast: this.#options.plan.isLast(passage) };
    if (sound.isToConvert) return this.#fillConverted(sound.audio, place);
    try {
      return await judged(sound.audio, this.#reader.fill(sound.audio.stream, place));
    } catch (thrown) {
      if (!(thrown instanceof IncompatibleSoundError)) throw thrown;
      const { audio } = await this.#rotation.askForWav(passage);
      return this.#fillConverted(audio, place);
    }
  }

  #fillConverted(audio: SpeechAudio, place: SegmentPlace): Promise<SpeechAudio> {
    const { convert, request } = this.#options;
    const filling = this.#reader.fillConverted(audio.stream, place, (wav, shape) =>
      convert(wav, { format: request.format, shape, isLast: place.isLast }, this.#nextCall()),
    );
    return judged(audio, filling);
  }

  /** Goes back to the beginning of a segment, as far as it was not sent. */
  #restart(segment: BufferedSegment): void {
    if (segment.hasBegun) return;
    segment.drop();
    this.#concatenator.rewind();
    // Nothing of the whole speech was sent, so another may say its shape.
    if (segment.isFirst) this.#concatenator.reset();
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
    this.#reader.stop(reason);
    this.#buffer.wake();
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
  if (thrown instanceof IncompatibleSoundError) {
    return new SpeechError('unsupported', 'the sound has another shape', { cause: thrown });
  }
  return failureOfStream(thrown);
}

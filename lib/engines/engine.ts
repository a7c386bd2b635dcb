import type { SpeechVoice } from '../speech/provider.js';

/** A voice of an engine. */
export interface EngineVoice extends SpeechVoice {
  /** BCP 47 tag, such as `en-US`. */
  readonly language: string;
}

/** Sound of one channel, from -1 to 1. */
export interface EngineSound {
  readonly samples: Float32Array;
  /** Hertz, a whole number from 8,000 to 192,000. */
  readonly sampleRate: number;
}

export interface SpeakOptions {
  readonly voice: string;
  /** Pace as a factor of normal, 0.25 to 4. */
  readonly speed: number;
  /** Aborts when nobody wants the sound any more. An engine that does not look at it is ended with its worker. */
  readonly signal: AbortSignal;
}

/**
 * Something that turns text into sound inside a worker thread, where it may take all the time it needs. A module of the user's own
 * exports `createEngine()`, which returns one or a promise of one.
 */
export interface SpeechEngine {
  readonly name: string;
  readonly voices: readonly EngineVoice[];
  /** Returns the id of the voice for a text, or undefined when the engine cannot speak it. Called once a request, with all of its text. */
  voiceFor(text: string): string | undefined;
  /**
   * Writes a text out as this engine reads it, signs as words, so that a segment is cut by what is said. Blank lines stay. Without
   * it the text is taken as it is.
   */
  write?(text: string): string;
  /** Speaks one segment, a few hundred characters at the most. Called for one segment after the other, those of several texts by turns. */
  speak(segment: string, options: SpeakOptions): EngineSound | Promise<EngineSound>;
}

/** What the module of an engine exports. */
export interface EngineModule {
  readonly createEngine: () => SpeechEngine | Promise<SpeechEngine>;
}

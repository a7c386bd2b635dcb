import type { SoundShape, SpeechFormat } from '../audio/formats.js';

/** Where a segment, or several in a row, stands in the long text that it was cut from. */
export interface SpeechPart {
  /** Which segment it begins with, counted from 0. */
  readonly index: number;
  /** Segments in all. */
  readonly count: number;
  /** How many of them it is, where it is more than one. */
  readonly length?: number;
  /** The long text: a voice is chosen by all of it, and a text reply hands back all of it. */
  readonly whole: string;
  /** What was sent before, which this has to follow. A provider may leave it out of account; what does not fit is converted. */
  readonly shape: SoundShape | undefined;
}

/** What a client wrote and what cannot be told from the fields that it was read into. */
export interface VerbatimFields {
  /** A normal pace, asked for in so many words: a server may have another one for requests that say nothing. */
  readonly speed?: 1;
  /** A voice that was named by an object, such as `{ id }`, which is how OpenAI's API takes voices of one's own. */
  readonly voice?: Readonly<Record<string, unknown>>;
}

/** What is to be spoken: a checked request, free of HTTP. */
export interface SpeechRequest {
  /** The text, without characters that cannot be said. What goes to a provider is in one line. */
  readonly input: string;
  /** The format that the client gets. */
  readonly format: SpeechFormat;
  /** Pace as a factor of normal, 0.25 to 4. */
  readonly speed: number;
  /** The asked voice; each provider maps it to one of its own. */
  readonly voice: string | undefined;
  /** The asked model; a provider without it takes its own. */
  readonly model: string | undefined;
  /** How to speak, in words. A provider that cannot follow leaves it out and never reads it aloud. */
  readonly instructions: string | undefined;
  /** Fields that the API does not know yet; remotes get them, everybody else ignores them. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Fields whose very wording a remote may go by, where that is another than `speed` and `voice` have: it gets them as they came. */
  readonly verbatim?: VerbatimFields;
  /** The same text as SSML, where the client sent it so: for providers that say they take it. */
  readonly ssml?: string;
  /**
   * The same text with its marks, where it has any: `[Kokoro](/kˈOkəɹO/)`, `<laugh>`. A provider is given those that its capabilities
   * name, and none of this where there are none of these.
   */
  readonly marked?: string;
  /** The same text in its lines and paragraphs, where it has more than one: for whoever shows it, or reads it by them. */
  readonly lines?: string;
  /**
   * Set where the client reads the sound in events. A server that speaks in events is then asked for them, as they tell what the
   * speech has used; the stream is plain sound either way.
   */
  readonly events?: true;
  /** Set where `input` is a segment of a longer text. */
  readonly part?: SpeechPart;
  /** Goes with every log line and to remotes as `X-Request-Id`. */
  readonly requestId: string;
}

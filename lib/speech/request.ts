import type { SpeechFormat } from './formats.js';

/** What is to be spoken: a checked request, free of HTTP. */
export interface SpeechRequest {
  /** The text, 1 to `maxInput` code points, with no lone surrogates and no NUL. */
  readonly input: string;
  readonly format: SpeechFormat;
  /** Pace as a factor of normal, 0.25 to 4. */
  readonly speed: number;
  /** The asked voice; each provider maps it to one of its own. */
  readonly voice: string | undefined;
  readonly model: string | undefined;
  /** How to speak, in words. A provider that cannot follow leaves it out and never reads it aloud. */
  readonly instructions: string | undefined;
  /** Fields that the API does not know yet; remotes get them, everybody else ignores them. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Goes with every log line and to remotes as `X-Request-Id`. */
  readonly requestId: string;
}

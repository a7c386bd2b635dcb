import type { SoundShape, SpeechFormat } from '../../audio/formats.js';

/** Turns samples into the bytes of a format, piece by piece. What it returns is the caller's to keep. */
export interface Encoder {
  encode(samples: Float32Array): Uint8Array | Promise<Uint8Array>;
  /** Returns what is left at the end. */
  finish(): Uint8Array | Promise<Uint8Array>;
  /** Lets go of what is not freed by itself. Called once, after `finish` or in place of it. */
  close?(): void;
}

/** Samples in all, or `unknown` while they are still being made. */
export type Length = number | 'unknown';

/**
 * Makes an encoder.
 *
 * @param shape of what it writes; it is given one channel at this rate, and writes the same into both of two
 * @throws {SpeechError} `unsupported` where the format cannot be made here, or not in this shape
 */
export type CreateEncoder = (format: SpeechFormat, length: Length, shape?: SoundShape) => Promise<Encoder>;

/** Makes an encoder of a format that has been loaded. */
export type MakeEncoder = (length: Length, shape: SoundShape) => Encoder | Promise<Encoder>;

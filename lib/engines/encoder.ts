import { OWN_SHAPE, type SoundShape, type SpeechFormat } from '../speech/formats.js';
import { createMp3Encoder } from './mp3-encoder.js';
import { createPcmEncoder, createWavEncoder } from './pcm-encoder.js';

/** Turns samples into the bytes of a format, piece by piece. What it returns is the caller's to keep. */
export interface Encoder {
  encode(samples: Float32Array): Uint8Array;
  /** Returns what is left at the end. */
  finish(): Uint8Array;
}

/** Samples in all, or `unknown` while they are still being made. */
export type Length = number | 'unknown';

type CreateEncoder = (length: Length, shape: SoundShape) => Encoder | Promise<Encoder>;

const ENCODERS: Partial<Record<SpeechFormat, CreateEncoder>> = {
  mp3: createMp3Encoder,
  wav: createWavEncoder,
  pcm: createPcmEncoder,
};

/** The formats that can be made on this machine. */
export const LOCAL_FORMATS: readonly SpeechFormat[] = ['mp3', 'wav', 'pcm'];

/**
 * Makes an encoder, or returns undefined for a format that cannot be made here.
 *
 * @param shape of what it writes; it is given one channel at this rate, and writes the same into both of two
 */
export async function createEncoder(
  format: SpeechFormat,
  length: Length,
  shape: SoundShape = OWN_SHAPE,
): Promise<Encoder | undefined> {
  return ENCODERS[format]?.(length, shape);
}

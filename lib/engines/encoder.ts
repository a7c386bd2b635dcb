import { OWN_SHAPE, type SoundShape, type SpeechFormat } from '../speech/formats.js';
import { hasAacPeer } from './aac-peer.js';
import { createPcmEncoder, createWavEncoder } from './pcm-encoder.js';

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

type CreateEncoder = (length: Length, shape: SoundShape) => Encoder | Promise<Encoder>;

/** Each is loaded with the first sound in its format: most workers never make more than one. */
const ENCODERS: Readonly<Record<SpeechFormat, CreateEncoder>> = {
  mp3: async (_, shape) => (await import('./mp3-encoder.js')).createMp3Encoder(shape),
  opus: async (_, shape) => (await import('./opus-encoder.js')).createOpusEncoder(shape),
  aac: async (_, shape) => (await import('./aac-encoder.js')).createAacEncoder(shape),
  flac: async (length, shape) => (await import('./flac-encoder.js')).createFlacEncoder(length, shape),
  wav: createWavEncoder,
  pcm: (_, shape) => createPcmEncoder(shape),
};

/** Lists the formats that can be made on this machine: all, but AAC only where its optional peer is installed. */
export function localFormats(): readonly SpeechFormat[] {
  return hasAacPeer() ? ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] : ['mp3', 'opus', 'flac', 'wav', 'pcm'];
}

/**
 * Makes an encoder.
 *
 * @param shape of what it writes; it is given one channel at this rate, and writes the same into both of two
 * @throws {SpeechError} `unsupported` where the format cannot be made here, or not in this shape
 */
export async function createEncoder(
  format: SpeechFormat,
  length: Length,
  shape: SoundShape = OWN_SHAPE,
): Promise<Encoder> {
  return ENCODERS[format](length, shape);
}

import { OWN_SHAPE, type SoundShape } from '../../audio/formats.js';
import { writeWavHeader } from '../../audio/wav-header.js';
import type { Length } from './encoder.js';

const BYTES_PER_SAMPLE = 2;

/** An encoder that has nothing to wait for. */
export interface PlainEncoder {
  encode(samples: Float32Array): Uint8Array;
  finish(): Uint8Array;
}

/** Makes an encoder of bare 16-bit little-endian samples. */
export function createPcmEncoder({ channels }: SoundShape = OWN_SHAPE): PlainEncoder {
  return { encode: (samples) => toPcm(samples, channels), finish: () => new Uint8Array() };
}

/** Makes an encoder of 16-bit WAV, with an exact header where the length is known. */
export function createWavEncoder(length: Length, shape: SoundShape = OWN_SHAPE): PlainEncoder {
  let header: Uint8Array | undefined = writeWavHeader(shape, length);
  return {
    encode(samples) {
      const pcm = toPcm(samples, shape.channels);
      if (header === undefined) return pcm;
      const bytes = Buffer.concat([header, pcm]);
      header = undefined;
      return bytes;
    },
    finish: () => new Uint8Array(),
  };
}

function toPcm(samples: Float32Array, channels: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(samples.length * channels * BYTES_PER_SAMPLE);
  let at = 0;
  for (const sample of samples) {
    const value = toInt16(sample);
    for (let channel = 0; channel < channels; channel += 1) at = bytes.writeInt16LE(value, at);
  }
  return bytes;
}

/** Turns a sample from -1 to 1 into a whole number of 16 bits. */
export function toInt16(sample: number): number {
  return Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
}

import { OWN_SHAPE, type SoundShape } from '../speech/formats.js';
import type { Length } from './encoder.js';

const BYTES_PER_SAMPLE = 2;
const WAV_HEADER = 44;
/** What stands for a length that is not known yet, as in OpenAI's own streams. */
const UNKNOWN_LENGTH = 0xffffffff;

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
  let header: Uint8Array | undefined = wavHeader(length, shape);
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

/** Writes the canonical 44-byte header. */
function wavHeader(length: Length, { sampleRate, channels }: SoundShape): Uint8Array {
  const frameSize = BYTES_PER_SAMPLE * channels;
  const dataSize = length === 'unknown' ? UNKNOWN_LENGTH : length * frameSize;
  const header = Buffer.alloc(WAV_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(length === 'unknown' ? UNKNOWN_LENGTH : dataSize + WAV_HEADER - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameSize, 28);
  header.writeUInt16LE(frameSize, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataSize, 40);
  return header;
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

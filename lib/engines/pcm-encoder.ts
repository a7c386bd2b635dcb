import { SAMPLE_RATE } from '../speech/formats.js';
import type { Encoder, Length } from './encoder.js';

const BYTES_PER_SAMPLE = 2;
const WAV_HEADER = 44;
/** What stands for a length that is not known yet, as in OpenAI's own streams. */
const UNKNOWN_LENGTH = 0xffffffff;

/** Makes an encoder of bare 16-bit little-endian samples. */
export function createPcmEncoder(): Encoder {
  return { encode: toPcm, finish: () => new Uint8Array() };
}

/** Makes an encoder of 16-bit WAV, with an exact header where the length is known. */
export function createWavEncoder(length: Length): Encoder {
  let header: Uint8Array | undefined = wavHeader(length);
  return {
    encode(samples) {
      const pcm = toPcm(samples);
      if (header === undefined) return pcm;
      const bytes = Buffer.concat([header, pcm]);
      header = undefined;
      return bytes;
    },
    finish: () => new Uint8Array(),
  };
}

/** Writes the canonical 44-byte header of 24 kHz mono. */
function wavHeader(length: Length): Uint8Array {
  const dataSize = length === 'unknown' ? UNKNOWN_LENGTH : length * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(WAV_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(length === 'unknown' ? UNKNOWN_LENGTH : dataSize + WAV_HEADER - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataSize, 40);
  return header;
}

function toPcm(samples: Float32Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(samples.length * BYTES_PER_SAMPLE);
  for (let index = 0; index < samples.length; index += 1) {
    const clipped = Math.max(-1, Math.min(1, samples[index] ?? 0));
    bytes.writeInt16LE(Math.round(clipped * 32_767), index * BYTES_PER_SAMPLE);
  }
  return bytes;
}

import type { SoundShape } from '../speech/formats.js';

const LENGTH = 44;
const PCM = 1;
const BYTES_PER_SAMPLE = 2;
/** What stands for a length that is not known yet, as in OpenAI's own streams. */
const UNKNOWN = 0xffffffff;

/** Writes the header of 16-bit WAV whose end is not known. */
export function streamingWavHeader({ sampleRate, channels }: SoundShape): Uint8Array {
  const header = Buffer.alloc(LENGTH);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(UNKNOWN, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(channels * BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(UNKNOWN, 40);
  return header;
}

import { createMp3Encoder as createLameEncoder } from 'wasm-media-encoders';
import { SAMPLE_RATE } from '../speech/formats.js';
import type { Encoder } from './encoder.js';

/** Kilobits a second: more than 24 kHz mono speech can use, and what OpenAI sends is no more. */
const BIT_RATE = 64;

/** Makes an encoder of MP3 at 24 kHz mono. */
export async function createMp3Encoder(): Promise<Encoder> {
  const lame = await createLameEncoder();
  lame.configure({ sampleRate: SAMPLE_RATE, outputSampleRate: SAMPLE_RATE, channels: 1, bitrate: BIT_RATE });
  return {
    // LAME returns a view of memory that it writes to again.
    encode: (samples) => Uint8Array.from(lame.encode([samples])),
    finish: () => Uint8Array.from(lame.finalize()),
  };
}

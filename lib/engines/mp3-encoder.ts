import { createMp3Encoder as createLameEncoder } from 'wasm-media-encoders';
import { SpeechError } from '../speech/error.js';
import type { SoundShape } from '../speech/formats.js';
import type { Encoder } from './encoder.js';

/** Kilobits a second: more than 24 kHz mono speech can use, and what OpenAI sends is no more. Two channels of the same are hardly more. */
const BIT_RATE = 64;

/** Hertz that MPEG-1, MPEG-2 and MPEG-2.5 layer III have. */
const SAMPLE_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/** Makes an encoder of MP3. Its first frame is sound: nothing in it says how long the whole is, so that it can follow others. */
export async function createMp3Encoder({ sampleRate, channels }: SoundShape): Promise<Encoder> {
  const rate = SAMPLE_RATES.find((each) => each === sampleRate);
  if (rate === undefined) throw new SpeechError('unsupported', `there is no MP3 at ${sampleRate} Hz`);
  const lame = await createLameEncoder();
  lame.configure({ sampleRate: rate, outputSampleRate: rate, channels, bitrate: BIT_RATE });
  return {
    // LAME returns a view of memory that it writes to again.
    encode: (samples) => Uint8Array.from(lame.encode(Array<Float32Array>(channels).fill(samples))),
    finish: () => Uint8Array.from(lame.finalize()),
  };
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createEncoder } from 'wasm-media-encoders';
import type { SoundShape } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { Encoder, MakeEncoder } from './encoder.js';

/** LAME, as the library's package exports it. */
const LAME = 'wasm-media-encoders/wasm/mp3';

/** Kilobits a second: more than 24 kHz mono speech can use, and what OpenAI sends is no more. Two channels of the same are hardly more. */
const BIT_RATE = 64;

/** Hertz that MPEG-1, MPEG-2 and MPEG-2.5 layer III have. */
const SAMPLE_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] as const;

/**
 * Loads LAME and returns what makes encoders of MP3 with it. Compiled once: every sentence of a long text has an encoder of its own, and
 * the library by itself would compile it for each.
 */
export async function loadMp3Encoder(): Promise<MakeEncoder> {
  const lame = await WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(LAME)));
  return (_, shape) => createMp3Encoder(lame, shape);
}

/** Makes an encoder of MP3. Its first frame is sound: nothing in it says how long the whole is, so that it can follow others. */
async function createMp3Encoder(module: WebAssembly.Module, { sampleRate, channels }: SoundShape): Promise<Encoder> {
  const rate = SAMPLE_RATES.find((each) => each === sampleRate);
  if (rate === undefined) throw new SpeechError('unsupported', `there is no MP3 at ${sampleRate} Hz`);
  const lame = await createEncoder('audio/mpeg', module);
  lame.configure({ sampleRate: rate, outputSampleRate: rate, channels, bitrate: BIT_RATE });
  return {
    // LAME returns a view of memory that it writes to again.
    encode: (samples) => Uint8Array.from(lame.encode(Array<Float32Array>(channels).fill(samples))),
    finish: () => Uint8Array.from(lame.finalize()),
  };
}

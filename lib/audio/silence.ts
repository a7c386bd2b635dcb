import { OWN_SHAPE, SAMPLE_RATE, type SpeechFormat } from './formats.js';
import { SILENCE } from './silence-bytes.js';
import { writeWavHeader } from './wav-header.js';

/** Samples of the silence: 0.3 s, a rest between two sentences that no player takes for an empty file. */
const SAMPLES = 0.3 * SAMPLE_RATE;
const BYTES_PER_SAMPLE = 2;

/** Gives a short silence as a whole file of the format. Nothing has to be made for it, so that it is there in all formats, always. */
export function silenceOf(format: SpeechFormat): Buffer {
  if (format !== 'wav' && format !== 'pcm') return Buffer.from(SILENCE[format], 'base64');
  const samples = Buffer.alloc(SAMPLES * BYTES_PER_SAMPLE);
  return format === 'pcm' ? samples : Buffer.concat([writeWavHeader(OWN_SHAPE, SAMPLES), samples]);
}

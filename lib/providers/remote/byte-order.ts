import type { SampleEncoding } from '../../engines/signal/samples.js';
import { sampleSize } from '../../engines/signal/samples.js';

/** Samples that are looked at: twenty milliseconds at 24 kHz, within which a voice goes up and down. */
const ENOUGH_SAMPLES = 480;
/** How much rougher one reading has to be than the other. In the wrong order sound is noise, ten times as rough and more. */
const CLEARLY = 1.5;

const SWAPPED: Partial<Record<SampleEncoding, SampleEncoding>> = {
  s16le: 's16be',
  s24le: 's24be',
  s32le: 's32be',
};

/**
 * Finds out which byte of samples comes first. Sound goes smoothly from sample to sample when it is read rightly, and leaps when it
 * is not. Silence reads the same both ways and tells nothing.
 *
 * @param isEnd whether there are no more bytes, so that a few have to do
 * @returns `unknown` while there is too little sound
 */
export function findByteOrder(
  bytes: Buffer,
  { encoding, channels }: { readonly encoding: SampleEncoding; readonly channels: number },
  isEnd = false,
): SampleEncoding | 'unknown' {
  const swapped = SWAPPED[encoding];
  if (swapped === undefined) return encoding;
  const width = sampleSize(encoding);
  const begin = bytes.findIndex((byte) => byte !== 0);
  const start = begin === -1 ? bytes.length : begin - (begin % (width * channels));
  const count = Math.floor((bytes.length - start) / width) - channels;
  if (count < ENOUGH_SAMPLES && !isEnd) return 'unknown';
  let little = 0;
  let big = 0;
  for (let index = 0; index < Math.min(count, ENOUGH_SAMPLES); index += 1) {
    const at = start + index * width;
    const next = at + width * channels;
    little += Math.abs(bytes.readIntLE(at, width) - bytes.readIntLE(next, width));
    big += Math.abs(bytes.readIntBE(at, width) - bytes.readIntBE(next, width));
  }
  // The type means the larger byte first (RFC 2586), where the sound does not say otherwise.
  return little * CLEARLY < big ? encoding : swapped;
}

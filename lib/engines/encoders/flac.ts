import { flacHead } from '../../audio/flac-head.js';
import type { SoundShape } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { Encoder, Length } from './encoder.js';
import { BITS_PER_SAMPLE, flacFrame } from './flac-frame.js';
import { toInt16 } from './pcm.js';

/** Samples of every frame but the last: a sixth of a second at 24 kHz. */
const FRAME_LENGTH = 4_096;
/** Hertz that the head of a stream has room for. */
const MOST_RATE = 2 ** 20 - 1;
/** Bits of the shortest samples that speech can be understood with. */
const LEAST_BITS = 8;

/**
 * Makes an encoder of FLAC (RFC 9639), whose samples have 16 bits, or fewer where the stream has. The checksum over all of the sound
 * would stand at the beginning, when it is not known yet, and is left out; each frame has its own.
 */
export function createFlacEncoder(length: Length, shape: SoundShape): Encoder {
  const { sampleRate, bitsPerSample = BITS_PER_SAMPLE } = shape;
  if (sampleRate > MOST_RATE) throw new SpeechError('unsupported', `FLAC is not made here at ${sampleRate} Hz`);
  if (bitsPerSample < LEAST_BITS) {
    throw new SpeechError('unsupported', `FLAC is not made here with ${bitsPerSample} bits a sample`);
  }
  const dropped = Math.max(0, BITS_PER_SAMPLE - bitsPerSample);
  const samples = length === 'unknown' ? undefined : length;
  let head: Uint8Array | undefined = flacHead({ shape, leastBlock: FRAME_LENGTH, mostBlock: FRAME_LENGTH, samples });
  const pending = new Int32Array(FRAME_LENGTH);
  let filled = 0;
  let number = 0;

  function takeFrame(): Uint8Array {
    const samples = pending.subarray(0, filled);
    const frame = flacFrame(samples, shape, number);
    number += 1;
    filled = 0;
    return frame;
  }

  function takeHead(): Uint8Array[] {
    const taken = head === undefined ? [] : [head];
    head = undefined;
    return taken;
  }

  return {
    encode(samples) {
      const pieces = takeHead();
      for (const sample of samples) {
        pending[filled] = toInt16(sample) >> dropped;
        filled += 1;
        if (filled === FRAME_LENGTH) pieces.push(takeFrame());
      }
      return Buffer.concat(pieces);
    },
    finish: () => Buffer.concat([...takeHead(), ...(filled > 0 ? [takeFrame()] : [])]),
  };
}

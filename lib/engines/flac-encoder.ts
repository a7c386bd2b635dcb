import { SpeechError } from '../speech/error.js';
import type { SoundShape } from '../speech/formats.js';
import type { Encoder, Length } from './encoder.js';
import { flacFrame } from './flac-frame.js';
import { toInt16 } from './pcm-encoder.js';

/** Samples of every frame but the last: a sixth of a second at 24 kHz. */
const FRAME_LENGTH = 4_096;
/** What a frame's header can say in the 16 bits that it has for it. */
const MOST_RATE = 65_535;
const BITS_PER_SAMPLE = 16;

/**
 * Makes an encoder of 16-bit FLAC (RFC 9639). The checksum over all of the sound would stand at the beginning, when it is not known
 * yet, and is left out; each frame has its own.
 */
export function createFlacEncoder(length: Length, { sampleRate, channels }: SoundShape): Encoder {
  if (sampleRate > MOST_RATE) throw new SpeechError('unsupported', `FLAC is not made here at ${sampleRate} Hz`);
  let head: Uint8Array | undefined = streamHeader(length, sampleRate, channels);
  const pending = new Int32Array(FRAME_LENGTH);
  let filled = 0;
  let number = 0;

  function takeFrame(): Uint8Array {
    const samples = pending.subarray(0, filled);
    const frame = flacFrame(samples, { number, sampleRate, channels });
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
        pending[filled] = toInt16(sample);
        filled += 1;
        if (filled === FRAME_LENGTH) pieces.push(takeFrame());
      }
      return Buffer.concat(pieces);
    },
    finish: () => Buffer.concat([...takeHead(), ...(filled > 0 ? [takeFrame()] : [])]),
  };
}

/** Writes the signature and the one block of metadata that there must be: STREAMINFO. */
function streamHeader(length: Length, sampleRate: number, channels: number): Uint8Array {
  const header = Buffer.alloc(42);
  header.write('fLaC', 0, 'latin1');
  // The last block of metadata, of type 0, 34 bytes long.
  header.writeUInt32BE(0x80000022, 4);
  header.writeUInt16BE(FRAME_LENGTH, 8);
  header.writeUInt16BE(FRAME_LENGTH, 10);
  // 20 bits of rate, 3 of channels, 5 of bits a sample, 36 of samples in all; 0 stands for unknown.
  const samples = BigInt(length === 'unknown' ? 0 : length);
  const facts = (BigInt(sampleRate) << 44n) | (BigInt(channels - 1) << 41n) | (BigInt(BITS_PER_SAMPLE - 1) << 36n);
  header.writeBigUInt64BE(facts | samples, 18);
  return header;
}

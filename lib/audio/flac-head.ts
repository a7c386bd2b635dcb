import type { SoundShape } from './formats.js';

/** Bytes of the block that has to be the first, and says what the stream is. */
export const FLAC_INFO_LENGTH = 34;
const SIGNATURE = 'fLaC';
const BLOCK_HEADER = 4;
const IS_LAST_BLOCK = 0x80;
/** What a file has whose sound is taken for granted to be of 16 bits. */
const USUAL_BITS = 16;
/** What writers put who do not know the length: nothing, or as much as there is room for. */
const MOST_SAMPLES = 2n ** 36n - 1n;

/** What a FLAC stream says of itself (RFC 9639, 8.2). */
export interface FlacInfo {
  readonly shape: SoundShape;
  /** Samples of the shortest frame, the last apart, and of the longest. */
  readonly leastBlock: number;
  readonly mostBlock: number;
  /** Samples of a channel in all; undefined where that was not known. */
  readonly samples: number | undefined;
}

/** Writes what stands before the first frame: the signature and the one block that there must be. */
export function flacHead({ shape, leastBlock, mostBlock, samples = 0 }: FlacInfo): Uint8Array {
  const { sampleRate, channels, bitsPerSample = USUAL_BITS } = shape;
  const head = Buffer.alloc(SIGNATURE.length + BLOCK_HEADER + FLAC_INFO_LENGTH);
  head.write(SIGNATURE, 0, 'latin1');
  head.writeUInt8(IS_LAST_BLOCK, 4);
  head.writeUInt8(FLAC_INFO_LENGTH, 7);
  head.writeUInt16BE(leastBlock, 8);
  head.writeUInt16BE(mostBlock, 10);
  // 20 bits of rate, 3 of channels, 5 of bits a sample, 36 of samples in all.
  const facts = (BigInt(sampleRate) << 44n) | (BigInt(channels - 1) << 41n) | (BigInt(bitsPerSample - 1) << 36n);
  head.writeBigUInt64BE(facts | BigInt(samples), 18);
  return head;
}

/** Reads the first block of a stream, without the header that all blocks have. Undefined for more than two channels. */
export function readFlacInfo(block: Uint8Array): FlacInfo | undefined {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const facts = view.getBigUint64(10);
  const sampleRate = Number(facts >> 44n);
  const channels = Number((facts >> 41n) & 7n) + 1;
  const bitsPerSample = Number((facts >> 36n) & 31n) + 1;
  const samples = facts & MOST_SAMPLES;
  if (sampleRate === 0 || (channels !== 1 && channels !== 2)) return undefined;
  return {
    shape: { sampleRate, channels, ...(bitsPerSample === USUAL_BITS ? {} : { bitsPerSample }) },
    leastBlock: view.getUint16(0),
    mostBlock: view.getUint16(2),
    samples: samples === 0n || samples === MOST_SAMPLES ? undefined : Number(samples),
  };
}

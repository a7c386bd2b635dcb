import { BitWriter } from './bit-writer.js';

const BITS_PER_SAMPLE = 16;
/** Most that a sample can be predicted from without coefficients of its own. */
const MOST_ORDER = 4;
/** Samples that share a Rice parameter. */
const PARTITION = 256;
/** One more is the sign of a partition without Rice coding. */
const MOST_PARAMETER = 14;

/** Frame header codes (RFC 9639, 9.1): the length, and the rate in hertz, each in 16 bits behind the number of the frame. */
const LENGTH_FOLLOWS = 7;
const RATE_FOLLOWS = 13;
/** One channel; or the left one, and by how much the right one differs from it. */
const MONO = 0;
const LEFT_AND_DIFFERENCE = 8;
const IS_16_BIT = 4;

/** Where a frame stands in its stream. */
export interface FlacFrame {
  /** Counted from 0. */
  readonly number: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** Encodes a frame of samples of 16 bits, the same for both of two channels. */
export function flacFrame(samples: Int32Array, { number, sampleRate, channels }: FlacFrame): Uint8Array {
  const bits = new BitWriter();
  bits.write(0xfff8, 16);
  bits.write(LENGTH_FOLLOWS, 4);
  bits.write(RATE_FOLLOWS, 4);
  bits.write(channels === 1 ? MONO : LEFT_AND_DIFFERENCE, 4);
  bits.write(IS_16_BIT, 3);
  bits.write(0, 1);
  for (const byte of codedNumber(number)) bits.write(byte, 8);
  bits.write(samples.length - 1, 16);
  bits.write(sampleRate, 16);
  bits.write(checksum(bits.align(), 0x07, 8), 8);
  writeSubframe(bits, samples);
  // A difference that is always 0 takes one bit more than a sample.
  if (channels === 2) {
    writeSubframeHeader(bits, 0);
    bits.write(0, BITS_PER_SAMPLE + 1);
  }
  bits.write(checksum(bits.align(), 0x8005, 16), 16);
  return bits.align().slice();
}

/** Writes samples as what is left of them when each is predicted from those before it. */
function writeSubframe(bits: BitWriter, samples: Int32Array): void {
  const { order, residual } = bestPrediction(samples);
  writeSubframeHeader(bits, 8 | order);
  for (const sample of samples.subarray(0, order)) bits.write(sample, BITS_PER_SAMPLE);
  // Rice coding with parameters of 4 bits; partitions are halves of halves.
  bits.write(0, 2);
  const halvings = samples.length % PARTITION === 0 ? Math.log2(samples.length / PARTITION) : 0;
  const partitionOrder = Number.isInteger(halvings) ? halvings : 0;
  bits.write(partitionOrder, 4);
  const partition = samples.length >> partitionOrder;
  for (let start = 0; start < samples.length; start += partition) {
    writePartition(bits, residual.subarray(Math.max(start, order), start + partition));
  }
}

function writeSubframeHeader(bits: BitWriter, type: number): void {
  bits.write(type << 1, 8);
}

/** Finds the order of prediction that leaves least, by differences of differences. */
function bestPrediction(samples: Int32Array): { readonly order: number; readonly residual: Int32Array } {
  let best = { order: 0, residual: samples };
  let least = sumOf(samples);
  let differences = samples;
  for (let order = 1; order <= Math.min(MOST_ORDER, samples.length - 1); order += 1) {
    const before = differences;
    differences = before.map((value, index) => (index < order ? 0 : value - (before[index - 1] ?? 0)));
    const sum = sumOf(differences);
    if (sum >= least) continue;
    least = sum;
    best = { order, residual: differences };
  }
  return best;
}

function writePartition(bits: BitWriter, residual: Int32Array): void {
  const mean = residual.length === 0 ? 0 : sumOf(residual) / residual.length;
  const parameter = Math.min(MOST_PARAMETER, Math.max(0, Math.ceil(Math.log2(mean + 1))));
  bits.write(parameter, 4);
  for (const value of residual) {
    // Signs alternate: 0, -1, 1, -2, …
    const folded = value < 0 ? -2 * value - 1 : 2 * value;
    bits.writeUnary(folded >>> parameter);
    bits.write(folded, parameter);
  }
}

function sumOf(values: Int32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
}

/** Writes a number as UTF-8 writes a character, which FLAC extends to 36 bits; 31 are a hundred years. */
function codedNumber(number: number): number[] {
  if (number < 0x80) return [number];
  const following: number[] = [];
  let rest = number;
  let room = 0x3f;
  while (rest > room) {
    following.unshift(0x80 | (rest & 0x3f));
    rest >>>= 6;
    room >>>= 1;
  }
  return [(~(2 * room + 1) & 0xff) | rest, ...following];
}

/** Sums bytes up as a remainder, most significant bit first. @param width of the polynomial in bits, 8 or 16 */
function checksum(bytes: Uint8Array, polynomial: number, width: 8 | 16): number {
  const top = 1 << (width - 1);
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & top) === 0 ? sum << 1 : (sum << 1) ^ polynomial;
    sum &= (1 << width) - 1;
  }
  return sum;
}

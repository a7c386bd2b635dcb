import { sumOfFrame } from '../../audio/flac-checksum.js';
import { flacFrameHeader } from '../../audio/flac-frame-header.js';
import type { SoundShape } from '../../audio/formats.js';
import { BitWriter } from './bit-writer.js';

/** Most bits of a sample as it is given. Where a stream has more, they are said to be unused. */
export const BITS_PER_SAMPLE = 16;
/** Most that a sample can be predicted from without coefficients of its own. */
const MOST_ORDER = 4;
/** Samples that share a Rice parameter. */
const PARTITION = 256;
/** One more is the sign of a partition without Rice coding. */
const MOST_PARAMETER = 14;

/** One channel; or the left one, and by how much the right one differs from it. */
const MONO = 0;
const LEFT_AND_DIFFERENCE = 8;

/** How the samples of a frame are written. */
interface SampleWidth {
  /** Bits of each. */
  readonly used: number;
  /** Low bits of each that are zeros, and are not written. */
  readonly unused: number;
}

/**
 * Encodes a frame of samples, the same for both of two channels.
 *
 * @param samples of as many bits as the stream has, or of 16 where it has more
 * @param number counted from 0
 */
export function flacFrame(samples: Int32Array, shape: SoundShape, number: number): Uint8Array {
  const { channels, bitsPerSample = BITS_PER_SAMPLE } = shape;
  const used = Math.min(bitsPerSample, BITS_PER_SAMPLE);
  const width = { used, unused: bitsPerSample - used };
  const bits = new BitWriter();
  const assignment = channels === 1 ? MONO : LEFT_AND_DIFFERENCE;
  const header = flacFrameHeader(shape, samples.length, { counts: 'frames', number }, assignment);
  for (const byte of header) bits.write(byte, 8);
  writeSubframe(bits, samples, width);
  // A difference that is always 0 takes one bit more than a sample.
  if (channels === 2) {
    writeSubframeHeader(bits, 0, width);
    bits.write(0, used + 1);
  }
  bits.write(sumOfFrame(bits.align()), 16);
  return bits.align().slice();
}

/** Writes samples as what is left of them when each is predicted from those before it. */
function writeSubframe(bits: BitWriter, samples: Int32Array, width: SampleWidth): void {
  const { order, residual } = bestPrediction(samples);
  writeSubframeHeader(bits, 8 | order, width);
  for (const sample of samples.subarray(0, order)) bits.write(sample, width.used);
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

function writeSubframeHeader(bits: BitWriter, type: number, { unused }: SampleWidth): void {
  bits.write((type << 1) | (unused > 0 ? 1 : 0), 8);
  if (unused > 0) bits.writeUnary(unused - 1);
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

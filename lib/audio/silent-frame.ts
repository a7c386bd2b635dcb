import type { SoundShape } from './formats.js';
import { AAC_RATES, MPEG_RATES, readMp3Header } from './frame-header.js';

const ADTS_HEADER = 7;

/**
 * Makes a frame of MP3 in which nothing is coded, which is silence whatever came before. Undefined for a rate that there is not.
 */
export function silentMp3Frame({ sampleRate, channels }: SoundShape): Uint8Array | undefined {
  for (const [version, rates] of Object.entries(MPEG_RATES)) {
    const rate = rates.indexOf(sampleRate);
    if (rate === -1) continue;
    // Layer III without a checksum, at the least bit rate: even that has room for the side information, which is zeros as well.
    const flags = 0xe0 | (Number(version) << 3) | 0x03;
    const header = Uint8Array.of(0xff, flags, 0x10 | (rate << 2), channels === 1 ? 0xc0 : 0);
    const frame = new Uint8Array(readMp3Header(header)?.length ?? 0);
    frame.set(header);
    return frame;
  }
  return undefined;
}

/**
 * Makes an ADTS frame of AAC in which no band is coded, which is silence whatever came before. Undefined for a rate that there is not.
 */
export function silentAdtsFrame({ sampleRate, channels }: SoundShape): Uint8Array | undefined {
  const rate = AAC_RATES.indexOf(sampleRate);
  if (rate === -1) return undefined;
  const body = bytesOf(SILENT_BLOCKS[channels]);
  const length = ADTS_HEADER + body.length;
  const isLowComplexity = 1 << 6;
  // MPEG-4 without a checksum, one block of 1,024 samples, and a buffer that is of no account.
  const header = [0xff, 0xf1, isLowComplexity | (rate << 2), (channels << 6) | (length >> 11)];
  header.push((length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc);
  return Uint8Array.of(...header, ...body);
}

/** Window and bands of which there are none (11 bits), then pulses, noise shaping and gain control, which there are not either. */
const ICS_INFO = '0'.repeat(11);
const CHANNEL_REST = '000';
const GLOBAL_GAIN = '0'.repeat(8);
const TAG = '0000';
const END = '111';

/** The bits of a block (ISO/IEC 14496-3, 4.4.2): one channel, or a pair with a common window and no stereo mask. */
const SILENT_BLOCKS: Readonly<Record<SoundShape['channels'], string>> = {
  1: `000${TAG}${GLOBAL_GAIN}${ICS_INFO}${CHANNEL_REST}${END}`,
  2: `001${TAG}1${ICS_INFO}00${GLOBAL_GAIN}${CHANNEL_REST}${GLOBAL_GAIN}${CHANNEL_REST}${END}`,
};

function bytesOf(bits: string): number[] {
  return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

/** What the header of a compressed frame says. */
export interface FrameHeader {
  /** Bytes of the whole frame, the header included. */
  readonly length: number;
  /** Hertz. */
  readonly sampleRate: number;
  /** 0 where the header leaves it to what follows. */
  readonly channels: number;
  /** Samples of each channel. */
  readonly samples: number;
  /** Its second byte, in which neither the bit rate nor the length has a part. */
  readonly kind: number;
}

/** Bytes from which either kind of frame can be told. */
export const LONGEST_FRAME_HEADER = 7;

const ADTS_CHECKSUM = 2;

/** Kilobits a second by bit rate index, for MPEG 1 and for MPEG 2 and 2.5, layer III (ISO/IEC 11172-3, 13818-3). */
const BIT_RATES = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** Hertz of MPEG audio by version and sample rate index. */
export const MPEG_RATES: Readonly<Record<number, readonly number[]>> = {
  3: [44_100, 48_000, 32_000],
  2: [22_050, 24_000, 16_000],
  0: [11_025, 12_000, 8_000],
};

/** Hertz of AAC by sampling frequency index (ISO/IEC 14496-3). */
export const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

export const SAMPLES_PER_AAC_BLOCK = 1_024;

/**
 * What each header of layer III says that has been read so far, by those of its bits that say it: there are some thousand, and a
 * second of speech has forty of them. An object for each was a third of all that a request left to the garbage collector.
 */
const MP3_HEADERS: (FrameHeader | undefined)[] = [];

/** Reads the header of the MPEG layer III frame that begins there, or returns undefined where none does. */
export function readMp3Header(bytes: Uint8Array, at = 0): FrameHeader | undefined {
  const flags = bytes[at + 1];
  const rates = bytes[at + 2];
  if (bytes[at] !== 0xff || flags === undefined || rates === undefined) return undefined;
  const isLayer3 = (flags & 0xe6) === 0xe2;
  if (!isLayer3) return undefined;
  const isMono = (bytes[at + 3] ?? 0) >> 6 === 3;
  const index = ((flags & 0x19) << 8) | (rates & 0xfe) | (isMono ? 1 : 0);
  return (MP3_HEADERS[index] ??= mp3Header(flags, rates, isMono ? 1 : 2));
}

function mp3Header(flags: number, rates: number, channels: number): FrameHeader | undefined {
  const version = (flags >> 3) & 3;
  const isMpeg1 = version === 3;
  const bitRate = (isMpeg1 ? BIT_RATES.mpeg1 : BIT_RATES.mpeg2)[rates >> 4];
  const sampleRate = MPEG_RATES[version]?.[(rates >> 2) & 3];
  if (bitRate === undefined || bitRate === 0 || sampleRate === undefined) return undefined;
  const padding = (rates >> 1) & 1;
  return {
    length: Math.floor(((isMpeg1 ? 144_000 : 72_000) * bitRate) / sampleRate) + padding,
    sampleRate,
    channels,
    samples: isMpeg1 ? 1_152 : 576,
    kind: flags,
  };
}

/** Reads the header of the ADTS frame that begins there, or returns undefined where none does. */
export function readAdtsHeader(bytes: Uint8Array, at = 0): FrameHeader | undefined {
  const flags = bytes[at + 1];
  if (bytes[at] !== 0xff || flags === undefined || (flags & 0xf6) !== 0xf0) return undefined;
  const profile = bytes[at + 2] ?? 0;
  const high = bytes[at + 3] ?? 0;
  const middle = bytes[at + 4] ?? 0;
  const low = bytes[at + 5] ?? 0;
  const blocks = bytes[at + 6] ?? 0;
  const sampleRate = AAC_RATES[(profile >> 2) & 0xf];
  const length = ((high & 3) << 11) | (middle << 3) | (low >> 5);
  if (sampleRate === undefined || length < LONGEST_FRAME_HEADER + ((flags & 1) === 0 ? ADTS_CHECKSUM : 0))
    return undefined;
  return {
    length,
    sampleRate,
    channels: ((profile & 1) << 2) | (high >> 6),
    samples: ((blocks & 3) + 1) * SAMPLES_PER_AAC_BLOCK,
    kind: flags,
  };
}

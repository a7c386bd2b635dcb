const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
/** Bytes of a format chunk that are always there. */
const LEAST_FORMAT = 16;
/** Sizes from here on are what writers to a pipe put where they do not know. */
const UNKNOWN_SIZE = 0x7ff00000;

/** Bytes of the header that `writeWavHeader` makes. */
export const WAV_HEADER_LENGTH = 44;

/** What the header of a WAV file says, and where its sound begins. */
export interface WavHeader {
  /** 1 for whole numbers, 3 for floating point, 0xfffe where an extension says it. */
  readonly encoding: number;
  readonly channels: number;
  /** Hertz. */
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  /** Bytes before the sound. */
  readonly dataStart: number;
  /** Bytes of sound, or undefined where the header does not say. */
  readonly dataSize: number | undefined;
}

/**
 * Reads the header of a WAV file from its first bytes.
 *
 * @returns `need-more` while it is not all there, and `not-wav` for anything else
 */
export function readWavHeader(bytes: Uint8Array): WavHeader | 'need-more' | 'not-wav' {
  if (bytes.length < RIFF_HEADER) return 'need-more';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (word(0) !== 'RIFF' || word(8) !== 'WAVE') return 'not-wav';
  let format: Pick<WavHeader, 'encoding' | 'channels' | 'sampleRate' | 'bitsPerSample'> | undefined;
  for (let at = RIFF_HEADER; bytes.length >= at + CHUNK_HEADER;) {
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    if (word(at) === 'data') {
      if (format === undefined) return 'not-wav';
      const isKnown = size > 0 && size < UNKNOWN_SIZE;
      return { ...format, dataStart: start, dataSize: isKnown ? size : undefined };
    }
    if (word(at) === 'fmt ') {
      if (bytes.length < start + LEAST_FORMAT) return 'need-more';
      format = {
        encoding: view.getUint16(start, true),
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bitsPerSample: view.getUint16(start + 14, true),
      };
    }
    at = start + size + (size % 2);
  }
  return 'need-more';
}

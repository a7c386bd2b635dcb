import type { SoundShape } from './formats.js';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
/** Bytes of a format chunk that are always there. */
const LEAST_FORMAT = 16;
/** Sizes from here on are what writers to a pipe put where they do not know. */
const UNKNOWN_SIZE = 0x7ff00000;
/** What says that an extension has the encoding, and where that stands in the chunk. */
const EXTENSIBLE = 0xfffe;
const SUBFORMAT = 24;

/** Encodings of samples. */
export const WAV_PCM = 1;
export const WAV_FLOAT = 3;

const WRITTEN_LENGTH = 44;
const BYTES_PER_SAMPLE = 2;
/** What stands for a length that is not known yet, as in OpenAI's own streams. */
const OPEN_LENGTH = 0xffffffff;

/** What the header of a WAV file says, and where its sound begins. */
export interface WavHeader {
  /** `WAV_PCM` for whole numbers, `WAV_FLOAT` for floating point, or something rarer. */
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
      const named = view.getUint16(start, true);
      const isExtended = named === EXTENSIBLE && size >= SUBFORMAT + 2;
      if (isExtended && bytes.length < start + SUBFORMAT + 2) return 'need-more';
      format = {
        encoding: isExtended ? view.getUint16(start + SUBFORMAT, true) : named,
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bitsPerSample: view.getUint16(start + 14, true),
      };
    }
    at = start + size + (size % 2);
  }
  return 'need-more';
}

/**
 * Writes the header of 16-bit WAV.
 *
 * @param frames samples of each channel, or `unknown` while they are still being made
 */
export function writeWavHeader({ sampleRate, channels }: SoundShape, frames: number | 'unknown'): Uint8Array {
  const frameSize = BYTES_PER_SAMPLE * channels;
  const header = Buffer.alloc(WRITTEN_LENGTH);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(frames === 'unknown' ? OPEN_LENGTH : frames * frameSize + WRITTEN_LENGTH - CHUNK_HEADER, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(LEAST_FORMAT, 16);
  header.writeUInt16LE(WAV_PCM, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameSize, 28);
  header.writeUInt16LE(frameSize, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(frames === 'unknown' ? OPEN_LENGTH : frames * frameSize, 40);
  return header;
}

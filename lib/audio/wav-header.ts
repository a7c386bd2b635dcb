import type { SoundShape } from './formats.js';
import { behindChunk, beginsWav, CHUNK_HEADER, chunkName, FILE_HEADER, MOST_BEHIND } from './wav-chunks.js';

/** Bytes of a format chunk that are always there, and the most of one that is believed. */
const LEAST_FORMAT = 16;
const MOST_FORMAT = 4_096;
/** What says that an extension has the encoding, and where that stands in the chunk. */
const EXTENSIBLE = 0xfffe;
const SUBFORMAT = 24;
/** What says that a size stands in the chunk `ds64`, and how long that chunk is at least. */
const SIZE_ELSEWHERE = 0xffffffff;
const LEAST_SIZES = 24;

/** Encodings of samples. */
export const WAV_PCM = 1;
export const WAV_FLOAT = 3;

/** Hertz of the slowest that is heard as sound, and of the fastest that converters make; speech has 8,000 to 48,000. */
const LEAST_RATE = 1_000;
const MOST_RATE = 768_000;
/** As many as are converted. */
const MOST_CHANNELS = 32;
/** Bits of samples that are read one by one: what common programs write, and players read. */
const PLAIN_SIZES: Readonly<Record<number, readonly number[]>> = {
  [WAV_PCM]: [8, 16, 24, 32, 64],
  [WAV_FLOAT]: [16, 32, 64],
};

const BYTES_PER_SAMPLE = 2;
/** What stands for a length that is not known yet, as in OpenAI's own streams. */
const OPEN_LENGTH = 0xffffffff;

/** Most seconds of one speech, where nobody knows the text. Sizes that stand for an unknown one say days. */
const LONGEST = 3_600;

/** What the samples of a WAV file are. */
export interface WavFormat {
  /** `WAV_PCM` for whole numbers, `WAV_FLOAT` for floating point, or something rarer. */
  readonly encoding: number;
  readonly channels: number;
  /** Hertz. */
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  /** What the file itself says of it: the content of its chunk `fmt `. */
  readonly description: Uint8Array;
}

/** What the header of a WAV file says, and where its sound begins. */
export interface WavHeader extends WavFormat {
  /** Bytes before the sound. */
  readonly dataStart: number;
  /** Bytes of sound, or undefined where the header does not say, or says what cannot be true. */
  readonly dataSize: number | undefined;
  /** Bytes of the file as one or the other size in the header has it, believed or not. */
  readonly statedEnds: readonly number[];
}

/** What is known of a file from elsewhere, so that its header can be held against it. */
export interface WavLimits {
  /** Bytes from its beginning to the end of the body. */
  readonly bodyLength?: number | undefined;
  /** Most seconds that it can last; an hour where nothing is said. */
  readonly mostSeconds?: number | undefined;
}

/**
 * Reads the header of a WAV file from its first bytes.
 *
 * Programs that write to a pipe do not know the size when they write it, and put something in its place: 0, one of the largest
 * numbers, or a round one. So a size is believed only where it can be true: where both places in which it stands agree, it is not
 * longer than the body, and no longer than speech can be.
 *
 * @returns `need-more` while it is not all there, and `not-wav` for anything else
 */
export function readWavHeader(bytes: Uint8Array, limits: WavLimits = {}): WavHeader | 'need-more' | 'not-wav' {
  const begins = beginsWav(bytes);
  if (begins !== true) return begins === false ? 'not-wav' : begins;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: WavFormat | undefined;
  const sizes = { file: view.getUint32(4, true), data: SIZE_ELSEWHERE };
  for (let at = FILE_HEADER; bytes.length >= at + CHUNK_HEADER;) {
    const name = chunkName(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    if (name === 'data') {
      if (format === undefined) return 'not-wav';
      const dataSize = size === SIZE_ELSEWHERE ? sizes.data : size;
      return { ...format, dataStart: start, ...believed({ file: sizes.file, data: dataSize }, start, format, limits) };
    }
    if (name === 'ds64' && size >= LEAST_SIZES) {
      if (bytes.length < start + LEAST_SIZES) return 'need-more';
      if (sizes.file === SIZE_ELSEWHERE) sizes.file = Number(view.getBigUint64(start, true));
      sizes.data = Number(view.getBigUint64(start + 8, true));
    }
    if (name === 'fmt ') {
      if (size < LEAST_FORMAT || size > MOST_FORMAT) return 'not-wav';
      if (bytes.length < start + size) return 'need-more';
      format = readFormat(bytes.subarray(start, start + size));
      if (format === undefined) return 'not-wav';
    }
    at = behindChunk(bytes, start, size);
  }
  return 'need-more';
}

/** Reads the content of a format chunk; undefined where it describes no sound. */
function readFormat(chunk: Uint8Array): WavFormat | undefined {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const named = view.getUint16(0, true);
  const isExtended = named === EXTENSIBLE && chunk.length >= SUBFORMAT + 2;
  const format = {
    encoding: isExtended ? view.getUint16(SUBFORMAT, true) : named,
    channels: view.getUint16(2, true),
    sampleRate: view.getUint32(4, true),
    bitsPerSample: view.getUint16(14, true),
    // Of its own, as what it was read from goes on its way.
    description: chunk.slice(),
  };
  return isPossible(format) ? format : undefined;
}

/**
 * Says whether sound can be as it is described. Of encodings in blocks, which are left to whoever plays them, a block is of any size; of
 * plain samples it is as long as they are together, or a player reads something else than was written.
 */
function isPossible(format: WavFormat): boolean {
  const { channels, sampleRate, bitsPerSample, encoding } = format;
  if (sampleRate < LEAST_RATE || sampleRate > MOST_RATE || channels < 1 || channels > MOST_CHANNELS) return false;
  const sizes = PLAIN_SIZES[encoding];
  return sizes === undefined || (sizes.includes(bitsPerSample) && blockOf(format) === (channels * bitsPerSample) / 8);
}

/** Bytes of a sample of all channels, or of a block, as the file has it. */
function blockOf({ description }: WavFormat): number {
  return new DataView(description.buffer, description.byteOffset).getUint16(12, true);
}

/** Bytes that one sample of all channels takes; of an encoding in blocks, one block. */
export function frameSizeOf(format: WavFormat): number {
  return Math.max(1, Math.ceil(format.bitsPerSample / 8) * format.channels || blockOf(format));
}

/** Holds the two sizes of a header against each other and against what is known. */
function believed(
  sizes: { readonly file: number; readonly data: number },
  dataStart: number,
  format: WavFormat,
  { bodyLength = Number.POSITIVE_INFINITY, mostSeconds = LONGEST }: WavLimits,
): Pick<WavHeader, 'dataSize' | 'statedEnds'> {
  const dataEnd = dataStart + sizes.data;
  const fileEnd = sizes.file + CHUNK_HEADER;
  // Chunks may follow, and some writers forget their own header in the size of the file.
  const agrees = fileEnd >= dataEnd - dataStart && fileEnd <= dataEnd + MOST_BEHIND;
  // Half a sample there is none; of encodings in blocks the last one may be cut.
  const isWhole = !isPlain(format) || sizes.data % frameSizeOf(format) === 0;
  const canBe =
    isWhole && sizes.data > 0 && dataEnd <= bodyLength && sizes.data <= mostSeconds * bytesPerSecond(format);
  return { dataSize: agrees && canBe ? sizes.data : undefined, statedEnds: [dataEnd, fileEnd] };
}

function isPlain({ encoding }: WavFormat): boolean {
  return encoding === WAV_PCM || encoding === WAV_FLOAT;
}

function bytesPerSecond(format: WavFormat): number {
  return format.sampleRate * frameSizeOf(format);
}

/**
 * Writes the header of 16-bit WAV.
 *
 * @param frames samples of each channel, or `unknown` while they are still being made
 */
export function writeWavHeader({ sampleRate, channels }: SoundShape, frames: number | 'unknown'): Uint8Array {
  const frameSize = BYTES_PER_SAMPLE * channels;
  const description = Buffer.alloc(LEAST_FORMAT);
  description.writeUInt16LE(WAV_PCM, 0);
  description.writeUInt16LE(channels, 2);
  description.writeUInt32LE(sampleRate, 4);
  description.writeUInt32LE(sampleRate * frameSize, 8);
  description.writeUInt16LE(frameSize, 12);
  description.writeUInt16LE(8 * BYTES_PER_SAMPLE, 14);
  return headerAround(description, frames === 'unknown' ? frames : frames * frameSize);
}

/** Writes a header of open length for samples of any kind, with no more in it than there has to be. */
export function openWavHeader({ encoding, bitsPerSample, channels, sampleRate, description }: WavFormat): Uint8Array {
  const isPlain = encoding === WAV_PCM && bitsPerSample === 8 * BYTES_PER_SAMPLE && channels <= 2;
  if (isPlain) return writeWavHeader({ sampleRate, channels: channels === 1 ? 1 : 2 }, 'unknown');
  return headerAround(description, 'unknown');
}

/**
 * Writes the length into the first bytes of WAV whose header left it open, now that all of it is there.
 *
 * @param length bytes in all
 * @returns the same bytes where they begin with no such header
 */
export function withWavLength(first: Uint8Array, length: number): Uint8Array {
  const header = readWavHeader(first);
  if (typeof header === 'string' || length >= OPEN_LENGTH) return first;
  const bytes = Buffer.from(first);
  const isOpen = [4, header.dataStart - 4].every((at) => bytes.readUInt32LE(at) === OPEN_LENGTH);
  if (!isOpen) return first;
  bytes.writeUInt32LE(length - CHUNK_HEADER, 4);
  bytes.writeUInt32LE(length - header.dataStart, header.dataStart - 4);
  return bytes;
}

function headerAround(description: Uint8Array, dataSize: number | 'unknown'): Uint8Array {
  const start = FILE_HEADER + CHUNK_HEADER + description.length;
  const header = Buffer.alloc(start + CHUNK_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataSize === 'unknown' ? OPEN_LENGTH : start + dataSize, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(description.length, 16);
  header.set(description, FILE_HEADER + CHUNK_HEADER);
  header.write('data', start, 'latin1');
  header.writeUInt32LE(dataSize === 'unknown' ? OPEN_LENGTH : dataSize, start + 4);
  return header;
}

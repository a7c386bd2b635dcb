import { isText } from './text-bytes.js';
import { behindChunk, CHUNK_HEADER, isDescribing, MOST_BEHIND } from './wav-chunks.js';
import { frameSizeOf, WAV_PCM, type WavFormat } from './wav-header.js';

/** Bytes at the end of sound without a stated size that may be something else: a list of names, or what an editor leaves there. */
export const TAIL = 4_096;
/** Bytes behind a stated size by which is decided whether the sound goes on. */
export const JUDGED = 4_096;

/** Bytes of a size, and of the two that a WAV file has. */
const SIZE = 4;
const SIZES = 2 * SIZE;

/** Seconds of sound that more sound has at least: what follows a size that is too short are further pieces of speech. */
const LEAST_MORE = 0.02;
/** Seconds of the longest click: a consonant out of silence, such as a final t, takes five times as long. */
const MOST_CLICK = 0.002;
/** Seconds of quiet before it. */
const QUIET_BEFORE = 0.01;
/** Samples of 16 bits below this are quiet: 40 dB below the loudest. */
const QUIET = 328;

/** Bytes of letters and signs in a row that samples are never by chance. */
const LEAST_TEXT = 24;

/** How loud noise is, and how much one sample of it says of the next; speech is half as loud at the most, and goes from sample to sample. */
const NOISE_LOUDNESS = 0.4;
const NOISE_LIKENESS = 0.2;

/** Where the end of the sound stands. */
export interface WavTailPlace {
  readonly format: WavFormat;
  /** Bytes before the sound. */
  readonly dataStart: number;
  /** Bytes of sound before these. */
  readonly soundBytes: number;
}

/**
 * Cuts off, at the end of sound without a stated size, what is no sound: chunks; the sizes, which writers that cannot go back put
 * there after all; what a server has to say; and a few bytes that would click out of the quiet.
 */
export function soundBefore(bytes: Buffer, place: WavTailPlace): Buffer {
  const sound = withoutClick(withoutSizes(withoutText(withoutChunks(bytes), place.format), place), place.format);
  const frameSize = frameSizeOf(place.format);
  return sound.subarray(0, Math.max(0, sound.length - ((place.soundBytes + sound.length) % frameSize)));
}

/** Says whether sound goes on in the bytes behind a stated size, or this is something else. In doubt it is sound: none is to be lost. */
export function isMoreSound(bytes: Buffer, format: WavFormat): boolean {
  const seconds = bytes.length / (frameSizeOf(format) * format.sampleRate);
  if (seconds < LEAST_MORE || isFilling(bytes) || isText(bytes)) return false;
  return !isNoise(bytes, format);
}

/** Says whether bytes only fill up a block: all of them are the same. */
export function isFilling(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === bytes[0]);
}

/** Looks for chunks, of which the last ends where the bytes do, or was cut there. */
function withoutChunks(bytes: Buffer): Buffer {
  for (let at = Math.max(0, bytes.length - TAIL); at + CHUNK_HEADER <= bytes.length; at += 1) {
    if (isDescribing(bytes, at) && reachesEnd(bytes, at)) return bytes.subarray(0, at);
  }
  return bytes;
}

function reachesEnd(bytes: Buffer, from: number): boolean {
  for (let at = from; at + CHUNK_HEADER <= bytes.length;) {
    const size = bytes.readUInt32LE(at + 4);
    if (!isDescribing(bytes, at) || size > MOST_BEHIND) return false;
    at = behindChunk(bytes, at + CHUNK_HEADER, size);
    // The byte that fills up an odd size is forgotten at times.
    if (at >= bytes.length - 1) return true;
  }
  return false;
}

/** Text, such as an error or the boundary of a part. Samples of a single byte may look like it. */
function withoutText(bytes: Buffer, { bitsPerSample }: WavFormat): Buffer {
  let start = bytes.length;
  while (start > 0 && start > bytes.length - TAIL && isLetter(bytes[start - 1])) start -= 1;
  return bitsPerSample > 8 && bytes.length - start >= LEAST_TEXT ? bytes.subarray(0, start) : bytes;
}

function isLetter(byte = 0): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The size of the file and that of the sound, or the latter alone, where they are true of what stands before them. */
function withoutSizes(bytes: Buffer, { dataStart, soundBytes }: WavTailPlace): Buffer {
  if (bytes.length < SIZES) return bytes;
  const last = bytes.readUInt32LE(bytes.length - SIZE);
  const other = bytes.readUInt32LE(bytes.length - SIZES);
  const before = soundBytes + bytes.length;
  const isPair = last === before - SIZES && other === last + dataStart - CHUNK_HEADER;
  if (isPair) return bytes.subarray(0, -SIZES);
  return last === before - SIZE ? bytes.subarray(0, -SIZE) : bytes;
}

function withoutClick(bytes: Buffer, { encoding, bitsPerSample, channels, sampleRate }: WavFormat): Buffer {
  if (encoding !== WAV_PCM || bitsPerSample !== 16) return bytes;
  const bytesFor = (seconds: number): number => Math.round(seconds * sampleRate) * 2 * channels;
  const end = bytes.length - (bytes.length % 2);
  let click = end;
  for (let at = end - 2; at >= 0 && at >= end - bytesFor(MOST_CLICK); at -= 2) if (!isQuiet(bytes, at)) click = at;
  const quiet = click - bytesFor(QUIET_BEFORE);
  if (click === end || quiet < 0) return bytes;
  for (let at = quiet; at < click; at += 2) if (!isQuiet(bytes, at)) return bytes;
  return bytes.subarray(0, click);
}

function isQuiet(bytes: Buffer, at: number): boolean {
  return Math.abs(bytes.readInt16LE(at)) < QUIET;
}

/** Bytes that mean nothing are loud when they are taken for samples, and each has nothing to do with the one before. */
function isNoise(bytes: Buffer, { encoding, bitsPerSample, channels }: WavFormat): boolean {
  if (encoding !== WAV_PCM || bitsPerSample !== 16) return false;
  let power = 0;
  let likeness = 0;
  let count = 0;
  for (let at = 2 * channels; at + 2 <= bytes.length; at += 2) {
    const sample = bytes.readInt16LE(at) / 32_768;
    power += sample * sample;
    likeness += sample * (bytes.readInt16LE(at - 2 * channels) / 32_768);
    count += 1;
  }
  return Math.sqrt(power / count) > NOISE_LOUDNESS && likeness < NOISE_LIKENESS * power;
}

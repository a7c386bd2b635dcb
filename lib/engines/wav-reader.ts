import { SpeechError } from '../speech/error.js';
import { readWavHeader, WAV_FLOAT, WAV_PCM, type WavHeader } from '../speech/wav-header.js';
import type { EngineSound } from './engine.js';
import { readSamples, type SampleEncoding } from './samples.js';

/** By bits a sample. Those of eight have no sign, and all others have their smallest byte first. */
const INTEGERS: Readonly<Record<number, SampleEncoding>> = { 8: 'u8', 16: 's16le', 24: 's24le', 32: 's32le' };
const FLOATS: Readonly<Record<number, SampleEncoding>> = { 32: 'f32le', 64: 'f64le' };

/** What a WAV file says of its sound, and where that is. */
interface WavSound {
  readonly data: Uint8Array;
  readonly sampleRate: number;
  readonly channels: number;
  /** Undefined for one that is not read here. */
  readonly encoding: SampleEncoding | undefined;
}

/**
 * Reads a whole 16-bit WAV file that an engine has written, mixing its channels into one.
 *
 * @throws {SpeechError} `engine_failed` when it is something else
 */
export function readWav(bytes: Uint8Array): EngineSound {
  const sound = findSound(bytes);
  if (sound === 'not-wav') throw new SpeechError('engine_failed', 'the engine did not write WAV');
  if (sound === 'no-sound') throw new SpeechError('engine_failed', 'the engine wrote no sound');
  const { sampleRate, channels, encoding, data } = sound;
  if (encoding !== 's16le') throw new SpeechError('engine_failed', 'the engine’s WAV is not 16-bit PCM');
  return { samples: readSamples(data, encoding, Math.max(1, channels)), sampleRate };
}

/**
 * Reads a whole WAV file of anybody’s: integers of 8 to 32 bits or floating point, mixing its channels into one.
 *
 * @throws {SpeechError} `not_audio` when it is something else
 */
export function readAnyWav(bytes: Uint8Array): EngineSound {
  const sound = findSound(bytes);
  if (typeof sound === 'string') throw new SpeechError('not_audio', 'this is no WAV with sound in it');
  const { sampleRate, channels, encoding, data } = sound;
  if (encoding === undefined || channels === 0) {
    throw new SpeechError('not_audio', 'this WAV holds no samples of 8 to 32 bits');
  }
  return { samples: readSamples(data, encoding, channels), sampleRate };
}

/** Reads 16-bit little-endian samples of one channel. A half sample at the end is left out. */
export function readPcm(bytes: Uint8Array): Float32Array {
  return readSamples(bytes, 's16le', 1);
}

/**
 * Finds the sound in a whole file. What stands behind it, such as a list of names, is left out; a size that cannot be true is not
 * believed, because writers to a pipe make it up.
 */
function findSound(bytes: Uint8Array): WavSound | 'not-wav' | 'no-sound' {
  const header = readWavHeader(bytes);
  if (header === 'need-more') return 'no-sound';
  if (header === 'not-wav') return header;
  const { channels, sampleRate, dataStart, dataSize = Infinity } = header;
  const end = dataStart + dataSize <= bytes.length ? dataStart + dataSize : undefined;
  return { channels, sampleRate, encoding: encodingOf(header), data: bytes.subarray(dataStart, end) };
}

/** Says how the samples of a file are encoded; undefined for what is not read here. */
export function encodingOf({ encoding, bitsPerSample }: WavHeader): SampleEncoding | undefined {
  if (encoding === WAV_FLOAT) return FLOATS[bitsPerSample];
  return encoding === WAV_PCM ? INTEGERS[bitsPerSample] : undefined;
}

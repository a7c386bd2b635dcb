import { SpeechError } from '../speech/error.js';
import type { EngineSound } from './engine.js';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** Where an extensible format says in its chunk which of the others it is. */
const SUBFORMAT = 24;

type SampleCoding = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32';

/** How many bytes a sample takes, and how it becomes one from -1 to 1. */
const CODINGS: Readonly<Record<SampleCoding, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  uint8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  int16: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32_768 },
  int24: { bytes: 3, read: (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8_388_608 },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2_147_483_648 },
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
};

interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
  /** Undefined for one that is not read here. */
  readonly coding: SampleCoding | undefined;
}

/** What a WAV file says of its sound, and where that is. */
interface WavSound extends WavFormat {
  readonly data: Uint8Array;
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
  const { sampleRate, channels, coding, data } = sound;
  if (coding !== 'int16') throw new SpeechError('engine_failed', 'the engine’s WAV is not 16-bit PCM');
  return { samples: readSamples(data, coding, Math.max(1, channels)), sampleRate };
}

/**
 * Reads a whole WAV file of anybody’s: integers of 8 to 32 bits or floating point, mixing its channels into one.
 *
 * @throws {SpeechError} `not_audio` when it is something else
 */
export function readAnyWav(bytes: Uint8Array): EngineSound {
  const sound = findSound(bytes);
  if (typeof sound === 'string') throw new SpeechError('not_audio', 'this is no WAV with sound in it');
  const { sampleRate, channels, coding, data } = sound;
  if (coding === undefined || channels === 0) {
    throw new SpeechError('not_audio', 'this WAV holds no samples of 8 to 32 bits');
  }
  return { samples: readSamples(data, coding, channels), sampleRate };
}

/** Reads 16-bit little-endian samples of one channel. A half sample at the end is left out. */
export function readPcm(bytes: Uint8Array): Float32Array {
  return readSamples(bytes, 'int16', 1);
}

/**
 * Walks the chunks of a RIFF file to the sound. What stands behind it, such as a list of names, is left out; a size that cannot be
 * true is not believed, because writers to a pipe make it up.
 */
function findSound(bytes: Uint8Array): WavSound | 'not-wav' | 'no-sound' {
  if (bytes.length < RIFF_HEADER) return 'no-sound';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (word(0) !== 'RIFF' || word(8) !== 'WAVE') return 'not-wav';
  let format: WavFormat | undefined;
  for (let at = RIFF_HEADER; bytes.length >= at + CHUNK_HEADER;) {
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    if (word(at) === 'data') {
      if (format === undefined) return 'not-wav';
      const isPlausible = size > 0 && start + size <= bytes.length;
      return { ...format, data: bytes.subarray(start, isPlausible ? start + size : undefined) };
    }
    if (word(at) === 'fmt ') {
      if (bytes.length < start + 16) return 'no-sound';
      format = readFormat(new DataView(view.buffer, view.byteOffset + start, Math.min(size, bytes.length - start)));
      if (format === undefined) return 'not-wav';
    }
    at = start + size + (size % 2);
  }
  return 'no-sound';
}

function readFormat(chunk: DataView): WavFormat | undefined {
  if (chunk.byteLength < 16) return undefined;
  const named = chunk.getUint16(0, true);
  const kind = named === EXTENSIBLE && chunk.byteLength >= SUBFORMAT + 2 ? chunk.getUint16(SUBFORMAT, true) : named;
  return {
    channels: chunk.getUint16(2, true),
    sampleRate: chunk.getUint32(4, true),
    coding: codingOf(kind, chunk.getUint16(14, true)),
  };
}

function codingOf(kind: number, bits: number): SampleCoding | undefined {
  if (kind === FLOAT) return bits === 32 ? 'float32' : undefined;
  if (kind !== PCM && kind !== EXTENSIBLE) return undefined;
  if (bits === 8) return 'uint8';
  const coding = `int${bits}` as const;
  return coding === 'int16' || coding === 'int24' || coding === 'int32' ? coding : undefined;
}

/** Reads whole frames of samples, mixing channels into one. */
function readSamples(bytes: Uint8Array, coding: SampleCoding, channels: number): Float32Array {
  const { bytes: width, read } = CODINGS[coding];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(Math.floor(bytes.length / (width * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += read(view, (index * channels + channel) * width);
    samples[index] = sum / channels;
  }
  return samples;
}

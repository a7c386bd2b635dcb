import { SpeechError } from '../speech/error.js';
import { readWavHeader, WAV_FLOAT, WAV_PCM } from '../speech/wav-header.js';
import type { EngineSound } from './engine.js';

type SampleCoding = 'uint8' | 'int16' | 'int24' | 'int32' | 'float32';

/** How many bytes a sample takes, and how it becomes one from -1 to 1. */
const CODINGS: Readonly<Record<SampleCoding, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  uint8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  int16: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32_768 },
  int24: { bytes: 3, read: (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8_388_608 },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2_147_483_648 },
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
};

/** What a WAV file says of its sound, and where that is. */
interface WavSound {
  readonly data: Uint8Array;
  readonly sampleRate: number;
  readonly channels: number;
  /** Undefined for one that is not read here. */
  readonly coding: SampleCoding | undefined;
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
 * Finds the sound in a whole file. What stands behind it, such as a list of names, is left out; a size that cannot be true is not
 * believed, because writers to a pipe make it up.
 */
function findSound(bytes: Uint8Array): WavSound | 'not-wav' | 'no-sound' {
  const header = readWavHeader(bytes);
  if (header === 'need-more') return 'no-sound';
  if (header === 'not-wav') return header;
  const { encoding, bitsPerSample, channels, sampleRate, dataStart, dataSize = Infinity } = header;
  const end = dataStart + dataSize <= bytes.length ? dataStart + dataSize : undefined;
  return { channels, sampleRate, coding: codingOf(encoding, bitsPerSample), data: bytes.subarray(dataStart, end) };
}

function codingOf(kind: number, bits: number): SampleCoding | undefined {
  if (kind === WAV_FLOAT) return bits === 32 ? 'float32' : undefined;
  if (kind !== WAV_PCM) return undefined;
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

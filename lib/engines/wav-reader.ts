import { SpeechError } from '../speech/error.js';
import type { EngineSound } from './engine.js';

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
const PCM = 1;
const EXTENSIBLE = 0xfffe;

/** What the header of a WAV stream says, and where its sound begins. */
export interface WavHeader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly dataStart: number;
  /** Bytes of sound, as the header says. Writers to a pipe make it up. */
  readonly dataSize: number;
}

/**
 * Reads the header of 16-bit WAV from the first bytes of a stream.
 *
 * @returns undefined while more bytes are needed
 * @throws {SpeechError} `engine_failed` when this is something else
 */
export function readWavHeader(bytes: Uint8Array): WavHeader | undefined {
  if (bytes.length < RIFF_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (word(0) !== 'RIFF' || word(8) !== 'WAVE') throw new SpeechError('engine_failed', 'the engine did not write WAV');
  let format: Pick<WavHeader, 'channels' | 'sampleRate'> | undefined;
  for (let at = RIFF_HEADER; bytes.length >= at + CHUNK_HEADER;) {
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER;
    if (word(at) === 'data') {
      if (format === undefined) throw new SpeechError('engine_failed', 'the engine’s WAV has no format');
      return { ...format, dataStart: start, dataSize: size };
    }
    if (word(at) === 'fmt ') {
      if (bytes.length < start + 16) return undefined;
      const kind = view.getUint16(start, true);
      const bits = view.getUint16(start + 14, true);
      if ((kind !== PCM && kind !== EXTENSIBLE) || bits !== 16) {
        throw new SpeechError('engine_failed', 'the engine’s WAV is not 16-bit PCM');
      }
      format = { channels: view.getUint16(start + 2, true), sampleRate: view.getUint32(start + 4, true) };
    }
    at = start + size + (size % 2);
  }
  return undefined;
}

/**
 * Reads a whole 16-bit WAV file. What stands behind the sound, such as a list of names, is left out; a size that cannot be true is
 * not believed, because writers to a pipe make it up.
 */
export function readWav(bytes: Uint8Array): EngineSound {
  const header = readWavHeader(bytes);
  if (header === undefined) throw new SpeechError('engine_failed', 'the engine wrote no sound');
  const { sampleRate, channels, dataStart, dataSize } = header;
  const isPlausible = dataSize > 0 && dataStart + dataSize <= bytes.length;
  const data = bytes.subarray(dataStart, isPlausible ? dataStart + dataSize : undefined);
  return { samples: readPcm(data, Math.max(1, channels)), sampleRate };
}

/** Reads 16-bit little-endian samples, mixing channels into one. A half sample at the end is left out. */
export function readPcm(bytes: Uint8Array, channels = 1): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(Math.floor(bytes.length / (2 * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1)
      sum += view.getInt16((index * channels + channel) * 2, true);
    samples[index] = sum / (channels * 32_768);
  }
  return samples;
}

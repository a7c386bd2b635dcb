import { WAV_FLOAT, WAV_PCM, type WavFormat } from '../../audio/wav-header.js';
import { WavStream } from '../../audio/wav-stream.js';
import { SpeechError } from '../../speech/error.js';
import type { EngineSound } from '../engine.js';
import { resample } from './resampler.js';
import { joinSamples, readSamples, type SampleEncoding } from './samples.js';

/** By bits a sample. Those of eight have no sign, and all others have their smallest byte first. */
const INTEGERS: Readonly<Record<number, SampleEncoding>> = { 8: 'u8', 16: 's16le', 24: 's24le', 32: 's32le' };
const FLOATS: Readonly<Record<number, SampleEncoding>> = { 32: 'f32le', 64: 'f64le' };

/** One file of several in a row; mostly there is one. */
interface WavPart {
  readonly format: WavFormat;
  readonly pieces: Uint8Array[];
}

/**
 * Reads a whole 16-bit WAV file that an engine has written, mixing its channels into one.
 *
 * @throws {SpeechError} `engine_failed` when it is something else
 */
export function readWav(bytes: Uint8Array): EngineSound {
  const parts = partsOf(bytes);
  if (parts === 'not_audio') throw new SpeechError('engine_failed', 'the engine did not write WAV');
  if (parts === 'empty') throw new SpeechError('engine_failed', 'the engine wrote no sound');
  if (parts.some(({ format }) => encodingOf(format) !== 's16le')) {
    throw new SpeechError('engine_failed', 'the engine’s WAV is not 16-bit PCM');
  }
  return joined(parts);
}

/**
 * Reads a whole WAV file of anybody’s: integers of 8 to 32 bits or floating point, mixing its channels into one.
 *
 * @throws {SpeechError} `not_audio` when it is something else
 */
export function readAnyWav(bytes: Uint8Array): EngineSound {
  const parts = partsOf(bytes);
  if (typeof parts === 'string') throw new SpeechError('not_audio', 'this is no WAV with sound in it');
  return joined(parts);
}

/** Reads 16-bit little-endian samples of one channel. A half sample at the end is left out. */
export function readPcm(bytes: Uint8Array): Float32Array {
  return readSamples(bytes, 's16le', 1);
}

/** Finds the sound in whole files. All there is is taken: whoever has them knows whether that is all. */
function partsOf(bytes: Uint8Array): readonly WavPart[] | 'not_audio' | 'empty' {
  const parts: WavPart[] = [];
  const stream = new WavStream({
    bodyLength: bytes.length,
    onFormat: (format) => parts.push({ format, pieces: [] }),
    onSound: (sound) => parts.at(-1)?.pieces.push(sound),
  });
  try {
    stream.add(bytes);
    stream.end();
  } catch (thrown) {
    return SpeechError.is(thrown) && thrown.code === 'not_audio' ? 'not_audio' : 'empty';
  }
  return parts.filter(({ pieces }) => pieces.length > 0);
}

/** Makes one sound of all parts, at the rate of the first. */
function joined(parts: readonly WavPart[]): EngineSound {
  const sounds = parts.map(({ format, pieces }) => {
    const encoding = encodingOf(format);
    if (encoding === undefined) throw new SpeechError('not_audio', 'this WAV holds no samples of 8 to 64 bits');
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    return { samples: readSamples(bytes, encoding, format.channels), sampleRate: format.sampleRate };
  });
  const { sampleRate = 0 } = sounds[0] ?? {};
  const samples = joinSamples(sounds.map((sound) => resample(sound.samples, sound.sampleRate, sampleRate)));
  return { samples, sampleRate };
}

/** Says how the samples of a file are encoded; undefined for what is not read here. */
export function encodingOf({ encoding, bitsPerSample }: WavFormat): SampleEncoding | undefined {
  if (encoding === WAV_FLOAT) return FLOATS[bitsPerSample];
  return encoding === WAV_PCM ? INTEGERS[bitsPerSample] : undefined;
}

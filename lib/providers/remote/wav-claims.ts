import { frameSizeOf, readWavHeader, type WavHeader, type WavLimits } from '../../audio/wav-header.js';
import type { SpeechRequest } from '../../speech/request.js';
import { isWithinSpeech, mostSecondsOf } from '../../text/spoken-length.js';

/** Bytes from which on a size stands for an unknown one. */
const LONGEST_FILE = 2 ** 29;

/** What a WAV header is held against, of a body of so many bytes. */
export function wavLimits(request: SpeechRequest, length: number | undefined): WavLimits {
  return { bodyLength: length, mostSeconds: mostSecondsOf(request) };
}

/**
 * Whether a file was cut before it was sent: it is shorter than its header says, and the text may take as long as that. A size beyond
 * what any voice needs for the text is none, and stands for one that was not known.
 */
export function isCut(first: Buffer, length: number | undefined, request: SpeechRequest): boolean {
  if (length === undefined) return false;
  const header = readWavHeader(first, { mostSeconds: mostSecondsOf(request) });
  if (typeof header === 'string' || header.dataSize === undefined) return false;
  // No further beyond the end than that: a writer has counted what stands before the sound.
  if (header.dataSize <= length) return false;
  return isWithinSpeech(request, header.dataSize / (frameSizeOf(header) * header.sampleRate));
}

/** Whether a header says anywhere where the sound may end. */
export function canStateEnd(first: Buffer): boolean {
  const header = readWavHeader(first);
  if (typeof header === 'string') return false;
  const { dataStart, dataSize, statedEnds } = header;
  return dataSize !== undefined || statedEnds.some((end) => end > dataStart && end < LONGEST_FILE);
}

/** Whether a body is one file, and ends where its header says. */
export function isExact({ dataStart, dataSize, statedEnds }: WavHeader, length: number | undefined): boolean {
  if (dataSize === undefined || length === undefined) return false;
  return dataStart + dataSize + (dataSize % 2) === length && statedEnds.includes(length);
}

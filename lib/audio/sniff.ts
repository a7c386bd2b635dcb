import type { SpeechFormat } from './formats.js';
import { sniffFlac, sniffOpus, sniffWav } from './sniff-containers.js';
import { sniffAac, sniffMp3, sniffNoFrames } from './sniff-frames.js';
import type { Sniffed } from './sniffed.js';
import { isText } from './text-bytes.js';

/** Most bytes that are looked at before a body counts as not audio: room for a cover picture in front of the sound. */
export const MAX_SNIFFED_BYTES = 256 * 1024;

/** Bytes of text after which headerless sound counts as text: chance hardly ever makes that many of it. */
const MOST_TEXT_BYTES = 32;

const SNIFFERS: Readonly<Record<SpeechFormat, (bytes: Uint8Array) => Sniffed>> = {
  mp3: sniffMp3,
  opus: sniffOpus,
  aac: sniffAac,
  flac: sniffFlac,
  wav: sniffWav,
  pcm: sniffPcm,
};

/** Looks whether the first bytes of a body are sound in the format asked for. */
export function sniffAudio(format: SpeechFormat, bytes: Uint8Array): Sniffed {
  const proof = SNIFFERS[format](bytes);
  return proof === 'need-more' && bytes.length >= MAX_SNIFFED_BYTES ? 'not-audio' : proof;
}

/** How files begin that are no bare samples, and where in them that stands: sound, compressed data, and moving pictures. */
const MARKS = (
  [
    [0, 'RIFF'],
    [0, 'RF64'],
    [0, 'BW64'],
    [0, 'FORM'],
    [0, '.snd'],
    [0, 'OggS'],
    [0, 'fLaC'],
    [0, 'ID3'],
    [0, 'APETAGEX'],
    [0, '\u001f\u008b'],
    [0, '\u001aE\u00df\u00a3'],
    [4, 'ftyp'],
  ] as const
).map(([at, mark]) => ({ at, mark: Buffer.from(mark, 'latin1') }));
const LONGEST_MARK = 8;

/**
 * Headerless sound has no mark of its own, so it is proven by being nothing else that a server is known to send instead: another
 * container, or text (an error as JSON, markup or an event).
 */
function sniffPcm(bytes: Uint8Array): Sniffed {
  if (bytes.length < LONGEST_MARK) return 'need-more';
  if (MARKS.some(({ at, mark }) => mark.every((byte, index) => bytes[at + index] === byte))) return 'not-audio';
  if (isText(bytes.subarray(0, MOST_TEXT_BYTES))) {
    return bytes.length < MOST_TEXT_BYTES ? 'need-more' : 'not-audio';
  }
  return sniffNoFrames(bytes);
}

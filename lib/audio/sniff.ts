import type { SpeechFormat } from './formats.js';
import { proveAac, proveMp3, proveNoFrames } from './sniff-frames.js';
import { proveFlac, proveOpus, proveWav } from './sniff-containers.js';
import type { Proof } from './sniffed.js';
import { isText } from './text-bytes.js';

/** Most bytes that are looked at before a body counts as not audio: room for a cover picture in front of the sound. */
export const MOST_PROOF_BYTES = 256 * 1024;

/** Bytes of text after which headerless sound counts as text: chance hardly ever makes that many of it. */
const MOST_TEXT_BYTES = 32;

const PROVERS: Readonly<Record<SpeechFormat, (bytes: Uint8Array) => Proof>> = {
  mp3: proveMp3,
  opus: proveOpus,
  aac: proveAac,
  flac: proveFlac,
  wav: proveWav,
  pcm: provePcm,
};

/** Looks whether the first bytes of a body are sound in the format asked for. */
export function proveAudio(format: SpeechFormat, bytes: Uint8Array): Proof {
  const proof = PROVERS[format](bytes);
  return proof === 'need-more' && bytes.length >= MOST_PROOF_BYTES ? 'not-audio' : proof;
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
function provePcm(bytes: Uint8Array): Proof {
  if (bytes.length < LONGEST_MARK) return 'need-more';
  if (MARKS.some(({ at, mark }) => mark.every((byte, index) => bytes[at + index] === byte))) return 'not-audio';
  if (isText(bytes.subarray(0, MOST_TEXT_BYTES))) {
    return bytes.length < MOST_TEXT_BYTES ? 'need-more' : 'not-audio';
  }
  return proveNoFrames(bytes);
}

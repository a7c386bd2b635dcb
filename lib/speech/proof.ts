import type { SpeechFormat } from './formats.js';
import { proveAac, proveMp3, proveNoFrames } from './proof-frames.js';
import { proveFlac, proveOpus, proveWav } from './proof-containers.js';

/**
 * What the first bytes of a body show: `proven`, one payload byte of the format is there; `not-audio`, they are something else;
 * `need-more`, too few to tell, or a header alone as yet.
 */
export type Proof = 'proven' | 'not-audio' | 'need-more';

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

/**
 * Headerless sound has no mark of its own, so it is proven by being nothing else that a server is known to send instead: another
 * container, or text (an error as JSON, markup or an event).
 */
function provePcm(bytes: Uint8Array): Proof {
  if (bytes.length < LONGEST_MAGIC) return 'need-more';
  if (MAGIC.some((magic) => magic.every((byte, index) => bytes[index] === byte))) return 'not-audio';
  if (isText(bytes.subarray(0, MOST_TEXT_BYTES))) {
    return bytes.length < MOST_TEXT_BYTES ? 'need-more' : 'not-audio';
  }
  return proveNoFrames(bytes);
}

const MAGIC = ['RIFF', 'OggS', 'fLaC', 'ID3', '\u001f\u008b'].map((magic) => Buffer.from(magic, 'latin1'));
const LONGEST_MAGIC = 4;

/** Says whether bytes are the beginning of a text in UTF-8, in whatever language the server excuses itself. */
function isText(bytes: Uint8Array): boolean {
  try {
    // Asked for a stream, the decoder bears a character that is cut at the end.
    return !/[^\P{Cc}\t\n\r]/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }));
  } catch {
    return false;
  }
}

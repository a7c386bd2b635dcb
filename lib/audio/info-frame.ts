import { readMp3Header } from './frame-header.js';

const HEADER = 4;
const CHECKSUM = 2;
/** Where Fraunhofer's encoder puts its mark, whatever the side information, and what stands how far behind it. */
const VBRI_AT = HEADER + 32;
const VBRI_BYTES = 10;
const VBRI_FRAMES = 14;
/** The same of all others: flags, which say what follows them. */
const XING_FLAGS = 4;
const XING_FIELDS = 8;
const HAS_FRAMES = 1;
const HAS_BYTES = 2;
const VBRI = 0x56_42_52_49;
const XING = 0x58_69_6e_67;
const INFO = 0x49_6e_66_6f;

/**
 * Says whether an MP3 frame only describes the file that it begins: how many frames there are, and where to seek. Of one segment
 * that is true, of the whole it is not.
 */
export function isInfoFrame(frame: Uint8Array): boolean {
  return wordAt(frame, VBRI_AT) === VBRI || xingAt(frame) !== undefined;
}

/** What the first frame of an MP3 file says of the whole; what it does not say is undefined. */
export interface StatedExtent {
  readonly frames: number | undefined;
  /** From this frame to the end of the last. */
  readonly bytes: number | undefined;
}

/** Reads how long an MP3 file is. Whoever streams one leaves zeros there. */
export function readExtent(frame: Uint8Array): StatedExtent {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const number = (at: number): number | undefined =>
    frame.length < at + 4 ? undefined : view.getUint32(at) || undefined;
  const at = xingAt(frame);
  if (at === undefined) {
    const isVbri = wordAt(frame, VBRI_AT) === VBRI;
    return isVbri
      ? { frames: number(VBRI_AT + VBRI_FRAMES), bytes: number(VBRI_AT + VBRI_BYTES) }
      : { frames: undefined, bytes: undefined };
  }
  const flags = number(at + XING_FLAGS) ?? 0;
  const hasFrames = (flags & HAS_FRAMES) !== 0;
  const bytes = at + XING_FIELDS + (hasFrames ? 4 : 0);
  return {
    frames: hasFrames ? number(at + XING_FIELDS) : undefined,
    bytes: (flags & HAS_BYTES) === 0 ? undefined : number(bytes),
  };
}

/** Where the mark of LAME and most others stands: behind what is needed to decode a frame, with a checksum before it or without. */
function xingAt(frame: Uint8Array): number | undefined {
  const sideInformation = HEADER + sideInformationLength(frame);
  const checksum = ((frame[1] ?? 0) & 1) === 0 ? CHECKSUM : 0;
  for (const at of [sideInformation, sideInformation + checksum]) {
    const word = wordAt(frame, at);
    if (word === XING || word === INFO) return at;
  }
  return undefined;
}

/** Bytes between the header and the sound, by version and channels (ISO/IEC 11172-3, 13818-3). */
function sideInformationLength(frame: Uint8Array): number {
  const isMpeg1 = (((frame[1] ?? 0) >> 3) & 3) === 3;
  const isMono = readMp3Header(frame)?.channels === 1;
  if (isMpeg1) return isMono ? 17 : 32;
  return isMono ? 9 : 17;
}

/** Four letters as a number; those that are not there count as zeros. */
function wordAt(bytes: Uint8Array, at: number): number {
  const [one = 0, two = 0, three = 0, four = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (one << 24) | (two << 16) | (three << 8) | four;
}

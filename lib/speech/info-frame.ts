import { readMp3Header } from './frame-header.js';

const HEADER = 4;
const CHECKSUM = 2;
/** Where Fraunhofer's encoder puts its mark, whatever the side information, and where behind that the number of frames stands. */
const VBRI_AT = HEADER + 32;
const VBRI_FRAMES = 14;
/** Where flags stand behind the mark of others, one of which says that the number of frames follows. */
const XING_FLAGS = 4;
const HAS_FRAMES = 1;
const XING_FRAMES = 8;

/**
 * Says whether an MP3 frame only describes the file that it begins: how many frames there are, and where to seek. Of one segment
 * that is true, of the whole it is not.
 */
export function isInfoFrame(frame: Uint8Array): boolean {
  return hasWord(frame, VBRI_AT, ['VBRI']) || xingAt(frame) !== undefined;
}

/** Reads how many frames an MP3 file has; undefined where its first frame does not say. */
export function framesIn(frame: Uint8Array): number | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const at = xingAt(frame);
  if (at !== undefined) {
    const hasFrames = frame.length >= at + XING_FRAMES + 4 && (view.getUint32(at + XING_FLAGS) & HAS_FRAMES) !== 0;
    // Whoever streams the file leaves a 0 there.
    return hasFrames ? view.getUint32(at + XING_FRAMES) || undefined : undefined;
  }
  const isVbri = hasWord(frame, VBRI_AT, ['VBRI']) && frame.length >= VBRI_AT + VBRI_FRAMES + 4;
  return isVbri ? view.getUint32(VBRI_AT + VBRI_FRAMES) || undefined : undefined;
}

/** Where the mark of LAME and most others stands: behind what is needed to decode a frame, with a checksum before it or without. */
function xingAt(frame: Uint8Array): number | undefined {
  const sideInformation = HEADER + sideInformationLength(frame);
  const checksum = ((frame[1] ?? 0) & 1) === 0 ? CHECKSUM : 0;
  return [sideInformation, sideInformation + checksum].find((at) => hasWord(frame, at, ['Xing', 'Info']));
}

/** Bytes between the header and the sound, by version and channels (ISO/IEC 11172-3, 13818-3). */
function sideInformationLength(frame: Uint8Array): number {
  const isMpeg1 = (((frame[1] ?? 0) >> 3) & 3) === 3;
  const isMono = readMp3Header(frame)?.channels === 1;
  if (isMpeg1) return isMono ? 17 : 32;
  return isMono ? 9 : 17;
}

function hasWord(bytes: Uint8Array, at: number, words: readonly string[]): boolean {
  return words.includes(String.fromCharCode(...bytes.subarray(at, at + 4)));
}

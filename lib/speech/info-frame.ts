import { readMp3Header } from './frame-header.js';

const HEADER = 4;
const CHECKSUM = 2;
/** Where Fraunhofer's encoder puts its mark, whatever the side information. */
const VBRI_AT = HEADER + 32;

/**
 * Says whether an MP3 frame only describes the file that it begins: how many frames there are, and where to seek. Of one segment
 * that is true, of the whole it is not.
 */
export function isInfoFrame(frame: Uint8Array): boolean {
  const sideInformation = sideInformationLength(frame);
  const checksum = ((frame[1] ?? 0) & 1) === 0 ? CHECKSUM : 0;
  return (
    hasWord(frame, HEADER + sideInformation, ['Xing', 'Info']) ||
    hasWord(frame, HEADER + checksum + sideInformation, ['Xing', 'Info']) ||
    hasWord(frame, VBRI_AT, ['VBRI'])
  );
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

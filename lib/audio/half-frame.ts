import { LONGEST_FRAME_HEADER, type FrameHeader } from './frame-header.js';

/** Says whether two frames can be of one sound. */
export function isAlike(one: FrameHeader, other: FrameHeader): boolean {
  return one.sampleRate === other.sampleRate && one.channels === other.channels;
}

/**
 * Says whether bytes that end a body are the beginning of one more frame, be it of its header only.
 *
 * @param before the header of the frame before, which it has to be like: what stands behind the last one may look like a frame by chance
 */
export function isHalfFrame(
  bytes: Uint8Array,
  before: FrameHeader,
  read: (bytes: Uint8Array, at: number) => FrameHeader | undefined,
): boolean {
  const [sync, kind = before.kind] = bytes;
  if (sync !== 0xff || kind !== before.kind) return false;
  if (bytes.length < LONGEST_FRAME_HEADER) return true;
  const header = read(bytes, 0);
  return header !== undefined && bytes.length < header.length && isAlike(header, before);
}

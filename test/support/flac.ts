/** A frame as it lies in a file, read bit by bit from what RFC 9639 says, and not by what is tested. */
export interface Frame {
  readonly isVariable: boolean;
  /** How many frames, or samples where they are of several lengths, are before it. */
  readonly number: number;
  readonly samples: number;
  /** What is between the header and the sum at the end. */
  readonly body: Buffer;
  /** Where it ends. */
  readonly end: number;
}

/** Takes frames apart that follow one another, and throws where something else stands between them. */
export function flacFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = headerAt(bytes, at);
    if (header === undefined) throw new Error(`no frame at byte ${String(at)}`);
    let end = at + header.length + 1;
    let sum = sumOf(bytes.subarray(at, end), 0x8005, 16);
    for (; ; end += 1) {
      const isEnd =
        end >= bytes.length || headerAt(bytes, end) !== undefined || bytes.toString('latin1', end, end + 4) === 'fLaC';
      if (sum === 0 && isEnd) break;
      if (end >= bytes.length) throw new Error(`the frame at byte ${String(at)} has no end`);
      sum = sumOf(bytes.subarray(end, end + 1), 0x8005, 16, sum);
    }
    const { isVariable, number, samples } = header;
    frames.push({ isVariable, number, samples, body: bytes.subarray(at + header.length, end - 2), end });
    at = end;
  }
  return frames;
}

function headerAt(
  bytes: Buffer,
  at: number,
): (Pick<Frame, 'isVariable' | 'number' | 'samples'> & { length: number }) | undefined {
  if (bytes.length < at + 6 || bytes.readUInt8(at) !== 0xff || (bytes.readUInt8(at + 1) & 0xfe) !== 0xf8)
    return undefined;
  const [sizeCode, rateCode] = [bytes.readUInt8(at + 2) >> 4, bytes.readUInt8(at + 2) & 15];
  const first = bytes.readUInt8(at + 4);
  const following = first < 0x80 ? 0 : first.toString(2).indexOf('0') - 1;
  if (following < 0 || first === 0xff) return undefined;
  let number = first < 0x80 ? first : first & (0x7f >> (following + 1));
  for (const byte of bytes.subarray(at + 5, at + 5 + following)) number = number * 64 + (byte & 0x3f);
  let end = at + 5 + following;
  let samples = sizeCode < 6 ? 576 * 2 ** (sizeCode - 2) : 256 * 2 ** (sizeCode - 8);
  if (sizeCode === 1) samples = 192;
  if (sizeCode === 6 || sizeCode === 7) {
    if (bytes.length < end + 2) return undefined;
    samples = (sizeCode === 6 ? bytes.readUInt8(end) : bytes.readUInt16BE(end)) + 1;
    end += sizeCode - 5;
  }
  end += rateCode === 12 ? 1 : rateCode > 12 ? 2 : 0;
  if (end >= bytes.length || sumOf(bytes.subarray(at, end), 0x07, 8) !== bytes.readUInt8(end)) return undefined;
  return { isVariable: (bytes.readUInt8(at + 1) & 1) === 1, number, samples, length: end + 1 - at };
}

function sumOf(bytes: Buffer, polynomial: number, width: 8 | 16, before = 0): number {
  let sum = before;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit += 1)
      sum = ((sum << 1) ^ ((sum >> (width - 1)) & 1 ? polynomial : 0)) & (2 ** width - 1);
  }
  return sum;
}

/** Makes the table of a checksum whose most significant bit comes first. @param width of the polynomial in bits */
function tableOf(polynomial: number, width: 8 | 16): Uint16Array {
  const top = 1 << (width - 1);
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let sum = byte << (width - 8);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & top) === 0 ? sum << 1 : (sum << 1) ^ polynomial;
    return sum & ((1 << width) - 1);
  });
}

const HEADER_SUMS = tableOf(0x07, 8);
const FRAME_SUMS = tableOf(0x8005, 16);

/** Sums up a frame's header (RFC 9639, 9.1.8). */
export function sumOfHeader(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = HEADER_SUMS[sum ^ byte] ?? 0;
  return sum;
}

/** Sums up a frame (RFC 9639, 9.3). With its own sum behind it, a frame's is 0. */
export function sumOfFrame(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = nextSum(sum, byte);
  return sum;
}

/** Goes on with the sum of a frame by a byte. */
export function nextSum(sum: number, byte: number): number {
  return ((sum << 8) & 0xffff) ^ (FRAME_SUMS[(sum >> 8) ^ byte] ?? 0);
}

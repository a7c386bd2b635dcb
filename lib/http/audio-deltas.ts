/**
 * Bytes in a group: three make four characters of base64 without any left over, and two a sample of `pcm`. So a client may decode
 * each delta by itself or all of them joined, and play each by itself.
 */
const GROUP = 2 * 3;

/** Most bytes of a delta, 64 KiB of base64: whoever reads line by line has to hold a whole one. */
const MOST_BYTES = 8_192 * GROUP;

/** Cuts a stream of audio into pieces of whole groups, as they come; only the last one may have an odd end. */
export async function* deltasOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? bufferOf(chunk) : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % GROUP);
    for (let at = 0; at < whole; at += MOST_BYTES) yield bytes.subarray(at, Math.min(at + MOST_BYTES, whole));
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield rest;
}

/** Looks at bytes as a buffer, without a copy. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

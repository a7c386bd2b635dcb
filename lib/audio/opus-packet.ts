/** Hertz in which Ogg counts Opus, whatever the rate of the sound (RFC 7845). */
export const OPUS_CLOCK = 48_000;

const HEAD = 'OpusHead';
const TAGS = 'OpusTags';
const HEAD_LENGTH = 19;
/** Ticks of a frame by configuration: SILK has four lengths, the hybrid two, CELT four (RFC 6716, 3.1). */
const SILK_TICKS = [480, 960, 1_920, 2_880];
const HYBRID_TICKS = [480, 960];
const CELT_TICKS = [120, 240, 480, 960];
/** Ticks of the longest packet. */
const MOST_TICKS = 5_760;

/** What the first packet of a stream says of it (RFC 7845, 5.1). */
export interface OpusHead {
  readonly channels: 1 | 2;
  /** Ticks at the beginning that are decoded and not heard. */
  readonly preSkip: number;
  /** Hertz of what was encoded; for whoever wants to know, as any rate is decoded at any other. */
  readonly sampleRate: number;
  /** By how much the sound is to be made louder, in 256ths of a decibel. */
  readonly gain: number;
}

/** Reads a stream's first packet. Undefined for what is none, or has more than one stream of packets in it. */
export function readOpusHead(packet: Uint8Array): OpusHead | undefined {
  if (!startsWith(packet, HEAD) || packet.length < HEAD_LENGTH) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const channels = view.getUint8(9);
  // The major version, in the upper half of the byte, changes with what old readers cannot understand.
  if (view.getUint8(8) >> 4 !== 0 || (channels !== 1 && channels !== 2) || !hasOneStream(packet, channels)) {
    return undefined;
  }
  return {
    channels,
    preSkip: view.getUint16(10, true),
    sampleRate: view.getUint32(12, true),
    gain: view.getInt16(16, true),
  };
}

/** Writes a stream's first packet, and the one of comments behind it: who made it, and nothing else. */
export function opusHeaders({ channels, preSkip, sampleRate, gain }: OpusHead): readonly [Uint8Array, Uint8Array] {
  const head = Buffer.alloc(HEAD_LENGTH);
  head.write(HEAD, 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(sampleRate, 12);
  head.writeInt16LE(gain, 16);
  const vendor = 'express-speech';
  const tags = Buffer.alloc(TAGS.length + 4 + vendor.length + 4);
  tags.write(TAGS, 0, 'latin1');
  tags.writeUInt32LE(vendor.length, TAGS.length);
  tags.write(vendor, TAGS.length + 4, 'latin1');
  return [head, tags];
}

/** Reads how long a packet plays, in ticks, or undefined where it is no packet of Opus. */
export function opusTicks(packet: Uint8Array): number | undefined {
  const [contents, count] = packet;
  if (contents === undefined) return undefined;
  const frames = framesOf(contents & 3, count);
  const ticks = frames === undefined ? undefined : frames * frameTicks(contents >> 3);
  return ticks === undefined || ticks === 0 || ticks > MOST_TICKS ? undefined : ticks;
}

function framesOf(code: number, count: number | undefined): number | undefined {
  if (code === 0) return 1;
  return code < 3 ? 2 : count === undefined ? undefined : count & 0x3f;
}

function frameTicks(configuration: number): number {
  if (configuration < 12) return SILK_TICKS[configuration & 3] ?? 0;
  if (configuration < 16) return HYBRID_TICKS[configuration & 1] ?? 0;
  return CELT_TICKS[configuration & 3] ?? 0;
}

/** Whether each packet is for all channels: in the family without a table always, in the others where the table says so. */
function hasOneStream(head: Uint8Array, channels: number): boolean {
  const [family, streams, coupled, ...mapping] = head.subarray(18);
  if (family === 0) return true;
  return streams === 1 && coupled === channels - 1 && mapping.slice(0, channels).every((to, channel) => to === channel);
}

function startsWith(bytes: Uint8Array, word: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, word.length)).toString('latin1') === word;
}

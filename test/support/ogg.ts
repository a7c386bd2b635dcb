import { oggPage } from '../../lib/audio/ogg-page.js';
import { opusHeaders } from '../../lib/audio/opus-packet.js';

/** A page as it lies in a file. */
export interface Page {
  readonly bytes: Buffer;
  readonly flags: number;
  readonly position: number;
  readonly serial: number;
  readonly sequence: number;
  readonly table: readonly number[];
  readonly body: Buffer;
}

/** Takes a file apart into its pages, and throws where something else stands between them. */
export function pagesOf(file: Uint8Array): Page[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const pages: Page[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.toString('latin1', at, at + 4) !== 'OggS') throw new Error(`no page at byte ${String(at)}`);
    const start = at + 27 + bytes.readUInt8(at + 26);
    const table = [...bytes.subarray(at + 27, start)];
    const end = start + table.reduce((sum, lacing) => sum + lacing, 0);
    pages.push({
      bytes: bytes.subarray(at, end),
      flags: bytes.readUInt8(at + 5),
      position: Number(bytes.readBigInt64LE(at + 6)),
      serial: bytes.readUInt32LE(at + 14),
      sequence: bytes.readUInt32LE(at + 18),
      table,
      body: bytes.subarray(start, end),
    });
    at = end;
  }
  return pages;
}

/** Puts the packets of pages together again. */
export function packetsOf(pages: readonly Page[]): Buffer[] {
  const packets: Buffer[] = [];
  let parts: Buffer[] = [];
  for (const { table, body } of pages) {
    let at = 0;
    for (const lacing of table) {
      parts.push(body.subarray(at, at + lacing));
      at += lacing;
      if (lacing === 255) continue;
      packets.push(Buffer.concat(parts));
      parts = [];
    }
  }
  return packets;
}

export interface OpusFile {
  readonly packets: readonly Uint8Array[];
  readonly perPage?: number;
  readonly preSkip?: number;
  readonly gain?: number;
  readonly channels?: 1 | 2;
  readonly serial?: number;
  /** Ticks at the end that are not to be heard. */
  readonly trim?: number;
  readonly isEnded?: boolean;
}

/** A packet of CELT of 20 ms with something of its own in it. Nobody has to decode it. */
export function packet(number: number, length = 40): Buffer {
  return Buffer.concat([Buffer.from([0xf8]), Buffer.alloc(length - 1, number)]);
}

/** Makes a file of Opus of packets of 20 ms. */
export function opusFile({
  packets,
  perPage = 5,
  preSkip = 312,
  gain = 0,
  channels = 1,
  serial = 7,
  trim = 0,
  isEnded = true,
}: OpusFile): Buffer {
  const headers = opusHeaders({ channels, preSkip, sampleRate: 44_100, gain });
  const runs = [[headers[0]], [headers[1]]];
  for (let at = 0; at < packets.length; at += perPage) runs.push([...packets.slice(at, at + perPage)]);
  let position = 0;
  return Buffer.concat(
    runs.map((run, sequence) => {
      const isLast = isEnded && sequence === runs.length - 1;
      if (sequence >= headers.length) position += 960 * run.length;
      return oggPage({ serial, packets: run, position: isLast ? position - trim : position, sequence, isLast });
    }),
  );
}

/** A form of IPv6 address that carries an IPv4 one. */
interface Embedding {
  /** What the address begins with, bit by bit from the first of these bytes on. */
  readonly prefix: readonly number[];
  /** Where the four bytes lie; several places where operators may choose. */
  readonly places: readonly (readonly number[])[];
  /** What the bytes are masked with. */
  readonly mask?: number;
}

const LAST = [12, 13, 14, 15];

/** The forms by which packets for an IPv4 address may go, sooner or later. */
const EMBEDDINGS: readonly Embedding[] = [
  // IPv4-compatible, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], places: [LAST] },
  // IPv4-translated, https://www.rfc-editor.org/rfc/rfc2765#section-2.1
  { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], places: [LAST] },
  // NAT64, https://www.rfc-editor.org/rfc/rfc6052#section-2.1
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], places: [LAST] },
  // NAT64 for local use, of which an operator takes any part, https://www.rfc-editor.org/rfc/rfc8215; places by RFC 6052, section 2.2
  {
    prefix: [0, 0x64, 0xff, 0x9b, 0, 1],
    places: [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], LAST],
  },
  // 6to4, https://www.rfc-editor.org/rfc/rfc3056#section-2
  { prefix: [0x20, 0x02], places: [[2, 3, 4, 5]] },
  // Teredo: its server, and its client with every bit turned, https://www.rfc-editor.org/rfc/rfc4380#section-4
  { prefix: [0x20, 0x01, 0, 0], places: [[4, 5, 6, 7]] },
  { prefix: [0x20, 0x01, 0, 0], places: [LAST], mask: 0xff },
];

/** IPv4-mapped, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.2: not a way to an IPv4 address, but that address itself. */
const MAPPED: Embedding = { prefix: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], places: [LAST] };

/** ISATAP, in the last eight bytes of an address of any network, https://www.rfc-editor.org/rfc/rfc5214#section-6.1 */
const ISATAP = [0x5e, 0xfe];

/** Finds the IPv4 addresses that may be reached by an IPv6 address, given without a zone; none in most. */
export function embeddedIPv4(address: string): string[] {
  const bytes = bytesOf(address);
  if (beginsWith(bytes, MAPPED.prefix)) return addressesAt(bytes, MAPPED);
  const embeddings = EMBEDDINGS.filter(({ prefix }) => beginsWith(bytes, prefix));
  const found = embeddings.flatMap((embedding) => addressesAt(bytes, embedding));
  if (beginsWith(bytes.slice(10), ISATAP)) found.push(...addressesAt(bytes, { prefix: [], places: [LAST] }));
  // Of the places only one is meant, and no packet goes on to an address that begins with 0; `::1` is no IPv4 address either.
  return found.filter((embedded) => !embedded.startsWith('0.'));
}

function addressesAt(bytes: readonly number[], { places, mask = 0 }: Embedding): string[] {
  return places.map((place) => place.map((at) => (bytes[at] ?? 0) ^ mask).join('.'));
}

function beginsWith(bytes: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** Reads the sixteen bytes. The URL parser brings every spelling into one, without dots and with one gap at most. */
function bytesOf(address: string): number[] {
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(left), groupsOf(right ?? '')];
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

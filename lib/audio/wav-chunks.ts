/** Bytes of a chunk's name and size. */
export const CHUNK_HEADER = 8;
/** Bytes of what every file begins with: its kind, its size, and `WAVE`. */
export const FILE_HEADER = 12;
/** Most bytes of what stands behind the sound, a picture included. */
export const MOST_BEHIND = 1024 * 1024;

/** What a file can begin with: RF64 and BW64 have room for sizes of 64 bits (EBU Tech 3306, ITU-R BS.2088). */
const FILE_KINDS: ReadonlySet<string> = new Set(['RIFF', 'RF64', 'BW64']);

/** Names of the chunks that stand before or behind the sound (EBU Tech 3285, and what common programs write). */
const DESCRIBING: ReadonlySet<string> = new Set(
  (
    'LIST,fact,bext,cue ,id3 ,ID3 ,iXML,aXML,axml,chna,PEAK,JUNK,junk,FLLR,PAD ,smpl,inst,plst,cart,umid,levl,link,' +
    'DISP,afsp,_PMX,acid,strc,minf,elm1,regn,slnt,ds64,r64m,fmt '
  ).split(','),
);

/** First letters of these names, as most places in a file are told by one byte. */
const MAY_DESCRIBE = new Uint8Array(256);
for (const name of DESCRIBING) MAY_DESCRIBE[name.charCodeAt(0)] = 1;

/** Reads the name of the chunk that begins there; a shorter word where the bytes end. */
export function chunkName(bytes: Uint8Array, at: number): string {
  const [one, two, three, four] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  if (one === undefined || two === undefined || three === undefined || four === undefined) {
    return String.fromCharCode(...bytes.subarray(at, at + 4));
  }
  return String.fromCharCode(one, two, three, four);
}

/** Says whether a chunk that describes sound begins there. A list is known by what it lists, as its name is a word. */
export function isDescribing(bytes: Uint8Array, at: number): boolean {
  if (MAY_DESCRIBE[bytes[at] ?? 0] !== 1) return false;
  const name = chunkName(bytes, at);
  if (!DESCRIBING.has(name)) return false;
  const kind = name === 'LIST' && bytes.length >= at + FILE_HEADER ? chunkName(bytes, at + CHUNK_HEADER) : undefined;
  return kind === undefined || kind === 'INFO' || kind === 'adtl' || kind === 'exif';
}

/** Says whether such a chunk begins there, as far as the bytes go. */
export function mayDescribe(bytes: Uint8Array, at: number): boolean {
  const name = chunkName(bytes, at);
  if (name.length === 4) return isDescribing(bytes, at);
  return name !== '' && [...DESCRIBING].some((known) => known.startsWith(name));
}

/** Says whether a WAV file begins there: `need-more` while the bytes only may become the beginning of one. */
export function beginsWav(bytes: Uint8Array, at = 0): boolean | 'need-more' {
  const kind = chunkName(bytes, at);
  if (!FILE_KINDS.has(kind) && ![...FILE_KINDS].some((each) => each.startsWith(kind))) return false;
  const word = chunkName(bytes, at + CHUNK_HEADER);
  if (!'WAVE'.startsWith(word)) return false;
  return word.length === 4 ? true : 'need-more';
}

/** Finds the next WAV file that begins in these bytes, or returns -1. */
export function findWav(bytes: Buffer, from = 0): number {
  for (let at = bytes.indexOf('WAVE', from, 'latin1'); at !== -1; at = bytes.indexOf('WAVE', at + 1, 'latin1')) {
    const start = at - CHUNK_HEADER;
    if (start >= from && FILE_KINDS.has(chunkName(bytes, start))) return start;
  }
  return -1;
}

/** Returns where the next chunk begins. Behind an odd size stands a byte to fill up, which some writers forget. */
export function behindChunk(bytes: Uint8Array, start: number, size: number): number {
  const end = start + size;
  const isUnfilled = size % 2 === 1 && (isDescribing(bytes, end) || chunkName(bytes, end) === 'data');
  return end + (isUnfilled ? 0 : size % 2);
}

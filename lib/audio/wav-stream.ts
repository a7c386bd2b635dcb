import { SpeechError } from '../speech/error.js';
import { GatheredBytes } from './gathered-bytes.js';
import { beginsWav, CHUNK_HEADER, chunkName, FILE_HEADER, findWav, isDescribing } from './wav-chunks.js';
import { readWavHeader, type WavHeader, type WavLimits } from './wav-header.js';
import { isFilling, isMoreSound, JUDGED, soundBefore, TAIL } from './wav-tail.js';

/** Most bytes before the sound: room for what some writers put there, such as names and a picture. */
const MOST_HEADER = 256 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);

export interface WavStreamOptions extends WavLimits {
  /** Called before the first sound of a file with what its samples are: there may be several files in a row. May throw. */
  readonly onFormat?: (format: WavHeader) => void;
  /** Called with sound, never empty. Its pieces are cut anywhere, in the middle of a sample too. May throw. */
  readonly onSound: (bytes: Uint8Array) => void;
}

/** Where in a file the reader is. */
type Place =
  | { readonly at: 'header' }
  /** In sound of a stated size, behind which `padding` bytes may fill it up. */
  | { readonly at: 'sound'; left: number; readonly padding: number }
  /** In sound without a stated size, or beyond it. */
  | { readonly at: 'open sound' }
  /** Behind the sound, or a chunk behind it; `padding` bytes may fill up an odd size, and `silence` are zeros before more sound. */
  | { readonly at: 'behind'; readonly padding: number; readonly silence?: number }
  | { readonly at: 'chunk'; left: number; readonly padding: number }
  /** In what fills up a block behind the sound, or is silence before more of it: so many bytes that are all the same. */
  | { readonly at: 'filling'; readonly byte: number; length: number }
  | { readonly at: 'junk' };

/**
 * Takes the sound out of WAV that comes piece by piece, however it is cut, and leaves out the rest: chunks before and behind the
 * sound, junk, and the headers of further files, which some servers send one after the other in one body. Sound that goes on
 * beyond its stated size is sound.
 */
export class WavStream {
  readonly #options: WavStreamOptions;
  readonly #header = new GatheredBytes();
  #place: Place = { at: 'header' };
  /** What is not decided yet: the last bytes of open sound, or what stands behind a stated size. */
  #held: Buffer = NOTHING;
  #file: WavHeader | undefined;
  /** Bytes of the body, and those before the file that is being read. */
  #bytes = 0;
  #fileStart = 0;
  /** Bytes of sound in this file, and in all of them. */
  #fileSound = 0;
  #sound = 0;

  constructor(options: WavStreamOptions) {
    this.#options = options;
  }

  /**
   * Takes the next bytes.
   *
   * @throws {SpeechError} `not_audio` for what is no WAV
   */
  add(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let rest: Buffer = bufferOf(bytes);
    while (rest.length > 0) rest = this.#read(rest);
  }

  /**
   * Says that there are no more bytes.
   *
   * @returns whether they end where the header says that they do; a connection that was cut would end them anywhere
   * @throws {SpeechError} `truncated` where fewer came than the header states, `empty` where nothing came but what describes sound
   */
  end(): boolean {
    const place = this.#place;
    if (place.at === 'sound') throw new SpeechError('truncated', 'the sound is shorter than its header says');
    let isStated = place.at !== 'header';
    if (place.at === 'behind') this.#pushMore(this.#held, place.silence);
    if (place.at === 'open sound') {
      this.#push(this.#soundOf(this.#held));
      isStated = this.#isStatedEnd();
    }
    this.#held = NOTHING;
    if (this.#sound === 0) throw new SpeechError('empty', 'there is no sound in this WAV');
    return isStated;
  }

  /** Reads on from where it is, and returns what is to be read next. */
  #read(rest: Buffer): Buffer {
    const place = this.#place;
    switch (place.at) {
      case 'header':
        return this.#readHeader(rest);
      case 'sound': {
        const taken = rest.subarray(0, place.left);
        this.#push(taken);
        place.left -= taken.length;
        if (place.left === 0) this.#place = { at: 'behind', padding: place.padding };
        return rest.subarray(taken.length);
      }
      case 'open sound':
        return this.#readOpenSound(rest);
      case 'behind':
        return this.#readBehind(rest, place);
      case 'chunk': {
        const skipped = Math.min(place.left, rest.length);
        place.left -= skipped;
        if (place.left === 0) this.#place = { at: 'behind', padding: place.padding };
        return rest.subarray(skipped);
      }
      case 'filling':
        return this.#readFilling(rest, place);
      case 'junk':
        return this.#readJunk(rest);
    }
  }

  #readHeader(rest: Buffer): Buffer {
    this.#header.add(rest);
    const { bodyLength, mostSeconds } = this.#options;
    const left = bodyLength === undefined ? undefined : bodyLength - this.#fileStart;
    const header = readWavHeader(this.#header.bytes, { bodyLength: left, mostSeconds });
    if (typeof header === 'object') {
      this.#file = header;
      this.#fileSound = 0;
      this.#options.onFormat?.(header);
      const { dataStart, dataSize } = header;
      this.#place = soundOf(dataSize);
      return this.#header.take().subarray(dataStart);
    }
    if (header === 'not-wav' || this.#header.length > MOST_HEADER) {
      if (this.#file === undefined) throw new SpeechError('not_audio', 'this is no WAV');
      this.#header.take();
      this.#place = { at: 'junk' };
    }
    return NOTHING;
  }

  #readOpenSound(rest: Buffer): Buffer {
    const next = this.#nextFile(rest);
    if (next !== undefined) {
      this.#push(this.#soundOf(next.before));
      return this.#beginFile(next.file);
    }
    // Nearly always: what was held goes out, and most of what came behind it, as it is. A copy of it all would double the garbage.
    if (rest.length >= TAIL) {
      this.#push(this.#held);
      this.#push(rest.subarray(0, rest.length - TAIL));
      this.#held = Buffer.from(rest.subarray(rest.length - TAIL));
      return NOTHING;
    }
    const all = Buffer.concat([this.#held, rest]);
    const decided = Math.max(0, all.length - TAIL);
    this.#push(all.subarray(0, decided));
    this.#held = all.subarray(decided);
    return NOTHING;
  }

  /** Looks for another file that begins in open sound, and cuts there. */
  #nextFile(rest: Buffer): { readonly before: Buffer; readonly file: Buffer } | undefined {
    const seam = Buffer.concat([this.#held.subarray(-FILE_HEADER), rest.subarray(0, FILE_HEADER)]);
    if (findWav(seam) === -1 && findWav(rest) === -1) return undefined;
    const all = Buffer.concat([this.#held, rest]);
    const at = findWav(all);
    return { before: all.subarray(0, at), file: all.subarray(at) };
  }

  /** Decides what stands behind the sound, once enough of it is there. */
  #readBehind(rest: Buffer, { padding, silence }: Extract<Place, { at: 'behind' }>): Buffer {
    const all = Buffer.concat([this.#held, rest]);
    this.#held = NOTHING;
    for (const at of padding === 0 ? [0] : [0, 1]) {
      const begins = beginsWav(all, at);
      if (begins === true) return this.#beginFile(all.subarray(at));
      if (chunkName(all, at) === 'data' && all.length >= at + CHUNK_HEADER) return this.#beginSound(all.subarray(at));
      const isChunk = all.length >= at + FILE_HEADER && this.#isChunk(all, at);
      if (!isChunk) continue;
      const size = all.readUInt32LE(at + 4);
      this.#place = { at: 'chunk', left: CHUNK_HEADER + size, padding: size % 2 };
      return all.subarray(at);
    }
    // As many bytes as are needed and no more, so that it is the same however they come.
    const judged = all.subarray(0, JUDGED);
    const file = findWav(judged);
    if (file !== -1) {
      this.#pushMore(all.subarray(0, file), silence);
      return this.#beginFile(all.subarray(file));
    }
    if (judged.length < JUDGED) {
      this.#held = all;
      return NOTHING;
    }
    if (isFilling(judged)) this.#place = { at: 'filling', byte: all.readUInt8(0), length: 0 };
    else if (this.#isMoreSound(judged)) {
      this.#push(Buffer.alloc(silence ?? 0));
      this.#place = { at: 'open sound' };
    } else this.#place = { at: 'junk' };
    return all;
  }

  #readFilling(rest: Buffer, place: Extract<Place, { at: 'filling' }>): Buffer {
    const end = rest.findIndex((byte) => byte !== place.byte);
    place.length += end === -1 ? rest.length : end;
    if (end === -1) return NOTHING;
    this.#place = { at: 'behind', padding: 0, silence: place.byte === 0 ? place.length : 0 };
    return rest.subarray(end);
  }

  #readJunk(rest: Buffer): Buffer {
    const all = Buffer.concat([this.#held, rest]);
    const at = findWav(all);
    if (at !== -1) return this.#beginFile(all.subarray(at));
    this.#held = Buffer.from(all.subarray(-FILE_HEADER));
    return NOTHING;
  }

  #beginFile(bytes: Buffer): Buffer {
    this.#held = NOTHING;
    this.#fileStart = this.#bytes - bytes.length;
    this.#place = { at: 'header' };
    return bytes;
  }

  /**
   * Goes on with the sound of one more chunk of it in the same file, as where pieces were put one behind the other in it. Its size is
   * believed within what the header says of the file; else it is open.
   */
  #beginSound(bytes: Buffer): Buffer {
    const size = bytes.readUInt32LE(4);
    const end = this.#bytes - this.#fileStart - bytes.length + CHUNK_HEADER + size;
    this.#place = soundOf(size > 0 && this.#isWithinFile(end) ? size : undefined);
    return bytes.subarray(CHUNK_HEADER);
  }

  #isWithinFile(end: number): boolean {
    return this.#file?.statedEnds.some((stated) => end <= stated + 1) === true;
  }

  /** Whether a chunk begins there: within what the header says of the file its name may be any, beyond that it has to be known. */
  #isChunk(bytes: Buffer, at: number): boolean {
    if (isDescribing(bytes, at)) return true;
    const end = this.#bytes - this.#fileStart - bytes.length + at + CHUNK_HEADER + bytes.readUInt32LE(at + 4);
    return this.#isWithinFile(end) && /^[\x20-\x7e]{4}$/.test(chunkName(bytes, at));
  }

  #isMoreSound(bytes: Buffer): boolean {
    return this.#file !== undefined && isMoreSound(bytes, this.#file);
  }

  /** Takes what stands behind a stated size, if that is more of the sound. */
  #pushMore(bytes: Buffer, silence = 0): void {
    if (!this.#isMoreSound(bytes)) return;
    this.#push(Buffer.alloc(silence));
    this.#push(this.#soundOf(bytes));
  }

  #soundOf(tail: Buffer): Buffer {
    if (this.#file === undefined) return tail;
    const { dataStart } = this.#file;
    return soundBefore(tail, { format: this.#file, dataStart, soundBytes: this.#fileSound });
  }

  #push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#fileSound += bytes.length;
    this.#sound += bytes.length;
    this.#options.onSound(bytes);
  }

  #isStatedEnd(): boolean {
    const { dataStart = 0, statedEnds = [] } = this.#file ?? {};
    const ends = [dataStart + this.#fileSound, this.#bytes - this.#fileStart];
    return statedEnds.some((stated) => ends.includes(stated) || ends.includes(stated + 1));
  }
}

function soundOf(size: number | undefined): Place {
  return size === undefined ? { at: 'open sound' } : { at: 'sound', left: size, padding: size % 2 };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

import { LONGEST_OGG_PACKET, readOggPage, type ReadOggPage } from '../../audio/ogg-page.js';
import { OPUS_CLOCK, opusTicks, readOpusHead } from '../../audio/opus-packet.js';
import { SpeechError } from '../../speech/error.js';
import { ByteQueue } from './byte-queue.js';
import type { OpusPacket, OpusStream } from './opus-stream.js';
import { IncompatibleSoundError, type Chunk, type SegmentConcat } from './segment-concat.js';
import { allOrNone } from './segment-stream.js';

/**
 * Ticks of what a file has decoded and not heard that are left in front of its sound: a decoder that comes from somewhere else is
 * right again after 80 ms (RFC 7845, 4.6). It is the quiet that encoders begin with, 6.5 ms of it with nearly all of them.
 */
const CONVERGENCE = 3_840;

/** Takes the packets out of a file and puts them into the one stream of the speech, page by page as they come. */
export class OpusConcat implements SegmentConcat {
  readonly #stream: OpusStream;
  readonly #waiting = new ByteQueue();
  #expects: 'head' | 'tags' | 'sound' | 'nothing' = 'head';
  #serial = 0;
  /** The parts of a packet that goes on in the next page. */
  #torn: Uint8Array[] = [];
  /** What the last page has: where its sound ends is known, but not yet whether the speech does. */
  #held: OpusPacket[] = [];
  /** Ticks that are not to be heard, and not needed either. */
  #skip = 0;
  /** Ticks of the file as it was read, and where its first page says that they begin. */
  #read = 0;
  #origin: number | undefined;
  /** Ticks at its end that are not to be heard. */
  #trim = 0;
  #heard = 0;

  constructor(stream: OpusStream) {
    this.#stream = stream;
  }

  get heard(): number {
    return this.#heard / OPUS_CLOCK;
  }

  add(bytes: Uint8Array): Chunk[] {
    this.#waiting.add(bytes);
    return allOrNone(this.#stream, () => this.#takePages());
  }

  end(isLast: boolean): Chunk[] {
    const isCut = this.#expects !== 'nothing' && this.#waiting.length > 0;
    if (isCut || this.#torn.length > 0) throw new SpeechError('truncated', 'the sound ends in the middle of a page');
    return this.#release(isLast);
  }

  abort(): Chunk[] {
    return this.#release(false);
  }

  #takePages(): Chunk[] {
    const pieces: Chunk[] = [];
    for (let page = this.#nextPage(); page !== undefined; page = this.#nextPage()) {
      this.#waiting.skip(page.length);
      if (page.isFirst) pieces.push(...this.#beginFile(page));
      else if (page.serial === this.#serial) pieces.push(...this.#takePage(page));
    }
    return pieces;
  }

  #nextPage(): ReadOggPage | undefined {
    const { bytes } = this.#waiting;
    if (bytes.length === 0) return undefined;
    const page = readOggPage(bytes);
    if (page === 'need-more') return undefined;
    if (page !== undefined) return page;
    // What stands behind the last page is none of the sound.
    if (this.#expects !== 'nothing') throw new IncompatibleSoundError('this is no page of Ogg');
    this.#waiting.skip(bytes.length);
    return undefined;
  }

  /**
   * Begins with a file; with the second of several in a row as well. What is no Opus, or begins together with it, runs beside it and
   * is left out.
   */
  #beginFile({ parts, serial }: ReadOggPage): Chunk[] {
    if (this.#expects === 'tags') return [];
    const head = readOpusHead(parts[0] ?? new Uint8Array());
    if (head === undefined) return [];
    const before = this.#release(false);
    // The head of the first of all says how much of itself is not heard. There is none to say it for the others.
    this.#skip = this.#stream.isEmpty ? 0 : Math.max(0, head.preSkip - CONVERGENCE);
    this.#heard -= head.preSkip - this.#skip;
    this.#stream.accept(head);
    this.#serial = serial;
    this.#expects = 'tags';
    this.#torn = [];
    this.#read = 0;
    this.#origin = undefined;
    this.#trim = 0;
    return before;
  }

  #takePage(page: ReadOggPage): Chunk[] {
    if (this.#expects === 'tags') {
      // However long they are, with pictures and all, nothing of them is kept.
      if (page.parts.length > 1 || !page.goesOn) this.#expects = 'sound';
      return [];
    }
    if (this.#expects !== 'sound') return [];
    const packets = this.#packetsOf(page);
    const ticks = ticksOf(packets);
    this.#read += ticks;
    // A first page that is the last one as well may say less than it has, as its end is cut off.
    if (packets.length > 0) this.#origin ??= page.isLast ? 0 : Math.max(0, (page.position ?? ticks) - ticks);
    const kept = this.#withoutSkipped(packets);
    this.#heard += ticksOf(kept);
    if (!page.isLast) return kept.length === 0 ? [] : [this.#stream.write(kept)];
    this.#expects = 'nothing';
    this.#held = kept;
    const end = page.position === undefined ? this.#read : page.position - (this.#origin ?? 0);
    this.#trim = Math.max(0, this.#read - end);
    this.#heard -= this.#trim;
    return [];
  }

  #packetsOf({ parts, isContinued, goesOn }: ReadOggPage): OpusPacket[] {
    const packets: OpusPacket[] = [];
    for (const [index, part] of parts.entries()) {
      const isRest = index === 0 && isContinued;
      // The end of a packet whose beginning never came is none.
      if (isRest && this.#torn.length === 0) continue;
      this.#torn = isRest ? [...this.#torn, part] : [part];
      if (goesOn && index === parts.length - 1) break;
      const bytes = this.#torn.length === 1 ? part : Buffer.concat(this.#torn);
      this.#torn = [];
      // An empty packet stands for one that was lost.
      if (bytes.length > 0) packets.push(readPacket(bytes));
    }
    checkLength(this.#torn.reduce((sum, { length }) => sum + length, 0));
    return packets;
  }

  #withoutSkipped(packets: readonly OpusPacket[]): OpusPacket[] {
    return packets.filter(({ ticks }) => {
      if (ticks > this.#skip) return true;
      this.#skip -= ticks;
      return false;
    });
  }

  /** Lets go of what the last page has, up to its end. */
  #release(isLast: boolean): Chunk[] {
    const packets = this.#held;
    this.#held = [];
    let last = packets.at(-1);
    while (last !== undefined && this.#trim >= last.ticks) {
      packets.pop();
      this.#trim -= last.ticks;
      last = packets.at(-1);
    }
    return last === undefined ? [] : [this.#stream.write(packets, isLast ? this.#trim : undefined)];
  }
}

function readPacket(bytes: Uint8Array): OpusPacket {
  const ticks = opusTicks(bytes);
  if (ticks === undefined) throw new IncompatibleSoundError('this is no packet of Opus');
  checkLength(bytes.length);
  return { bytes, ticks };
}

function checkLength(bytes: number): void {
  if (bytes > LONGEST_OGG_PACKET) throw new IncompatibleSoundError('a packet is too long for a page');
}

function ticksOf(packets: readonly OpusPacket[]): number {
  return packets.reduce((sum, { ticks }) => sum + ticks, 0);
}

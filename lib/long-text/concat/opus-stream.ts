import { SAMPLE_RATE, type SoundShape } from '../../audio/formats.js';
import { oggPage, pagefuls } from '../../audio/ogg-page.js';
import { OPUS_CLOCK, opusHeaders, type OpusHead } from '../../audio/opus-packet.js';
import { IncompatibleSoundError, type Chunk } from './segment-concat.js';
import type { SegmentStream } from './segment-stream.js';

export interface OpusPacket {
  readonly bytes: Uint8Array;
  /** How long it plays. */
  readonly ticks: number;
}

/** There is one stream, and the same sound is to be the same bytes. */
const SERIAL = 1;
/** Both headers have a page each. */
const HEADER_PAGES = 2;
/** 20 ms of silence, which any decoder takes whatever came before: a frame of CELT in which nothing is coded. */
const SILENCE: OpusPacket = { bytes: Uint8Array.of(0xf8, 0xff, 0xfe), ticks: 960 };

/**
 * The one stream of a long speech in Opus: pages numbered through, over packets from any number of files. Packets may change their
 * length, their bandwidth and their channels at any time, and a decoder makes of them what the head says (RFC 6716, 2.1.2).
 */
export class OpusStream implements SegmentStream {
  #head: OpusHead | undefined;
  #sequence = HEADER_PAGES;
  #position = 0;
  #isEnded = false;

  /** Whether nothing was written yet. */
  get isEmpty(): boolean {
    return this.#position === 0;
  }

  /** Any rate follows any other, so it is ours; channels as the first file has them. */
  get shape(): SoundShape | undefined {
    return this.#head && { sampleRate: SAMPLE_RATE, channels: this.#head.channels };
  }

  /** @throws {IncompatibleSoundError} for a file that is to be made louder or softer than the first: one head serves all */
  accept(head: OpusHead): void {
    this.#head ??= head;
    if (head.gain !== this.#head.gain) throw new IncompatibleSoundError('the sound is to be played at another level');
  }

  /** Writes packets, cut off at the end by so many ticks where the speech ends with them. */
  write(packets: readonly OpusPacket[], trim?: number): Chunk {
    const ticks = packets.reduce((sum, packet) => sum + packet.ticks, 0);
    const end = this.#position + ticks;
    const runs = [...pagefuls(packets.map(({ bytes }) => bytes))];
    let written = 0;
    const pages = runs.map((run, index) => {
      const isLast = trim !== undefined && index === runs.length - 1;
      for (const packet of packets.slice(written, written + run.length)) this.#position += packet.ticks;
      written += run.length;
      return this.#page(run, isLast ? end - trim : this.#position, isLast);
    });
    return { bytes: Buffer.concat(pages), seconds: (ticks - (trim ?? 0)) / OPUS_CLOCK };
  }

  head(): Uint8Array {
    if (this.#head === undefined) return new Uint8Array();
    const pages = opusHeaders(this.#head).map((packet, sequence) =>
      oggPage({ serial: SERIAL, packets: [packet], position: 0, sequence, isLast: false }),
    );
    return Buffer.concat(pages);
  }

  rest(seconds: number): Chunk {
    const packets = Array<OpusPacket>(Math.ceil((seconds * OPUS_CLOCK) / SILENCE.ticks)).fill(SILENCE);
    return this.write(packets);
  }

  /**
   * Returns a last page, where no other was said to be it: with a packet that is cut off as a whole, as some readers take the position
   * of a page without packets for the length of the speech.
   */
  tail(): Uint8Array {
    return this.#isEnded || this.#head === undefined ? new Uint8Array() : this.write([SILENCE], SILENCE.ticks).bytes;
  }

  mark(): () => void {
    const [sequence, position] = [this.#sequence, this.#position];
    return () => {
      this.#sequence = sequence;
      this.#position = position;
      this.#isEnded = false;
    };
  }

  reset(): void {
    this.#head = undefined;
    this.#sequence = HEADER_PAGES;
    this.#position = 0;
    this.#isEnded = false;
  }

  #page(packets: readonly Uint8Array[], position: number, isLast: boolean): Uint8Array {
    const page = oggPage({ serial: SERIAL, packets, position, sequence: this.#sequence, isLast });
    this.#sequence += 1;
    this.#isEnded = isLast;
    return page;
  }
}

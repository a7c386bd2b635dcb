import type { EndProof } from '../audio/end-proof.js';
import { openWavHeader, type WavFormat, type WavLimits } from '../audio/wav-header.js';
import { WavStream } from '../audio/wav-stream.js';
import { SpeechError } from '../speech/error.js';
import type { SoundFilter } from './filtered-sound.js';

/** What has to be true of WAV on its way. */
export interface WavFilterOptions extends WavLimits {
  /** Whether it has to say itself where it ends, as nothing else does. */
  readonly mustStateEnd: boolean;
  /** Whether a header goes before the samples: one, with an open length. */
  readonly hasHeader: boolean;
}

/** Makes what lets the samples of WAV through, behind one header that is true. */
export function createWavFilter({ mustStateEnd, hasHeader, ...limits }: WavFilterOptions): SoundFilter {
  let pieces: Uint8Array[] = [];
  let first: WavFormat | undefined;
  const stream = new WavStream({
    ...limits,
    onFormat(format) {
      if (first === undefined && hasHeader) pieces.push(openWavHeader(format));
      first ??= format;
      if (!isAlike(format, first)) throw new SpeechError('bad_response', 'the sound changed its shape on the way');
    },
    onSound: (bytes) => pieces.push(bytes),
  });
  const take = (): Uint8Array[] => {
    const taken = pieces;
    pieces = [];
    return taken;
  };
  return {
    add(bytes) {
      stream.add(bytes);
      return take();
    },
    end() {
      if (!stream.end() && mustStateEnd) throw unproven();
      return take();
    },
  };
}

/** Makes what lets bare samples through behind the header of WAV. */
export function createHeaderFilter(header: Uint8Array): SoundFilter {
  let before: Uint8Array[] = [header];
  return {
    add(bytes) {
      const all = [...before, bytes];
      before = [];
      return all;
    },
    end: () => [],
  };
}

/** Makes what lets everything through, and at the end wants the sound to be whole. */
export function createEndFilter(proof: EndProof): SoundFilter {
  return {
    add(bytes) {
      proof.add(bytes);
      return [bytes];
    },
    end() {
      if (!proof.isWhole()) throw unproven();
      return [];
    },
  };
}

/**
 * Makes what lets everything through, and at the end wants the sound not to show that it is cut.
 *
 * @param length bytes of all of it, where that is known: whoever has got as many takes them for whole, so the last wait for the end
 */
export function createCutFilter(proof: EndProof, length?: number): SoundFilter {
  let bytes = 0;
  let last: readonly Uint8Array[] = [];
  return {
    add(piece) {
      proof.add(piece);
      bytes += piece.length;
      if (bytes !== length) return [piece];
      last = [piece];
      return [];
    },
    end() {
      if (proof.isCut()) throw new SpeechError('truncated', 'the sound shows that it is cut, though the reply is not');
      return last;
    },
  };
}

/** The failure of a body of which nothing says that it is whole. */
export function unproven(): SpeechError {
  return new SpeechError(
    'truncated',
    'the reply has neither length nor chunks, and nothing in it says that it is whole',
  );
}

function isAlike(one: WavFormat, other: WavFormat): boolean {
  const { encoding, channels, sampleRate, bitsPerSample } = other;
  return (
    one.encoding === encoding &&
    one.channels === channels &&
    one.sampleRate === sampleRate &&
    one.bitsPerSample === bitsPerSample
  );
}

import { expect } from 'chai';
import fc from 'fast-check';
import { Base64Stream } from '../../../lib/providers/remote/base64-stream.js';
import { soundIn } from '../../support/audio.js';

const SOUND = soundIn('flac').subarray(0, 1_200);

function decode(pieces: readonly string[]): Buffer | undefined {
  const stream = new Base64Stream();
  const decoded = [...pieces.map((piece) => stream.decode(piece)), stream.end()];
  return decoded.includes(undefined) ? undefined : Buffer.concat(decoded.filter((bytes) => bytes !== undefined));
}

/** Cuts anything that can be cut. */
function cut<Sliced extends { slice(from: number, to?: number): Sliced; readonly length: number }>(
  whole: Sliced,
  places: readonly number[],
): Sliced[] {
  const sorted = [0, ...places.map((place) => place % whole.length), whole.length].sort((one, other) => one - other);
  return sorted.slice(1).map((end, index) => whole.slice(sorted[index] ?? 0, end));
}

const encoded = (bytes: Uint8Array, encoding: 'base64' | 'base64url' = 'base64'): string =>
  Buffer.from(bytes).toString(encoding);
const characters = (text: string): string[] => Array.from(text, (character) => character);
const places = fc.array(fc.nat(10_000), { maxLength: 30 });

describe('Base64Stream', () => {
  it('decodes one text that was cut at any character, of either alphabet', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 900, max: 1_200 }), fc.boolean(), (cuts, length, isUrl) => {
        const sound = SOUND.subarray(0, length);
        const text = isUrl ? encoded(sound).replaceAll('+', '-').replaceAll('/', '_') : encoded(sound);
        expect(decode(cut(text, cuts))?.equals(sound)).to.equal(true);
      }),
      // Bits can look like anything; so it is the same ones each time.
      { numRuns: 1_000, seed: 1 },
    );
    expect(decode(characters(encoded(SOUND)))?.equals(SOUND), 'by character').to.equal(true);
  });

  it('decodes one text without padding that was cut, unless a single cut looks like an end', () => {
    const text = encoded(SOUND.subarray(0, 1_000), 'base64url');
    for (const size of [1, 2, 3, 5, 7, 101, 331]) {
      const cuts = Array.from({ length: Math.floor(1_333 / size) }, (_, index) => (index + 1) * size);
      expect(decode(cut(text, cuts))?.equals(SOUND.subarray(0, 1_000)), String(size)).to.equal(true);
    }
  });

  it('decodes pieces that were encoded each by itself', () => {
    fc.assert(
      fc.property(places, (cuts) => {
        const pieces = cut(SOUND, cuts);
        expect(decode(pieces.map((piece) => encoded(piece)))?.equals(SOUND), 'padded').to.equal(true);
        expect(decode([pieces.map((piece) => encoded(piece)).join('')])?.equals(SOUND), 'in one').to.equal(true);
      }),
      { numRuns: 300 },
    );
    // As many servers as cut their sound into pieces of one size, which no padding fills up.
    for (const size of [100, 1_000, 331]) {
      const pieces = cut(
        SOUND,
        Array.from({ length: Math.floor(1_199 / size) }, (_, index) => (index + 1) * size),
      );
      const texts = pieces.map((piece) => encoded(piece, 'base64url'));
      expect(decode(texts)?.equals(SOUND), String(size)).to.equal(true);
    }
  });

  it('takes texts that were cut for what they are although some look as if they ended there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(500), (size, from) => {
        const sound = SOUND.subarray(from);
        const text = encoded(sound);
        const cuts = Array.from({ length: Math.floor((text.length - 1) / size) }, (_, index) => (index + 1) * size);
        expect(decode(cut(text, cuts))?.equals(sound)).to.equal(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('leaves out what makes an address of it, once or for each piece, wherever that is cut', () => {
    const address = 'data:audio/mpeg;codecs=mp3;base64,';
    const text = address + encoded(SOUND);
    for (const pieces of [
      [text],
      characters(text),
      cut(text, [3, 20, 34, 500]),
      cut(SOUND, [1, 500, 1_000]).map((piece) => address + encoded(piece)),
      cut(SOUND, [100, 500, 1_000]).map((piece) => address + encoded(piece, 'base64url')),
    ]) {
      expect(decode(pieces)?.equals(SOUND)).to.equal(true);
    }
  });

  it('bears white space, and pieces that are empty', () => {
    expect(decode(['', ' ', encoded(SOUND).replace(/(.{70})/g, '$1\r\n'), '', '\n'])?.equals(SOUND)).to.equal(true);
    expect(decode([])?.length).to.equal(0);
  });

  it('takes nothing else', () => {
    for (const pieces of [['not base64!'], ['QUJD', '{"a":1}'], ['QUJDR'], ['data:audio/mpeg;base64'], ['QQ==', 'é']]) {
      expect(decode(pieces), pieces.join()).to.equal(undefined);
    }
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (pieces) => {
        expect(() => decode(pieces)).not.to.throw();
      }),
    );
  });
});

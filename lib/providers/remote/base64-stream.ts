/** Characters that three bytes take. */
const GROUP = 4;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Bits of the last character that are not used, by how many characters the last group has: an encoder leaves them 0. */
const UNUSED_BITS: Readonly<Record<number, number>> = { 2: 4, 3: 2 };
/** Bits that have to be 0 before that is no chance any more, and with which it is likelier than not where nothing more comes. */
const ENOUGH_EVIDENCE = 16;
const SOME_EVIDENCE = 8;
const DATA_ADDRESS = 'data:';

/**
 * Decodes base64 that comes in pieces, of either alphabet, with padding or without, in addresses of data or bare.
 *
 * Some servers encode each piece by itself, others cut up one long text, wherever it suits them. With padding, or where all pieces are
 * of whole groups, that makes no difference. Else the bits tell it that an encoder does not use: they are 0 where a piece ends what was
 * encoded, and anything in the middle of it. Until that is sure nothing is decoded, as the wrong guess would be noise.
 */
export class Base64Stream {
  #pieces: 'alike' | 'undecided' | 'encoded apart' | 'cut' = 'alike';
  /** What is left of a group that is not whole, or all that has come since it became undecided, piece by piece. */
  #rest: string[] = [];
  #evidence = 0;
  /** Whether the address of data has begun, and its comma not come. */
  #isInAddress = false;
  #start: string | undefined = '';

  /** Takes a piece. Returns undefined where it is not base64. */
  decode(piece: string): Buffer | undefined {
    const isPlain = this.#rest.length === 0 && this.#start === undefined && piece.length % GROUP === 0;
    const plain = isPlain ? decodeWhole(piece) : undefined;
    if (plain !== undefined) return plain;
    const text = this.#withoutAddress(piece.replace(/\s+/g, ''));
    return text === undefined || !isBase64(text) ? undefined : this.#take(text);
  }

  /** Says that there are no more pieces. Returns what is left, or undefined where that is not base64. */
  end(): Buffer | undefined {
    const start = this.#start ?? '';
    this.#start = undefined;
    if (this.#isInAddress || !isBase64(start)) return undefined;
    const bytes = this.#take(start);
    const all = this.#rest.join('');
    // What was cut is whole groups together; what is not was encoded apart.
    const isCut = all.length % GROUP === 0 && this.#evidence < SOME_EVIDENCE;
    const rest = decodeAll(isCut ? [all] : this.#rest);
    this.#rest = [];
    return bytes === undefined || rest === undefined ? undefined : Buffer.concat([bytes, rest]);
  }

  #take(text: string): Buffer | undefined {
    if (this.#pieces === 'undecided') return this.#decide(text);
    const units = text.split(/=+/);
    // Padding ends what was encoded, and may stand at the beginning of the next piece.
    if (units.length > 1) units[0] = this.#takeRest() + (units[0] ?? '');
    const ended = decodeAll(units.slice(0, -1));
    const open = this.#takeRest() + (units.at(-1) ?? '');
    const left = open.length % GROUP;
    const whole = decodeAll([open.slice(0, open.length - left)]);
    if (ended === undefined || whole === undefined) return undefined;
    const bytes = Buffer.concat([ended, whole]);
    if (left === 0) return bytes;
    const rest = open.slice(-left);
    if (this.#pieces === 'encoded apart') {
      const last = decodeAll([rest]);
      return last === undefined ? undefined : Buffer.concat([bytes, last]);
    }
    this.#rest = [rest];
    if (this.#pieces === 'alike') this.#weigh(rest);
    return bytes;
  }

  /** Holds another piece against both ways, and decodes all that waits once it is sure. */
  #decide(text: string): Buffer | undefined {
    this.#rest.push(text);
    // Whoever fills up one piece would have filled up the others.
    if (text.includes('=')) this.#pieces = 'cut';
    else this.#weigh(text);
    if (this.#pieces === 'undecided') return Buffer.alloc(0);
    const waiting = this.#pieces === 'cut' ? [this.#rest.join('')] : this.#rest;
    this.#rest = [];
    const decoded = waiting.map((each) => this.#take(each));
    return decoded.includes(undefined) ? undefined : Buffer.concat(decoded.filter((bytes) => bytes !== undefined));
  }

  /** Says how the pieces are made, by the end of one. */
  #weigh(text: string): void {
    const left = text.length % GROUP;
    const bits = UNUSED_BITS[left] ?? 0;
    const last = valueOf(text.at(-1) ?? 'A');
    if (left === 1 || (last & ((1 << bits) - 1)) !== 0) this.#pieces = 'cut';
    else {
      // Silence is all zeros, and tells nothing.
      if (last !== 0) this.#evidence += bits;
      this.#pieces = this.#evidence >= ENOUGH_EVIDENCE ? 'encoded apart' : 'undecided';
    }
  }

  #takeRest(): string {
    const rest = this.#rest.join('');
    this.#rest = [];
    return rest;
  }

  /** Leaves out `data:audio/wav;base64,`, with which some begin, or each of their pieces. */
  #withoutAddress(piece: string): string | undefined {
    let text = piece;
    if (this.#start !== undefined) {
      text = this.#start + piece;
      this.#start = text.length < DATA_ADDRESS.length && DATA_ADDRESS.startsWith(text) ? text : undefined;
      if (this.#start !== undefined) return '';
    }
    this.#isInAddress ||= text.startsWith(DATA_ADDRESS);
    if (!this.#isInAddress) return text;
    const comma = text.indexOf(',');
    if (comma === -1) return '';
    this.#isInAddress = false;
    // It ends what was encoded before, as padding does.
    return `=${text.slice(comma + 1)}`;
  }
}

function valueOf(character: string): number {
  return ALPHABET.indexOf(character === '-' ? '+' : character === '_' ? '/' : character);
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/=_-]*$/.test(text);
}

/** Decodes what is nothing but whole groups, or returns undefined. Node leaves out what is none, so the length is held against it. */
function decodeWhole(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return bytes.length === (text.length / GROUP) * 3 - padding ? bytes : undefined;
}

/** Decodes units, each of which was encoded by itself. A single character encodes nothing. */
function decodeAll(units: readonly string[]): Buffer | undefined {
  if (units.some(({ length }) => length % GROUP === 1)) return undefined;
  return Buffer.concat(units.map((unit) => Buffer.from(unit, 'base64')));
}

/** Characters of a segment: fewer cost more calls than they save time, more delay the first sound. */
export interface SegmentLimits {
  readonly least: number;
  readonly most: number;
}

export const SEGMENT_LIMITS: SegmentLimits = { least: 25, most: 300 };

/** Characters given to the segmenter at a time: on Node 20 its cost grows with the square of the text. */
const WINDOW = 4_000;

/** Where a sentence that is too long may be cut, best first. */
const CUTS = [/[;:；：][\s\S]*$/u, /[,，、،][\s\S]*$/u, /\s\S*$/u];

/** Cuts text into pieces at the ends of sentences, in any script. Short ones are joined and long ones cut; nothing but white space is lost. */
export function segmentsOf(text: string, { least, most }: SegmentLimits = SEGMENT_LIMITS): string[] {
  const segments: string[] = [];
  let pending = '';
  for (const sentence of sentencesOf(text)) {
    const joined = pending === '' ? sentence : `${pending} ${sentence}`;
    if (pending !== '' && joined.length > most) {
      segments.push(pending);
      pending = sentence;
    } else pending = joined;
    if (pending.length < least) continue;
    segments.push(...cut(pending, most));
    pending = '';
  }
  // A last scrap goes with the segment before it, where there is room.
  const last = segments.at(-1);
  if (pending !== '' && last !== undefined && last.length + pending.length < most) {
    segments[segments.length - 1] = `${last} ${pending}`;
  } else if (pending !== '') segments.push(...cut(pending, most));
  return segments;
}

function* sentencesOf(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
  let rest = text;
  while (rest !== '') {
    const window = windowOf(rest);
    const sentences = [...segmenter.segment(window)].map(({ segment }) => segment);
    // The last sentence of a window may go on in the next one.
    const isLast = window.length === rest.length;
    const whole = isLast || sentences.length === 1 ? sentences : sentences.slice(0, -1);
    for (const sentence of whole) {
      const trimmed = sentence.replace(/\s+/gu, ' ').trim();
      if (trimmed !== '') yield trimmed;
    }
    rest = rest.slice(whole.reduce((length, sentence) => length + sentence.length, 0));
  }
}

function windowOf(text: string): string {
  return text.length <= WINDOW ? text : text.slice(0, wholeCharacters(text, WINDOW));
}

function cut(text: string, most: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const at = cutPosition(rest.slice(0, wholeCharacters(rest, most)));
    pieces.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  if (rest !== '') pieces.push(rest);
  return pieces;
}

function cutPosition(text: string): number {
  for (const pattern of CUTS) {
    const at = text.search(pattern);
    // A cut in the first third would leave a scrap.
    if (at > text.length / 3) return at + 1;
  }
  return text.length;
}

/** Moves a position out of the middle of a surrogate pair. */
function wholeCharacters(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') ? at - 1 : at;
}

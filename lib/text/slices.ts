import { MOST_A_TURN, type GiveWay } from './turns.js';

/** Characters that are looked back over for a good place to cut. */
const MOST_BACK = 200;
/** What belongs to the character before it, or joins it to the next one. */
const DEPENDENT = /[\p{M}\p{Cs}\p{Cf}\p{Co}\p{Emoji_Modifier}]/u;

/** Cuts a text into slices that one turn is enough for: at line breaks and blanks, which begin the next slice, and never within a character. */
export function* slicesOf(text: string, length: number = MOST_A_TURN): Generator<string> {
  let from = 0;
  while (text.length - from > length) {
    const at = cutBefore(text, from + length);
    yield text.slice(from, at);
    from = at;
  }
  if (from < text.length) yield text.slice(from);
}

/** Works on a text slice by slice, with a turn for others between them, and puts together what comes of it. */
export async function inSlices(text: string, giveWay: GiveWay, work: (slice: string) => string): Promise<string> {
  let whole = '';
  for (const slice of slicesOf(text)) {
    await giveWay(slice.length);
    whole += work(slice);
  }
  return whole;
}

/** Finds the last good place to cut before a position: a line break, a blank, a whole character. */
function cutBefore(text: string, at: number): number {
  const least = at - MOST_BACK;
  const line = text.slice(least, at + 1).lastIndexOf('\n');
  if (line > 0) return least + line;
  for (let cut = at; cut > least; cut -= 1) if (/\s/.test(text.charAt(cut))) return cut;
  for (let cut = at; cut > least; cut -= 1) if (isWholeAt(text, cut)) return cut;
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
}

function isWholeAt(text: string, at: number): boolean {
  return !DEPENDENT.test(String.fromCodePoint(text.codePointAt(at) ?? 0)) && text.charAt(at - 1) !== '\u200D';
}

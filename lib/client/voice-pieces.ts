/** Length of a piece, about: ten seconds of speech. Chrome's network voices fall silent after fifteen, and say nothing of it. */
const LENGTH = 160;
/** A character of Chinese, Japanese or Korean is a syllable, and takes as long to say as three letters. */
const SYLLABLE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g;

/** Cuts a text into pieces that the browser's voice can be trusted with: at the ends of sentences, and within one only if need be. */
export function cutForVoice(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const part of partsOf(text)) {
    if (lengthOf(piece + part) > LENGTH) {
      pieces.push(piece);
      piece = '';
    }
    piece += part;
  }
  return [...pieces, piece].map((piece) => piece.trim()).filter((piece) => piece !== '');
}

function partsOf(text: string): string[] {
  return segmentsOf(text, 'sentence').flatMap((sentence) =>
    lengthOf(sentence) > LENGTH ? segmentsOf(sentence, 'word') : sentence,
  );
}

function segmentsOf(text: string, granularity: 'sentence' | 'word'): string[] {
  // Firefox has it since 125, of 2024.
  if (!('Segmenter' in Intl)) return text.match(/\S+\s*/g) ?? [];
  const parts: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity }).segment(text)) {
    // A comma or a space goes with the word before it.
    if (isWordLike === false && parts.length > 0) parts.push(`${parts.pop() ?? ''}${segment}`);
    else parts.push(segment);
  }
  return parts;
}

function lengthOf(text: string): number {
  return text.length + 2 * (text.match(SYLLABLE) ?? []).length;
}

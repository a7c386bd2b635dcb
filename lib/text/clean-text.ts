/** Writing systems whose letters take another form, or another sound, for an invisible joiner behind them. */
const JOINING = [
  ...['Arabic', 'Syriac', 'Mandaic', 'Nko', 'Adlam', 'Hanifi_Rohingya', 'Mongolian', 'Phags_Pa'],
  ...['Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
  ...['Khmer', 'Myanmar', 'Tibetan', 'Balinese', 'Javanese', 'Chakma', 'Meetei_Mayek', 'Tai_Tham'],
]
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('');

/** Invisible characters that a word or a picture is not right without. */
const KEPT = [
  // Persian has a non-joiner inside of words, and the languages of India joiners behind a virama.
  String.raw`(?<=[${JOINING}])[\u200C\u200D]`,
  // What joins several pictures into one, and has a letter or a digit drawn as one.
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  // The flags of England, Scotland and Wales.
  String.raw`(?<=\u{1F3F4})[\u{E0020}-\u{E007E}]{1,8}\u{E007F}`,
  String.raw`(?<=\p{Script=Mongolian})[\u180B-\u180F]`,
].join('|');

/**
 * What nobody can say: control characters other than tabs and line breaks, what says nothing but how others are drawn or ordered,
 * characters of nobody's or of somebody's own alphabet, halves of characters, and what stands for an object that was left out.
 */
const DROPPED = String.raw`[\0-\x08\x0B-\x1F\x7F-\x9F\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\uFFF9-\uFFFC]`;

/** Most marks on one letter. Three are many; what is drawn with hundreds costs time and is no word any more. */
const MOST_MARKS = 16;

/** What is certainly clean: letters and marks of Europe and of East Asia. Nearly all text is done with after this. */
const PLAIN =
  /^[\t\n\x20-\x7E\xA1-\xAC\xAE-\u02FF\u0370-\u0482\u048A-\u052F\u2010-\u2027\u2030-\u205E\u20A0-\u20BF\u2100-\u2BFF\u3000-\u3029\u3030-\u3098\u309B-\u3163\u3165-\u9FFF\uAC00-\uD7A3\uFF01-\uFF9F]*$/;
const UNCLEAN = new RegExp(String.raw`${DROPPED}|[\u2028\u2029]|\p{M}{${String(MOST_MARKS + 1)}}`, 'u');
const KEPT_OR_DROPPED = new RegExp(String.raw`(${KEPT})|${DROPPED}+`, 'gu');
const EXCESS_MARKS = new RegExp(String.raw`(\p{M}{${String(MOST_MARKS)}})\p{M}+`, 'gu');

/** What a terminal is told by: colors, cursors, titles of windows. Without its first character, the rest would be read aloud. */
const TERMINAL_SEQUENCES =
  /\u001B\[[0-?]{0,32}[ -/]{0,4}[@-~]|\u001B\][^\u0007\u001B\n]{0,200}(?:\u0007|\u001B\\)|\u009B[0-?]{0,32}[@-~]/g;
/** Pointers to sources between characters of a private alphabet, as OpenAI's models write them. */
const SOURCE_POINTERS = /\uE200[^\uE200\uE201]{0,300}\uE201/g;
const LINE_ENDS = /\r\n?|[\v\f\u0085\u2028]/g;

/**
 * Takes out what cannot be said and is not meant to be: it makes servers fail, stop or say a word wrongly. Every provider is given text
 * that has gone through here, however it is prepared. Line breaks stay, all as `\n`.
 */
export function cleanText(text: string): string {
  if (isClean(text)) return text;
  return text
    .replace(TERMINAL_SEQUENCES, '')
    .replace(SOURCE_POINTERS, '')
    .replace(/\u2029/g, '\n\n')
    .replace(LINE_ENDS, '\n')
    .replace(/[\u3164\uFFA0]/g, ' ')
    .replace(KEPT_OR_DROPPED, '$1')
    .replace(EXCESS_MARKS, '$1');
}

/** Says whether there is nothing to take out. It is asked of every request. */
export function isClean(text: string): boolean {
  return PLAIN.test(text) || !UNCLEAN.test(text);
}

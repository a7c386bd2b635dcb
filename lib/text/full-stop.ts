import { ABBREVIATIONS } from './abbreviations.js';

/** What CLDR's list lacks. */
const MORE = new Set(
  (
    'gen sen gov cmdr pres hon supt messrs bros nos esq ave blvd ft al ' +
    'bzw usw ggü lt abb bd tbl hl ' +
    'mme mmes mlle mlles art chap ' +
    'ud uds núm tfno ' +
    'ср см гл стр рис др пр проч обл им наст гг вв'
  ).split(' '),
);

/** Titles and the like, which a name always follows: no sentence ends behind them. */
const BEFORE_NAMES = new Set(
  (
    'dr drs mr mrs ms messrs mx prof st ste gen sen gov rep capt col cmdr lt maj sgt cpl pvt adm rev hon pres supt fr sr ' +
    'hr hrn frl dipl ing mme mmes mlle mm mons sra sras srta srtas sres dra dras dott avv sig mt ft проф'
  ).split(' '),
);

/** What only a number makes an abbreviation. */
const BEFORE_NUMBERS = new Set(
  'no nos nr núm n fig figs abb art vol bd ch chap kap sec p pp pag pág s z st rm op № ст рис гл'.split(' '),
);

/** Words that begin a sentence more often than they follow an abbreviation. */
const STARTERS = new RegExp(
  String.raw`^["'“‘«„(¿¡]*(?:${[
    'The|This|That|These|Those|It|He|She|We|They|You|I|A|An|In|On|At|As|If|When|While|After|Before|But|And|So|Then|There|Here',
    'What|Who|How|Why|Where|For|From|My|His|Her|Our|Their|No|Not|Yes|However|Please|Now|Today|Yesterday|Some|All|Many|One',
    'Der|Die|Das|Ein|Eine|Er|Sie|Es|Wir|Ich|Und|Aber|Im|Am|Wenn|Doch|Dann|Auf|Mit|Nach|Seit',
    'Le|Les|Un|Une|Il|Ils|Elle|Elles|Nous|Vous|Je|Ce|Mais|Et|Puis|Los|Las|Él|Ella|Pero|Gli|Ma|Os|Uma|Ele|Ela',
    'Он|Она|Они|Мы|Это|Но|И|В|На',
  ].join('|')})\s+\S`,
  'u',
);

/** The word before a full stop, and what closes behind it. */
const LAST_WORD = /([\p{L}\p{M}\p{N}.№-]{1,24})\.["'”’»)\]]{0,4}\s*$/u;
const MOST_TAIL = 40;
const MOST_HEAD = 32;

/** `U.S`, `e.g`, `z. B` as far as it stands together, `J.-C`. */
const PARTS = /^(?:\p{L}{1,4}\.-?)+\p{L}{1,4}$/u;
const INITIAL = /^(?:\p{Lu}\p{M}{0,2}|[гдсрт])$/u;
/** `z. B.`, `u. a.`: a small letter is an abbreviation beside another one, and what is none ends a sentence: solve for x. */
const SMALL_LETTER = /^\p{Ll}$/u;
const SHORT_NEXT = /^\p{L}{1,4}\./u;
const SHORT_BEFORE = /(?:^|\s)\p{L}\. \p{L}\.\s*$/u;
const ROMAN = /^[IVXLC]{2,6}$/;
/** An ordinal number in German, which alone has capital letters behind its ordinals: `am 3. Mai`, `der 2. Weltkrieg`. */
const ORDINAL =
  /(?:^|\s)(?:am|ab|bis|seit|vom|zum|zur|im|beim|der|die|das|den|dem|des|ein|eine|einen|einem|einer|jede[mnrs]?|und) \d{1,3}\.\s*$/iu;

/**
 * Says whether a sentence ends where one seems to: behind a full stop with a capital letter after it. It does not behind an
 * abbreviation, an initial or an ordinal number, unless what follows begins a sentence; nor behind a title, whatever follows.
 */
export function endsSentence(sentence: string, next: string): boolean {
  const tail = sentence.slice(-MOST_TAIL);
  const word = LAST_WORD.exec(tail)?.[1];
  if (word === undefined) return true;
  const name = word.toLowerCase();
  const head = next.slice(0, MOST_HEAD).trimStart();
  if (BEFORE_NAMES.has(name)) return false;
  if (BEFORE_NUMBERS.has(name) && /^\p{N}/u.test(head)) return false;
  // A number by itself is that of an item in a list.
  if (/^\s*\p{N}{1,3}\.\s*$/u.test(sentence)) return false;
  const isShort =
    ABBREVIATIONS.has(name) ||
    MORE.has(name) ||
    PARTS.test(word) ||
    INITIAL.test(word) ||
    ROMAN.test(word) ||
    ORDINAL.test(tail) ||
    (SMALL_LETTER.test(word) && (SHORT_NEXT.test(head) || SHORT_BEFORE.test(tail)));
  return !isShort || STARTERS.test(head);
}

/** The element that maths travels in from the Markdown to the words. */
export const MATHS_ELEMENT = 'x-maths';

/** Elements whose text is taken by the letter. */
export const LITERALS: ReadonlySet<string> = new Set(['code', 'pre', MATHS_ELEMENT]);

/** Elements that begin and end a block of their own. */
export const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body center details dialog dir div dl fieldset figure footer form frameset head header ' +
    'hgroup html legend main menu nav ol optgroup p search section ul table hr pre'
  ).split(' '),
);

/** Blocks that are heard as a sentence, whether or not a mark ends them. */
export const SENTENCES: ReadonlySet<string> = new Set(
  'h1 h2 h3 h4 h5 h6 li dt dd summary figcaption caption option legend'.split(' '),
);

/** Elements that nobody would read aloud. */
export const SILENT: ReadonlySet<string> = new Set(
  'script style template title iframe noembed noframes noscript object audio video canvas svg annotation rt rp textarea select datalist'.split(
    ' ',
  ),
);

/** Elements inside a line, and those of tables. */
const OTHERS =
  'a abbr acronym applet area b base basefont bdi bdo big br button cite code col colgroup data del dfn em embed font frame i img input ' +
  'ins kbd label link map mark marquee math meta meter nobr output param picture progress q ruby s samp slot small source span strike ' +
  'strong sub sup table tbody td tfoot th thead time tr track tt u var wbr mi mn mo ms mtext mrow mfrac msup msub msqrt semantics ' +
  'speak break prosody emphasis say-as phoneme voice';

const KNOWN: ReadonlySet<string> = new Set([...BLOCKS, ...SENTENCES, ...SILENT, ...LITERALS, ...OTHERS.split(' ')]);

/** Attributes that need no value. */
const SWITCHES = new Set(
  'hidden open checked disabled selected controls autoplay loop muted async defer required readonly multiple reversed nowrap'.split(
    ' ',
  ),
);

/** Says whether a tag is one, and no comparison or blank to fill in that looks like it: `<b and c>`, `<your name>`. */
export function isElement(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (!KNOWN.has(name)) return false;
  const names = Object.keys(attributes);
  return names.length === 0 || names.some((key) => attributes[key] !== '' || SWITCHES.has(key) || key.includes('-'));
}

const QUOTES = /^["'`“”‘’«»]|["'`“”‘’«»]$/;
/** What JavaScript and templates make of a variable that nobody has set. */
const NOTHING = /^(?:undefined|null|NaN|\[object Object\])?$/;
/** A variable's name that was to be replaced by its value: `${NAME}`, `$NAME`, `%NAME%`, `{{ name }}`, `<name>`. */
const PLACEHOLDER = /^(?:\$\{.*\}|\$\w+|%\w+%|\{\{.*\}\}|<.*>)$/;
const HEADER_NAME = /^(?:proxy-)?authorization\s*:|^(?:x-)?api-key\s*:/i;
const SCHEME = /^(?:bearer|basic|token|apikey)(?=\s|$)\s*/i;
const CREDENTIAL_HEADER = /^(?:proxy-)?authorization$|(?:^|-)(?:key|token)$/i;

/** Says what is wrong with a text that cannot be a key, without showing it: keys are copied with what stands around them. */
export function keyProblem(key: string): string | undefined {
  if (/^\s|\s$/.test(key)) return 'the key has a space or a line break at its beginning or end; give it without';
  if (QUOTES.test(key)) return 'the key has quotation marks around it; give it without';
  if (HEADER_NAME.test(key)) return 'expected the key alone, without the name of the header';
  if (SCHEME.test(key)) return 'expected the key alone; "Bearer" is put before it when it is sent';
  return nothingProblem(key);
}

/** Says what is wrong with the value of a header that carries a key; nothing for the other headers. */
export function credentialHeaderProblem(name: string, value: string): string | undefined {
  if (!CREDENTIAL_HEADER.test(name)) return undefined;
  const key = value.trim().replace(SCHEME, '');
  if (SCHEME.test(key)) return 'the header names its scheme twice; give it once';
  if (QUOTES.test(key)) return 'the key in this header has quotation marks around it; give it without';
  return nothingProblem(key);
}

function nothingProblem(key: string): string | undefined {
  if (NOTHING.test(key)) return 'there is no key in it; the variable that it comes from is probably not set';
  if (PLACEHOLDER.test(key)) return 'this is the name of a variable and not its value; use { env: "NAME" } in "apiKey"';
  return undefined;
}

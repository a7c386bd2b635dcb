/**
 * Checks the address of an OpenAI-compatible server and says what to do about one that cannot be right.
 *
 * @returns the problem in words, or undefined where there is none
 */
export function baseUrlProblem(value: string): string | undefined {
  const example = 'such as "http://127.0.0.1:8880/v1"';
  if (!/^https?:\/\//i.test(value)) {
    return `expected an address that begins with http:// or https://, ${example}`;
  }
  const port = /^https?:\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^:/?#@]*):([^/?#@]*)(?=[/?#]|$)/i.exec(value)?.[1];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return 'the port must be a number from 1 to 65535';
  }
  if (!URL.canParse(value)) return `expected an address with a host, ${example}`;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    return 'credentials do not belong into the address; use "apiKey" or "headers"';
  }
  if (url.search !== '' || url.hash !== '') return 'the address must not have a query or a fragment';
  if (/\/audio(\/speech)?\/?$/.test(url.pathname)) {
    return 'give the address up to the version, without /audio/speech, which is added';
  }
  return undefined;
}

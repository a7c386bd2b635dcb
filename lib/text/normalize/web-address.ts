import { withoutEnd } from './sentence-end.js';

/** An address with its scheme, or one that begins with `www.`; brackets around it, and one pair of round ones inside, belong to it. */
const ADDRESS =
  /<?(?:(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,31}:\/\/(?:[^\s/?#@<>"`]{1,256}@)?|(?<![\p{L}\p{N}.@/-])(?=www\.))((?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{M}\p{N}.-]|\[[0-9A-Fa-f:.]+\])*)(:\d{1,5})?((?:[/?#](?:[^\s<>"`()（）「」『』、。，；！？]|\([^\s<>"`()]*\))*)?)>?/giu;
/** What ends a sentence and not an address. */
const AFTER = /[.,;:!?'"*_~\]}]/u;

/** Says web addresses as a person would: by their host. */
export function sayAddresses(text: string): string {
  if (!text.includes('://') && !/www\./iu.test(text)) return text;
  return text.replace(ADDRESS, (_whole, host: string, _port, path: string) => {
    const address = path === '' ? host : path;
    const kept = withoutEnd(address, AFTER);
    const after = address.slice(kept.length).replace(/[*_~]+/g, '');
    const name = (path === '' ? kept : host).replace(/^www\./iu, '');
    // A file has no host.
    return `${name === '' && path !== '' ? kept : name}${after}`;
  });
}

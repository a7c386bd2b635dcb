import { AT_ONCE, type GiveWay } from '../turns.js';

const DOCUMENT = /^\s*(?:<\?xml[^>]*\?>\s*)?<speak(?:\s[^>]*)?>[^]*<\/speak\s*>\s*$/;

/** Says whether a text is an SSML document. */
export function isSsml(text: string): boolean {
  return /^\s*</.test(text) && DOCUMENT.test(text);
}

/** Takes the words out of an SSML document, for those who do not take it as it is. */
export async function sayOfSsml(ssml: string, giveWay: GiveWay = AT_ONCE): Promise<string> {
  const { readSsml } = await import('./ssml-reader.js');
  return readSsml(ssml, giveWay);
}

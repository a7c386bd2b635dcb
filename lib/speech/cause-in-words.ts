import type { SpeechRequest } from './request.js';

/** Characters in a row that a message and a secret do not share by chance. */
const TELLING = 12;
/** Errors of a chain of causes that are told of: a fetch fails, as its connection does, for a reason. */
const MOST_CAUSES = 3;
const MOST_READ = 1_000;
const MOST_CHARACTERS = 200;

/** What stands for what no log line is to have: addresses, and whatever is said to be a key. */
const MASKS: readonly (readonly [form: RegExp, mask: string])[] = [
  [/\b[a-z][a-z\d+.-]{0,15}:\/\/[^\s"'<>]+/giu, '<address>'],
  [/\b(ENOTFOUND|EAI_AGAIN|ECONN\w+|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT) [^\s,;]+/gu, '$1 <address>'],
  [/\[[\da-f:.]{2,45}\](?::\d{1,5})?/giu, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d{1,5})?/gu, '<address>'],
  [/\b[a-z\d][a-z\d.-]{0,100}:\d{2,5}\b/giu, '<address>'],
  [/\b(bearer|basic) [^\s,;]+/giu, '$1 <secret>'],
  [
    /\b([\w-]{0,20}(?:key|token|secret|password|authorization|cookie))(["']?[:=] ?| )["']?(?=[^\s"',;]*\d)[^\s"',;]+/giu,
    '$1$2<secret>',
  ],
];

/** A word that may be a key, which letters and digits in it make likely. */
const LONG_WORD = /[\w+/=-]{20,}/gu;

/** What a provider is sent of a request and no log line is to have. */
export function sentWith({ input, ssml, marked, instructions, extra }: SpeechRequest): string[] {
  const ofClient = Object.values(extra).map((value) => JSON.stringify(value));
  return [input, ssml ?? '', marked ?? '', instructions ?? '', ...ofClient];
}

/**
 * Says in one line what was thrown and what led to it, for a log: names and messages, shortened, without addresses and keys.
 *
 * @param sent what must not stand in a log either; a message that repeats a part of it is left out
 */
export function causeInWords(thrown: unknown, sent: readonly string[]): string | undefined {
  const words: string[] = [];
  for (let cause = thrown; words.length < MOST_CAUSES; cause = cause.cause) {
    if (typeof cause === 'string') words.push(harmlessPart(cause, sent) ?? 'a text');
    if (!(cause instanceof Error)) break;
    const message = harmlessPart(cause.message, sent);
    words.push(message === '' ? cause.name : `${cause.name}: ${message ?? 'what it says repeats what it was sent'}`);
  }
  return words.length === 0 ? undefined : words.join(', caused by ').slice(0, MOST_CHARACTERS);
}

function harmlessPart(message: string, sent: readonly string[]): string | undefined {
  const plain = message
    .slice(0, MOST_READ)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (sent.some((secret) => repeats(plain, secret))) return undefined;
  const masked = MASKS.reduce((told, [form, mask]) => told.replace(form, mask), plain);
  return masked.replace(LONG_WORD, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? '<secret>' : word));
}

/** Says whether a message has a telling part of a secret in it, however it was cut or quoted. */
export function repeats(message: string, secret: string): boolean {
  const plain = secret.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (plain === '') return false;
  if (plain.length <= TELLING) return message.includes(plain);
  for (let start = 0; start + TELLING <= message.length; start += 1) {
    if (plain.includes(message.slice(start, start + TELLING))) return true;
  }
  return false;
}

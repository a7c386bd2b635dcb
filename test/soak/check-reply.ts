import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { declaredWavLength } from '../../lib/audio/sniff-containers.js';
import { sniffAudio } from '../../lib/audio/sniff.js';
import { samplesOf, soundIn } from '../support/audio.js';
import { CONTENT_TYPES } from '../support/content-types.js';
import { checkLongSound, LONG } from './check-long-sound.js';
import type { Reply } from './exchange.js';
import { InvalidReplyError, must } from './must.js';

/** What was asked for, as far as a reply can be held to it. */
export interface Asked {
  readonly input: string;
  readonly format: SpeechFormat;
  readonly accept?: 'audio';
}

/** What a reply turned out to be. Anything else is thrown as an `InvalidReplyError`. */
export type Verdict = 'audio' | 'audio that broke off' | 'text' | 'error';

/** The codes of the contract, written down once more: the soak does not ask the code what it may say. */
const CODES =
  /^(timeout\.(lookup|connect|tls|send|first_byte|idle|total|queue)|deadline|refused|unreachable|dns|tls|reset|truncated|bad_response|not_audio|empty|too_large|status\.\d{3}|rate_limited|circuit_open|bulkhead_full|unsupported|engine_failed|blocked_address|aborted|internal)$/;
/** What the backends of the soak say when they say all of it. */
const SOUNDS = new Map(SPEECH_FORMATS.map((format) => [format, soundIn(format)]));

/** Holds a reply of the speech route to the contract. */
export function checkReply(reply: Reply, asked: Asked): Verdict {
  checkHeaders(reply);
  const type = reply.headers['content-type'] ?? '';
  if (reply.status === 200 && type.startsWith('audio/')) return checkAudio(reply, asked, type);
  must(reply.end === 'whole', 'a reply other than audio broke off');
  const body = jsonOf(reply);
  if (reply.status === 200) return checkText(body, asked);
  must(reply.status === 503, `status ${reply.status}`);
  must(reply.headers['retry-after'] !== undefined, 'no Retry-After');
  checkError(body);
  return 'error';
}

/** Holds an error to its shape: four keys, none of them missing. */
export function checkError(body: Record<string, unknown>): void {
  const { error } = body;
  must(typeof error === 'object' && error !== null, 'no error object');
  must(Object.keys(error).sort().join() === 'code,message,param,type', `keys ${Object.keys(error).join()}`);
  const { code, message } = error as Record<string, unknown>;
  must(typeof message === 'string' && message !== '', 'no message');
  must(code !== 'internal', 'an internal error');
}

/** Holds the headers that stand on every reply of the route to the contract. Returns the codes of the attempts that failed. */
export function checkHeaders({ headers }: Reply): string[] {
  must(/^[\w.-]+$/.test(header(headers['x-speech-provider'])), 'X-Speech-Provider');
  must(/^(true|false)$/.test(header(headers['x-speech-degraded'])), 'X-Speech-Degraded');
  must(/^(hit|miss|stale|shared|off)$/.test(header(headers['x-speech-cache'])), 'X-Speech-Cache');
  must(header(headers['x-request-id']) !== '', 'X-Request-Id');
  const codes = [...header(headers['server-timing']).matchAll(/desc="([^"]*)"/g)].map(([, code = '']) => code);
  for (const code of codes) must(CODES.test(code), `the code ${code}`);
  return codes;
}

export function jsonOf({ body }: Reply): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    throw new InvalidReplyError('not JSON');
  }
}

function checkAudio(reply: Reply, asked: Asked, type: string): Verdict {
  must(type === CONTENT_TYPES[asked.format], `${type} for ${asked.format}`);
  if (reply.end === 'broken') return 'audio that broke off';
  checkSound(reply.body, asked, reply);
  return 'audio';
}

/** Holds sound that ended well to being whole. */
export function checkSound(sound: Buffer, { input, format }: Asked, { headers, trailer }: Reply): void {
  must(sniffAudio(format, sound) === 'valid', `${sound.length} bytes that are no ${format}`);
  if (input === LONG) {
    checkLongSound(sound, format, trailer);
    return;
  }
  if (headers['x-speech-provider'] !== 'local') {
    const whole = SOUNDS.get(format) ?? sound;
    // 'sends a header alone' calls the first 44 bytes all there is. Where no header stands in front, nobody can know better.
    const isSame = format === 'wav' ? samplesOf(whole).equals(samplesOf(sound)) : whole.equals(sound);
    // A server that 'sends another format' has its WAV made into what was asked for: other bytes, and as much sound.
    const isMade = format !== 'wav' && format !== 'pcm' && sound.length > whole.length / 3;
    const isAll = isSame || isMade || whole.subarray(0, 44).equals(sound);
    must(isAll, `${sound.length} bytes of ${format} that the backend did not send`);
    return;
  }
  if (format === 'pcm') must(sound.length % 2 === 0, 'half a sample');
  if (format !== 'wav') return;
  const declared = declaredWavLength(sound);
  must(declared === undefined || declared === sound.length, `${sound.length} bytes of a WAV of ${String(declared)}`);
}

function checkText(body: Record<string, unknown>, { input, accept }: Asked): Verdict {
  must(accept === undefined, 'text with 200 for a client that takes audio only');
  must(body['object'] === 'speech.text' && body['input'] === input, 'not the text of this request');
  must(typeof body['text'] === 'string' && body['text'] !== '', 'no text');
  must(typeof body['reason'] === 'string' && CODES.test(body['reason']), `the reason ${String(body['reason'])}`);
  must(Array.isArray(body['attempts']), 'no attempts');
  return 'text';
}

function header(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

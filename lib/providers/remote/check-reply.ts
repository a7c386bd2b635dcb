import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { mayBeSound, SPEECH_FORMATS, type SpeechFormat } from '../../audio/formats.js';
import { SniffBuffer } from '../../audio/sniff-buffer.js';
import { SpeechError } from '../../speech/error.js';
import type { Exchange } from './exchange.js';
import { isPackedType, isPcmType } from './pcm-layout.js';

/** Refuses a head that no body can make good again. */
export function checkHead(response: IncomingMessage, maxBytes: number): void {
  if (!mayBeSound(response.headers['content-type'])) {
    throw new SpeechError('not_audio', 'the server sent something under a type that is none of sound');
  }
  checkPacking(response, maxBytes);
}

/** Refuses a body that is packed in a way that was not asked for, or announces more than is taken. */
export function checkPacking({ headers }: IncomingMessage, maxBytes: number): void {
  const { 'content-encoding': encoding = '', 'content-length': length } = headers;
  if (!/^(identity)?$/i.test(encoding))
    throw new SpeechError('bad_response', 'the server compressed what was to be sent as it is');
  if (Number(length ?? 0) > maxBytes) throw new SpeechError('too_large', 'the server means to send too many bytes');
}

/**
 * Lists what a body may be, likeliest first: what was asked for, or anything else that is told by its bytes. Bare samples have no mark,
 * so that they are expected only where they were asked for, or the type says so.
 */
export function candidatesFor(asked: SpeechFormat, contentType: string | undefined): readonly SpeechFormat[] {
  if (isPackedType(contentType)) return MARKED;
  if (asked !== 'pcm' && isPcmType(contentType)) return BARE_FIRST;
  return CANDIDATES.get(asked) ?? BARE_FIRST;
}

const MARKED = SPEECH_FORMATS.filter((format) => format !== 'pcm');
const BARE_FIRST: readonly SpeechFormat[] = ['pcm', ...MARKED];
const CANDIDATES: ReadonlyMap<SpeechFormat, readonly SpeechFormat[]> = new Map(
  SPEECH_FORMATS.map((asked) => [asked, [asked, ...MARKED.filter((format) => format !== asked)]]),
);

/** What a body has proved to be. */
export interface ProvenBody {
  readonly format: SpeechFormat;
  /** All of it, at rest. */
  readonly body: Readable;
  /** What it begins with. */
  readonly first: Buffer;
}

/**
 * Waits until a body has proved to be sound. What was read for that is put back.
 *
 * @param body the response, or the sound that was taken out of it
 * @param isEnough asked whether so many bytes of that format will do, where more than the proof is to be known of them
 */
export function proveBody(
  exchange: Exchange,
  body: Readable,
  candidates: readonly SpeechFormat[],
  isEnough: (format: SpeechFormat, bytes: Buffer, isEnd: boolean) => boolean = () => true,
): Promise<ProvenBody> {
  return new Promise((resolve, reject) => {
    const window = new SniffBuffer(...candidates);
    let proven: SpeechFormat | undefined;
    const onData = (chunk: Buffer): void => {
      const proof = window.add(chunk);
      if (proof === 'not-audio') {
        exchange.fail(new SpeechError('not_audio', 'the server sent something that is not sound'));
        return;
      }
      proven = proof === 'valid' ? window.format : undefined;
      if (proven === undefined || !isEnough(proven, window.bytes, false)) return;
      body.off('data', onData);
      body.off('end', onEnd);
      body.pause();
      // At once: a body that rests and has nothing left comes to its end.
      body.unshift(window.bytes);
      resolve({ format: proven, body, first: window.bytes });
    };
    // A body that ended while more was needed is a header alone, a few bytes of text, or nothing.
    const onEnd = (): void => {
      const { bytes } = window;
      if (proven !== undefined && isEnough(proven, bytes, true)) {
        resolve({ format: proven, body: Readable.from([bytes], { objectMode: false }), first: bytes });
      } else exchange.fail(new SpeechError('empty', 'the server sent no sound'));
    };
    exchange.onFailure(reject);
    body.on('data', onData);
    body.once('end', onEnd);
  });
}

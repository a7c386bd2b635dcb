import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { SpeechError } from '../../speech/error.js';
import { typeAgrees, type SpeechFormat } from '../../speech/formats.js';
import { ProofWindow } from '../../speech/proof-window.js';
import type { Exchange } from './exchange.js';

/** Refuses a head that no body can make good again. */
export function checkHead(response: IncomingMessage, format: SpeechFormat, maxBytes: number): void {
  if (!typeAgrees(response.headers['content-type'], format))
    throw new SpeechError('not_audio', 'the server’s type is not the format asked for');
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
 * Waits until the body has proved to be sound in the format asked for. What was read for that is put back.
 *
 * @param body the response, or the sound that was taken out of it
 * @returns the bytes that were looked at
 */
export function proveBody(exchange: Exchange, body: Readable, format: SpeechFormat): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const window = new ProofWindow(format);
    const onData = (chunk: Buffer): void => {
      const proof = window.add(chunk);
      if (proof === 'need-more') return;
      body.off('data', onData);
      body.off('end', onEnd);
      body.pause();
      if (proof === 'proven') {
        body.unshift(window.bytes);
        resolve(window.bytes);
      } else exchange.fail(new SpeechError('not_audio', 'the server sent something that is not the sound asked for'));
    };
    // A body that ended while more was needed is a header alone, a few bytes of text, or nothing.
    const onEnd = (): void => {
      exchange.fail(new SpeechError('empty', 'the server sent no sound'));
    };
    exchange.onFailure(reject);
    body.on('data', onData);
    body.once('end', onEnd);
  });
}

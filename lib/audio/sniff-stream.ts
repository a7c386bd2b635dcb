import type { Readable } from 'node:stream';
import { SpeechError } from '../speech/error.js';
import { discard } from '../streams/discard.js';
import { typeAgrees, type SpeechFormat } from './formats.js';
import { wrongSound, wrongType } from './other-sound.js';
import { SniffBuffer } from './sniff-buffer.js';

/** What is said to be sound, as a stream that yields bytes and nothing else. */
interface Claimed {
  readonly contentType: string | undefined;
  readonly stream: Readable;
}

/**
 * Holds the audio of a provider that is not ours to the same proof as a server's: its type and first bytes have to agree with the
 * format asked for, with one byte of sound in them. What was read for that is put back.
 */
export async function sniffStream(audio: Claimed, format: SpeechFormat, signal: AbortSignal): Promise<void> {
  // An abort that came before this listens would never be heard.
  if (signal.aborted) throw refuse(audio.stream, new SpeechError('aborted', 'the caller has left'));
  if (!typeAgrees(audio.contentType, format)) {
    throw refuse(audio.stream, wrongType(audio.contentType));
  }
  const proof = await firstBytes(audio.stream, format, signal);
  if (proof !== 'valid') throw refuse(audio.stream, proof);
}

function firstBytes(stream: Readable, format: SpeechFormat, signal: AbortSignal): Promise<'valid' | SpeechError> {
  return new Promise((resolve) => {
    const window = new SniffBuffer(format);
    const settle = (proof: 'valid' | SpeechError): void => {
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('error', onError);
      stream.off('close', onEnd);
      signal.removeEventListener('abort', onAbort);
      if (proof === 'valid') stream.unshift(window.bytes);
      resolve(proof);
    };
    const onReadable = (): void => {
      for (let chunk = read(stream); chunk !== null; chunk = read(stream)) {
        const proof = window.add(chunk);
        if (proof === 'need-more') continue;
        settle(proof === 'valid' ? proof : wrongSound(window.bytes));
        return;
      }
    };
    const onEnd = (): void => {
      settle(new SpeechError('empty', 'the provider’s stream has no sound'));
    };
    const onError = (error: unknown): void => {
      settle(SpeechError.from(error));
    };
    const onAbort = (): void => {
      settle(new SpeechError('aborted', 'the caller has left'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    stream.once('end', onEnd);
    stream.once('close', onEnd);
    stream.once('error', onError);
    stream.on('readable', onReadable);
  });
}

function read(stream: Readable): Buffer | null {
  return stream.read() as Buffer | null;
}

function refuse(stream: Readable, error: SpeechError): SpeechError {
  discard(stream);
  return error;
}

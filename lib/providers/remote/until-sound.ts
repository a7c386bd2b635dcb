import type { Readable } from 'node:stream';
import { SpeechError } from '../../speech/error.js';

/** Resolves when a stream whose first chunk is proven sound has one, and takes nothing from it; rejects where it ends before. */
export function untilSound(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      stream.off('readable', onReadable);
      stream.off('error', settle);
      stream.off('close', onClose);
      if (error === undefined) resolve();
      else reject(SpeechError.from(error));
    };
    const onReadable = (): void => {
      if (stream.readableLength > 0) settle();
      else if (stream.readableEnded) onClose();
    };
    const onClose = (): void => {
      settle(new SpeechError('empty', 'there is no sound'));
    };
    stream.once('error', settle);
    stream.once('close', onClose);
    stream.on('readable', onReadable);
  });
}

import type { Readable } from 'node:stream';
import { SpeechError } from '../speech/error.js';

/** Reads a stream to its end. Rejects with its error, and with `too_large` beyond so many bytes. */
export async function readWhole(stream: Readable, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) throw new SpeechError('too_large', 'the sound of a segment is too large');
  }
  return Buffer.concat(chunks);
}

import type { PlayerMemory } from '../speech/audio-cache.js';
import type { SpokenAudio } from '../speech/spoken.js';

/**
 * Waits until sound is whole, as a range of it can be cut from that alone. Where there is not so much room it returns sound that goes on
 * as it comes, with what was gathered at its beginning.
 *
 * Rejects when the sound breaks off.
 */
export async function gatherSound(audio: SpokenAudio, memory: PlayerMemory): Promise<Buffer | SpokenAudio> {
  const { begun, rest, contentLength = 0 } = audio;
  if (rest === undefined) return Buffer.concat(begun);
  let reserved = 0;
  const take = (bytes: number): boolean => {
    if (!memory.reserve(bytes)) return false;
    reserved += bytes;
    return true;
  };
  const chunks = [...begun];
  try {
    if (!take(Math.max(contentLength, lengthOf(begun)))) return audio;
    const iterator = rest.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>;
    for await (const chunk of iterator) {
      chunks.push(chunk);
      if (contentLength === 0 && !take(chunk.length)) return { ...audio, begun: chunks };
    }
    return Buffer.concat(chunks);
  } finally {
    memory.release(reserved);
  }
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

import { Readable } from 'node:stream';
import type { SpeechProvider, SpeechRequest, SpeechResult, SynthesisContext } from '../../lib/index.js';

/** Two samples and a second of silence: the least that counts as `pcm`. */
export const PCM = Buffer.concat([Buffer.from([0x34, 0x12, 0xcc, 0xed]), Buffer.alloc(48_000)]);

/** Makes a provider of a user's own from its `synthesize` alone. */
export function provider(
  name: string,
  synthesize: (request: SpeechRequest, context: SynthesisContext) => Promise<SpeechResult>,
): SpeechProvider {
  return { name, type: 'test', synthesize };
}

/** Makes a provider that speaks the same two samples every time. */
export function speaker(name: string): SpeechProvider {
  return provider(name, () => Promise.resolve(pcm(Readable.from([PCM]))));
}

export function pcm(stream: Readable): SpeechResult {
  return { kind: 'audio', contentType: 'audio/pcm', stream };
}

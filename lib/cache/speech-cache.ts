import { finished, type Readable } from 'node:stream';
import type { AudioCache, KeepOptions, KeptAudio } from '../speech/audio-cache.js';
import type { SpeechAudio } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { AudioMemory } from './audio-memory.js';
import { cacheKey } from './cache-key.js';

/** The cache as one configuration sees it: what another one made is out of its reach. */
export class SpeechCache implements AudioCache {
  readonly #memory: AudioMemory;
  readonly #revision: string;

  constructor(memory: AudioMemory, revision: string) {
    this.#memory = memory;
    this.#revision = revision;
  }

  recall(request: SpeechRequest): KeptAudio | undefined {
    return this.#memory.get(cacheKey(this.#revision, request));
  }

  keep(request: SpeechRequest, audio: SpeechAudio, { id, provider }: KeepOptions): void {
    const { contentType, contentLength = 0, warnings = [] } = audio;
    if (contentLength > this.#memory.largest) return;
    collect(audio.stream, this.#memory, (body) => {
      const name = provider();
      if (name === null) return;
      this.#memory.set(cacheKey(this.#revision, request), { id, body, contentType, provider: name, warnings });
    });
  }
}

/** Reads along with whoever sends a stream, and hands over all of it when it has ended well, unless it is too much to keep. */
function collect(stream: Readable, memory: AudioMemory, onWhole: (body: Buffer) => void): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isGivenUp = false;
  const letGo = (): void => {
    memory.release(size);
    chunks.length = 0;
    size = 0;
  };
  const onData = (chunk: unknown): void => {
    // A stream of the user's own may begin with bytes and go on with anything.
    if (chunk instanceof Uint8Array && size + chunk.length <= memory.largest && memory.reserve(chunk.length)) {
      size += chunk.length;
      chunks.push(chunk);
      return;
    }
    isGivenUp = true;
    stream.off('data', onData);
    letGo();
  };
  stream.on('data', onData);
  finished(stream, { writable: false }, (error) => {
    stream.off('data', onData);
    const isWhole = (error === undefined || error === null) && stream.readableEnded && !isGivenUp;
    const body = isWhole ? Buffer.concat(chunks, size) : undefined;
    letGo();
    if (body !== undefined) onWhole(body);
  });
}

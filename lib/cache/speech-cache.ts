import { finished } from 'node:stream';
import type { AudioCache, KeepOptions, CachedAudio } from '../speech/audio-cache.js';
import type { SpeechRequest } from '../speech/request.js';
import type { SpokenAudio } from '../speech/spoken.js';
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

  get(request: SpeechRequest): CachedAudio | undefined {
    return this.#memory.get(cacheKey(this.#revision, request));
  }

  set(request: SpeechRequest, audio: SpokenAudio, { id, provider }: KeepOptions): void {
    const { contentType, contentLength = 0, warnings } = audio;
    if (contentLength > this.#memory.largest) return;
    collect(audio, this.#memory, (body) => {
      const name = provider();
      if (name === null) return;
      this.#memory.set(cacheKey(this.#revision, request), { id, body, contentType, provider: name, warnings });
    });
  }
}

/** Gathers what has come, and what comes by reading along; hands over all of it when it has ended well, unless it is too much to keep. */
function collect({ begun, rest }: SpokenAudio, memory: AudioMemory, onWhole: (body: Buffer) => void): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const letGo = (): void => {
    memory.release(size);
    chunks.length = 0;
    size = 0;
  };
  const take = (chunk: unknown): boolean => {
    // A stream of the user's own may begin with bytes and go on with anything.
    const hasRoom =
      chunk instanceof Uint8Array && size + chunk.length <= memory.largest && memory.reserve(chunk.length);
    if (!hasRoom) {
      letGo();
      return false;
    }
    size += chunk.length;
    chunks.push(chunk);
    return true;
  };
  const end = (): void => {
    const body = Buffer.concat(chunks, size);
    letGo();
    onWhole(body);
  };
  if (!begun.every(take)) return;
  if (rest === undefined) {
    end();
    return;
  }
  let isGivenUp = false;
  const onData = (chunk: unknown): void => {
    if (take(chunk)) return;
    isGivenUp = true;
    rest.off('data', onData);
  };
  rest.on('data', onData);
  finished(rest, { writable: false }, (error) => {
    rest.off('data', onData);
    if (!isGivenUp && (error === undefined || error === null) && rest.readableEnded) end();
    else letGo();
  });
}

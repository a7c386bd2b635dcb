import { createMediaSource, feed } from './media-stream.js';
import type { SpeechReason } from './outcome.js';
import type { Output, OutputContext } from './output.js';
import { readBytes, type Received } from './read-bytes.js';

/** Empties an element. In the handler of a click this also lets Safari play later on, when the sound has come. */
export function emptyAudio(audio: HTMLAudioElement): void {
  audio.pause();
  audio.removeAttribute('src');
  audio.load();
}

/** Plays the sound of a reply: while it loads where the browser can, else when all of it has come. */
export function createSound(
  audio: HTMLAudioElement,
  { body, headers }: Response,
  timeout: number,
  { signal, tell }: OutputContext,
): Output {
  const type = headers.get('content-type') ?? '';
  const received: Received = { bytes: 0, isBroken: false };
  let source: MediaSource | undefined;
  let url = '';
  let isWanted = false;
  let wasHeard = false;
  /** What has come, for as long as nothing was heard of it: the browser may refuse the type that its source has claimed to take. */
  let kept: Uint8Array<ArrayBuffer>[] | undefined = [];
  let isWhole = false;
  let isOwnChange = false;
  let finish: (reason: SpeechReason | null) => void;
  const finished = new Promise<SpeechReason | null>((resolve) => {
    finish = (reason) => {
      // At its end the sound stays in the element, for who wants to hear it again.
      signal.removeEventListener('abort', silence);
      URL.revokeObjectURL(url);
      resolve(received.isBroken && reason !== 'stopped' ? 'truncated' : reason);
    };
  });

  function silence(): void {
    emptyAudio(audio);
    URL.revokeObjectURL(url);
  }

  function play(): void {
    audio.play().catch((error: unknown) => {
      if ((error as Error).name === 'NotAllowedError') tell({ type: 'blocked' });
    });
  }

  function listen(type: string, listener: () => void): void {
    audio.addEventListener(type, listener, { signal });
  }

  function give(sound: Blob | MediaSource): void {
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(sound);
    audio.src = url;
    if (isWanted) play();
  }

  function attach(sound: Blob | MediaSource): void {
    give(sound);
    listen('timeupdate', () => {
      if (audio.currentTime > 0 && !isWhole) kept = undefined;
    });
    listen('playing', () => {
      wasHeard = true;
      tell({ type: 'playing', by: 'audio' });
    });
    listen('waiting', () => {
      if (wasHeard) tell({ type: 'waiting' });
    });
    listen('pause', () => {
      if (!audio.ended) tell({ type: 'paused' });
    });
    listen('ended', () => {
      finish(null);
    });
    listen('error', () => {
      if (!mayPlayWhole()) finish('unplayable');
    });
    // The page has given the element something else to play, if it was not us.
    listen('emptied', () => {
      if (isOwnChange) isOwnChange = false;
      else finish('stopped');
    });
  }

  const reader = readBytes(body, timeout, received);
  /** The bytes as they come. They go on where whoever takes them fails. */
  const bytes = {
    [Symbol.asyncIterator]: () => bytes,
    async next() {
      const next = await reader.next();
      if (next.done !== true) kept?.push(next.value);
      return next;
    },
  };

  /** Plays the sound as a file when all of it has come, which browsers take more types of; but once, and not what was heard already. */
  function mayPlayWhole(): boolean {
    if (isWhole || kept === undefined) return false;
    isWhole = true;
    void gather().then((sound) => {
      if (signal.aborted) return;
      isOwnChange = url !== '';
      if (sound.size === 0) finish('unplayable');
      else if (url === '') attach(sound);
      else give(sound);
    });
    return true;
  }

  async function gather(): Promise<Blob> {
    while ((await bytes.next()).done !== true);
    return new Blob(kept, { type });
  }

  async function load(): Promise<void> {
    const streamed = createMediaSource(type, audio);
    source = streamed?.source;
    if (streamed === undefined) {
      mayPlayWhole();
      return;
    }
    attach(streamed.source);
    await feed(streamed, bytes, audio, signal);
    // An element without a byte comes to no end.
    if (received.bytes === 0) finish('unplayable');
  }

  signal.addEventListener('abort', silence);
  load().catch(() => {
    if (isWhole) return;
    if (hasLost(audio, source)) finish('stopped');
    else if (!mayPlayWhole()) finish('unplayable');
  });
  return {
    finished,
    pause() {
      isWanted = false;
      audio.pause();
    },
    resume() {
      isWanted = true;
      if (url !== '') play();
    },
  };
}

/**
 * Whether the page has given the element something else to play. That closes the source at once, and `emptied` comes later. A sound
 * that the browser cannot play closes it as well, and is the element's error.
 */
function hasLost(audio: HTMLAudioElement, source: MediaSource | undefined): boolean {
  return source?.readyState === 'closed' && audio.error === null;
}

import { createMediaSource, feed } from './media-stream.js';
import type { SpeechReason } from './outcome.js';
import type { Output, OutputContext } from './output.js';
import { readBlob, readBytes, type Received } from './read-bytes.js';

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

  function attach(sound: Blob | MediaSource): void {
    url = URL.createObjectURL(sound);
    audio.src = url;
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
      finish('unplayable');
    });
    // The page has given the element something else to play.
    listen('emptied', () => {
      finish('stopped');
    });
    if (isWanted) play();
  }

  async function load(): Promise<void> {
    const streamed = createMediaSource(type, audio);
    source = streamed?.source;
    if (streamed !== undefined) {
      attach(streamed.source);
      await feed(streamed, readBytes(body, timeout, received), audio, signal);
    } else {
      const blob = await readBlob(body, timeout, received, type);
      if (blob.size > 0 && !signal.aborted) attach(blob);
    }
    // An element without a byte comes to no end.
    if (received.bytes === 0) finish('unplayable');
  }

  signal.addEventListener('abort', silence);
  load().catch(() => {
    finish(hasLost(audio, source) ? 'stopped' : 'unplayable');
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

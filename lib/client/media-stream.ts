import { MP3_IN_MP4, mp3InMp4 } from './mp3-in-mp4.js';
import { once } from './once.js';

/** Seconds that stay behind what is being played: the browser may be reading there. */
const KEPT = 1;

/** Bytes given at once. A megabyte, which may come at once, could fit only when nothing is left to play, and then nothing goes on. */
const MOST = 65_536;

/** What browsers have in place of, or beside, `MediaSource`; TypeScript does not know it yet. */
type MediaSourceClass = typeof MediaSource;

/** What plays sound while it comes. */
export interface Streamed {
  readonly source: MediaSource;
  /** The type that the source takes. */
  readonly type: string;
  /** Makes of the sound as it comes what the source takes. */
  readonly wrap: (bytes: AsyncIterable<Uint8Array<ArrayBuffer>>) => AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Makes what plays sound of a type while it comes, or returns undefined where the browser cannot. */
export function createMediaSource(type: string, audio: HTMLAudioElement): Streamed | undefined {
  const { MediaSource, ManagedMediaSource } = globalThis as {
    readonly MediaSource?: MediaSourceClass;
    // Safari on the iPhone has this one alone.
    readonly ManagedMediaSource?: MediaSourceClass;
  };
  const Source = MediaSource ?? ManagedMediaSource;
  const isWrapped = !Source?.isTypeSupported(type) && /^audio\/mpeg\b/i.test(type);
  const taken = isWrapped ? MP3_IN_MP4 : type;
  if (!Source?.isTypeSupported(taken)) return undefined;
  // Safari opens a managed source only where the sound cannot be sent on to another device.
  if (Source === ManagedMediaSource) audio.disableRemotePlayback = true;
  return { source: new Source(), type: taken, wrap: isWrapped ? mp3InMp4 : (bytes) => bytes };
}

/**
 * Gives a source its bytes, each piece once the last one has been taken in; what does not fit waits until enough has been played.
 *
 * @throws where the source does not take them, which is also what happens when the element has got another one
 */
export async function feed(
  { source, type, wrap }: Streamed,
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
  audio: HTMLAudioElement,
  signal: AbortSignal,
): Promise<void> {
  await once(source, 'sourceopen', signal);
  const buffer = source.addSourceBuffer(type);
  for await (const piece of wrap(bytes)) {
    for (let start = 0; start < piece.length; start += MOST) {
      while (!isTaken(buffer, piece.subarray(start, start + MOST))) await makeRoom(buffer, audio, signal);
      await once(buffer, 'updateend', signal);
    }
  }
  source.endOfStream();
}

function isTaken(buffer: SourceBuffer, piece: Uint8Array<ArrayBuffer>): boolean {
  try {
    buffer.appendBuffer(piece);
    return true;
  } catch (error) {
    if ((error as Error).name === 'QuotaExceededError') return false;
    throw error;
  }
}

/** Drops what has been played, or waits until there is something to drop. */
async function makeRoom(buffer: SourceBuffer, audio: HTMLAudioElement, signal: AbortSignal): Promise<void> {
  const end = audio.currentTime - KEPT;
  if (buffer.buffered.length === 0 || end <= buffer.buffered.start(0)) {
    await once(audio, 'timeupdate', signal);
    return;
  }
  buffer.remove(0, end);
  await once(buffer, 'updateend', signal);
}

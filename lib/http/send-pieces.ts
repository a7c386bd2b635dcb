import type { Readable } from 'node:stream';
import type { SpokenAudio } from '../speech/spoken.js';
import { failureOfStream } from '../speech/stream-failure.js';
import { discard } from '../streams/discard.js';
import { readPieces } from '../streams/read-pieces.js';
import type { ReplyChannel } from './reply-channel.js';

/**
 * Bytes that are given to the network at once: a short sentence takes one write. Of what is more the next piece waits until the one
 * before has been taken, so that a client that reads slowly is told from one that does not read at all.
 */
export const AT_ONCE = 64 * 1024;

type Pieces = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Says whether what is whole is to be given to the network at once: it is short, or the response says nothing of a slow reader. */
export function fitsAtOnce(channel: ReplyChannel, length: number): boolean {
  return length <= AT_ONCE || !channel.hasBackPressure;
}

/**
 * Reads sound to its end, piece by piece.
 *
 * @throws {SpeechError} when it breaks off, or turns out not to be bytes
 */
export async function* soundOf({ begun, rest }: SpokenAudio): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* readPieces(begun, rest);
  } catch (thrown) {
    throw failureOfStream(thrown);
  }
}

/** Sends what is whole, as fast as it is read. */
export async function sendPieces(channel: ReplyChannel, pieces: Pieces): Promise<void> {
  if (await writePieces(channel, pieces)) channel.end();
}

/**
 * Sends what is still to come, and ties the two lives together: the sound does not outlive the reply.
 *
 * Rejects when the sound breaks off, which the reply is to show.
 *
 * @param rest where the pieces come from
 * @param trailer what is told behind them, asked when all of them were sent
 */
export async function sendOpen(
  channel: ReplyChannel,
  pieces: Pieces,
  rest: Readable,
  trailer: (() => string) | undefined,
): Promise<void> {
  const { response } = channel;
  const isTrailed = trailer !== undefined && channel.takesTrailers;
  if (isTrailed) response.setHeader('Trailer', 'Server-Timing');
  channel.onOver(() => {
    discard(rest);
  });
  try {
    if (!(await writePieces(channel, pieces))) return;
    if (isTrailed) response.addTrailers({ 'Server-Timing': trailer() });
    channel.end();
  } catch (thrown) {
    discard(rest);
    // The sound of a client that has left ends because of that.
    if (!channel.isOver) throw thrown;
  }
}

/** Resolves with whether all of them were written; the client may leave before. */
async function writePieces(channel: ReplyChannel, pieces: Pieces): Promise<boolean> {
  for await (const piece of pieces) {
    const room = channel.write(piece);
    if (room !== undefined) await room;
    if (channel.isOver) return false;
  }
  return true;
}

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { SpeechFormat } from '../../audio/formats.js';
import type { SpeechError } from '../../speech/error.js';
import type { SpeechUsage } from '../../speech/provider.js';
import { discard } from '../../streams/discard.js';
import { findByteOrder } from './byte-order.js';
import { candidatesFor, proveBody } from './check-reply.js';
import type { Exchange } from './exchange.js';
import { readPcmLayout, type PcmLayout, type PcmOption } from './pcm-layout.js';

/** Sound that a server sends, as it is: it has proved what format it is in, whatever was asked for. */
export interface ReceivedSound {
  readonly format: SpeechFormat;
  readonly exchange: Exchange;
  /** All of it, at rest. */
  readonly body: Readable;
  /** What it begins with. */
  readonly first: Buffer;
  /** Bytes of all of it, where that was announced. */
  readonly length?: number | undefined;
  /** Whether it ends with the connection, so that its end alone proves nothing. */
  readonly endsUnannounced: boolean;
  /** What bare samples are. */
  readonly layout?: PcmLayout | undefined;
  readonly usage?: () => SpeechUsage | undefined;
}

export interface ReceiveOptions {
  /** What the server was asked for. */
  readonly asked: SpeechFormat;
  readonly pcm: PcmOption;
}

/** Waits until the body of a reply has proved to be sound. */
export async function receiveBody(
  exchange: Exchange,
  response: IncomingMessage,
  { asked, pcm }: ReceiveOptions,
): Promise<ReceivedSound> {
  const { headers } = response;
  const candidates = candidatesFor(asked, headers['content-type']);
  if (candidates[0] === 'pcm') return receiveSamples(exchange, response, candidates, readPcmLayout(headers, pcm));
  const proven = await proveBody(exchange, response, candidates);
  return { ...proven, exchange, ...framingOf(response) };
}

/** Waits until what may be bare samples has shown what it is, and which byte comes first, where that is doubtful. */
async function receiveSamples(
  exchange: Exchange,
  response: IncomingMessage,
  candidates: readonly SpeechFormat[],
  layout: PcmLayout,
): Promise<ReceivedSound> {
  let { encoding } = layout;
  const isEnough = (format: SpeechFormat, bytes: Buffer, isEnd: boolean): boolean => {
    if (format !== 'pcm' || !layout.isOrderDoubtful) return true;
    const found = findByteOrder(bytes, layout, isEnd);
    if (found !== 'unknown') encoding = found;
    return found !== 'unknown';
  };
  const proven = await proveBody(exchange, response, candidates, isEnough);
  return { ...proven, exchange, layout: { ...layout, encoding }, ...framingOf(response) };
}

/** How the end of a body is told from a cut. */
function framingOf({ headers }: IncomingMessage): Pick<ReceivedSound, 'length' | 'endsUnannounced'> {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  if (length !== undefined) return { length: Number(length), endsUnannounced: false };
  return { endsUnannounced: encoding?.toLowerCase() !== 'chunked' };
}

/** Lets go of sound that is of no use. */
export function release({ exchange, body }: ReceivedSound, reason: SpeechError): void {
  // It may have ended, and its connection be in use by others.
  discard(body);
  exchange.fail(reason);
}

import { SpeechError } from '../../speech/error.js';
import { discard } from '../../streams/discard.js';
import { candidatesFor, checkPacking, proveBody } from './check-reply.js';
import { soundOfEvents } from './event-stream.js';
import type { EventSupport } from './event-support.js';
import { readPcmLayout } from './pcm-layout.js';
import type { ReceivedSound } from './received-sound.js';
import {
  isSuccess,
  logRefusal,
  openCall,
  refusalIn,
  replyOf,
  speak,
  type OpenCall,
  type Refusal,
  type SpeechCall,
} from './speech-call.js';

/** Statuses of servers that do not know the field, or will not have it with this model or format. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 404, 406, 415, 422, 501]);

/** Failures that are of the events themselves, and not of the connection that they came over or of the server's state. */
const EVENTS_AT_FAULT: ReadonlySet<string> = new Set(['not_audio', 'bad_response', 'empty']);

/**
 * Has the server speak in events, so that what they tell beside the sound is known in the end. A server that answers with plain
 * sound is taken at that. One that refuses, or whose events have no such sound in them, is asked once more, plainly: asking for
 * events must not silence a server that can speak. It is remembered only when that helped.
 */
export async function speakInEvents(call: SpeechCall, support: EventSupport): Promise<ReceivedSound | Refusal> {
  const open = await openCall(call, 'sse');
  if (REFUSALS.has(open.response.statusCode)) await refusalIn(call, open);
  else if (!isEventStream(open)) return replyOf(call, open);
  else {
    try {
      return await receiveEvents(call, open, support);
    } catch (error) {
      if (!EVENTS_AT_FAULT.has(SpeechError.from(error).code)) throw error;
    }
  }
  call.context.extraCall?.();
  const reply = await speak(call);
  if (!('failure' in reply)) support.failed(call.asked);
  return reply;
}

function isEventStream({ response }: OpenCall): boolean {
  return isSuccess(response) && /^\s*text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
}

async function receiveEvents(
  call: SpeechCall,
  { exchange, response }: OpenCall,
  support: EventSupport,
): Promise<ReceivedSound> {
  const { asked, options, context } = call;
  try {
    checkPacking(response, options.maxBytes);
  } catch (error) {
    exchange.fail(SpeechError.from(error));
    throw error;
  }
  let isProven = false;
  const { stream, usage } = soundOfEvents(exchange, response, {
    signal: context.signal,
    maxBytes: options.maxBytes,
    onFailure: (error, said) => {
      if (said !== undefined) logRefusal(call, error, said);
      // Sound has been sent, so that nothing can be done for this request; the next one is not to end like it.
      else if (isProven) support.failed(asked);
    },
  });
  try {
    const proven = await proveBody(exchange, stream, candidatesFor(asked, undefined));
    isProven = true;
    const layout = proven.format === 'pcm' ? readPcmLayout(response.headers, options.pcm) : undefined;
    // They say themselves when the sound is whole.
    return { ...proven, exchange, layout, endsUnannounced: false, usage };
  } catch (error) {
    discard(stream);
    throw error;
  }
}

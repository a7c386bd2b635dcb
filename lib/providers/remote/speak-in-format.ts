import type { SpeechFormat } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechAudio } from '../../speech/provider.js';
import type { Converter } from '../local/converter.js';
import type { FormatSupport } from './format-support.js';
import { release, type ReceivedSound } from './received-sound.js';
import { problemWith, serveSound } from './serve-sound.js';
import type { Refusal, SpeechCall } from './speech-call.js';

/** Statuses by which a server says that it does not make a format, and those that may mean anything in a request. */
const OF_FORMAT: ReadonlySet<number> = new Set([406, 415, 501]);
const OF_ANYTHING: ReadonlySet<number> = new Set([400, 422, 500]);
/** Words by which a server says what it was. */
const FORMAT_WORDS = /format|codec|encod|ffmpeg|libsndfile|\b(?:mp3|mpeg|opus|ogg|aac|flac|wav|pcm)\b/i;

export interface InFormatOptions {
  readonly support: FormatSupport;
  readonly converter: Converter | undefined;
  readonly onReceived?: ((sound: ReceivedSound) => void) | undefined;
  /** Has the server speak in the format that the call says. */
  readonly ask: (call: SpeechCall) => Promise<ReceivedSound | Refusal>;
}

/**
 * Has a server speak in the format that is wanted, or in one that it makes and that the wanted one can be made of. What came of it is
 * remembered, so that the next request asks for the right thing at once.
 *
 * Rejects with `unsupported` for a format that is not to be had of the server: that is nothing that it has failed at.
 */
export async function speakInFormat(
  call: Omit<SpeechCall, 'asked'>,
  { support, converter, ask, onReceived }: InFormatOptions,
): Promise<SpeechAudio> {
  const { request, options, context } = call;
  const order = support.orderFor(request.format);
  const refused: SpeechFormat[] = [];
  let refusal: SpeechError | undefined;
  for (const [tries, asked] of order.entries()) {
    if (tries > 0) context.extraCall?.();
    const reply = await ask({ ...call, asked });
    if ('failure' in reply) {
      refusal ??= reply.failure;
      if (!isOfFormat(reply) || !support.mayBeRefused(asked)) throw refusal;
      refused.push(asked);
      continue;
    }
    onReceived?.(reply);
    if (reply.format === asked) support.made(asked);
    else support.refused(asked);
    const problem = problemWith(reply, request.format, converter);
    if (problem !== undefined) {
      release(reply, problem);
      if (problem.code === 'truncated') refused.push(asked);
      refusal ??= problem;
      continue;
    }
    // It was the format, as another one helped.
    refused.forEach((format) => {
      support.refused(format);
    });
    return serveSound(reply, { request, converter, maxBytes: options.maxBytes, signal: context.signal });
  }
  throw (
    refusal ?? new SpeechError('unsupported', `this server makes no ${request.format}, nor what it could be made of`)
  );
}

function isOfFormat({ status, said }: Refusal): boolean {
  return OF_FORMAT.has(status) || (OF_ANYTHING.has(status) && FORMAT_WORDS.test(said));
}

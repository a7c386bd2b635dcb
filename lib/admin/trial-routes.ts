import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { SPEECH_FORMATS } from '../audio/formats.js';
import type { SpeechControl } from '../speech/control.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechRequest } from '../speech/request.js';
import { discard } from '../streams/discard.js';
import { readPieces } from '../streams/read-pieces.js';
import { isLongerThan } from '../text/characters.js';
import { cleanText } from '../text/clean-text.js';
import { isPronounceable } from '../text/pronounceable.js';
import { fieldsOf } from './read-fields.js';
import { adminProblem, answer } from './reply.js';
import type { TrialLimiter } from './trials.js';

/** Characters of a sentence to try: enough to hear a voice, and nothing that costs anybody money. */
const MOST_INPUT = 300;

const SENTENCE = z.object({
  provider: z.string(),
  input: z
    .string()
    .transform(cleanText)
    .refine((text) => isPronounceable(text) && !isLongerThan(text, MOST_INPUT)),
  format: z.enum(SPEECH_FORMATS).default('mp3'),
  voice: z
    .string()
    .min(1)
    .max(256)
    .regex(/^\P{Cc}+$/u)
    .optional(),
});

/** Makes the handler that tries a fallback entry, the body itself, and says what came of each step. */
export function createVerify(control: SpeechControl, trials: TrialLimiter): RequestHandler {
  return answer(async (request, response) => {
    const entry = fieldsOf(request);
    await trials.run(response, async (signal) => {
      response.json(await verified(control, entry, signal));
    });
  });
}

async function verified(control: SpeechControl, entry: unknown, signal: AbortSignal): Promise<object> {
  try {
    return await control.verify(entry, { signal });
  } catch (error) {
    const { code, problems } = Object(error) as { readonly code?: unknown; readonly problems?: unknown };
    if (code !== 'ERR_SPEECH_OPTIONS') throw error;
    throw adminProblem('invalid_options', 'This provider cannot be tried as it is.', { problems });
  }
}

/** Makes the handler that has one provider of the running chain speak `{ provider, input, format?, voice? }`. */
export function createTry(control: SpeechControl, trials: TrialLimiter): RequestHandler {
  return answer(async (request, response) => {
    const { provider, speech } = readSentence(fieldsOf(request), control);
    await trials.run(response, async (signal) => {
      const started = performance.now();
      const result = await control.speakThrough(provider, speech, { signal }).catch((error: unknown) => {
        const { code } = SpeechError.from(error);
        throw adminProblem('not_spoken', 'The provider did not speak.', { reason: code });
      });
      const ms = Math.round(performance.now() - started);
      response.setHeader('Server-Timing', `speech;dur=${String(ms)}`);
      if (result.kind === 'text') {
        response.json({ text: result.text });
        return;
      }
      if (signal.aborted) {
        discard(result.stream);
        return;
      }
      const { contentType, stream } = result;
      response.setHeader('Content-Type', contentType);
      signal.addEventListener('abort', () => {
        discard(stream);
      });
      // A stream that fails, or has something else in it than bytes, takes the reply with it, and a reply that is left the stream.
      await pipeline(Readable.from(readPieces([], stream), { objectMode: false }), response, { signal });
    });
  });
}

function readSentence(
  fields: object,
  control: SpeechControl,
): { readonly provider: string; readonly speech: SpeechRequest } {
  const parsed = SENTENCE.safeParse(fields);
  if (!parsed.success) {
    const wrong = String(parsed.error.issues[0]?.path[0] ?? 'body');
    throw adminProblem(
      'invalid_request',
      `${wrong} cannot be used; an input has 1 to ${String(MOST_INPUT)} characters.`,
    );
  }
  const { provider, input, format, voice } = parsed.data;
  if (!control.status().providers.some(({ name }) => name === provider)) {
    throw adminProblem('invalid_request', 'There is no provider of this name in use.');
  }
  const requestId = `admin-${randomUUID()}`;
  return {
    provider,
    speech: { input, format, voice, speed: 1, model: undefined, instructions: undefined, extra: {}, requestId },
  };
}

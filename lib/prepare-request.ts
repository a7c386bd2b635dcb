import { muteRejection } from './resilience/call-quietly.js';
import { withTimeLimit, type Clock, type Deadline } from './resilience/index.js';
import { isLongerThan } from './speech/code-points.js';
import { hasMarkup } from './speech/prepare/markup.js';
import { stripMarks } from './speech/prepare/plain-marks.js';
import { prepareMarkdown } from './speech/prepare/prepare-markdown.js';
import type { Prepare, PrepareFunction } from './speech/prepare/prepare-text.js';
import { isSsml, sayOfSsml } from './speech/prepare/ssml.js';
import type { SpeechLogger } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';

/** Longest prepared text, as a multiple of `maxInput`: formulas and tables grow when they are said, and none needs more. */
const MOST_GROWTH = 4;
/** Share of what is left of the deadline that the user's own function gets: the rest is for those who speak. */
const FUNCTION_SHARE = 0.5;

/** What no JSON can carry to a remote, and a request may not have. */
const UNSENDABLE = /\p{Surrogate}|\0/gu;

export interface PrepareOptions {
  readonly prepare: Prepare;
  /** Most characters of a request's input. */
  readonly maxInput: number;
  readonly clock: Clock;
  readonly logger: SpeechLogger;
}

export interface PrepareContext {
  readonly deadline: Deadline;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

/** Makes a request ready. The same request comes back at once where there is nothing to do, and it never rejects. */
export type PrepareRequest = (
  request: SpeechRequest,
  context: PrepareContext,
) => SpeechRequest | Promise<SpeechRequest>;

/** Makes what stands between reading a request and speaking it: from here on, the providers see what is to be said. */
export function createPrepare(options: PrepareOptions): PrepareRequest {
  const { prepare } = options;
  if (prepare === 'none') return (request) => request;
  return (request, context) => {
    if (prepare === 'markdown' && !hasMarkup(request.input)) return request;
    return makeReady(request, context, options);
  };
}

async function makeReady(
  request: SpeechRequest,
  context: PrepareContext,
  options: PrepareOptions,
): Promise<SpeechRequest> {
  const { prepare } = options;
  const ssml = isSsml(request.input) ? request.input : undefined;
  const written = ssml === undefined ? request.input : await sayOfSsml(ssml).catch(() => stripMarks(ssml));
  const own =
    typeof prepare === 'function' ? await prepareWith(prepare, written, request, context, options) : undefined;
  // What SSML says is no Markdown any more.
  const input = own ?? (ssml === undefined ? await readMarkdown(written, options) : written);
  if (ssml !== undefined) return { ...request, input, ssml };
  return input === request.input ? request : { ...request, input };
}

async function readMarkdown(written: string, options: PrepareOptions): Promise<string> {
  const said = await prepareMarkdown(written);
  return isTooLong(said, options) ? stripMarks(written) : said;
}

/** Asks the user's own function. One that fails, in whatever way, costs no speech. */
async function prepareWith(
  prepare: PrepareFunction,
  written: string,
  { requestId }: SpeechRequest,
  { deadline, signal }: PrepareContext,
  options: PrepareOptions,
): Promise<string | undefined> {
  const { clock, logger } = options;
  const ended = {
    limit: deadline.remaining() * FUNCTION_SHARE,
    signal,
    clock,
    expired: () => new PrepareError('timeout'),
    aborted: () => new PrepareError('aborted'),
  };
  try {
    // Whoever has left asks for nothing more, and nobody would hear what a promise of the user's own ends in.
    if (signal.aborted) return undefined;
    const returned: unknown = prepare(written);
    // The client may leave in this very turn, and nobody waits for it then.
    muteRejection(returned);
    const said = typeof returned === 'string' ? returned : await withTimeLimit(() => Promise.resolve(returned), ended);
    if (typeof said !== 'string') throw new PrepareError('no_string');
    if (isTooLong(said, options)) throw new PrepareError('too_long');
    return said.replace(UNSENDABLE, '');
  } catch (error) {
    const code = error instanceof PrepareError ? error.code : 'threw';
    // Whoever has left waits for nothing, and there is no fault to report.
    if (code !== 'aborted')
      logger.warn({ event: 'prepare', requestId, code }, 'prepare() made no text ready; it is read as Markdown');
    return undefined;
  }
}

function isTooLong(text: string, { maxInput }: PrepareOptions): boolean {
  return isLongerThan(text, MOST_GROWTH * maxInput);
}

/** Says what was wrong with the user's function; never with what words, as the text may be in them. */
class PrepareError extends Error {
  override readonly name = 'PrepareError';
  readonly code: 'timeout' | 'aborted' | 'no_string' | 'too_long';

  constructor(code: PrepareError['code']) {
    super(code);
    this.code = code;
  }
}

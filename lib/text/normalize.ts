import { muteRejection } from '../resilience/call-quietly.js';
import { withTimeLimit, type Clock, type Deadline } from '../resilience/index.js';
import { MARK_KINDS, type MarkKind } from '../speech/mark-kinds.js';
import type { SpeechLogger } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { isLongerThan } from './characters.js';
import { cleanText, isClean } from './clean-text.js';
import { hasMarks, hideMarks, showMarks } from './marks.js';
import { prepareMarkdown } from './normalize/markdown.js';
import { hasMarkup } from './normalize/markup.js';
import { stripMarks } from './normalize/plain-marks.js';
import { hasReasoning } from './normalize/reasoning-tokens.js';
import { withoutReasoning } from './normalize/reasoning.js';
import { isSsml, sayOfSsml } from './normalize/ssml.js';
import type { Prepare, PrepareFunction } from './normalize/text-kinds.js';
import { inSlices } from './slices.js';
import { Turns, type GiveWay } from './turns.js';

/** Longest prepared text, as a multiple of `maxInput`: formulas and tables grow when they are said, and none needs more. */
const MOST_GROWTH = 4;
/** Share of what is left of the deadline that the user's own function gets: the rest is for those who speak. */
const FUNCTION_SHARE = 0.5;

/** What is left of an answer that was nothing but thought, or a laugh: a rest, which nobody is asked to say. */
const REST = '…';

export interface PrepareOptions {
  readonly prepare: Prepare;
  /** Most characters of a request's input. */
  readonly maxInput: number;
  readonly clock: Clock;
  readonly logger: SpeechLogger;
  /** Whom long texts share the event loop with. */
  readonly turns?: Turns;
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
  const { prepare, turns = new Turns() } = options;
  return (request, context) => {
    if (isReady(request.input, prepare)) return request;
    const giveWay: GiveWay = (characters) => {
      const turn = turns.take(characters);
      const isOver = turn !== undefined && (context.signal.aborted || context.deadline.remaining() <= 0);
      return isOver ? Promise.reject(new NobodyWaitsError()) : turn;
    };
    return makeReady(request, context, options, giveWay).catch((error: unknown) => {
      if (error instanceof NobodyWaitsError) return request;
      throw error;
    });
  };
}

/** Says whether a text can go on as it is. Nearly all do, after a few expressions. */
function isReady(input: string, prepare: Prepare): boolean {
  if (!isClean(input) || typeof prepare === 'function') return false;
  return prepare === 'none' || !(hasMarkup(input) || hasReasoning(input) || hasMarks(input));
}

async function makeReady(
  request: SpeechRequest,
  context: PrepareContext,
  options: PrepareOptions,
  giveWay: GiveWay,
): Promise<SpeechRequest> {
  const { prepare } = options;
  const clean = isClean(request.input) ? request.input : await inSlices(request.input, giveWay, cleanText);
  // What cannot be said is taken out in any case: that is no preparing.
  if (prepare === 'none') return changed(request, clean);
  const told = await withoutReasoning(clean, giveWay);
  const ssml = isSsml(told) ? told : undefined;
  const written = ssml === undefined ? told : await sayOfSsml(ssml, giveWay);
  const own =
    typeof prepare === 'function' ? await prepareWith(prepare, written, request, context, options) : undefined;
  const { text, marks } = hideMarks(own ?? written);
  // What SSML says is no Markdown any more.
  const said = own === undefined && ssml === undefined ? await readMarkdown(text, options, giveWay) : text;
  const show = async (kinds: readonly MarkKind[]): Promise<string> =>
    (await inSlices(said, giveWay, (slice) => showMarks({ text: slice, marks }, kinds))).trim();
  const input = marks.length === 0 ? said : await show([]);
  const isLeftOut = input === '' && (marks.length > 0 || (ssml === undefined && written !== clean && written === ''));
  const ready = changed(request, isLeftOut ? REST : input);
  const marked = marks.length === 0 ? undefined : await show(MARK_KINDS);
  return {
    ...ready,
    ...(ssml === undefined ? {} : { ssml }),
    ...(marked === undefined || marked === input ? {} : { marked }),
  };
}

function changed(request: SpeechRequest, input: string): SpeechRequest {
  return input === request.input ? request : { ...request, input };
}

async function readMarkdown(written: string, options: PrepareOptions, giveWay: GiveWay): Promise<string> {
  const said = await prepareMarkdown(written, giveWay);
  return isTooLong(said, options) ? stripMarks(written, giveWay) : said;
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
    return cleanText(said);
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

/** Thrown to nobody: whoever wanted the text has left, or cannot be answered in time any more. */
class NobodyWaitsError extends Error {
  override readonly name = 'NobodyWaitsError';
}

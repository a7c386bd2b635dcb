import type { RemoteOptions } from '../../providers/remote/provider.js';
import { SpeechError, type SpeechErrorCode } from '../../speech/error.js';
import type { Spoken } from '../speak-once.js';
import type { VerificationRun } from '../verification-run.js';
import { isSecure, otherSchemeHint, portOf } from './connection-hints.js';
import { inspectReply } from './inspect-reply.js';
import { answersOverOtherScheme, pathThatAnswers } from './probe-elsewhere.js';

/** What a server that has no speech route says when asked to speak. */
const NO_SUCH_ROUTE: ReadonlySet<string> = new Set(['status.400', 'status.404', 'status.405', 'status.501']);
/** What one says that answers everything with a page. */
const NO_SOUND: ReadonlySet<string> = new Set(['not_audio', 'empty', 'bad_response']);

interface Problem {
  readonly code: SpeechErrorCode;
  readonly hint: string;
}

/** Says what is wrong with a server that is not one of ours, judging by what it did when it was asked to speak. */
export async function diagnoseApi(
  trial: VerificationRun,
  spoken: Spoken | SpeechError,
  status: number,
  options: RemoteOptions,
): Promise<Problem | undefined> {
  if (!SpeechError.is(spoken)) return undefined;
  const { code } = trial.explain(spoken);
  if (!NO_SUCH_ROUTE.has(code) && !NO_SOUND.has(code)) return undefined;
  const { format, message } = await inspectReply(options, options.formats[0] ?? 'mp3', trial.signal);
  if (format !== undefined) return undefined;
  if (code === 'status.400') {
    // Some servers say so in plain HTTP where TLS is wanted; of a speech server it is about the request.
    if (status !== 400 || isSecure(options)) return undefined;
    if (!(await answersOverOtherScheme(options, trial.signal))) return undefined;
    return { code, hint: otherSchemeHint(options) };
  }
  const path = await pathThatAnswers(options, trial.signal);
  return { code, hint: path === undefined ? otherApiHint(message, options) : pathHint(path, options) };
}

function pathHint(path: string, { baseUrl }: RemoteOptions): string {
  const here = new URL(baseUrl).pathname.replace(/(?<!\/)\/+$/, '');
  if (path === `${here}/v1`) return 'the server answers under /v1; add it to the end of the base URL';
  const base = path === '/' ? 'without a path' : `with the path ${path}`;
  return `the server speaks, but not under ${here === '' ? '/' : here}; give the base URL ${base}`;
}

function otherApiHint(message: string, { baseUrl }: RemoteOptions): string {
  const says = message === '' ? '' : `; it says “${message}”`;
  return `a web server answers on port ${portOf(baseUrl)}, but not with the speech API; check the port and the path${says}`;
}

import { SPEECH_FORMATS, type SpeechFormat } from '../../audio/formats.js';
import type { RemoteOptions } from '../../providers/remote/provider.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechProvider } from '../../speech/provider.js';
import { speakOnce, type Spoken } from '../speak-once.js';
import type { Found, VerificationRun } from '../verification-run.js';
import { formatsHint, UNANNOUNCED, type TriedFormats } from './format-hints.js';
import type { HeardSounds } from './heard-sound.js';
import { inspectReply, NOTHING } from './inspect-reply.js';
import { speechHint } from './speech-hints.js';

/** Milliseconds within which the further formats have to be begun; a slow machine takes a second for each. */
const FORMATS_LIMIT = 10_000;

/** Failures that say nothing about the format that was asked for. */
const NOT_THE_FORMAT = /^(timeout\.|status\.(401|403|404|405|408|5(?!00|01)\d)|rate_limited|aborted|reset|refused)/;

/** Failures after which there is something to look at, and after which looking costs no second wait. */
const SENT_SOMETHING = /^(status\.|rate_limited|not_audio|unsupported)/;

/** Formats that others are made of here. */
const SOURCES: readonly SpeechFormat[] = ['wav', 'pcm'];

export interface SpeakingTrial {
  /** Speaks in the format that it is asked for, or not at all. */
  readonly provider: SpeechProvider;
  /** What that server really sent. */
  readonly heard: HeardSounds;
  readonly options: RemoteOptions;
  /** What came of the first format, where that has been tried already. */
  readonly first?: Spoken | SpeechError | undefined;
}

/** Has the server speak in each of the entry's formats. It is well where what it makes is wanted, or others can be made of it. */
export async function trySpeaking(
  trial: VerificationRun,
  { provider, heard, options, first }: SpeakingTrial,
): Promise<Found> {
  const [asked = 'mp3', ...others] = options.formats;
  const spoken = first ?? (await speakOnce(provider, asked, trial.signal));
  const error = SpeechError.is(spoken) ? trial.explain(spoken) : undefined;
  if (error !== undefined && NOT_THE_FORMAT.test(error.code)) {
    trial.fail('speak', error.code, await hintOf(trial, error, { heard, options, asked }));
    return {};
  }
  const { firstByte, ...tried } = await tryFormats(trial, provider, [[asked, spoken], ...others.map(untold)], heard);
  const { made } = tried;
  const isServed = made.includes(asked) || made.some((format) => SOURCES.includes(format));
  if (isServed) trial.pass('speak', formatsHint(tried, heard.all));
  else if (error === undefined || made.length > 0) {
    trial.fail('speak', error?.code ?? 'unsupported', formatsHint(tried, heard.all) ?? '');
  } else trial.fail('speak', error.code, await hintOf(trial, error, { heard, options, asked }));
  return made.length === 0 ? {} : { formats: made, ...(firstByte === undefined ? {} : { firstByte }) };
}

const untold = (format: SpeechFormat): readonly [SpeechFormat, undefined] => [format, undefined];

async function hintOf(
  trial: VerificationRun,
  error: SpeechError,
  { heard, options, asked }: Pick<SpeakingTrial, 'heard' | 'options'> & { readonly asked: SpeechFormat },
): Promise<string> {
  if (error.code === 'truncated' && heard.last?.endsUnannounced === true) return UNANNOUNCED;
  const sent = SENT_SOMETHING.test(error.code) ? await inspectReply(options, asked, trial.signal) : NOTHING;
  return speechHint(error, asked, sent, options);
}

/** @param formats with what came of each, where that has been tried already */
async function tryFormats(
  trial: VerificationRun,
  provider: SpeechProvider,
  formats: readonly (readonly [SpeechFormat, Spoken | SpeechError | undefined])[],
  heard: HeardSounds,
): Promise<TriedFormats & { readonly firstByte: number | undefined }> {
  const made = new Set<SpeechFormat>();
  const refused: SpeechFormat[] = [];
  const untried: SpeechFormat[] = [];
  let firstByte: number | undefined;
  const end = performance.now() + FORMATS_LIMIT;
  for (const [format, told] of formats) {
    // One after the other: most of these servers speak one text at a time.
    const isTime = performance.now() < end && !trial.signal.aborted;
    const spoken = told ?? (isTime ? await speakOnce(provider, format, trial.signal) : undefined);
    if (spoken === undefined) untried.push(format);
    else if (!SpeechError.is(spoken)) {
      made.add(format);
      firstByte ??= spoken.firstByte;
    } else if (NOT_THE_FORMAT.test(trial.explain(spoken).code)) untried.push(format);
    else {
      refused.push(format);
      // It was something else that it made, and may be worth something.
      if (spoken.code === 'unsupported' && heard.last !== undefined) made.add(heard.last.format);
    }
  }
  return {
    made: SPEECH_FORMATS.filter((format) => made.has(format)),
    refused: refused.filter((format) => !made.has(format)),
    untried: untried.filter((format) => !made.has(format)),
    firstByte,
  };
}

import type { RemoteOptions } from '../providers/remote.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechFormat } from '../speech/formats.js';
import type { SpeechProvider } from '../speech/provider.js';
import { look, NOTHING } from './look.js';
import { speakOnce, type Spoken } from './speak-once.js';
import { speechHint } from './speech-hints.js';
import type { Found, Trial } from './trial.js';

/** Milliseconds within which the further formats have to be begun; a slow machine takes a second for each. */
const FORMATS_LIMIT = 10_000;

/** Failures that say nothing about the format that was asked for. */
const NOT_THE_FORMAT = /^(timeout\.|status\.(401|403|404|405|408|5(?!00|01)\d)|rate_limited|aborted|reset|refused)/;

/** Failures after which there is something to look at, and after which looking costs no second wait. */
const SENT_SOMETHING = /^(status\.|rate_limited|not_audio)/;

/** What a server made of the formats it was asked for. */
interface Formats {
  readonly made: readonly SpeechFormat[];
  readonly refused: readonly SpeechFormat[];
  readonly untried: readonly SpeechFormat[];
  readonly firstByte: number | undefined;
}

/**
 * Has the server speak in each of the entry's formats.
 *
 * @param first what came of the first format, where that has been tried already
 */
export async function trySpeaking(
  trial: Trial,
  provider: SpeechProvider,
  options: RemoteOptions,
  first?: Spoken | SpeechError,
): Promise<Found> {
  const asked = options.formats[0] ?? 'mp3';
  const spoken = first ?? (await speakOnce(provider, asked, trial.signal));
  if (!SpeechError.is(spoken)) {
    const { firstByte } = spoken;
    const formats = await tryFormats(trial, provider, options.formats.slice(1));
    const made = [asked, ...formats.made];
    trial.pass('speak', formatsHint({ ...formats, made }));
    return { formats: made, firstByte };
  }
  const error = trial.explain(spoken);
  const sent = SENT_SOMETHING.test(error.code) ? await look(options, asked, trial.signal) : NOTHING;
  const hint = speechHint(error, asked, sent, options);
  if (NOT_THE_FORMAT.test(error.code)) {
    trial.fail('speak', error.code, hint);
    return {};
  }
  const { made, firstByte } = await tryFormats(trial, provider, options.formats.slice(1));
  trial.fail('speak', error.code, made.length === 0 ? hint : otherFormatsHint(asked, made, sent.format));
  return made.length === 0 || firstByte === undefined ? {} : { formats: made, firstByte };
}

async function tryFormats(trial: Trial, provider: SpeechProvider, formats: readonly SpeechFormat[]): Promise<Formats> {
  const made: SpeechFormat[] = [];
  const refused: SpeechFormat[] = [];
  const untried: SpeechFormat[] = [];
  let firstByte: number | undefined;
  const end = performance.now() + FORMATS_LIMIT;
  for (const format of formats) {
    // One after the other: most of these servers speak one text at a time.
    const spoken =
      performance.now() < end && !trial.signal.aborted ? await speakOnce(provider, format, trial.signal) : undefined;
    if (spoken === undefined) untried.push(format);
    else if (!SpeechError.is(spoken)) {
      made.push(format);
      firstByte ??= spoken.firstByte;
    } else if (NOT_THE_FORMAT.test(trial.explain(spoken).code)) untried.push(format);
    else refused.push(format);
  }
  return { made, refused, untried, firstByte };
}

function formatsHint({ made, refused, untried }: Formats): string | undefined {
  const open = untried.length === 0 ? '' : `whether it makes ${listed(untried, 'or')} could not be found out`;
  if (refused.length === 0) return open === '' ? undefined : open;
  const hint = `it makes no ${listed(refused, 'and no')}; name in "formats" what it makes: ${made.join(', ')}`;
  return open === '' ? hint : `${hint}; ${open}`;
}

function otherFormatsHint(asked: SpeechFormat, made: readonly SpeechFormat[], sent: SpeechFormat | undefined): string {
  const instead =
    sent === undefined || sent === asked ? `it makes no ${asked}` : `asked for ${asked}, it sends ${sent}`;
  return `${instead}; name in "formats" what it makes: ${made.join(', ')}`;
}

function listed(formats: readonly SpeechFormat[], word: string): string {
  return formats.join(` ${word} `);
}

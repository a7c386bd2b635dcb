import { OWN_SHAPE, type SpeechFormat } from '../../audio/formats.js';
import { convertibleFormats } from '../../providers/local/converter.js';
import type { HeardSound } from './heard-sound.js';

/** What a server made of the formats that it was asked for. */
export interface TriedFormats {
  readonly made: readonly SpeechFormat[];
  readonly refused: readonly SpeechFormat[];
  /** Those of which nothing was found out. */
  readonly untried: readonly SpeechFormat[];
}

/** Says what is worth knowing of a server that speaks; undefined where nothing is. */
export function formatsHint(
  { made, refused, untried }: TriedFormats,
  heard: readonly HeardSound[],
): string | undefined {
  const hints = [
    ...(refused.length === 0 ? [] : [refusedHint(refused, made)]),
    ...(untried.length === 0 ? [] : [`whether it makes ${listed(untried, 'or')} could not be found out`]),
    ...heard.flatMap(samplesHint),
    ...(heard.some(({ endsUnannounced }) => endsUnannounced) ? [UNANNOUNCED] : []),
  ];
  return hints.length === 0 ? undefined : hints.join('; ');
}

/** What to do about replies whose end proves nothing. */
export const UNANNOUNCED =
  'its replies have neither Content-Length nor chunks, so that only their end can show whether they are whole, and some formats cannot; have the server, or the proxy before it, speak HTTP/1.1 with either';

function refusedHint(refused: readonly SpeechFormat[], made: readonly SpeechFormat[]): string {
  const name = `name in "formats" what it makes: ${made.join(', ')}`;
  const none = `it makes no ${listed(refused, 'or')}`;
  const source = (['wav', 'pcm'] as const).find((each) => made.includes(each));
  const here = source === undefined ? [] : refused.filter((format) => convertibleFormats().includes(format));
  if (source === undefined || here.length === 0) return `${none}; ${name}`;
  const isAll = here.length === refused.length;
  return isAll
    ? `${none}, which ${here.length === 1 ? 'is' : 'are'} made of its ${source} here; ${name}`
    : `${none}; ${listed(here, 'and')} ${here.length === 1 ? 'is' : 'are'} made of its ${source} here; ${name}`;
}

function samplesHint({ layout }: HeardSound): readonly string[] {
  if (layout === undefined) return [];
  const { sampleRate, channels, encoding } = layout;
  const isOwn = sampleRate === OWN_SHAPE.sampleRate && channels === OWN_SHAPE.channels && encoding === 's16le';
  if (isOwn) return [];
  const many = channels === 1 ? 'one channel' : `${String(channels)} channels`;
  return [`its pcm is ${encoding} at ${String(sampleRate)} Hz in ${many}, and converted here`];
}

function listed(formats: readonly SpeechFormat[], word: 'and' | 'or'): string {
  const last = formats.at(-1) ?? '';
  return formats.length < 2 ? last : `${formats.slice(0, -1).join(', ')} ${word} ${last}`;
}

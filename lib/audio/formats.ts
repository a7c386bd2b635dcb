/** The output formats of OpenAI's speech API, in the order of its documentation. */
export const SPEECH_FORMATS = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const;

/** A format that speech can be asked for in. `pcm` is 24 kHz, 16 bits, little-endian, mono, with no header. */
export type SpeechFormat = (typeof SPEECH_FORMATS)[number];

/** Sample rate in hertz of everything this package makes itself: the rate of OpenAI's `pcm`, which has no header to say another. */
export const SAMPLE_RATE = 24_000;

/** What sound has to have in common to follow other sound without a seam. */
export interface SoundShape {
  /** Hertz. */
  readonly sampleRate: number;
  /** 1 is mono. */
  readonly channels: 1 | 2;
  /** Bits of a sample where they are not 16 and have to be the same, as in FLAC. */
  readonly bitsPerSample?: number;
}

/** The shape of everything this package makes where nothing else was sent before it. */
export const OWN_SHAPE: SoundShape = { sampleRate: SAMPLE_RATE, channels: 1 };

interface FormatDescription {
  /** The type this package sends. */
  readonly contentType: string;
  /** Other names that servers give to the same bytes. */
  readonly aliases: readonly string[];
}

const FORMATS: Readonly<Record<SpeechFormat, FormatDescription>> = {
  mp3: { contentType: 'audio/mpeg', aliases: ['audio/mp3', 'audio/x-mp3', 'audio/mpeg3', 'audio/x-mpeg'] },
  opus: { contentType: 'audio/ogg', aliases: ['audio/opus', 'application/ogg', 'audio/x-opus+ogg'] },
  aac: { contentType: 'audio/aac', aliases: ['audio/aacp', 'audio/x-aac', 'audio/x-hx-aac-adts'] },
  flac: { contentType: 'audio/flac', aliases: ['audio/x-flac'] },
  wav: { contentType: 'audio/wav', aliases: ['audio/x-wav', 'audio/wave', 'audio/vnd.wave'] },
  pcm: { contentType: 'audio/pcm', aliases: ['audio/l16', 'audio/x-pcm', 'audio/raw', 'audio/x-raw'] },
};

/** Types that say nothing: the bytes have to speak for themselves. */
const NEUTRAL_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/** Types of other kinds under which sound is sent. */
const SOUND_TYPES = new Set([
  'application/ogg',
  'application/binary',
  'application/x-binary',
  'application/force-download',
]);

export function contentTypeOf(format: SpeechFormat): string {
  return FORMATS[format].contentType;
}

/**
 * Says whether sound may stand under a `Content-Type`, in whatever format: some servers call all of it by one name. A page or a
 * message is none, whatever its bytes look like.
 */
export function mayBeSound(contentType: string | undefined): boolean {
  const type = nameOf(contentType);
  return NEUTRAL_TYPES.has(type) || SOUND_TYPES.has(type) || /^(?:audio|video)\//.test(type);
}

/**
 * Says whether a `Content-Type` may stand over bytes of the format. Parameters are ignored and a missing or neutral type
 * agrees with every format, because the first bytes are looked at as well.
 */
export function typeAgrees(contentType: string | undefined, format: SpeechFormat): boolean {
  const type = nameOf(contentType);
  const description = FORMATS[format];
  return NEUTRAL_TYPES.has(type) || type === description.contentType || description.aliases.includes(type);
}

function nameOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

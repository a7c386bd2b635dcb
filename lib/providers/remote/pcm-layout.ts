import type { IncomingHttpHeaders } from 'node:http';
import type { SampleEncoding } from '../../engines/signal/samples.js';

/** What bare samples are. */
export interface PcmLayout {
  /** Hertz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly encoding: SampleEncoding;
  /** Whether the type means the larger byte first, which half of those who use it do not know: the samples have to tell. */
  readonly isOrderDoubtful: boolean;
}

/** What the operator says of bare samples whose type does not. */
export interface PcmOption {
  readonly sampleRate: number;
  readonly channels: number;
}

/** Hertz, and channels, of what can be sound. */
const LEAST_RATE = 8_000;
const MOST_RATE = 192_000;
const MOST_CHANNELS = 32;

/** Types of bare samples. Some have the encoding in their name: `audio/L16` (RFC 2586), `audio/pcm_s16le`. */
const BARE = /^audio\/(?:x-)?(?:pcm|raw|linear16|l(?<linear>8|16|24|32)|pcm[-_]?(?<named>[suf]\d+(?:le|be)?))$/;

/** Types, and words in their parameters, of samples that are no plain numbers: G.711 and the like. As such they would be loud noise. */
const PACKED = /^audio\/(?:x-)?(?:basic|pcm[au]|mu-?law|u-?law|a-?law|g7\d\d.*|d?vi4|adpcm.*|gsm.*)$/;
const PACKED_ENCODING = /law|g\.?7\d\d|pcm[au]\b|adpcm|gsm/i;

/** What servers call the same thing, in parameters of the type or in a header of their own. */
const NAMES = {
  rate: ['rate', 'samplerate', 'sample_rate', 'sample-rate', 'sampling_rate', 'frequency', 'sr'],
  channels: ['channels', 'channel', 'ch', 'nchannels', 'num_channels'],
  bits: ['bits', 'bitdepth', 'bit_depth', 'bit-depth', 'depth', 'bits_per_sample', 'bits-per-sample', 'sample_width'],
  encoding: ['format', 'encoding', 'codec', 'sample_format', 'sample-format'],
  order: ['endian', 'endianness', 'byte_order', 'byteorder', 'byte-order'],
} as const;

type Fact = keyof typeof NAMES;

/** Says whether a type is one of bare samples. */
export function isPcmType(contentType: string | undefined): boolean {
  return BARE.test(nameOf(contentType));
}

/** Says whether a type is one of samples that nothing here can read. */
export function isPackedType(contentType: string | undefined): boolean {
  return (
    PACKED.test(nameOf(contentType)) || PACKED_ENCODING.test(factsOf({ 'content-type': contentType })('encoding') ?? '')
  );
}

/**
 * Reads what bare samples are from the type and its parameters, then from headers such as `X-Audio-Sample-Rate`, and where neither
 * says it, from the option.
 */
export function readPcmLayout(headers: IncomingHttpHeaders, option: PcmOption): PcmLayout {
  const type = nameOf(headers['content-type']);
  const { linear, named } = BARE.exec(type)?.groups ?? {};
  const facts = factsOf(headers);
  const sampleRate = wholeNumber(facts('rate'), LEAST_RATE, MOST_RATE) ?? option.sampleRate;
  const channels = wholeNumber(facts('channels'), 1, MOST_CHANNELS) ?? option.channels;
  const stated = named ?? encodingIn(facts('encoding'));
  const bits = linear ?? facts('bits')?.replace(/\D/g, '');
  const order = /^(be|big|network)/i.test(facts('order') ?? '') ? 'be' : 'le';
  const encoding = encodingOf(stated ?? `s${bits ?? '16'}`, order);
  const isOrderDoubtful = linear !== undefined && stated === undefined && facts('order') === undefined;
  return { sampleRate, channels, encoding, isOrderDoubtful };
}

function nameOf(contentType = ''): string {
  return (/^[^;,]*/.exec(contentType)?.[0] ?? '').trim().toLowerCase();
}

/** Looks for a fact among the parameters of the type, some of which GStreamer's has behind commas, and among the headers. */
function factsOf(headers: IncomingHttpHeaders): (fact: Fact) => string | undefined {
  const parameters = new Map<string, string>();
  for (const [, key = '', value = ''] of (headers['content-type'] ?? '').matchAll(
    /[;,]\s*([\w-]+)\s*=\s*(?:\([a-z]+\))?"?([^";,]*)"?/gi,
  )) {
    parameters.set(key.toLowerCase(), value.trim());
  }
  return (fact) => {
    for (const name of NAMES[fact]) {
      const dashed = name.replaceAll('_', '-');
      const value = parameters.get(name) ?? headers[`x-audio-${dashed}`] ?? headers[`x-${dashed}`];
      if (typeof value === 'string' && value !== '') return value;
    }
    return undefined;
  };
}

function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  const [, digits, kilo] = /^(\d+(?:\.\d+)?)\s*(k)?(?:hz)?$/i.exec(text ?? '') ?? [];
  const value = Number(digits) * (kilo === undefined ? 1 : 1_000);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

/** Reads an encoding as ffmpeg, GStreamer and Google name it: `pcm_s16le`, `S16LE`, `linear16`. */
function encodingIn(text = ''): string | undefined {
  const [, kind, bits, order = ''] = /^(?:pcm[-_])?([suf])(8|16|24|32|64)(le|be)?$/i.exec(text) ?? [];
  return kind === undefined || bits === undefined ? undefined : `${kind}${bits}${order}`.toLowerCase();
}

const ENCODINGS: Readonly<Record<string, { readonly le: SampleEncoding; readonly be: SampleEncoding }>> = {
  u8: { le: 'u8', be: 'u8' },
  s8: { le: 's8', be: 's8' },
  s16: { le: 's16le', be: 's16be' },
  s24: { le: 's24le', be: 's24be' },
  s32: { le: 's32le', be: 's32be' },
  f32: { le: 'f32le', be: 'f32be' },
  f64: { le: 'f64le', be: 'f64be' },
};

/** An encoding that there is not is taken for the one that nearly all have. */
function encodingOf(stated: string, order: 'le' | 'be'): SampleEncoding {
  const [, samples = '', own] = /^([suf]\d+)(le|be)?$/.exec(stated) ?? [];
  return ENCODINGS[samples]?.[own === 'be' ? 'be' : own === 'le' ? 'le' : order] ?? 's16le';
}

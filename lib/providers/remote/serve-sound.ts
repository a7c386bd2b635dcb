import type { Readable } from 'node:stream';
import { createEndProof } from '../../audio/create-end-proof.js';
import { contentTypeOf, OWN_SHAPE, type SoundShape, type SpeechFormat } from '../../audio/formats.js';
import { readWavHeader, WAV_PCM, writeWavHeader, type WavHeader } from '../../audio/wav-header.js';
import type { SourceSound } from '../../engines/signal/sample-source.js';
import { SpeechError } from '../../speech/error.js';
import type { SpeechAudio } from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import { canBeAllOf } from '../../text/spoken-length.js';
import { FilteredSound, type SoundFilter } from '../filtered-sound.js';
import type { Converter } from '../local/converter.js';
import { createCutFilter, createEndFilter, createHeaderFilter, createWavFilter, unproven } from '../sound-filters.js';
import type { PcmLayout } from './pcm-layout.js';
import { release, type ReceivedSound } from './received-sound.js';
import { untilSound } from './until-sound.js';
import { canStateEnd, isCut, isExact, wavLimits } from './wav-claims.js';

/** What sound is wanted, and by whom it can be made of other sound. */
export interface ServeOptions {
  readonly request: SpeechRequest;
  /** None where sound is wanted as the server makes it. */
  readonly converter: Converter | undefined;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Says what keeps sound from being made into what is wanted: `unsupported` where it would have to be decoded, `truncated` where nothing
 * can show that it is whole. Another format may be free of it.
 */
export function problemWith(
  { format, first, endsUnannounced }: ReceivedSound,
  wanted: SpeechFormat,
  converter: Converter | undefined,
): SpeechError | undefined {
  const canBeMade = format === wanted || (converter !== undefined && (format === 'wav' || format === 'pcm'));
  if (!canBeMade) return new SpeechError('unsupported', `asked for ${wanted}, the server answers with ${format}`);
  // Bare samples end anywhere, and so does WAV whose header leaves its length open.
  if (format === 'pcm') return endsUnannounced ? unproven() : undefined;
  if (format !== 'wav') return undefined;
  return endsUnannounced && !canStateEnd(first) ? unproven() : undefined;
}

/**
 * Makes what a server sent into what is handed on: as it is where it is true, without what is no sound, or converted. What is not
 * converted costs nothing more than that, and of compressed sound a look at the headers of its frames, which show where it is cut.
 */
export async function serveSound(received: ReceivedSound, options: ServeOptions): Promise<SpeechAudio> {
  const { format } = options.request;
  const { usage, endsUnannounced, body } = received;
  // The first to listen: a server that has sent all it will has no more work with it, whatever others find out then.
  const atRest = new Promise<void>((resolve) => body.once('end', resolve));
  const { stream, length } = await streamFor(received, options);
  return {
    kind: 'audio',
    contentType: contentTypeOf(format),
    stream,
    atRest,
    ...(length === undefined ? {} : { contentLength: length }),
    ...(usage === undefined ? {} : { usage }),
    ...(endsUnannounced ? { endsUnannounced } : {}),
  };
}

interface Served {
  readonly stream: Readable;
  /** Bytes in all, where they are known. */
  readonly length?: number | undefined;
}

function streamFor(received: ReceivedSound, options: ServeOptions): Served | Promise<Served> {
  switch (received.format) {
    case 'wav':
      return serveWav(received, options);
    case 'pcm':
      return servePcm(received, received.layout, options);
    default: {
      const { endsUnannounced, length } = received;
      const proof = createEndProof(received.format, (seconds) => canBeAllOf(options.request, seconds));
      const filter = endsUnannounced ? createEndFilter(proof) : createCutFilter(proof, length);
      return { stream: filtered(received, filter), length };
    }
  }
}

function serveWav(received: ReceivedSound, options: ServeOptions): Served | Promise<Served> {
  const { request, converter } = options;
  const { format } = request;
  const limits = wavLimits(request, received.length);
  const header = readWavHeader(received.first, limits);
  if (typeof header === 'string') throw new SpeechError('internal', 'WAV was proven without its header');
  if (format === 'wav' && isExact(header, received.length)) return plain(received);
  if (isCut(received.first, received.length, request)) {
    const failure = new SpeechError('truncated', 'the sound is shorter than its header says');
    release(received, failure);
    throw failure;
  }
  const mustStateEnd = received.endsUnannounced;
  if (format === 'wav' || (format === 'pcm' && isOwnShape(header)) || converter === undefined) {
    return { stream: filtered(received, createWavFilter({ ...limits, mustStateEnd, hasHeader: format === 'wav' })) };
  }
  return converted(received, { kind: 'wav', ...limits, mustStateEnd }, options, converter);
}

function servePcm(
  received: ReceivedSound,
  layout: PcmLayout | undefined,
  options: ServeOptions,
): Served | Promise<Served> {
  const { format } = options.request;
  const { sampleRate, channels, encoding } = layout ?? { ...OWN_SHAPE, encoding: 's16le' as const };
  const isUsual = encoding === 's16le' && (channels === 1 || channels === 2);
  const isOwn = isUsual && channels === OWN_SHAPE.channels && sampleRate === OWN_SHAPE.sampleRate;
  if (options.converter === undefined || (format === 'pcm' && isOwn)) return plain(received);
  if (format === 'wav' && isUsual) {
    const header = writeWavHeader({ sampleRate, channels }, 'unknown');
    return { stream: filtered(received, createHeaderFilter(header)) };
  }
  return converted(received, { kind: 'pcm', sampleRate, channels, encoding }, options, options.converter);
}

/** Hands it on as it came. */
function plain({ exchange, body, length }: ReceivedSound): Served {
  exchange.watchBody(() => body.readableLength);
  return { stream: body, length };
}

function filtered({ exchange, body }: ReceivedSound, filter: SoundFilter): Readable {
  const stream = new FilteredSound(body, filter);
  exchange.watchBody(() => stream.unread);
  return stream;
}

async function converted(
  received: ReceivedSound,
  from: SourceSound,
  { request, maxBytes, signal }: ServeOptions,
  converter: Converter,
): Promise<Served> {
  const { stream: source } = plain(received);
  const { format, part } = request;
  const shape: SoundShape = format === 'pcm' ? OWN_SHAPE : (part?.shape ?? OWN_SHAPE);
  const stream = converter.convertStream(source, { from, format, shape, mostBytes: maxBytes }, signal);
  // It rested since its proof.
  source.resume();
  await untilSound(stream);
  return { stream };
}

function isOwnShape({ encoding, bitsPerSample, channels, sampleRate }: WavHeader): boolean {
  const isUsual = encoding === WAV_PCM && bitsPerSample === 16;
  return isUsual && channels === OWN_SHAPE.channels && sampleRate === OWN_SHAPE.sampleRate;
}

import type { SoundShape } from '../../audio/formats.js';
import { SpeechError } from '../../speech/error.js';
import type { Load } from '../worker/load.js';
import { AAC_ADVICE, AAC_PACKAGES, hasAacPeer } from './aac-peer.js';
import type { Encoder } from './encoder.js';

/** Bits a second: more than 24 kHz mono speech can use. */
const BIT_RATE = 64_000;

/** Hertz that AAC has and the encoder takes. */
const SAMPLE_RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000];

/**
 * Samples given at a time, a frame's. The encoder works in a thread of its own and takes four pieces before it has one wait, so that
 * what comes back is never further behind.
 */
const PIECE = 1_024;

/** What is used of the library. Its own types need those of browsers. */
interface Mediabunny {
  readonly AdtsOutputFormat: new () => object;
  readonly StreamTarget: new (stream: WritableStream<{ readonly data: Uint8Array }>) => object;
  readonly Output: new (options: { readonly format: object; readonly target: object }) => {
    addAudioTrack(source: object): void;
    start(): Promise<void>;
    finalize(): Promise<void>;
    cancel(): Promise<void>;
  };
  readonly AudioSampleSource: new (options: { readonly codec: 'aac'; readonly bitrate: number }) => {
    add(sample: object): Promise<void>;
  };
  readonly AudioSample: new (options: {
    readonly data: Float32Array;
    readonly format: 'f32-planar';
    readonly numberOfChannels: number;
    readonly sampleRate: number;
    /** Seconds. */
    readonly timestamp: number;
  }) => { close(): void };
}

/**
 * Makes an encoder of AAC in ADTS frames with the optional peer.
 *
 * @throws {SpeechError} `unsupported` where it is not installed, saying what to install
 */
export async function createAacEncoder({ sampleRate, channels }: SoundShape, load: Load): Promise<Encoder> {
  if (!hasAacPeer()) throw new SpeechError('unsupported', AAC_ADVICE);
  if (!SAMPLE_RATES.includes(sampleRate)) throw new SpeechError('unsupported', `AAC is not made at ${sampleRate} Hz`);
  const { AdtsOutputFormat, AudioSample, AudioSampleSource, Output, StreamTarget } = await loadMediabunny(load);

  let frames: Uint8Array[] = [];
  const stream = new WritableStream<{ readonly data: Uint8Array }>({
    write({ data }) {
      frames.push(data.slice());
    },
  });
  const output = new Output({ format: new AdtsOutputFormat(), target: new StreamTarget(stream) });
  const source = new AudioSampleSource({ codec: 'aac', bitrate: BIT_RATE });
  output.addAudioTrack(source);
  await output.start();
  let given = 0;
  let isFinished = false;

  function takeFrames(): Uint8Array {
    const bytes = Buffer.concat(frames);
    frames = [];
    return bytes;
  }

  async function add(piece: Float32Array): Promise<void> {
    const data = new Float32Array(piece.length * channels);
    for (let channel = 0; channel < channels; channel += 1) data.set(piece, channel * piece.length);
    const timestamp = given / sampleRate;
    const sample = new AudioSample({ data, format: 'f32-planar', numberOfChannels: channels, sampleRate, timestamp });
    const isFirst = given === 0;
    given += piece.length;
    const taken = (): Promise<void> => source.add(sample);
    try {
      // The first starts the encoder's thread.
      await (isFirst ? load('the AAC encoder’s thread', taken, 'unsupported') : taken());
    } finally {
      sample.close();
    }
  }

  return {
    async encode(samples) {
      for (let at = 0; at < samples.length; at += PIECE) await add(samples.subarray(at, at + PIECE));
      return takeFrames();
    },
    async finish() {
      isFinished = true;
      await output.finalize();
      return takeFrames();
    },
    close() {
      // Ends the encoder's thread, as finishing does.
      if (!isFinished) output.cancel().catch(() => undefined);
    },
  };
}

/** Loads the library with its encoder. Both find the same copy of it, as npm lays peers out. */
async function loadMediabunny(load: Load): Promise<Mediabunny> {
  const [encoder, library] = AAC_PACKAGES;
  const loaded = await load(
    'the AAC encoder',
    async () => {
      const { registerAacEncoder } = (await import(encoder)) as { readonly registerAacEncoder: () => void };
      registerAacEncoder();
      return import(library) as Promise<unknown>;
    },
    'unsupported',
  );
  return loaded as Mediabunny;
}

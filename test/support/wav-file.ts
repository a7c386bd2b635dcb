import type { SampleEncoding } from '../../lib/engines/signal/samples.js';
import { encodeSamples } from './encode-samples.js';

export interface WavFileOptions {
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly encoding?: SampleEncoding;
  /** What the header says of the bytes of sound, where that is not the truth. */
  readonly declared?: number;
  /** What stands between the format and the sound. */
  readonly before?: Buffer;
  /** What stands behind the sound. */
  readonly behind?: Buffer;
}

/** Writes a WAV file of any kind, honest or not. Each sample goes into every channel. */
export function wavFile(samples: readonly number[], options: WavFileOptions = {}): Buffer {
  const { sampleRate = 24_000, channels = 1, encoding = 's16le', before, behind } = options;
  const data = encodeSamples(
    samples.flatMap((sample) => Array<number>(channels).fill(sample)),
    encoding,
  );
  const bits = Number(/\d+/.exec(encoding)?.[0]);
  const format = Buffer.alloc(16);
  format.writeUInt16LE(encoding.startsWith('f') ? 3 : 1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE((sampleRate * channels * bits) / 8, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  const head = Buffer.concat([
    Buffer.from('WAVE', 'latin1'),
    chunk('fmt ', format),
    before ?? Buffer.alloc(0),
    chunkHead('data', options.declared ?? data.length),
  ]);
  // Both sizes say the same, as those of honest writers and of those to a pipe do.
  const size = (head.length + (options.declared ?? data.length)) % 2 ** 32;
  return Buffer.concat([chunkHead('RIFF', size), head, data, behind ?? Buffer.alloc(0)]);
}

/** Writes a chunk of a RIFF file. */
export function chunk(name: string, content: Buffer): Buffer {
  return Buffer.concat([chunkHead(name, content.length), content]);
}

function chunkHead(name: string, size: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(size, 4);
  return head;
}

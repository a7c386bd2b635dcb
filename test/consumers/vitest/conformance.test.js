import { Readable } from 'node:stream';
import { SpeechError } from 'express-speech';
import { providerConformance } from 'express-speech/testing';
import { afterAll, describe, test } from 'vitest';

/** A provider of somebody’s own: a second of a square wave, in WAV of its own making. */
const beeper = () => ({
  name: 'beeper',
  type: 'beeper',
  capabilities: { formats: ['wav'] },
  async synthesize({ format }, { signal }) {
    if (signal.aborted) throw new SpeechError('aborted', 'the caller has left');
    if (format !== 'wav') throw new SpeechError('unsupported', 'it makes WAV alone');
    const samples = Buffer.from(Int16Array.from({ length: 8_000 }, (_, at) => (at % 20 < 10 ? 8_000 : -8_000)).buffer);
    const header = Buffer.alloc(44);
    header.write('RIFF');
    header.writeUInt32LE(36 + samples.length, 4);
    header.write('WAVEfmt ', 8);
    for (const [at, value] of [
      [16, 16],
      [24, 8_000],
      [28, 16_000],
      [40, samples.length],
    ])
      header.writeUInt32LE(value, at);
    for (const [at, value] of [
      [20, 1],
      [22, 1],
      [32, 2],
      [34, 16],
    ])
      header.writeUInt16LE(value, at);
    header.write('data', 36);
    const stream = Readable.from([header, samples], { objectMode: false });
    const stop = () => stream.destroy();
    signal.addEventListener('abort', stop);
    stream.once('close', () => signal.removeEventListener('abort', stop));
    return { kind: 'audio', contentType: 'audio/wav', stream };
  },
});

const conformance = providerConformance({ create: beeper, request: { format: 'wav' } });
describe('the beeper', () => {
  for (const { title, run } of conformance.tests) test(title, run);
  afterAll(() => conformance.close());
});

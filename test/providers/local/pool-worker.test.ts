import { mock } from 'node:test';
import { expect } from 'chai';
import type { EngineThread } from '../../../lib/providers/local/engine-thread.js';
import { PoolWorker, type WorkerJob } from '../../../lib/providers/local/pool-worker.js';

const JOB: WorkerJob = {
  id: 1,
  task: {
    type: 'speak',
    job: { input: 'Hello.', format: 'pcm', speed: 1, voice: undefined, defaultVoice: undefined },
  },
  inputs: [],
};

/** A thread as its worker sees it, whose moments the test chooses: when a busy machine gives a real one its core nobody can say. */
class StandIn implements Pick<EngineThread, 'isLoading' | 'belongTo' | 'send' | 'setBusy' | 'end'> {
  isLoading = true;
  hasEnded = false;

  belongTo(): void {
    // It says nothing.
  }

  send(): void {
    // It hears nothing.
  }

  setBusy(): void {
    // It keeps nothing alive.
  }

  end(): Promise<void> {
    this.hasEnded = true;
    return Promise.resolve();
  }
}

describe('PoolWorker', () => {
  let thread: StandIn;
  let worker: PoolWorker<WorkerJob>;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    thread = new StandIn();
    const ignore = (): void => undefined;
    worker = new PoolWorker(thread as unknown as EngineThread, {
      heard: ignore,
      failed: ignore,
      freed: ignore,
      lost: ignore,
      departed: ignore,
    });
    worker.giveTurn(JOB);
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('gives a thread a moment to stop with what nobody wants any more, and ends it then', () => {
    thread.isLoading = false;
    worker.drop(JOB);
    mock.timers.tick(24);
    expect(thread.hasEnded).to.equal(false);
    mock.timers.tick(1);
    expect(thread.hasEnded).to.equal(true);
  });

  it('gives one that was loading a second more, once it has loaded', () => {
    worker.drop(JOB);
    for (let look = 0; look < 100; look += 1) mock.timers.tick(25);
    thread.isLoading = false;
    mock.timers.tick(25);
    mock.timers.tick(999);
    expect(thread.hasEnded).to.equal(false);
    mock.timers.tick(1);
    expect(thread.hasEnded).to.equal(true);
  });
});

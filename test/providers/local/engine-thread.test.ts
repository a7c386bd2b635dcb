import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { OWN_SHAPE, SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { LoadGate } from '../../../lib/engines/worker/load-gate.js';
import type { EngineChoice, FromWorker } from '../../../lib/engines/worker/messages.js';
import type { SpeakJob } from '../../../lib/engines/worker/speak-job.js';
import { EngineThread } from '../../../lib/providers/local/engine-thread.js';
import type { SpeechError } from '../../../lib/speech/error.js';
import { eventually } from '../../faults/eventually.js';
import { soundIn } from '../../support/audio.js';
import { startEngineWorker } from '../../support/engine-worker.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { openFiles } from '../../support/open-files.js';

const LOADING = new URL('../../support/loading-engine.js', import.meta.url).href;
const NONE: EngineChoice = { kind: 'none' };
const module = (how: string): EngineChoice => ({ kind: 'module', ...fakeEngine(how) });

/** What a thread has told its owner. */
class Told {
  readonly messages: FromWorker[] = [];
  readonly losses: SpeechError[] = [];

  constructor(thread: EngineThread) {
    thread.belongTo({ heard: (message) => this.messages.push(message), lost: (error) => this.losses.push(error) });
  }

  async hears(type: FromWorker['type']): Promise<FromWorker> {
    await eventually(() => {
      expect(this.messages.map((message) => message.type)).to.include(type);
    }, 10_000);
    return this.messages.find((message) => message.type === type) ?? expect.fail();
  }
}

describe('EngineThread', function () {
  this.timeout(60_000);
  let started: Worker[];

  beforeEach(() => {
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map((worker) => worker.terminate()));
  });

  function start(choice: EngineChoice): {
    readonly worker: Worker;
    readonly thread: EngineThread;
    readonly told: Told;
  } {
    const { worker, thread } = startEngineWorker(choice);
    started.push(worker);
    return { worker, thread, told: new Told(thread) };
  }

  function speak(thread: EngineThread, input: string, format: SpeechFormat = 'pcm'): void {
    const job: SpeakJob = { input, format, speed: 1, voice: undefined, defaultVoice: undefined };
    thread.send({ type: 'speak', id: 1, job });
  }

  it('loads from its start on, until it has loaded all that it begins with', async () => {
    const { thread, told } = start(module('speaks'));
    expect(thread.isLoading).to.equal(true);
    speak(thread, 'Hello.');
    await told.hears('chunk');
    expect(thread.isLoading).to.equal(false);
  });

  it('has it end itself, at once, and tells nobody', async () => {
    const { worker, thread, told } = start(module('speaks'));
    speak(thread, 'Hello.');
    await told.hears('chunk');
    const exit = once(worker, 'exit');
    await thread.end();
    expect((await exit)[0]).to.equal(0);
    expect(told.losses).to.have.length(0);
  });

  it('ends one that does not hear, as it computes', async () => {
    const { worker, thread, told } = start(module('speaks'));
    speak(thread, 'It will block for ever.');
    await told.hears('head');
    const exit = once(worker, 'exit');
    await thread.end();
    // From here, or by itself, where it heard of it just before it began to compute.
    expect((await exit)[0]).to.be.oneOf([0, 1]);
  });

  it('ends one that waits for a load without an end', async () => {
    const { thread } = start(module('never loads'));
    await eventually(() => {
      expect(thread.isLoading).to.equal(true);
    });
    await thread.end();
  });

  describe('leaves no file open', () => {
    before(function () {
      if (process.platform !== 'linux') this.skip();
    });

    for (const how of [
      'imports while it speaks',
      'reads while it speaks',
      'reads by callback while it speaks',
      'imports one after the other',
      'imports, and computes meanwhile',
    ]) {
      it(`when it ends an engine of a user’s own that ${how}`, async () => {
        for (let round = 0; round < 12; round += 1) {
          const { thread, told } = start({ kind: 'module', module: `${LOADING}?how=${encodeURIComponent(how)}` });
          speak(thread, 'Hello.');
          await told.hears('head');
          await setTimeout(round * 2);
          await thread.end();
        }
        await eventually(() => {
          expect(openFiles('loading-engine-part.js')).to.deep.equal([]);
        });
      });
    }

    const MOMENTS = 6;
    const ownFiles = (): string[] => openFiles(/\.(m?js|wasm|json)$/);

    /** Has a new worker do something, each time ended at another moment between its start and its last piece. */
    async function endAtEachMoment(begin: (thread: EngineThread) => void, choice: EngineChoice): Promise<void> {
      const before = ownFiles();
      const whole = start(choice);
      const started = performance.now();
      begin(whole.thread);
      await whole.told.hears('chunk');
      const took = performance.now() - started;
      await whole.thread.end();
      for (let moment = 0; moment < MOMENTS; moment += 1) {
        const { thread } = start(choice);
        begin(thread);
        await setTimeout(((moment + 0.5) / MOMENTS) * took);
        await thread.end();
      }
      await eventually(() => {
        expect(ownFiles()).to.deep.equal(before);
      });
    }

    for (const format of SPEECH_FORMATS) {
      it(`at whatever moment of a job in ${format}`, async () => {
        const begin = (thread: EngineThread): void => {
          speak(thread, 'Hello.', format);
        };
        await endAtEachMoment(begin, module('speaks'));
      });

      it(`at whatever moment of a conversion into ${format}`, async () => {
        const begin = (thread: EngineThread): void => {
          const job = { from: { kind: 'wav' }, format, shape: OWN_SHAPE, mostSeconds: 60 } as const;
          thread.send({ type: 'convert-stream', id: 1, job, input: { bytes: soundIn('wav'), isLast: true } });
        };
        await endAtEachMoment(begin, NONE);
      });
    }

    it('when it ends a worker that has just been started', async () => {
      for (let round = 0; round < 12; round += 1) {
        const { thread } = start(NONE);
        await setTimeout(round * 15);
        await thread.end();
      }
      await eventually(() => {
        expect(openFiles(fileURLToPath(new URL('../../../lib', import.meta.url)))).to.deep.equal([]);
      });
    });
  });

  describe('says why there is no worker', () => {
    it('any more, when it ends itself', async () => {
      const { thread, told } = start(module('speaks'));
      speak(thread, 'It will crash.');
      await eventually(() => {
        expect(told.losses).to.have.length(1);
      }, 10_000);
      expect(told.losses[0]).to.include({
        code: 'engine_failed',
        message: 'the engine’s worker ended itself with status 1',
      });
    });

    it('of any use, when its engine throws where nobody can catch it, without what the error says', async () => {
      const engine = new URL('../../support/faults/engines/throws-outside.js', import.meta.url).href;
      const { thread, told } = start({ kind: 'module', module: engine });
      speak(thread, 'A secret.');
      const unusable = await told.hears('unusable');
      expect(unusable).to.include({ code: 'engine_failed', message: 'the engine’s worker crashed with Error' });
      expect(unusable).to.have.nested.property('cause.message', 'outside of everything');
      // It is alive, and leaves when it is told to.
      await thread.end();
      expect(told.losses).to.have.length(0);
    });

    it('as its file is not there', async () => {
      const worker = new Worker(new URL('no-such-worker.js', import.meta.url), { execArgv: [] });
      const told = new Told(new EngineThread(worker, new LoadGate(), 'own'));
      await new Promise((resolve) => worker.once('exit', resolve));
      expect(told.losses).to.have.length(1);
      expect(told.losses[0]?.message).to.match(
        /^the engine’s worker could not start: Cannot find module '.*no-such-worker/,
      );
      expect(told.losses[0]?.cause).to.have.property('code', 'MODULE_NOT_FOUND');
    });
  });
});

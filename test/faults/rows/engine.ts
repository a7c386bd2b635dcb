import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { SpeechFormat } from '../../../lib/audio/formats.js';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import type { LocalEntry } from '../../../lib/config/provider-options.js';
import { checkAppProcess, startAppProcess } from '../../support/app-process.js';
import { soundIn } from '../../support/audio.js';
import { PATIENCE } from '../../support/patience.js';
import { eventually, pause } from '../eventually.js';
import { expectSpeechFrom } from '../expectations.js';
import type { Answer, Fault, FaultApp, FaultStage } from '../fault.js';

const UNDER = 'engine';

/** Since Node 24 a thread whose heap is full neither ends nor can be ended; its process goes on. */
const IS_STUCK_WITHOUT_MEMORY = Number(process.versions.node.split('.')[0]) >= 24;

/** An engine that opens files while it speaks. */
const LOADING_ENGINE = new URL('../../support/loading-engine.js', import.meta.url).href;
/** Long enough to be still spoken when the client leaves. */
const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen. '.repeat(3);

/** Milliseconds for the whole chain; the engine has those that the local provider behind it does not need. */
const DEADLINE = 1_500;

export const ENGINE: readonly Fault[] = [
  module({
    name: 'the engine’s program is missing',
    how: 'a `command` that is not there',
    engine: { command: { program: '/nonexistent/synthesiser' } },
  }),
  program({ name: 'fails', how: 'it ends with status 3', script: 'exit 3' }),
  program({
    name: 'says nothing',
    how: 'it ends with status 0 and has written nothing',
    script: 'exit 0',
    code: 'empty',
  }),
  program({ name: 'writes no sound', how: 'a line of text in place of WAV', script: 'echo usage: synthesiser TEXT' }),
  program({ name: 'never stops writing', how: 'it writes without an end, which is cut at 30 MB', script: 'exec yes' }),
  program({
    name: 'is killed in the middle',
    how: 'it has written the beginning of its sound when SIGKILL ends it',
    script: 'head -c 1000 "$1"; kill -KILL $$',
  }),
  program({ name: 'is stopped', how: 'it sends itself SIGSTOP', script: 'kill -STOP $$', code: 'deadline' }),
  program({
    name: 'never ends and ignores SIGTERM',
    how: 'it sleeps, with SIGTERM ignored',
    script: 'trap "" TERM; exec sleep 600',
    code: 'deadline',
  }),
  program({
    name: 'waits for a program of its own',
    how: 'a shell script around a program that never ends and holds the script’s output open',
    script: 'sleep 600; true',
    code: 'deadline',
  }),
  program({
    name: 'floods its standard error',
    how: 'it writes 2 MB there before its sound',
    script: 'yes noise | head -c 2000000 >&2; exec cat "$1"',
    code: null,
  }),
  module({
    name: 'the engine’s module is missing',
    how: 'a `module` that is not there',
    engine: { module: 'not-there' },
  }),
  module({ name: 'the engine cannot be loaded', how: '`createEngine` throws', engine: { module: 'cannot-load' } }),
  module({
    name: 'the engine never gets ready',
    how: '`createEngine` never resolves',
    engine: { module: 'never-loads' },
    code: 'deadline',
  }),
  module({ name: 'the worker ends', how: '`process.exit()` in the worker', engine: { module: 'ends-its-worker' } }),
  module({
    name: 'the worker crashes',
    how: 'an error thrown in the worker where nobody can catch it',
    engine: { module: 'throws-outside' },
  }),
  module({
    name: 'a promise in the worker is rejected unseen',
    how: 'a rejection in the worker that nobody handles',
    engine: { module: 'rejects-outside' },
  }),
  module({
    name: 'the worker computes for ever',
    how: 'a loop without an end in the worker',
    engine: { module: 'never-returns' },
    code: 'deadline',
  }),
  ...(['mp3', 'opus', 'aac', 'flac'] as const).map((format) =>
    leaving({
      name: `the client leaves while the worker loads its encoder of ${format}`,
      how: 'clients close their connections 0, 15 and 30 ms after the first request in this format has begun',
      format,
      engine: {},
    }),
  ),
  leaving({
    name: 'the client leaves while the engine imports',
    how: 'the same, with a `module` that imports sixty files for each sentence',
    format: 'wav',
    engine: { engine: { module: `${LOADING_ENGINE}?how=${encodeURIComponent('imports while it speaks')}` } },
  }),
  {
    name: 'the worker runs out of memory',
    group: 'local engine',
    how: 'the engine takes memory without an end, in a process whose heaps may grow to 128 MB',
    reply: 'local speech',
    code: 'engine_failed',
    counts: 'failure',
    limit: 4 * PATIENCE,
    async run(stage) {
      const options = {
        router: { deadline: PATIENCE },
        first: entry({ engine: { module: modulePath('takes-all-memory') } }),
        under: UNDER,
      };
      const app = await startAppProcess(stage, options, { node: ['--max-old-space-size=128'] });
      const answer = await stage.ask({ url: app.speechUrl, within: 2 * PATIENCE });
      expectSpeechFrom(answer, 'local');
      await checkAppProcess(stage, app, [answer], IS_STUCK_WITHOUT_MEMORY ? 'by force' : 'by itself');
    },
  },
];

type Engine = Pick<LocalEntry, 'engine' | 'command'>;

interface ProgramFault {
  readonly name: string;
  readonly how: string;
  /** What it does when it is asked to speak, a phrase that only warms it apart. `$1` is a file of sound. */
  readonly script: string;
  readonly code?: string | null;
}

function program({ name, how, script, code = 'engine_failed' }: ProgramFault): Fault {
  return {
    name: `the engine’s program ${name}`,
    group: 'local engine',
    how,
    reply: code === null ? 'its speech' : 'local speech',
    code,
    counts: code === null ? 'success' : 'failure',
    async run(stage) {
      const marker = randomUUID();
      stage.defer(() => {
        for (const { pid } of programsWith(marker)) process.kill(pid, 'SIGKILL');
      });
      const made = { command: shell(script, marker, soundFile(stage)) };
      const app = await startWith(stage, made, deadlineFor(code));
      await app.speech.ready;
      const answer = await stage.ask({ within: PATIENCE });
      if (code === null) expectWavFrom(answer, UNDER);
      else expectSpeechFrom(answer, 'local');
      await expectNoProgram(marker);
    },
  };
}

interface ModuleFault {
  readonly name: string;
  readonly how: string;
  /** A file of `support/faults/engines/`, or a command. */
  readonly engine: { readonly module: string } | { readonly command: NonNullable<LocalEntry['command']> };
  readonly code?: string;
}

function module({ name, how, engine, code = 'engine_failed' }: ModuleFault): Fault {
  const run = async (stage: FaultStage): Promise<void> => {
    const made = 'module' in engine ? { engine: { module: modulePath(engine.module) } } : engine;
    const app = await startWith(stage, made, deadlineFor(code));
    if (isWarmedFirst(engine)) await app.speech.ready;
    expectSpeechFrom(await stage.ask({ within: PATIENCE }), 'local');
  };
  return { name, group: 'local engine', how, reply: 'local speech', code, counts: 'failure', run };
}

interface Leaving {
  readonly name: string;
  readonly how: string;
  readonly format: SpeechFormat;
  readonly engine: Engine;
}

/** Has clients leave a worker that loads, each another moment after they have come; what it was reading must not stay open. */
function leaving({ name, how, format, engine }: Leaving): Fault {
  return {
    name,
    group: 'local engine',
    how,
    reply: 'nothing: it has left',
    code: 'aborted',
    counts: 'nothing',
    limit: 30_000,
    async run(stage) {
      for (const moment of [0, 5, 10]) {
        const app = await stage.startApp({ first: entry(engine), under: UNDER, router: { deadline: 10_000 } });
        await app.speech.ready;
        const leave = new AbortController();
        const answer = stage.ask({ format, input: SENTENCE, signal: leave.signal });
        // At every turn: it may be over soon.
        while (app.underTest().running === 0) await new Promise(setImmediate);
        await pause(moment);
        leave.abort();
        expect((await answer).status).to.equal(0);
        // Its successor has loaded nothing of what it had.
        await app.speech.close();
      }
    },
  };
}

/** The engines that speak the phrase which warms them, and fail after it. */
function isWarmedFirst(engine: ModuleFault['engine']): boolean {
  return 'module' in engine && !['not-there', 'cannot-load', 'never-loads'].includes(engine.module);
}

/** What fails by itself is waited for, however long a worker takes to start here; what never ends meets the deadline. */
function deadlineFor(code: string | null): number {
  return code === 'deadline' ? DEADLINE : PATIENCE;
}

function startWith(stage: FaultStage, engine: Engine, deadline: number): Promise<FaultApp> {
  return stage.startApp({ first: entry(engine), under: UNDER, router: { deadline } });
}

function entry(engine: Engine): LocalEntry {
  const circuitBreaker = { consecutive: 1, openFor: 60_000 };
  return { type: 'local', name: UNDER, workers: 1, health: false, retry: { limit: 0 }, circuitBreaker, ...engine };
}

/** A script that speaks the phrase which warms an engine, and then does what it is told. Its programs carry the marker with them. */
function shell(script: string, marker: string, sound: string): NonNullable<LocalEntry['command']> {
  const prelude = 'export MARKER="$0"; read -r text; if [ "$text" = Yes. ]; then exec cat "$1"; fi';
  return { program: 'sh', args: ['-c', `${prelude}; ${script}`, marker, sound] };
}

function soundFile(stage: FaultStage): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-speech-'));
  stage.defer(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'sound.wav');
  writeFileSync(path, soundIn('wav'));
  return path;
}

function modulePath(file: string): string {
  return fileURLToPath(new URL(`../../support/faults/engines/${file}.js`, import.meta.url));
}

function expectWavFrom(answer: Answer, provider: string): void {
  expect(answer.status, `status with ${JSON.stringify(answer.timings)}`).to.equal(200);
  expect(answer.provider).to.equal(provider);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  expect(sniffAudio('wav', answer.body)).to.equal('valid');
}

/** States that no program of the row's is left. */
async function expectNoProgram(marker: string): Promise<void> {
  await eventually(() => {
    expect(
      programsWith(marker).map(({ command }) => command),
      'programs left behind',
    ).to.deep.equal([]);
  });
}

function programsWith(marker: string): { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => contentOf(`/proc/${pid}/environ`).includes(marker))
    .map((pid) => ({ pid: Number(pid), command: contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }));
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It has just ended.
    return '';
  }
}

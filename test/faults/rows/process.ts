import { expect } from 'chai';
import { checkAppProcess, startAppProcess } from '../../support/app-process.js';
import { soundIn } from '../../support/audio.js';
import { eventually, pause } from '../eventually.js';
import { expectError, expectSpeechFrom, expectText } from '../expectations.js';
import type { Answer, Fault, FaultAppOptions } from '../fault.js';
import { startSpeechServer, type Behaviour } from '../speech-server.js';

const GROUP = 'process';

/** Descriptors that the process may have: enough for Node to read all modules of the app at once, as it does at the start. */
const DESCRIPTORS = 1_000;

/** An engine that cannot speak, as its program is not there. */
const BROKEN_ENGINE = {
  type: 'local',
  name: 'local',
  command: { program: '/nonexistent/synthesiser' },
  health: false,
} as const;

export const PROCESS: readonly Fault[] = [
  {
    name: 'everything is dead when the app starts',
    group: GROUP,
    how: 'a remote that refuses, a local engine whose program is missing, health checks on',
    reply: 'text',
    code: 'refused',
    counts: 'failure',
    async run(stage) {
      const app = await stage.startApp({
        baseUrl: 'http://127.0.0.1:1/v1',
        remote: { health: { interval: 60_000 } },
        behind: [BROKEN_ENGINE, { type: 'text' }],
      });
      await app.speech.ready;
      expectText(await stage.ask({ within: 8_000 }), 'refused');
    },
  },
  {
    name: 'SIGTERM in the middle of the sound',
    group: GROUP,
    how: 'a process that calls `close()` on SIGTERM, while a reply is on its way; a new request comes over another connection',
    reply: 'its whole speech; the new request 503 closing',
    limit: 30_000,
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, slowly);
      const app = await startAppProcess(stage, { baseUrl: server.baseUrl });
      const { speechUrl: url } = app;
      const running = stage.ask({ url, within: 6_000 });
      await eventually(() => {
        expect(server.asked).to.have.length(1);
      });
      await pauseUntilProven();
      const { code, circuit } = await app.facts();
      await app.stopWatching();
      process.kill(app.pid, 'SIGTERM');
      await pauseUntilProven();
      expectError(await stage.ask({ url }), 503, 'closing');
      expectSpeechFrom(await running, 'remote');
      expect(await app.ended(), 'the end of the process').to.equal(0);
      stage.report({ code, circuit });
    },
  },
  withoutDescriptors({
    name: 'no descriptor is left for the connection',
    reply: 'local speech',
    options: {},
    check: (answer) => {
      expectSpeechFrom(answer, 'local');
    },
  }),
  withoutDescriptors({
    name: 'no descriptor is left for anything',
    reply: 'text',
    needs: ['espeak-ng'],
    options: { behind: [{ ...speakingProgram(), health: false }, { type: 'text' }] },
    check: (answer) => {
      expectText(answer, 'internal');
    },
  }),
];

interface WithoutDescriptors {
  readonly name: string;
  readonly reply: string;
  readonly needs?: readonly string[];
  readonly options: FaultAppOptions;
  readonly check: (answer: Answer) => void;
}

function withoutDescriptors({ name, reply, needs = [], options, check }: WithoutDescriptors): Fault {
  return {
    name,
    group: GROUP,
    how: `\`prlimit --nofile=${String(DESCRIPTORS)}\`, and a process that has opened files up to one descriptor, which the client’s connection takes`,
    reply: `${reply}; its speech again, once descriptors are free`,
    code: 'internal',
    counts: 'nothing',
    needs: ['prlimit', ...needs],
    limit: 30_000,
    async run(stage) {
      // A connection that was kept would need no new descriptor.
      const server = await startSpeechServer(stage, closing);
      const through = ['prlimit', `--nofile=${String(DESCRIPTORS)}`];
      const app = await startAppProcess(stage, { baseUrl: server.baseUrl, ...options }, { through });
      const { speechUrl: url } = app;
      await app.tell('ready');
      const before = await stage.ask({ url });
      expectSpeechFrom(before, 'remote');
      // Its questions would want the descriptor as well.
      await app.stopWatching();
      await app.tell('take all descriptors but one');
      const during = await stage.ask({ url, within: 5_000 });
      check(during);
      await app.tell('give the descriptors back');
      const { circuits } = await app.facts();
      expect(circuits, 'circuits').to.deep.equal(circuits.map(() => 'closed'));
      const after = await stage.ask({ url });
      expectSpeechFrom(after, 'remote');
      await checkAppProcess(stage, app, [before, during, after]);
    },
  };
}

function speakingProgram() {
  const circuitBreaker = { consecutive: 1, openFor: 60_000 };
  return { type: 'local', name: 'local', engine: 'espeak-ng', workers: 1, circuitBreaker } as const;
}

/** Speaks over a connection that ends with the reply. */
const closing: Behaviour = (response) => {
  response.setHeader('connection', 'close').setHeader('content-type', 'audio/wav').end(soundIn('wav'));
};

/** Speaks for a second. */
const slowly: Behaviour = (response) => {
  const sound = soundIn('wav');
  const half = sound.length / 2;
  response.setHeader('content-type', 'audio/wav').write(sound.subarray(0, half));
  for (let piece = 0; piece < 10; piece += 1) {
    const start = half + (piece * half) / 10;
    setTimeout(
      () => {
        if (piece < 9) response.write(sound.subarray(start, start + half / 10));
        else response.end(sound.subarray(start));
      },
      100 * (piece + 1),
    );
  }
};

/** The first half second of the sound is on its way by then. */
function pauseUntilProven(): Promise<void> {
  return pause(200);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import { SpeechError, type SpeechLogger, type SpeechProvider, type SpeechResult } from '../../../lib/index.js';
import { soundIn } from '../../support/audio.js';
import { pause } from '../eventually.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultStage } from '../fault.js';
import { startSpeechServer } from '../speech-server.js';
import { LEEWAY } from './speech-fault.js';

const GROUP = 'the process itself';
const OWN_CODE = 'code of the app’s own';
const HOUR = 3_600_000;

/** Lets the wall clock jump for the time of the row. */
function jump(stage: FaultStage): (milliseconds: number) => void {
  const { now } = Date;
  let offset = 0;
  Date.now = () => now() + offset;
  stage.defer(() => {
    Date.now = now;
  });
  return (milliseconds) => {
    offset += milliseconds;
  };
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Starts a server in a process of its own that says when it has a request, and speaks 50 ms later. */
async function startServerElsewhere(stage: FaultStage) {
  const program = `
    const sound = Buffer.from('${soundIn('wav').toString('base64')}', 'base64');
    const server = require('node:http').createServer((request, response) => {
      request.resume();
      if (request.method !== 'POST') return response.end('{}');
      console.log('asked');
      setTimeout(() => response.setHeader('content-type', 'audio/wav').end(sound), 50);
    });
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  stage.defer(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface(child.stdout);
  const [port] = (await once(lines, 'line')) as [string];
  return { baseUrl: `http://127.0.0.1:${port}/v1`, asked: () => once(lines, 'line') };
}

const OURSELVES: readonly Fault[] = [
  {
    name: 'the wall clock jumps',
    group: GROUP,
    how: 'Date.now() jumps an hour back while a silent server is waited for, and two hours ahead while the circuit is open',
    reply: 'local speech, within the limit of one phase',
    code: 'timeout.first_byte',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      await stage.startApp({ baseUrl: server.baseUrl });
      const move = jump(stage);
      const answer = stage.ask({ within: PHASE + LEEWAY });
      await pause(PHASE / 3);
      move(-HOUR);
      expectSpeechFrom(await answer, 'local');
      expect((await answer).ms).to.be.at.least(PHASE - 20);
      move(2 * HOUR);
      const next = await stage.ask();
      expect(next.timings[0]).to.deep.equal({ provider: 'remote', code: 'circuit_open' });
      expectSpeechFrom(next, 'local');
    },
  },
  {
    name: 'the event loop is blocked',
    group: GROUP,
    how: 'the app computes for twice the first-byte limit, while the server, in a process of its own, has answered after 50 ms',
    reply: 'its speech: the answer was there in time',
    code: null,
    counts: 'success',
    otherRouteLimit: 3_000,
    async run(stage) {
      const server = await startServerElsewhere(stage);
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout: { firstByte: PHASE } } });
      for (let round = 0; round < 3; round += 1) {
        const asked = server.asked();
        const answer = stage.ask({ within: 4_000 });
        await asked;
        block(2 * PHASE);
        expectSpeechFrom(await answer, 'remote');
      }
    },
  },
];

/** A provider of a user's own in place of the remote, with a circuit that one failure opens. */
function ownProvider(synthesize: SpeechProvider['synthesize']) {
  const circuitBreaker = { consecutive: 1, openFor: 60_000 };
  return { name: 'remote', type: 'own', synthesize, circuitBreaker, retry: { limit: 0 } };
}

function wav(stream: Readable): SpeechResult {
  return { kind: 'audio', contentType: 'audio/wav', stream };
}

interface OwnFault {
  readonly name: string;
  readonly how: string;
  readonly code: string;
  readonly synthesize: SpeechProvider['synthesize'];
}

/** A provider of a user's own that does what none should. */
function own({ name, how, code, synthesize }: OwnFault): Fault {
  return {
    name,
    group: OWN_CODE,
    how,
    reply: 'local speech',
    code,
    counts: 'failure',
    async run(stage) {
      await stage.startApp({ first: ownProvider(synthesize), router: { deadline: 1_500 } });
      expectSpeechFrom(await stage.ask(), 'local');
    },
  };
}

/** Something that goes on beside the requests and must not be heard of in them. */
function beside(name: string, how: string, prepare: (stage: FaultStage, baseUrl: string) => Promise<void>): Fault {
  return {
    name,
    group: OWN_CODE,
    how,
    reply: 'local speech',
    code: 'reset',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'resets before its headers');
      await prepare(stage, server.baseUrl);
      expectSpeechFrom(await stage.ask(), 'local');
      // What was rejected is told a turn later.
      await pause(50);
    },
  };
}

function loggerThat(fails: () => unknown): SpeechLogger {
  return { debug: fails, info: fails, warn: fails, error: fails };
}

const EVENTS = ['attempt', 'fallback', 'circuit', 'health', 'status', 'alert'] as const;

async function startWithListeners(stage: FaultStage, baseUrl: string, fails: () => unknown): Promise<void> {
  const app = await stage.startApp({ baseUrl });
  for (const event of EVENTS) app.speech.on(event, fails);
}

function fail(): never {
  throw new Error('a fault of the app’s own');
}

const failLater = async (): Promise<never> => fail();

const OWN: readonly Fault[] = [
  beside('a logger throws', 'every method of the logger throws', async (stage, baseUrl) => {
    await stage.startApp({ baseUrl, router: { logger: loggerThat(fail) } });
  }),
  beside('a logger rejects', 'every method of the logger returns a promise that rejects', async (stage, baseUrl) => {
    await stage.startApp({ baseUrl, router: { logger: loggerThat(failLater) } });
  }),
  beside('a listener throws', 'a listener to every event throws', (stage, baseUrl) =>
    startWithListeners(stage, baseUrl, fail),
  ),
  beside('a listener rejects', 'a listener to every event returns a promise that rejects', (stage, baseUrl) =>
    startWithListeners(stage, baseUrl, failLater),
  ),
  beside(
    'a listener takes itself off and on again',
    'a listener to every event does so each time that it is called',
    async (stage, baseUrl) => {
      const { speech } = await stage.startApp({ baseUrl });
      for (const event of EVENTS) {
        const listener = (): void => {
          speech.off(event, listener).on(event, listener);
        };
        speech.on(event, listener);
      }
    },
  ),
  own({
    name: 'a custom provider throws',
    how: 'synthesize() throws before it returns a promise',
    code: 'internal',
    synthesize: fail,
  }),
  own({
    name: 'a custom provider rejects',
    how: 'synthesize() rejects with an error of its own',
    code: 'internal',
    synthesize: failLater,
  }),
  own({
    name: 'a custom provider rejects with nothing',
    how: 'synthesize() rejects with undefined',
    code: 'internal',
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the fault itself
    synthesize: () => Promise.reject(undefined),
  }),
  own({
    name: 'a custom provider returns nothing',
    how: 'synthesize() resolves with undefined',
    code: 'bad_response',
    synthesize: () => Promise.resolve(undefined as unknown as SpeechResult),
  }),
  own({
    name: 'a custom provider sends what is no sound',
    how: 'its stream is text under audio/wav',
    code: 'not_audio',
    synthesize: () => Promise.resolve(wav(Readable.from([Buffer.from('this is not a WAV file at all, is it?')]))),
  }),
  own({
    name: 'a custom provider sends objects',
    how: 'its stream is one of objects',
    code: 'not_audio',
    synthesize: () => Promise.resolve(wav(Readable.from([{ sound: true }]))),
  }),
  own({
    name: 'a custom provider’s stream has ended already',
    how: 'its stream came to its end before it was returned',
    code: 'empty',
    synthesize: async () => {
      const stream = new PassThrough();
      await finished(stream.end().resume());
      return wav(stream);
    },
  }),
  own({
    name: 'a custom provider’s stream was destroyed already',
    how: 'its stream was destroyed before it was returned',
    code: 'empty',
    synthesize: () => Promise.resolve(wav(new PassThrough().destroy())),
  }),
  own({
    name: 'a custom provider says that the caller has left',
    how: 'it rejects with the code aborted while the client waits',
    code: 'internal',
    synthesize: () => Promise.reject(new SpeechError('aborted', 'its own signal aborted')),
  }),
  own({
    name: 'a custom provider does not hear its signal',
    how: 'it settles half a second after the deadline, whatever its signal says',
    code: 'deadline',
    synthesize: async () => {
      await pause(1_200);
      return wav(Readable.from([soundIn('wav')]));
    },
  }),
  own({
    name: 'a custom provider rejects when it has been given up',
    how: 'it rejects half a second after the deadline',
    code: 'deadline',
    synthesize: async () => {
      await pause(1_200);
      return fail();
    },
  }),
  own({
    name: 'a custom provider’s stream stays silent',
    how: 'synthesize() resolves at once with a stream that never says anything',
    code: 'deadline',
    synthesize: () => Promise.resolve(wav(new Readable({ read: () => undefined }))),
  }),
  {
    name: 'a custom provider breaks off',
    group: OWN_CODE,
    how: 'its stream errs after half of the sound',
    reply: 'local speech',
    code: 'internal',
    counts: 'failure',
    async run(stage) {
      const synthesize = (): Promise<SpeechResult> => Promise.resolve(wav(Readable.from(halfASound())));
      await stage.startApp({ first: ownProvider(synthesize) });
      expectSpeechFrom(await stage.ask(), 'local');
    },
  },
  {
    name: 'a custom provider goes on with objects',
    group: OWN_CODE,
    how: 'its stream has an object in it after half of the sound',
    reply: 'local speech',
    code: 'not_audio',
    counts: 'failure',
    async run(stage) {
      const sound = soundIn('wav');
      const chunks = [sound.subarray(0, sound.length / 2), { data: sound }, sound.subarray(sound.length / 2)];
      const synthesize = (): Promise<SpeechResult> => Promise.resolve(wav(Readable.from(chunks)));
      await stage.startApp({ first: ownProvider(synthesize) });
      expectSpeechFrom(await stage.ask(), 'local');
    },
  },
];

async function* halfASound(): AsyncGenerator<Buffer> {
  const sound = soundIn('wav');
  yield sound.subarray(0, sound.length / 2);
  await pause(20);
  fail();
}

export const OWN_PROCESS: readonly Fault[] = [...OURSELVES, ...OWN];

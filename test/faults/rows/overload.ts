import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { PATIENCE } from '../../support/patience.js';
import { eventually, pause } from '../eventually.js';
import { expectSpeechFrom } from '../expectations.js';
import { LOCAL, PHASE } from '../fault-app.js';
import type { Answer, Fault, FaultStage } from '../fault.js';
import { saying, startSpeechServer, type Behaviour, type SpeechServer } from '../speech-server.js';
import { LEEWAY } from './speech-fault.js';

const GROUP = 'overload and recovery';

/** Speaks after so many milliseconds. */
const slowly =
  (milliseconds: number): Behaviour =>
  (response) => {
    const timer = setTimeout(() => {
      response.setHeader('content-type', 'audio/wav').end(soundIn('wav'));
    }, milliseconds);
    response.once('close', () => {
      clearTimeout(timer);
    });
  };

/** Speaks when it is told to, to all who have asked by then and from then on. */
function whenTold(): { readonly behaviour: Behaviour; readonly speak: () => void } {
  let isTold = false;
  const waiting: (() => void)[] = [];
  return {
    behaviour(response) {
      const speak = (): void => {
        response.setHeader('content-type', 'audio/wav').end(soundIn('wav'));
      };
      if (isTold) speak();
      else waiting.push(speak);
    },
    speak() {
      isTold = true;
      for (const speak of waiting.splice(0)) speak();
    },
  };
}

/** Asks so many times at once, and has the server speak when all but those whom it has taken have an answer. */
async function askAroundThose(stage: FaultStage, count: number, taken: number, speak: () => void): Promise<Answer[]> {
  let answered = 0;
  return Promise.all(
    times(count, async () => {
      const answer = await stage.ask();
      answered += 1;
      if (answered === count - taken) speak();
      return answer;
    }),
  );
}

/** Speaks to one after the other, after so many milliseconds each. */
function oneByOne(milliseconds: number): Behaviour {
  let last: Promise<unknown> = Promise.resolve();
  return (response) => {
    last = last.then(async () => {
      if (response.destroyed) return;
      await pause(milliseconds);
      response.setHeader('content-type', 'audio/wav').end(soundIn('wav'));
    });
  };
}

const times = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

/** Asks so many times at once. */
function askAtOnce(stage: FaultStage, count: number, within?: number): Promise<Answer[]> {
  return Promise.all(times(count, () => stage.ask(within === undefined ? {} : { within })));
}

/** Wraps a behaviour and notes how many requests it had at the same time. */
function counting(behaviour: Behaviour): { readonly behaviour: Behaviour; readonly most: () => number } {
  let running = 0;
  let most = 0;
  return {
    behaviour(response, ...asked) {
      running += 1;
      most = Math.max(most, running);
      response.once('close', () => (running -= 1));
      behaviour(response, ...asked);
    },
    most: () => most,
  };
}

interface BrokenOptions {
  readonly openFor: number;
  readonly maxOpenFor?: number;
  readonly maxConcurrent?: number;
  readonly maxQueue?: number;
  readonly maxWait?: number;
  /** Failures that open it. */
  readonly consecutive?: number;
  /** Milliseconds to its first byte. */
  readonly firstByte?: number;
}

/** Starts a server and an app whose circuit has been opened by failures. */
async function startBroken(
  stage: FaultStage,
  { openFor, maxOpenFor = openFor, consecutive = 1, firstByte, ...bulkhead }: BrokenOptions,
): Promise<SpeechServer> {
  const server = await startSpeechServer(stage, saying(500));
  await stage.startApp({
    baseUrl: server.baseUrl,
    remote: {
      circuitBreaker: { consecutive, openFor, maxOpenFor },
      bulkhead: { maxQueue: 2, maxWait: 100, ...bulkhead },
      ...(firstByte !== undefined && { timeout: { firstByte } }),
    },
  });
  for (let failures = 0; failures < consecutive; failures += 1) expectSpeechFrom(await stage.ask(), 'local');
  return server;
}

/** Asks until somebody answers. */
async function untilAnsweredBy(stage: FaultStage, provider: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const answer = await stage.ask();
    if (answer.provider === provider) return;
    expect(performance.now(), `no answer by ${provider}`).to.be.below(end);
    await pause(20);
  }
}

export const OVERLOAD: readonly Fault[] = [
  {
    name: 'is asked more than its bulkhead lets through',
    group: GROUP,
    how: 'a server that speaks when the others have their answer, two at a time, no queue, and 12 requests at once',
    reply: 'its speech for two, local speech at once for the others',
    code: 'bulkhead_full',
    counts: 'nothing',
    async run(stage) {
      const held = whenTold();
      const { behaviour, most } = counting(held.behaviour);
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl, remote: { bulkhead: { maxConcurrent: 2, maxQueue: 0 } } });
      const answers = await askAroundThose(stage, 12, 2, held.speak);
      for (const answer of answers) expectSpeechFrom(answer, answer.provider === 'local' ? 'local' : 'remote');
      expect(answers.filter(({ provider }) => provider === 'remote')).to.have.length(2);
      expect(most()).to.equal(2);
    },
  },
  {
    name: 'keeps others waiting in its queue',
    group: GROUP,
    how: 'a server that speaks when the others have their answer, one at a time, a queue of 8 with 100 ms of patience, and 5 requests at once',
    reply: 'its speech for one, local speech for the others after 100 ms',
    code: 'timeout.queue',
    counts: 'nothing',
    async run(stage) {
      const held = whenTold();
      const server = await startSpeechServer(stage, held.behaviour);
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { bulkhead: { maxConcurrent: 1, maxQueue: 8, maxWait: 100 } },
      });
      const answers = await askAroundThose(stage, 5, 1, held.speak);
      for (const answer of answers) expectSpeechFrom(answer, answer.provider === 'local' ? 'local' : 'remote');
      expect(answers.filter(({ provider }) => provider === 'remote')).to.have.length(1);
      server.behave('speaks');
    },
  },
  {
    name: 'has no free socket in its pool',
    group: GROUP,
    how: 'a pool of one socket, which a hanging call has, and three requests that wait for it in the agent’s own queue',
    reply: 'local speech, once the limit for connecting has passed',
    code: 'timeout.queue',
    counts: 'nothing',
    async run(stage) {
      const held = whenTold();
      const server = await startSpeechServer(stage, held.behaviour);
      await stage.startApp({ baseUrl: server.baseUrl, remote: { pool: { maxSockets: 1 } } });
      // The lists of the start have gone their way.
      await pause(100);
      const first = stage.ask();
      await eventually(() => {
        expect(server.asked).to.have.length(1);
      });
      for (const answer of await askAtOnce(stage, 3, PHASE + LEEWAY)) expectSpeechFrom(answer, 'local');
      held.speak();
      expectSpeechFrom(await first, 'remote');
      server.behave('speaks');
    },
  },
  {
    name: 'has more requests than the router takes',
    group: GROUP,
    how: 'a silent server, a router that takes 4, and 12 requests at once',
    reply: '503 bulkhead_full for eight, local speech for four',
    code: 'timeout.first_byte',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      // Long enough for the last to come while the first are still waiting.
      const timeout = { firstByte: 1_500 };
      await stage.startApp({ baseUrl: server.baseUrl, router: { maxConcurrent: 4 }, remote: { timeout } });
      const answers = await askAtOnce(stage, 12);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused).to.have.length(8);
      for (const { body, headers, ownMs } of refused) {
        expect(body.toString()).to.include('"bulkhead_full"');
        expect(headers['retry-after']).to.equal('1');
        expect(ownMs).to.be.below(LEEWAY);
      }
      for (const answer of answers) if (answer.status !== 503) expectSpeechFrom(answer, 'local');
    },
  },
  {
    name: 'hangs while another server is well',
    group: GROUP,
    how: 'two servers, the first full of hanging calls (its circuit never opens), and 40 requests, 10 at a time',
    reply: 'speech of the second server',
    code: 'timeout.first_byte',
    counts: 'success',
    async run(stage) {
      const dead = await startSpeechServer(stage, 'stays silent');
      const well = await startSpeechServer(stage, 'speaks');
      const second = {
        type: 'remote' as const,
        name: 'second',
        baseUrl: well.baseUrl,
        health: false as const,
        retry: { limit: 0 },
      };
      await stage.startApp({
        baseUrl: dead.baseUrl,
        // The table's word is that it stays closed: what is looked at here is the time before it opens.
        remote: { circuitBreaker: { consecutive: 1_000, window: 1_000, minimum: 1_000 } },
        behind: [second, LOCAL, { type: 'text' }],
      });
      for (let round = 0; round < 4; round += 1) {
        const answers = await askAtOnce(stage, 10, PHASE + LEEWAY);
        for (const answer of answers) expectSpeechFrom(answer, 'second');
      }
      dead.behave('speaks');
    },
  },
  {
    name: 'goes up and down every 150 ms',
    group: GROUP,
    how: 'a server that speaks for 150 ms and says 500 for 150 ms, in turns, asked every 15 ms for 1.5 s',
    reply: 'its speech or local speech, never an error; its speech once it stays up',
    code: 'status.500',
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, (...asked) => {
        const isUp = Math.floor(performance.now() / 150) % 2 === 0;
        (isUp ? slowly(1) : saying(500))(...asked);
      });
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { circuitBreaker: { openFor: 40, maxOpenFor: 80 } },
      });
      const answers: Promise<Answer>[] = [];
      for (let asked = 0; asked < 100; asked += 1) {
        answers.push(stage.ask({ within: LEEWAY }));
        await pause(15);
      }
      const all = await Promise.all(answers);
      for (const answer of all) expectSpeechFrom(answer, answer.provider === 'remote' ? 'remote' : 'local');
      const providers = new Set(all.map(({ provider }) => provider));
      expect([...providers]).to.have.members(['remote', 'local']);
      server.behave('speaks');
      await untilAnsweredBy(stage, 'remote');
    },
  },
  {
    name: 'is slow to come back',
    group: GROUP,
    how: 'after a failure the server answers when the others have their answer; 20 requests at once when its circuit is to be tried again, two of which may wait',
    reply: 'its speech for the one probe, local speech for everybody else, at once or after a second',
    code: 'circuit_open',
    counts: 'success',
    async run(stage) {
      const server = await startBroken(stage, { openFor: 60 });
      const held = whenTold();
      server.behave(held.behaviour);
      await pause(150);
      const answers = await askAroundThose(stage, 20, 1, held.speak);
      const [probe, ...more] = answers.filter(({ provider }) => provider === 'remote');
      if (probe === undefined) throw new Error('nobody was let through');
      expectSpeechFrom(probe, 'remote');
      expect(more).to.have.length(0);
      const others = answers.filter((answer) => answer !== probe);
      for (const answer of others) {
        expectSpeechFrom(answer, 'local');
        expect(answer.timings[0]).to.deep.equal({ provider: 'remote', code: 'circuit_open' });
      }
      expect(server.asked, 'the failure and the probe').to.have.length(2);
    },
  },
  {
    name: 'is back, and eight are waiting for it',
    group: GROUP,
    how: 'after a failure the server takes 40 ms to answer; eight requests at once when its circuit is to be tried again',
    reply: 'its speech for all, one first, then two, then four',
    code: 'status.500',
    counts: 'success',
    async run(stage) {
      const server = await startBroken(stage, { openFor: 60, maxQueue: 20, maxWait: 2_000 });
      const { behaviour, most } = counting(slowly(40));
      server.behave(behaviour);
      await pause(150);
      for (const answer of await askAtOnce(stage, 8)) expectSpeechFrom(answer, 'remote');
      expect(most(), 'requests at the server at once').to.be.within(2, 4);
    },
  },
  {
    name: 'is back, and takes nearly a second to answer',
    group: GROUP,
    how: 'after a failure the server takes 700 ms to answer; eight requests at once when its circuit is to be tried again, with 100 ms of patience for a place',
    reply: 'its speech for all, one first, then two, then four, or local speech for the last',
    code: 'status.500',
    counts: 'success',
    async run(stage) {
      const server = await startBroken(stage, { openFor: 60, maxQueue: 20, firstByte: 5_000 });
      const { behaviour, most } = counting(slowly(700));
      server.behave(behaviour);
      await pause(150);
      const answers = await askAtOnce(stage, 8, 4_000);
      const own = answers.filter(({ provider }) => provider === 'remote');
      expect(own).to.have.length.of.at.least(6);
      for (const answer of answers) expectSpeechFrom(answer, answer.provider === 'remote' ? 'remote' : 'local');
      expect(most(), 'requests at the server at once').to.be.within(2, 4);
    },
  },
  {
    name: 'speaks to one after the other',
    group: GROUP,
    how: 'a server that takes 100 ms for each and keeps the others waiting, which for the last of a crowd is longer than the limit for the first byte; 12 requests at once, and nobody behind it but text',
    reply: 'its speech for all, or the text for the last; never an error',
    code: null,
    counts: 'success',
    async run(stage) {
      const { behaviour, most } = counting(oneByOne(100));
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { timeout: { firstByte: 1_000 }, circuitBreaker: { consecutive: 1 } },
        behind: [{ type: 'text' }],
        router: { deadline: 5_000 },
      });
      for (const answer of await askAtOnce(stage, 12, 5_000 + LEEWAY)) expectSpeechFrom(answer, 'remote');
      expect(most(), 'requests at the server at once').to.be.below(10);
    },
  },
  {
    name: 'refuses what is too much for it',
    group: GROUP,
    how: 'a server that speaks to two at a time and says 503 to everybody else; five requests at once',
    reply: 'its speech for two, local speech for the others',
    code: 'status.503',
    counts: 'success',
    async run(stage) {
      let running = 0;
      let end = (): void => undefined;
      const refused = new Promise<void>((resolve) => (end = resolve));
      const server = await startSpeechServer(stage, (response, ...asked) => {
        if (running >= 2) {
          saying(503)(response, ...asked);
          return;
        }
        running += 1;
        response.once('close', () => (running -= 1));
        response.setHeader('content-type', 'audio/wav').write(soundIn('wav').subarray(0, 1_000));
        void refused.then(() => response.end(soundIn('wav').subarray(1_000)));
      });
      // A connection that stands, so that two are heard before the others are refused.
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      const first = [stage.ask(), stage.ask()];
      await eventually(() => {
        expect(app.attempts).to.have.length(2);
      });
      for (const answer of await askAtOnce(stage, 3)) expectSpeechFrom(answer, 'local');
      end();
      for (const answer of await Promise.all(first)) expectSpeechFrom(answer, 'remote');
      expect(app.underTest().lastError).to.equal(null);
      server.behave('speaks');
    },
  },
  {
    name: 'hangs when it is tried again',
    group: GROUP,
    how: 'after a failure the server is silent; 20 requests at once when its circuit is to be tried again',
    reply: 'local speech at once for all but the probe, which waits for one first byte',
    code: 'timeout.first_byte',
    counts: 'failure',
    asProbe: true,
    async run(stage) {
      const server = await startBroken(stage, { openFor: 100, maxOpenFor: 60_000 });
      server.behave('stays silent');
      await pause(200);
      const answers = await askAtOnce(stage, 20, PHASE + LEEWAY);
      for (const answer of answers) expectSpeechFrom(answer, 'local');
      // On a machine that is busy the circuit may be tried once more before the last of them is in.
      const probes = server.asked.length - 1;
      expect(probes, 'the probe behind the failure').to.be.within(1, 2);
      expect(answers.filter(({ timings }) => timings[0]?.code === 'circuit_open')).to.have.length(20 - probes);
    },
  },
  {
    name: 'breaks off when it is tried again',
    group: GROUP,
    how: 'after a failure the server sends half of the sound to the probe, then RST',
    reply: 'local speech',
    code: 'reset',
    counts: 'failure',
    asProbe: true,
    async run(stage) {
      // One failure alone would not open it, but this one takes back what the probe's first byte promised.
      const server = await startBroken(stage, { openFor: 100, maxOpenFor: 60_000, consecutive: 2 });
      server.behave('resets in the middle');
      await pause(200);
      expectSpeechFrom(await stage.ask(), 'local');
    },
  },
  {
    name: 'is met by a herd when it is back',
    group: GROUP,
    how: 'the circuit closes while 60 ask at once, again and again, with three places and a queue of two',
    reply: 'its speech for those with a place, local speech for the others',
    code: 'bulkhead_full',
    counts: 'success',
    async run(stage) {
      const server = await startBroken(stage, { openFor: 60, maxConcurrent: 3 });
      const { behaviour, most } = counting(slowly(40));
      server.behave(behaviour);
      await pause(150);
      for (let round = 0; round < 4; round += 1) {
        const answers = await askAtOnce(stage, 60, 2 * LEEWAY);
        for (const answer of answers) expectSpeechFrom(answer, answer.provider === 'remote' ? 'remote' : 'local');
      }
      expect(most(), 'requests at the server at once').to.be.within(2, 3);
    },
  },
];

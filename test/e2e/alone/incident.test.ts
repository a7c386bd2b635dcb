import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startProgram, type TestProcess } from '../../support/process.js';

const PROGRAMS = fileURLToPath(new URL('../../support/incident/', import.meta.url));
/** Milliseconds that the other route may take longer than in the idle app, 99 times of 100. */
const LEEWAY = 25;
const CALLS = 200;
const DEADLINE = 10_000;

interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly count: number;
  readonly failures: number;
}

interface CallResult {
  readonly route: 'speech' | 'voices' | 'models';
  readonly status: number;
  readonly type: string;
  readonly ms: number;
}

/**
 * What this package was written for: a speech server that stops answering while many ask it. App, server, callers and the gauge on
 * the app's other route are processes of their own.
 */
describe('the incident', function () {
  let server: TestProcess;
  let app: TestProcess;

  before(async function () {
    if (process.platform !== 'linux') this.skip();
    server = await startProgram([`${PROGRAMS}server.js`], /^http/);
    app = await startProgram([`${PROGRAMS}app.js`, server.line], /^http/);
  });

  after(async () => {
    await app.stop();
    await server.stop();
  });

  it('leaves the other route as fast as in the idle app, answers everybody, and leaves no socket open', async () => {
    const idle = await gauge(app.line, 3_000);
    const socketsBefore = await sockets(app.pid);

    server.child.kill('SIGSTOP');
    const measuring = gauge(app.line, DEADLINE + 3_000);
    const results = await callers(app.line);
    const busy = await measuring;

    console.log(
      `      other route: idle p99 ${idle.p99.toFixed(1)} ms, during the incident p99 ${busy.p99.toFixed(1)} ms, worst ${busy.worst.toFixed(1)} ms of ${String(busy.count)}`,
    );
    console.log(`      speech: ${summary(results)}`);
    expect(busy.failures).to.equal(0);
    expect(busy.p99 - idle.p99).to.be.below(LEEWAY);

    expect(results).to.have.length(CALLS);
    for (const { route, ms, status, type } of results) {
      if (route === 'speech') {
        expect([200, 503]).to.include(status);
        expect(type).to.match(/^(audio\/mpeg|application\/json)/);
        expect(ms).to.be.below(DEADLINE + 5_000);
      } else {
        expect(status).to.equal(200);
        expect(ms, route).to.be.below(1_000);
      }
    }
    expect(results.some(({ route, type }) => route === 'speech' && type.startsWith('audio/'))).to.equal(true);

    server.child.kill('SIGCONT');
    await untilAtMost(() => sockets(app.pid), socketsBefore);
  });
});

/** Asks the app's other route again and again, in a process of its own. */
async function gauge(origin: string, milliseconds: number): Promise<Latencies> {
  return (await result(fork(`${PROGRAMS}gauge.js`, [`${origin}/other`, String(milliseconds)]))) as Latencies;
}

async function callers(origin: string): Promise<CallResult[]> {
  return (await result(fork(`${PROGRAMS}callers.js`, [origin, String(CALLS)]))) as CallResult[];
}

async function result(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}

/** Counts the sockets that a process has open. */
async function sockets(pid: number): Promise<number> {
  const folder = `/proc/${String(pid)}/fd`;
  const targets = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Waits, for ten seconds at the most, until a count has come down: idle connections are closed after their keep-alive. */
async function untilAtMost(count: () => Promise<number>, most: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await count()) <= most) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await count()).to.be.at.most(most);
}

function summary(results: readonly CallResult[]): string {
  const speech = results.filter(({ route }) => route === 'speech');
  const kinds = new Map<string, number>();
  for (const { status, type } of speech) {
    const kind = `${String(status)} ${type.split(';')[0] ?? ''}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const others = results.filter(({ route }) => route !== 'speech').map(({ ms }) => ms);
  const counts = [...kinds].map(([kind, count]) => `${String(count)} × ${kind}`).join(', ');
  return `${counts}; slowest list ${Math.max(...others).toFixed(0)} ms`;
}

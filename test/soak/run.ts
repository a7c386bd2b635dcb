// An hour of faults in ten minutes: an application between backends that fail in every way and clients that do as they like.
// `npm run soak`, or `npm run soak -- --seconds 30 --seed 7`. Exits with 1 when anything was not as the contract says.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Backend } from './backends.js';
import { DEADLINE, REMOTE_TOTAL } from './limits.js';
import type { AppMessage, LoadResult, Sample } from './messages.js';
import { Random } from './random.js';
import { besideThreads, judge, print, type Evidence } from './report.js';

/** Milliseconds that the app may take to let go of everything once nobody asks any more: the longest keep-alive, and some. */
const CALM = 15_000;

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 600);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
/** Milliseconds between two looks at the app. Each collects its garbage, which stops it for a moment. */
const lookEvery = Math.min(5_000, Math.max(500, seconds * 15));

/** The app in a process of its own, with everything it says. */
class App {
  readonly troubles: string[] = [];
  readonly #child: ChildProcess;

  constructor(urls: readonly string[]) {
    const program = fileURLToPath(new URL('app.js', import.meta.url));
    const args = [String(DEADLINE), String(REMOTE_TOTAL), ...urls];
    // Without the loader of types: what is published has none, and each of its workers would load one.
    const execArgv = ['--expose-gc'];
    this.#child = fork(program, args, { execArgv, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    this.#child.on('message', (message: AppMessage) => {
      if (message.kind === 'trouble') this.troubles.push(message.what);
    });
    this.#child.stderr?.on('data', (text: Buffer) => this.troubles.push(`stderr: ${text.toString()}`));
    this.#child.once('exit', (code, signal) => {
      if (code !== 0) this.troubles.push(`the app ended with ${String(code ?? signal)}`);
    });
  }

  async ready(): Promise<string> {
    const { port } = await this.#next('ready');
    return `http://127.0.0.1:${port}`;
  }

  async sample(): Promise<Sample> {
    this.#child.send('sample');
    return (await this.#next('sample')).sample;
  }

  /** Asks it to end, and takes it for trouble when it does not. */
  async close(): Promise<void> {
    if (!this.#child.connected) return;
    const exited = once(this.#child, 'exit', { signal: AbortSignal.timeout(CALM) });
    this.#child.send('close');
    await exited.catch(() => this.troubles.push('the app did not end'));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #next<Kind extends AppMessage['kind']>(kind: Kind): Promise<Extract<AppMessage, { kind: Kind }>> {
    for (;;) {
      const [message] = (await once(this.#child, 'message', { signal: AbortSignal.timeout(CALM) })) as [AppMessage];
      if (message.kind === kind) return message as Extract<AppMessage, { kind: Kind }>;
    }
  }
}

const random = new Random(seed);
console.log(`soak: ${seconds} s, seed ${seed}`);
const backends = [await Backend.start(), await Backend.start()];
const app = new App(backends.map(({ baseUrl }) => baseUrl));
const children: ChildProcess[] = [];
process.once('SIGINT', () => void stopAll().then(() => process.exit(130)));
try {
  const evidence = await soak();
  print(evidence);
  process.exitCode = judge(evidence).every(({ holds }) => holds) ? 0 : 1;
} catch (error) {
  // What the app said last tells more than the error that it led to here.
  for (const trouble of app.troubles) console.log(`  ! ${trouble}`);
  throw error;
} finally {
  await stopAll();
}

async function soak(): Promise<Evidence> {
  const origin = await app.ready();
  const idle = await samplesWhile(wait(3_000), 500);
  const load = start('load.ts', [origin, String(seconds), String(seed)]);
  const gauge = start('../support/incident/gauge.js', [`${origin}/other`, String(seconds * 1_000)]);
  const isOver = { yes: false };
  const faults = backends.map(async (backend) => {
    while (!isOver.yes) await backend.suffer(random);
  });
  const ended = Promise.all([messageOf<LoadResult>(load), messageOf<Evidence['other']>(gauge)]);
  const samples = await samplesWhile(ended, lookEvery);
  isOver.yes = true;
  await Promise.all(faults);
  for (const backend of backends) await backend.recover();
  const [result, other] = await ended;
  const calm = await calmDown(Math.max(...idle.map(({ descriptors }) => besideThreads(descriptors))));
  await app.close();
  const done = backends.map((backend) => backend.done);
  return { seconds, seed, idle, samples, calm, load: result, other, done, troubles: app.troubles };
}

/** Looks at the app again and again until something has ended. */
async function samplesWhile(work: Promise<unknown>, interval: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (;;) {
    const isOver = await Promise.race([work.then(() => true), wait(interval, false)]);
    samples.push(await app.sample());
    if (isOver) return samples;
  }
}

/** Gives the app time to let go of what nobody uses any more, and returns what it still holds. */
async function calmDown(descriptors: number): Promise<Sample> {
  const until = performance.now() + CALM;
  for (;;) {
    const sample = await app.sample();
    const isCalm = besideThreads(sample.descriptors) <= descriptors && sample.running + sample.queued === 0;
    if (isCalm || performance.now() > until) return sample;
    await wait(500);
  }
}

function start(program: string, args: string[]): ChildProcess {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args);
  children.push(child);
  return child;
}

async function messageOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a part of the soak ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Message];
  return message;
}

async function stopAll(): Promise<void> {
  app.kill();
  for (const child of children) child.kill();
  await Promise.all(backends.map((backend) => backend.stop()));
}

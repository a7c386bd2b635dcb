import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BEHAVIOURS, type BehaviourName } from '../support/upstream.js';
import type { Random } from './random.js';

const PROGRAM = fileURLToPath(new URL('backend.ts', import.meta.url));
const NAMES = Object.keys(BEHAVIOURS) as BehaviourName[];

/** A TTS server in a process of its own, to which everything happens that happens to servers. */
export class Backend {
  /** How often each thing was done to it. */
  readonly done: Record<string, number> = {};
  #child: ChildProcess;
  #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(): Promise<Backend> {
    const { child, port } = await startChild(0);
    return new Backend(child, port);
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  /** Does something to it. Resolves when the next thing may be done. */
  async suffer(random: Random): Promise<void> {
    if (!this.#child.connected) {
      // It went by itself, which is one fault more for the app.
      this.#count(`(ended by itself: ${String(this.#child.exitCode ?? this.#child.signalCode)})`);
      await this.#die(0);
    }
    const deed = random.weighted<() => void | Promise<void>>([
      // It has to be well now and then, or nothing would ever recover.
      [60, this.#behave.bind(this, 'speaks')],
      [45, this.#behave.bind(this, random.oneOf(NAMES))],
      [8, this.#stand.bind(this, random.between(200, 2_000))],
      [5, this.#die.bind(this, random.between(100, 1_500))],
    ]);
    await deed();
    await wait(random.between(200, 700));
  }

  async recover(): Promise<void> {
    if (!this.#child.connected) await this.#die(0);
    this.#behave('speaks');
  }

  /** Ends it, whatever state it is in. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  #behave(name: BehaviourName): void {
    this.#count(name);
    // It may end at this very moment; the next turn sees to that.
    this.#child.send(name, () => undefined);
  }

  async #stand(milliseconds: number): Promise<void> {
    this.#count('(SIGSTOP)');
    this.#child.kill('SIGSTOP');
    await wait(milliseconds);
    this.#child.kill('SIGCONT');
  }

  async #die(milliseconds: number): Promise<void> {
    this.#count('(SIGKILL)');
    await this.stop();
    await wait(milliseconds);
    this.#child = (await startChild(this.#port)).child;
  }

  #count(what: string): void {
    this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

async function startChild(port: number): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(PROGRAM, [String(port)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [actual] = (await once(child, 'message')) as [number];
  return { child, port: actual };
}

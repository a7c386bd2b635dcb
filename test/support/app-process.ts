import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Answer, FaultAppOptions, FaultStage } from '../faults/fault.js';
import { Gauge } from '../faults/gauge.js';
import { PATIENCE } from './patience.js';
import { startProgram, type ProgramOptions } from './process.js';
import { STRIP_TYPES } from './strip-types.js';

/** What a process can be asked or told. */
export type AppQuestion = 'facts' | 'ready' | 'take all descriptors but one' | 'give the descriptors back' | 'close';

/** What an app in a process of its own knows of itself. */
export interface AppFacts {
  /** Last failure of the provider under test, or null. */
  readonly code: string | null;
  readonly circuit: string;
  /** Those of all providers. */
  readonly circuits: readonly string[];
  /** Most calls that one provider has under way. */
  readonly held: number;
  readonly attempts: readonly { readonly requestId: string; readonly provider: string; readonly code: string | null }[];
  /** Errors that nobody handled. */
  readonly problems: readonly string[];
}

/** An app with the provider under test, in a process of its own. */
export interface AppProcess {
  readonly pid: number;
  readonly origin: string;
  readonly speechUrl: string;
  facts(): Promise<AppFacts>;
  tell(question: Exclude<AppQuestion, 'facts'>): Promise<unknown>;
  /** Stops to ask the other route, and states that it was well all the time. */
  stopWatching(): Promise<void>;
  /** Resolves with the exit status, or the signal, when the process has ended. */
  ended(): Promise<number | string>;
}

const APP = fileURLToPath(new URL('./faults/app.ts', import.meta.url));

/** Milliseconds that a reply of the app's other route may take. */
const OTHER_ROUTE_LIMIT = 1_000;

/** Starts the app in a process of its own. */
export async function startAppProcess(
  stage: FaultStage,
  options: FaultAppOptions,
  { node = [], ...program }: ProgramOptions & { readonly node?: readonly string[] } = {},
): Promise<AppProcess> {
  const args = [...node, ...STRIP_TYPES, APP, JSON.stringify({ code: stage.code, ...options })];
  const { child, line: origin, pid } = await startProgram(args, /^http/, { ...program, channel: 'ipc' });
  const ending = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  stage.defer(async () => {
    child.kill('SIGKILL');
    await ending;
  });
  const gauge = new Gauge(`${origin}/other`, OTHER_ROUTE_LIMIT, pid);
  stage.defer(() => gauge.stop());
  const ask = async (question: AppQuestion): Promise<unknown> => {
    const answered = once(child, 'message') as Promise<[{ readonly value?: unknown; readonly error?: string }]>;
    child.send(question);
    const [{ value, error }] = await within(answered, PATIENCE, `the process does not answer to “${question}”`);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return {
    pid,
    origin,
    speechUrl: `${origin}/v1/audio/speech`,
    facts: () => ask('facts') as Promise<AppFacts>,
    tell: ask,
    async stopWatching() {
      await gauge.stop();
      expect(gauge.problems, 'the other route').to.deep.equal([]);
    },
    async ended() {
      const [status, signal] = await within(ending, PATIENCE, 'the process does not end');
      return signal ?? status ?? 'nothing';
    },
  };
}

/** States of an app in another process what the harness states of those in its own, and tells it what to hold against the table. */
export async function checkAppProcess(
  stage: FaultStage,
  app: AppProcess,
  answers: readonly Answer[],
  ends: 'by itself' | 'by force' = 'by itself',
): Promise<void> {
  const { code, circuit, attempts } = await app.facts();
  for (const { headers, timings } of answers) {
    const told = attempts.filter(({ requestId }) => requestId === headers['x-request-id']);
    expect(timings, 'Server-Timing').to.deep.equal(told.map(({ provider, code }) => ({ provider, code })));
  }
  const next = await stage.ask({ url: app.speechUrl });
  expect(next.status, 'the next request').to.equal(200);
  await expectNothingHeld(app);
  stage.report({ code, circuit });
  await app.stopWatching();
  // A thread that V8 does not let go of keeps its process; whoever started it kills it.
  if (ends === 'by force') return;
  await app.tell('close');
  expect(await app.ended(), 'the end of the process').to.equal(0);
}

async function expectNothingHeld(app: AppProcess): Promise<void> {
  let facts = await app.facts();
  const end = performance.now() + PATIENCE;
  while (facts.held > 0 && performance.now() < end) facts = await app.facts();
  expect(facts.held, 'permits held').to.equal(0);
  expect(facts.problems, 'unhandled errors').to.deep.equal([]);
}

async function within<Value>(promise: Promise<Value>, limit: number, problem: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${problem} within ${String(limit)} ms`));
    }, limit);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

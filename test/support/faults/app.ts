// The app under test in a process of its own, for faults that a process has as a whole. It does what it is told over its channel.
import { closeSync, openSync } from 'node:fs';
import { startFaultApp } from '../../faults/fault-app.js';
import type { FaultAppOptions } from '../../faults/fault.js';
import { LeakWatch } from '../../faults/leak-watch.js';
import type { AppFacts, AppQuestion } from '../app-process.js';

const options = JSON.parse(process.argv[2] ?? '{}') as FaultAppOptions;

const problems: string[] = [];
const note = (problem: unknown): void => {
  problems.push(problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
};
process.on('unhandledRejection', note);
// With a listener the process goes on, so that the row can tell; without one this would have been its end.
process.on('uncaughtException', note);
process.on('message', (question: AppQuestion) => {
  void answer(question);
});
process.once('SIGTERM', () => {
  void end();
});
let isEnding = false;
// A test run that is gone without a word takes its app along.
process.once('disconnect', () => {
  if (!isEnding) process.exit(1);
});

const watch = await LeakWatch.start();
const app = await startFaultApp(options);
const taken: number[] = [];

const ANSWERS: Readonly<Record<AppQuestion, () => unknown>> = {
  facts: (): AppFacts => ({
    code: codeUnderTest(),
    circuit: app.underTest().circuit,
    circuits: app.speech.status().providers.map(({ circuit }) => circuit),
    held: Math.max(...app.speech.status().providers.map(({ running, queued }) => running + queued)),
    attempts: app.attempts.map(({ requestId, provider, code }) => ({ requestId, provider, code })),
    problems,
  }),
  ready: () => app.speech.ready,
  'take all descriptors but one': () => {
    for (;;) {
      try {
        taken.push(openSync('/dev/null', 'r'));
      } catch {
        break;
      }
    }
    // One is for the client's connection; without it the system would turn the client away before we see it.
    const last = taken.pop();
    if (last !== undefined) closeSync(last);
    return taken.length;
  },
  'give the descriptors back': () => {
    for (const descriptor of taken.splice(0)) closeSync(descriptor);
  },
  close: async () => {
    await app.close();
    await watch.check();
    watch.stop();
  },
};

function codeUnderTest(): string | null {
  const failures = app.attempts.filter(({ provider, code }) => provider === app.under && code !== null);
  return failures.at(-1)?.code ?? null;
}

async function answer(question: AppQuestion): Promise<void> {
  try {
    process.send?.({ value: (await ANSWERS[question]()) ?? null });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
  // With its channel gone nothing is left that could keep this process.
  if (question === 'close') letGo();
}

function letGo(): void {
  isEnding = true;
  process.disconnect();
}

/** Ends as the README tells: close, and nothing more. */
async function end(): Promise<void> {
  await app.speech.close();
  app.server.close();
  letGo();
}

console.log(app.origin);

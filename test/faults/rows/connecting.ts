import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { closedPort } from '../../support/closed-port.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultStage } from '../fault.js';

/** Milliseconds that a phase may last beyond its limit: the specification’s 250, and what a machine that others use adds. */
const LEEWAY = 250 + 8_000;

export const CONNECTING: readonly Fault[] = [
  {
    name: 'refuses the connection',
    group: 'connecting',
    how: 'a port on which nothing listens',
    reply: 'local speech',
    code: 'refused',
    counts: 'failure',
    async run(stage) {
      await stage.startApp({ baseUrl: `http://127.0.0.1:${String(await closedPort(stage))}/v1` });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
    },
  },
  {
    name: 'all addresses refuse',
    group: 'connecting',
    how: '“localhost”, with nothing listening on any of the addresses that the system has for it',
    reply: 'local speech',
    code: 'refused',
    counts: 'failure',
    async run(stage) {
      await stage.startApp({ baseUrl: `http://localhost:${String(await closedPort(stage))}/v1` });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
    },
  },
  {
    name: 'its queue for new connections is full',
    group: 'connecting',
    how: 'a stopped process (SIGSTOP) whose backlog has been filled, so that the kernel drops what comes',
    reply: 'local speech',
    code: 'timeout.connect',
    counts: 'failure',
    async run(stage) {
      await stage.startApp({ baseUrl: `http://127.0.0.1:${String(await fullListener(stage))}/v1` });
      const answer = await stage.ask({ within: PHASE + LEEWAY });
      expectSpeechFrom(answer, 'local');
      expect(answer.ms).to.be.at.least(PHASE - 20);
    },
  },
];

/** Starts a listener that accepts nothing and whose queue is full. */
export async function fullListener(stage: Pick<FaultStage, 'defer'>): Promise<number> {
  const program = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      console.log(server.address().port);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  stage.defer(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 8 }, () => connect(Number(line), '127.0.0.1').on('error', () => undefined));
  stage.defer(() => {
    for (const filler of fillers) filler.destroy();
  });
  await Promise.race(fillers.map((filler) => once(filler, 'connect')));
  return Number(line);
}

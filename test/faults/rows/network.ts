import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeNetworkNamespace, type NetworkNamespace } from '../../support/network-namespace.js';
import { STRIP_TYPES } from '../../support/strip-types.js';
import { eventually } from '../eventually.js';
import { expectBroken, expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultStage } from '../fault.js';

export const NETWORK_NEEDS = ['namespaces', 'ip', 'iptables'];
const PORT = 8880;
const SPEECH_SERVER = fileURLToPath(new URL('../../support/faults/speech-server.ts', import.meta.url));

/** Milliseconds beyond a limit: the specification’s 250, and what a machine that others use adds. */
const LEEWAY = 250 + 8_000;

/** Limits that leave TCP the time to send again what was lost: its first retransmission comes after a second. */
const PATIENCE = { connect: 5_000, send: 5_000, firstByte: 5_000, idle: 5_000, total: 20_000 };

export const NETWORK: readonly Fault[] = [
  {
    name: 'swallows the SYN',
    group: 'network',
    how: 'iptables DROP on the way to the server, in a network namespace',
    reply: 'local speech',
    code: 'timeout.connect',
    counts: 'failure',
    needs: NETWORK_NEEDS,
    async run(stage) {
      const namespace = await network(stage);
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      await stage.startApp({ baseUrl: baseUrlOf(namespace) });
      const answer = await stage.ask({ within: PHASE + LEEWAY });
      expectSpeechFrom(answer, 'local');
      expect(answer.ms, 'the limit was waited for').to.be.at.least(PHASE - 20);
    },
  },
  unreachable('host'),
  unreachable('net'),
  {
    name: 'a connection in use goes dead',
    group: 'network',
    how: 'iptables DROP both ways after a first reply over the kept connection, with a retry allowed',
    reply: 'local speech',
    code: 'timeout.first_byte',
    counts: 'failure',
    needs: NETWORK_NEEDS,
    async run(stage) {
      const namespace = await network(stage);
      await speechServerIn(namespace, stage);
      await stage.startApp({ baseUrl: baseUrlOf(namespace), remote: { retry: { limit: 1 } } });
      expectSpeechFrom(await stage.ask(), 'remote');
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      await namespace.rule('-A', 'OUTPUT', '-p', 'tcp', '-j', 'DROP');
      const answer = await stage.ask({ within: PHASE + LEEWAY });
      expectSpeechFrom(answer, 'local');
      expect(answer.timings, 'no second try').to.have.length(2);
    },
  },
  {
    name: 'the network dies in the middle of the sound',
    group: 'network',
    how: 'iptables DROP both ways while a reply that takes seconds is on its way',
    reply: 'a destroyed connection',
    code: 'timeout.idle',
    counts: 'failure',
    needs: NETWORK_NEEDS,
    async run(stage) {
      const namespace = await network(stage);
      await speechServerIn(namespace, stage, 'slowly');
      // What is waited for here is the rest of the sound; its beginning may take a busy machine longer.
      const timeout = { firstByte: 2_000 };
      const app = await stage.startApp({ baseUrl: baseUrlOf(namespace), remote: { timeout }, router: { hold: 0 } });
      const answering = stage.ask({ within: 3_000 });
      await eventually(() => {
        expect(app.attempts).to.have.length.greaterThan(0);
      });
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      await namespace.rule('-A', 'OUTPUT', '-p', 'tcp', '-j', 'DROP');
      expectBroken(await answering);
    },
  },
  {
    name: 'a third of all packets is lost',
    group: 'network',
    how: 'iptables drops every third packet, either way, with limits that leave TCP its time',
    reply: 'its speech',
    code: null,
    counts: 'success',
    needs: NETWORK_NEEDS,
    limit: 30_000,
    async run(stage) {
      const namespace = await network(stage);
      await speechServerIn(namespace, stage, 'and closes');
      await stage.startApp({ baseUrl: baseUrlOf(namespace), remote: { timeout: PATIENCE } });
      expectSpeechFrom(await stage.ask(), 'remote');
      // Every third of one connection after the other, instead of each with a chance of three in ten: bad luck could last longer
      // than any limit.
      for (const chain of ['INPUT', 'OUTPUT']) {
        const third = ['-m', 'statistic', '--mode', 'nth', '--every', '3', '--packet', '0'];
        await namespace.rule('-A', chain, '-p', 'tcp', ...third, '-j', 'DROP');
      }
      for (let round = 0; round < 2; round += 1) {
        expectSpeechFrom(await stage.ask({ within: 10_000 }), 'remote');
      }
      await namespace.rule('-F');
    },
  },
];

function unreachable(what: 'host' | 'net'): Fault {
  return {
    name: `the ${what === 'host' ? 'host' : 'network'} is unreachable`,
    group: 'network',
    how: `iptables REJECT with icmp-${what}-unreachable, in a network namespace`,
    reply: 'local speech',
    code: 'unreachable',
    counts: 'failure',
    needs: NETWORK_NEEDS,
    async run(stage) {
      const namespace = await network(stage);
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'REJECT', '--reject-with', `icmp-${what}-unreachable`);
      await stage.startApp({ baseUrl: baseUrlOf(namespace) });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
    },
  };
}

export async function network(stage: FaultStage): Promise<NetworkNamespace> {
  const namespace = await makeNetworkNamespace();
  stage.defer(() => {
    namespace.remove();
  });
  return namespace;
}

function baseUrlOf({ address }: NetworkNamespace): string {
  return `http://${address}:${String(PORT)}/v1`;
}

export async function speechServerIn(namespace: NetworkNamespace, stage: FaultStage, how = 'at once'): Promise<void> {
  const args = [...STRIP_TYPES, SPEECH_SERVER, '0.0.0.0', String(PORT), how];
  const server = await namespace.start(args, /listening/);
  stage.defer(() => server.stop());
  // A process that has just started, behind a cable that has just been laid, takes longer over its first reply than a row's limits.
  const [reply] = (await once(get(`${baseUrlOf(namespace)}/models`, { agent: false }), 'response')) as [
    IncomingMessage,
  ];
  await once(reply.resume(), 'close');
}

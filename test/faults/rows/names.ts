import { closeSync, constants, mkdtempSync, open, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { checkAppProcess, startAppProcess, type AppProcess } from '../../support/app-process.js';
import { startNameServer, type NameAnswer, type NameServer } from '../../support/name-server.js';
import { makePrivateFiles } from '../../support/private-files.js';
import { output } from '../../support/tools.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultAppOptions, FaultStage } from '../fault.js';
import { startSpeechServer } from '../speech-server.js';
import { NETWORK_NEEDS, network, speechServerIn } from './network.js';

const NEEDS = ['namespaces', 'unshare', 'mount'];

/** Milliseconds beyond a limit: the specification’s 250, and what a machine that others use adds. */
const LEEWAY = 250 + 8_000;

/** Milliseconds for a row that starts one or two processes, on a machine that is busy with others. */
const IN_A_PROCESS = 30_000;

const NAME = 'tts.example';
const PORT = 8880;
const BASE_URL = `http://${NAME}:${String(PORT)}/v1`;

/** Answers `dns.lookup` at once, in the same turn, as a cache in front of it may. */
const LOOKUP_AT_ONCE = fileURLToPath(new URL('../../support/faults/lookup-at-once.js', import.meta.url));

export const NAMES: readonly Fault[] = [
  lookupFault({
    name: 'there is no such name',
    how: 'a name server of the row’s own that says NXDOMAIN, put before one process by a mount namespace',
    answer: 'no such name',
    code: 'dns',
  }),
  lookupFault({
    name: 'the name server fails',
    how: 'the same, saying SERVFAIL',
    answer: 'server failure',
    code: 'dns',
  }),
  lookupFault({
    name: 'the name server never answers',
    how: 'the same, saying nothing',
    answer: 'silence',
    code: 'timeout.lookup',
  }),
  lookupFault({
    name: 'the name leads to a metadata address',
    how: 'the same, saying 169.254.169.254',
    answer: ['169.254.169.254'],
    code: 'blocked_address',
  }),
  {
    name: 'a name that was good is bound to a metadata address',
    group: 'names',
    how: 'a name server that first tells the server’s address and then 169.254.169.254, and a server that closes each connection',
    reply: 'local speech',
    code: 'blocked_address',
    counts: 'failure',
    needs: [...NEEDS, ...NETWORK_NEEDS],
    limit: IN_A_PROCESS,
    async run(stage) {
      const namespace = await network(stage);
      await speechServerIn(namespace, stage, 'and closes');
      const names = await nameServer(stage, [namespace.address]);
      const app = await appWithNames(stage, names);
      const before = await stage.ask({ url: app.speechUrl });
      expectSpeechFrom(before, 'remote');
      names.say(['169.254.169.254']);
      const after = await stage.ask({ url: app.speechUrl, within: LEEWAY });
      expectSpeechFrom(after, 'local');
      await checkAppProcess(stage, app, [before, after]);
    },
  },
  {
    name: 'the first of two addresses is dead',
    group: 'names',
    how: 'a name with two addresses, for the first of which iptables drops everything',
    reply: 'its speech',
    code: null,
    counts: 'success',
    needs: [...NEEDS, ...NETWORK_NEEDS],
    limit: IN_A_PROCESS,
    async run(stage) {
      const namespace = await network(stage);
      await namespace.rule('-A', 'INPUT', '-d', namespace.otherAddress, '-j', 'DROP');
      await speechServerIn(namespace, stage);
      const names = await nameServer(stage, [namespace.otherAddress, namespace.address]);
      const app = await appWithNames(stage, names, { timeout: { connect: 2_000 } });
      const answer = await stage.ask({ url: app.speechUrl });
      expectSpeechFrom(answer, 'remote');
      expect(answer.ms, 'the dead one was tried').to.be.at.least(450);
      await checkAppProcess(stage, app, [answer]);
    },
  },
  {
    name: 'a name in the hosts file leads into a black hole',
    group: 'names',
    how: 'a hosts file before one process, and iptables DROP at the address in it',
    reply: 'local speech',
    code: 'timeout.connect',
    counts: 'failure',
    needs: [...NEEDS, ...NETWORK_NEEDS],
    limit: IN_A_PROCESS,
    async run(stage) {
      const namespace = await network(stage);
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      const app = await appWithFiles(stage, { '/etc/hosts': `${namespace.address} ${NAME}\n` });
      await expectTimelyFallback(stage, app);
    },
  },
  {
    name: 'a lookup that answers at once leads into a black hole',
    group: 'names',
    how: '`dns.lookup` replaced by one that calls back in the same turn, as caches do, and iptables DROP',
    reply: 'local speech',
    code: 'timeout.connect',
    counts: 'failure',
    needs: NETWORK_NEEDS,
    limit: IN_A_PROCESS,
    async run(stage) {
      const namespace = await network(stage);
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'DROP');
      const options = { baseUrl: BASE_URL };
      const env = { LOOKUP_ANSWER: namespace.address };
      const app = await startAppProcess(stage, options, { node: ['--import', LOOKUP_AT_ONCE], env });
      await expectTimelyFallback(stage, app);
    },
  },
  {
    name: 'the thread pool is busy',
    group: 'names',
    how: 'every thread of libuv’s pool opens a named pipe that nobody writes to, so that `dns.lookup` has to wait',
    reply: 'local speech',
    code: 'timeout.lookup',
    counts: 'failure',
    needs: ['mkfifo'],
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks');
      const release = await blockThreadPool();
      try {
        await stage.startApp({ baseUrl: `http://localhost:${String(server.port)}/v1` });
        expectSpeechFrom(await stage.ask({ within: PHASE + LEEWAY }), 'local');
      } finally {
        await release();
      }
    },
  },
];

interface LookupFault {
  readonly name: string;
  readonly how: string;
  readonly answer: NameAnswer;
  readonly code: string;
}

function lookupFault({ name, how, answer, code }: LookupFault): Fault {
  return {
    name,
    group: 'names',
    how,
    reply: 'local speech',
    code,
    counts: 'failure',
    needs: NEEDS,
    limit: IN_A_PROCESS,
    async run(stage) {
      const names = await nameServer(stage, answer);
      const app = await appWithNames(stage, names);
      await expectTimelyFallback(stage, app);
      expect(names.asked, 'names asked for').to.include(NAME);
    },
  };
}

async function expectTimelyFallback(stage: FaultStage, app: AppProcess): Promise<void> {
  const answer = await stage.ask({ url: app.speechUrl, within: PHASE + LEEWAY });
  expectSpeechFrom(answer, 'local');
  await checkAppProcess(stage, app, [answer]);
}

async function nameServer(stage: FaultStage, answer: NameAnswer): Promise<NameServer> {
  const server = await startNameServer(answer);
  stage.defer(() => server.close());
  return server;
}

function appWithNames(
  stage: FaultStage,
  { resolvConf }: NameServer,
  remote: NonNullable<FaultAppOptions['remote']> = {},
): Promise<AppProcess> {
  return appWithFiles(stage, { '/etc/resolv.conf': resolvConf }, remote);
}

function appWithFiles(
  stage: FaultStage,
  contents: Readonly<Record<string, string>>,
  remote: NonNullable<FaultAppOptions['remote']> = {},
): Promise<AppProcess> {
  const files = makePrivateFiles(contents);
  stage.defer(() => {
    files.remove();
  });
  return startAppProcess(stage, { baseUrl: BASE_URL, remote }, { through: files.through });
}

/** Takes every thread of the pool until it is told to let go. */
async function blockThreadPool(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'express-speech-'));
  const pipe = join(folder, 'pipe');
  await output('mkfifo', [pipe]);
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  const openings = Array.from({ length: threads }, () => promisify(open)(pipe, 'r'));
  return async () => {
    // A writer lets every reader in.
    const writer = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    for (const opening of openings) closeSync(await opening);
    closeSync(writer);
    rmSync(folder, { recursive: true });
  };
}

import { spawnSync } from 'node:child_process';
import { startProgram, type TestProcess } from './process.js';
import { output } from './tools.js';

/** Names of namespaces carry the process that they belong to, so that the next run can clear up after one that was killed. */
const PREFIX = 'speech';
/** Networks are 10.203.N.0/24, and the names of their cables carry the number: making the cable claims the network. */
const NETWORKS = 250;

/** A network of a test's own: a machine beyond a cable, with its own addresses and its own firewall. */
export interface NetworkNamespace {
  /** Address of the machine beyond the cable. */
  readonly address: string;
  /** A second address of it. */
  readonly otherAddress: string;
  /** Adds a rule to its firewall, as `iptables` takes it. */
  rule(...words: string[]): Promise<void>;
  /** Starts a Node.js program on that machine and waits for a line on its standard output. */
  start(args: readonly string[], ready: RegExp): Promise<TestProcess>;
  /** Removes the network. The programs in it have to be stopped first. */
  remove(): void;
}

/** Makes a network. Nothing of it can reach, or be reached from, anything but this machine. */
export async function makeNetworkNamespace(): Promise<NetworkNamespace> {
  await removeAbandoned();
  const { name, network, cable } = await claim();
  // A test run that ends in the middle of a row leaves nothing behind either.
  const remove = (): void => {
    process.off('exit', remove);
    spawnSync('ip', ['link', 'del', cable]);
    spawnSync('ip', ['netns', 'del', name]);
  };
  process.once('exit', remove);
  const inside = (...words: string[]): Promise<unknown> => output('ip', ['netns', 'exec', name, ...words]);
  const address = `10.203.${String(network)}.2`;
  const otherAddress = `10.203.${String(network)}.3`;
  try {
    await output('ip', ['addr', 'add', `10.203.${String(network)}.1/24`, 'dev', cable]);
    await output('ip', ['link', 'set', cable, 'up']);
    await inside('ip', 'addr', 'add', `${address}/24`, 'dev', 'inside');
    await inside('ip', 'addr', 'add', `${otherAddress}/24`, 'dev', 'inside');
    await inside('ip', 'link', 'set', 'inside', 'up');
    await inside('ip', 'link', 'set', 'lo', 'up');
  } catch (error) {
    remove();
    throw error;
  }
  return {
    address,
    otherAddress,
    async rule(...words) {
      await inside('iptables', ...words);
    },
    start: (args, ready) => startProgram(args, ready, { through: ['ip', 'netns', 'exec', name] }),
    remove,
  };
}

/** Makes the namespace and the cable into it. Other test runs on this machine have theirs. */
async function claim(): Promise<{ readonly name: string; readonly network: number; readonly cable: string }> {
  for (let tries = 0; tries < NETWORKS; tries += 1) {
    const network = (process.pid + tries) % NETWORKS;
    const cable = `${PREFIX}-${String(network)}`;
    const name = `${PREFIX}-${String(process.pid)}-${String(network)}`;
    await output('ip', ['netns', 'add', name]);
    const plug = ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'inside', 'netns', name];
    if (spawnSync('ip', plug).status === 0) return { name, network, cable };
    await output('ip', ['netns', 'del', name]);
  }
  throw new Error('all networks of the tests are taken');
}

async function removeAbandoned(): Promise<void> {
  const { stdout } = await output('ip', ['netns', 'list']);
  for (const [name, owner] of stdout.matchAll(new RegExp(`^${PREFIX}-(\\d+)-\\d+`, 'gm'))) {
    if (!isRunning(Number(owner))) spawnSync('ip', ['netns', 'del', name]);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

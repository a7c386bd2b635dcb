import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { eventually, pause } from '../faults/eventually.js';
import { makeFolder, type Folder } from '../support/folder.js';
import { COMMAND, runCommand } from '../support/run-command.js';

const KEY = 'a-key-of-the-gateway';
const BEARER = { authorization: `Bearer ${KEY}` };

interface Line {
  readonly level: string;
  readonly message: string;
  readonly event: string;
  readonly origin?: string;
  readonly [key: string]: unknown;
}

interface Gateway {
  readonly child: ChildProcess;
  readonly lines: Line[];
  readonly origin: string;
}

describe('express-speech serve', function () {
  this.timeout(90_000);
  const children: ChildProcess[] = [];
  let folder: Folder;

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    folder.remove();
  });

  async function start(env: Record<string, string>, args: readonly string[] = []): Promise<Gateway> {
    const child = spawn(process.execPath, [...COMMAND, 'serve', ...args], {
      env: { ...process.env, API_KEYS: KEY, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: Line[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line));
    const origin = await new Promise<string>((resolve, reject) => {
      child.once('exit', (status) => {
        reject(new Error(`it ended with ${String(status)}`));
      });
      child.stdout.on('data', () => {
        setImmediate(() => {
          const found = lines.find(({ event }) => event === 'listening')?.origin;
          if (found !== undefined) resolve(found.replace('0.0.0.0', '127.0.0.1'));
        });
      });
    });
    return { child, lines, origin };
  }

  const say = async ({ origin }: Gateway, input: string): Promise<string | null> => {
    const response = await fetch(`${origin}/v1/audio/speech`, {
      method: 'POST',
      headers: { ...BEARER, 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    expect((await response.arrayBuffer()).byteLength).to.be.above(1_000);
    return response.headers.get('x-speech-provider');
  };

  it('goes on when its server freezes, with one line for the outage and one for its end', async () => {
    const server = await start({ PORT: '0' });
    const remote = {
      type: 'remote',
      name: 'kokoro',
      baseUrl: `${server.origin}/v1`,
      apiKey: { env: 'TTS_API_KEY' },
      timeout: { firstByte: 3_000 },
      circuitBreaker: { consecutive: 2, openFor: 200, maxOpenFor: 200 },
      health: { interval: 300, timeout: 250 },
    };
    const fallback = JSON.stringify([remote, { type: 'local' }, { type: 'text', status: 503 }]);
    const gateway = await start({ PORT: '0', TTS_API_KEY: KEY, SPEECH_FALLBACK: fallback });
    while ((await fetch(`${gateway.origin}/ready`)).status !== 200) await pause(50);
    expect(await say(gateway, 'All is well.')).to.equal('kokoro');

    server.child.kill('SIGSTOP');
    const outages = (): Line[] => gateway.lines.filter(({ level }) => level === 'warn' || level === 'error').slice(1);
    await eventually(() => {
      expect(outages()).to.have.length(1);
    }, 30_000);
    const spoken = await Promise.all(['One.', 'Two.', 'Three.'].map((text) => say(gateway, `Number ${text}`)));
    expect(spoken).to.deep.equal(['local', 'local', 'local']);
    expect((await fetch(`${gateway.origin}/health`)).status).to.equal(200);

    server.child.kill('SIGCONT');
    await eventually(() => {
      expect(gateway.lines.at(-1)?.message).to.equal('kokoro is up again');
    }, 30_000);
    while ((await say(gateway, 'All is well again.')) !== 'kokoro') await pause(50);
    expect(outages().map(({ event, message, provider }) => ({ event, message, provider }))).to.deep.equal([
      { event: 'outage', message: 'kokoro is down; callers hear local', provider: 'kokoro' },
    ]);
    expect(gateway.lines.map(({ event }) => event)).to.deep.equal(['listening', 'setup', 'outage', 'outage']);
    expect(JSON.stringify(gateway.lines)).not.to.include(KEY);
  });

  it('stops when it is told to, with status 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, lines } = await start({ PORT: '0' });
      child.kill(signal);
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(lines.slice(-2).map(({ event }) => event)).to.deep.equal(['stopping', 'stopped']);
    }
  });

  it('stops at once when it is told again', async () => {
    const { child } = await start({ PORT: '0', DRAIN: '600000' });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await eventually(() => {
      child.kill('SIGTERM');
      expect(child.exitCode).to.equal(1);
    });
    expect(await exited).to.deep.equal([1, null]);
  });

  it('outlives whoever reads its log', async () => {
    const { child, origin } = await start({ PORT: '0', LOG_LEVEL: 'debug' });
    child.stdout?.destroy();
    for (const text of ['One.', 'Two.']) await say({ child, origin, lines: [] }, text);
    expect(child.exitCode).to.equal(null);
  });

  it('takes a file and goes by its part for a gateway', async () => {
    const config = folder.path('speech.json');
    writeFileSync(
      config,
      JSON.stringify({ gateway: { logLevel: 'error', port: 0 }, fallback: [{ type: 'local', name: 'mine' }] }),
    );
    const failed = await runCommand(['serve', '--config', config, '--host', 'no.such.host.invalid'], {
      env: { API_KEYS: KEY },
    });
    expect(failed.stderr).to.match(/HOST is no address of this machine/);
    expect(failed.status).to.equal(2);
  });

  it('says what is wrong before it listens', async () => {
    const { status, stdout, stderr } = await runCommand(['serve', '--rate-limit-bytes', 'many'], {
      env: { PORT: 'x' },
    });
    expect(stderr).to.equal(
      'express-speech: PORT: expected a port from 0 to 65535\n' +
        '--rate-limit-bytes: expected a whole number of bytes from 0 to 1073741824\n',
    );
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
  });
});

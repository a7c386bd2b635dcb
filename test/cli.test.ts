import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Verification } from '../lib/speech/verification.js';
import { closedPort } from './support/closed-port.js';
import { startNameServer, type NameAnswer } from './support/name-server.js';
import { makePrivateFiles } from './support/private-files.js';
import { runCommand as run } from './support/run-command.js';
import { startSpeechApi, type ApiOptions, type TestServer } from './support/speech-api.js';
import { needsTools } from './support/tools.js';

const KEY = 'sk-planted-secret-0123456789';

describe('the command express-speech', function () {
  this.timeout(30_000);
  let api: TestServer | undefined;
  const ends: (() => void)[] = [];
  const test = { defer: (end: () => void) => void ends.push(end) };

  async function start(options?: ApiOptions): Promise<string> {
    api = await startSpeechApi(options);
    return `${api.origin}/v1`;
  }

  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    await api?.close();
    api = undefined;
  });

  it('tells step by step that a server speaks, and what it found', async () => {
    const { status, stdout, stderr } = await run(['verify', await start({ voices: ['alloy', 'nova'] })]);
    expect(stderr).to.equal('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1).map((line) => line.replace(/ +\d+ ms$/, ''))).to.deep.equal([
      '✓ address',
      '✓ connect',
      '✓ http',
      '✓ auth',
      '✓ models',
      '✓ voices',
      '✓ speak',
    ]);
    expect(lines.at(-1)).to.match(
      /^It speaks: first byte of sound after \d+ ms; mp3, opus, aac, flac, wav, pcm; 2 voices; 1 model\.$/,
    );
    expect(status).to.equal(0);
  });

  it('says what to do below the step that failed, without colours where nobody looks', async () => {
    const port = String(await closedPort(test));
    const { status, stdout } = await run(['verify', `http://127.0.0.1:${port}/v1`]);
    expect(stdout).to.match(/\n✗ connect +\d+ ms {2}refused\n {4}nothing listens on port /);
    expect(stdout).to.match(/It would not speak as it is\.\n$/);
    expect(stdout).not.to.include('\u001b');
    expect(status).to.equal(1);
  });

  it('writes JSON for programs, good or bad', async () => {
    const good = await run(['verify', await start(), '--json']);
    const { ok, steps, found } = JSON.parse(good.stdout) as Verification;
    expect({ ok, steps: steps.length, models: found?.models }).to.deep.equal({ ok: true, steps: 7, models: ['tts-1'] });
    expect(good.status).to.equal(0);
    const bad = await run(['verify', `http://127.0.0.1:${String(await closedPort(test))}/v1`, '--json']);
    expect((JSON.parse(bad.stdout) as Verification).steps.at(-1)?.code).to.equal('refused');
    expect(bad.status).to.equal(1);
  });

  it('takes a voice and a model', async () => {
    const url = await start();
    const { status, stdout } = await run(['verify', url, '--voice', 'aloy', '--model=tts-2']);
    expect(stdout).to.include('no voice "aloy"; did you mean "alloy"?').and.to.include('did you mean "tts-1"?');
    expect(stdout).to.include('\nIt speaks, but something is to be put right: first byte');
    expect(status).to.equal(1);
  });

  it('takes the key from the environment, and shows it nowhere', async () => {
    const url = await start({ key: KEY });
    const env = { TTS_KEY: KEY };
    const good = await run(['verify', url, '--api-key-env', 'TTS_KEY'], { env });
    expect(good.status).to.equal(0);
    const bad = await run(['verify', url, '--api-key-env', 'TTS_KEY'], { env: { TTS_KEY: `${KEY}-not` } });
    expect(bad.stdout).to.match(/✗ auth +\d+ ms {2}status\.401\n {4}the server refuses this key/);
    expect(bad.status).to.equal(1);
    expect(good.stdout + good.stderr + bad.stdout + bad.stderr).not.to.include(KEY);
  });

  it('ends in the time that it is given', async () => {
    const url = await start({ speak: () => undefined });
    const { status, stdout } = await run(['verify', url, '--timeout', '1500']);
    expect(stdout).to.match(/✗ speak +\d+ ms {2}timeout\./);
    expect(status).to.equal(1);
  });

  it('lets no server steer the terminal', async () => {
    const url = await start({ voices: ['\u202enova', '\u001b]0;title\u0007\u001b[2Jevil'] });
    const { stdout } = await run(['verify', url]);
    expect(stdout).to.include('nova');
    expect(stdout).not.to.match(/[\u001b\u0007\u202e]/);
  });

  it('explains itself, and each of its commands', async () => {
    const { status, stdout } = await run(['--help']);
    for (const word of ['serve', 'say', 'voices', 'verify', 'bench', 'completion', '--version']) {
      expect(stdout).to.include(word);
    }
    expect(status).to.equal(0);
    const verify = await run(['verify', '--help']);
    for (const word of ['--voice', '--model', '--api-key-env', '--timeout', '--json']) {
      expect(verify.stdout).to.include(word);
    }
    const serve = await run(['serve', '--help']);
    expect(serve.stdout).to.include('[PORT]').and.to.include('[SPEECH_MAX_INPUT]').and.to.include('[default: 8080]');
    expect(serve.stderr).to.equal('');
  });

  it('completes its commands in a shell', async () => {
    const script = await run(['completion']);
    expect(script.stdout).to.include('###-begin-express-speech-completions-###');
    const words = await run(['--get-yargs-completions', 'express-speech', 've']);
    expect(words.stdout.split('\n').map((line) => line.split(':')[0])).to.include('verify');
    const flags = await run(['--get-yargs-completions', 'express-speech', 'serve', '--rate']);
    expect(flags.stdout).to.include('--rate-limit-requests');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      readonly version: string;
    };
    expect((await run(['--version'])).stdout).to.equal(`${version}\n`);
  });

  const wrongUses: [args: string[], reason: RegExp][] = [
    [[], /no command is given/],
    [['verfy', 'http://127.0.0.1/v1'], /unknown command "verfy"; did you mean "verify"/],
    [['verify'], /no base URL is given/],
    [['verify', 'http://127.0.0.1/v1', 'http://127.0.0.1/v2'], /Unknown argument: http:\/\/127\.0\.0\.1\/v2/],
    [['verify', 'htp://127.0.0.1/v1'], /the base URL: expected an address that begins with http/],
    [['verify', 'http://127.0.0.1/v1', '--api-key', KEY], /Unknown argument: api-key/],
    [['verify', 'http://127.0.0.1/v1', '--api-key-env', KEY], /--api-key-env: this environment variable is not set/],
    [['verify', 'http://127.0.0.1/v1', '--timeout', 'soon'], /--timeout: expected a whole number of milliseconds/],
  ];
  for (const [args, reason] of wrongUses) {
    it(`refuses “${args.join(' ').replace(KEY, 'KEY')}”`, async () => {
      const { status, stdout, stderr } = await run(args);
      expect(stderr).to.match(reason);
      expect(stderr).not.to.include(KEY);
      expect(stdout).to.equal('');
      expect(status).to.equal(2);
    });
  }

  describe('with a name server of its own', () => {
    before(function () {
      needsTools(this, 'namespaces', 'unshare', 'mount');
    });

    const names: [what: string, host: string, answer: NameAnswer, code: string, hint: RegExp][] = [
      ['a slip', 'localhsot', 'no such name', 'dns', /^there is no such name; did you mean "localhost"\?$/],
      [
        'a name that is not there',
        'tts.example',
        'no such name',
        'dns',
        /^there is no such name; check how it is written$/,
      ],
      ['the name of a container elsewhere', 'kokoro-tts', 'no such name', 'dns', /in the same container network only$/],
      ['a name server that fails', 'tts.example', 'server failure', 'dns', /^no name server could be asked/],
      [
        'a name server that is silent',
        'tts.example',
        'silence',
        'timeout.lookup',
        /^no name server answered within 1000 ms/,
      ],
      ['a name of a metadata address', 'tts.example', ['169.254.169.254'], 'blocked_address', /metadata address/],
    ];
    for (const [what, host, answer, code, hint] of names) {
      it(`says what to do about ${what}`, async () => {
        const server = await startNameServer(answer);
        // The system’s own patience must not end just when ours does.
        const resolvConf = server.resolvConf.replace('timeout:1', 'timeout:3');
        const files = makePrivateFiles({ '/etc/resolv.conf': resolvConf });
        try {
          const { status, stdout } = await run(['verify', `http://${host}:8880/v1`, '--json'], files);
          const { steps } = JSON.parse(stdout) as Verification;
          expect(steps.map(({ step }) => step)).to.deep.equal(['address', 'lookup']);
          expect(steps[1]?.code).to.equal(code);
          expect(steps[1]?.hint).to.match(hint);
          expect(status).to.equal(1);
        } finally {
          files.remove();
          await server.close();
        }
      });
    }
  });
});

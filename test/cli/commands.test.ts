import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { findPlayer } from '../../lib/cli/player.js';
import { table } from '../../lib/cli/terminal.js';
import { soundIn } from '../support/audio.js';
import { closedPort } from '../support/closed-port.js';
import { makeFolder, type Folder } from '../support/folder.js';
import { runCommand, type CommandOptions, type Ran } from '../support/run-command.js';
import { speaks, startSpeechApi, type ApiOptions, type TestServer } from '../support/speech-api.js';

describe('the commands of express-speech', function () {
  this.timeout(60_000);
  let folder: Folder;
  let api: TestServer | undefined;
  const ends: (() => void)[] = [];
  const test = { defer: (end: () => void) => void ends.push(end) };

  beforeEach(() => {
    folder = makeFolder();
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    await api?.close();
    api = undefined;
    folder.remove();
  });

  async function start(options?: ApiOptions): Promise<string> {
    api = await startSpeechApi(options);
    return `${api.origin}/v1`;
  }

  const run = (args: readonly string[], options: CommandOptions = {}): Promise<Ran> =>
    runCommand(args, { cwd: folder.path('.'), ...options });

  describe('say', () => {
    it('speaks with the voice of this machine, into a file whose end says the format', async () => {
      const { status, stdout, stderr } = await run(['say', 'Hello there.', '-o', 'hello.wav']);
      expect(stderr).to.match(/^local spoke: wav, \d+ bytes in \d+ ms → hello\.wav\n$/);
      expect({ status, stdout }).to.deep.equal({ status: 0, stdout: '' });
      const file = readFileSync(folder.path('hello.wav'));
      expect(file.toString('latin1', 0, 4)).to.equal('RIFF');
      expect(file.length).to.be.above(20_000);
      expect(readdirSync(folder.path('.'))).to.deep.equal(['hello.wav']);
    });

    it('speaks with a server, what comes in at standard input, to whoever reads standard output', async () => {
      const url = await start();
      const { status, bytes, stderr } = await run(['say', '--tts-url', url, '--voice', 'alloy'], { input: 'Hello.' });
      expect(stderr).to.match(/^remote spoke: mp3/);
      expect(bytes.toString('latin1', 0, 3)).to.equal('ID3');
      expect(status).to.equal(0);
      expect(api?.requests.find(({ path }) => path === '/v1/audio/speech')?.body).to.include({ voice: 'alloy' });
    });

    it('goes over to the voice of this machine, and says so', async () => {
      const url = `http://127.0.0.1:${String(await closedPort(test))}/v1`;
      const { status, stdout, stderr } = await run(['say', 'Hello.', '-o', 'x.mp3', '--json'], {
        env: { TTS_URL: url },
      });
      expect(stderr).to.equal('');
      expect({ ...(JSON.parse(stderr === '' ? stdout : stderr) as object), bytes: 0, ms: 0 }).to.deep.equal({
        provider: 'local',
        degraded: true,
        format: 'mp3',
        bytes: 0,
        ms: 0,
        file: 'x.mp3',
      });
      expect(status).to.equal(0);
    });

    it('takes a configuration file', async () => {
      writeFileSync(folder.path('speech.json'), JSON.stringify({ fallback: [{ type: 'local', name: 'mine' }] }));
      const { stderr } = await run(['say', 'Hello.', '-o', 'x.opus', '--config', 'speech.json']);
      expect(stderr).to.match(/^mine spoke: opus/);
    });

    it('says why nobody spoke, and leaves no file', async () => {
      const env = { SPEECH_FALLBACK: '[{"type":"text","status":503}]' };
      const { status, stderr } = await run(['say', 'Hello.', '-o', 'x.mp3'], { env });
      expect(stderr).to.match(/^express-speech: .*speech/i);
      expect(status).to.equal(1);
      expect(existsSync(folder.path('x.mp3'))).to.equal(false);
    });

    it('leaves the file that was there where the speech breaks off', async () => {
      writeFileSync(folder.path('x.mp3'), 'before');
      const url = await start({
        speak(response) {
          const sound = soundIn('mp3');
          response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': String(2 * sound.length) });
          response.write(sound, () => {
            response.destroy();
          });
        },
      });
      const env = {
        TTS_URL: url,
        SPEECH_HOLD: '0',
        SPEECH_FALLBACK: JSON.stringify([{ type: 'remote', baseUrl: url }]),
      };
      const { status, stderr } = await run(['say', 'Hello.', '-o', 'x.mp3'], { env });
      expect(stderr).to.match(/^express-speech: /);
      expect(status).to.equal(1);
      expect(readdirSync(folder.path('.'))).to.deep.equal(['x.mp3']);
      expect(readFileSync(folder.path('x.mp3'), 'utf8')).to.equal('before');
    });

    const wrong: [args: string[], reason: RegExp][] = [
      [['say', 'Hello.', '-o', 'x.ogv'], /expected a file that ends in \.mp3/],
      [['say', ' '], /there is nothing to say/],
      [['say', 'Hello.', '-o', 'x.mp3', '--speed', 'fast'], /--speed: expected a number/],
    ];
    for (const [args, reason] of wrong) {
      it(`refuses “${args.join(' ')}”`, async () => {
        const { status, stderr, stdout } = await run(args);
        expect(stderr).to.match(reason);
        expect(stdout).to.equal('');
        expect(status).to.equal(2);
        expect(readdirSync(folder.path('.'))).to.deep.equal([]);
      });
    }

    it('finds a program that plays sound, where there is one', () => {
      writeFileSync(folder.path('aplay'), '', { mode: 0o755 });
      expect(findPlayer(`/nowhere:${folder.path('.')}`)).to.equal('aplay');
      writeFileSync(folder.path('paplay'), '', { mode: 0o644 });
      expect(findPlayer(folder.path('.'))).to.equal('aplay');
      expect(findPlayer('')).to.equal(undefined);
    });
  });

  describe('voices', () => {
    it('lists those of the server and of this machine', async () => {
      const url = await start({ voices: ['af_bella', '\u001b[2Jevil'] });
      const { status, stdout } = await run(['voices', '--tts-url', url]);
      expect(stdout).to.match(/^VOICE +NAME +LANGUAGE +PROVIDER\n/);
      expect(stdout)
        .to.match(/\naf_bella +af_bella +remote\n/)
        .and.to.match(/\nslt .* local\n/);
      expect(stdout).not.to.include('\u001b');
      expect(status).to.equal(0);
    });

    it('writes JSON for programs', async () => {
      const { stdout } = await run(['voices', '--json']);
      expect((JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)).to.include('slt');
    });

    it('says that there is none', async () => {
      const { status, stderr } = await run(['voices'], { env: { SPEECH_FALLBACK: '[{"type":"text"}]' } });
      expect(stderr).to.equal('express-speech: nobody in the chain lists voices\n');
      expect(status).to.equal(1);
    });
  });

  describe('bench', () => {
    it('measures first sound, pace and failures, a row for each number at once', async () => {
      let calls = 0;
      const url = await start({
        speak(response, asked) {
          calls += 1;
          if (calls % 4 === 0) response.writeHead(500).end();
          else speaks(response, asked);
        },
      });
      const args = ['bench', url, '--requests', '4', '--concurrency', '1,2', '--json'];
      const { status, stdout } = await run(args);
      const rows = JSON.parse(stdout) as Record<string, unknown>[];
      expect(rows.map(({ concurrency, requests }) => [concurrency, requests])).to.deep.equal([
        [1, 4],
        [2, 4],
      ]);
      expect(rows.map(({ failed }) => failed)).to.deep.equal([{ 'status.500': 1 }, { 'status.500': 1 }]);
      for (const row of rows) {
        expect(row).to.have.nested.property('firstSound.p50').above(0);
        expect(row).to.have.property('realTimeFactor').above(0);
        expect(row).to.have.property('throughput').above(0);
      }
      // One more, to warm it up.
      expect(calls).to.equal(9);
      expect(status).to.equal(0);
    });

    it('writes a table, and fails where nobody is', async () => {
      const url = `http://127.0.0.1:${String(await closedPort(test))}/v1`;
      const { status, stdout } = await run(['bench', url, '--requests', '2', '--concurrency', '2']);
      expect(stdout).to.match(/^AT ONCE +SPOKE .*FAILED\n +2 +0\/2 .*2 refused\n$/);
      expect(status).to.equal(1);
    });

    it('names what is wrong as it was given', async () => {
      const url = await runCommand(['bench', 'kokoro:8880']);
      expect(url.stderr).to.match(/^express-speech: the base URL: expected an address/);
      const key = await runCommand(['bench', 'http://127.0.0.1:1/v1', '--api-key-env', 'NO_SUCH_VARIABLE']);
      expect(key.stderr).to.equal('express-speech: --api-key-env: this environment variable is not set\n');
    });

    for (const [flag, value] of [
      ['--concurrency', '0'],
      ['--concurrency', '1,many'],
      ['--requests', '100000'],
    ] as const) {
      it(`refuses ${flag} ${value}`, async () => {
        const { status, stderr } = await run(['bench', 'http://127.0.0.1:1/v1', flag, value]);
        expect(stderr).to.include(`${flag}: expected whole numbers from 1 to`);
        expect(status).to.equal(2);
      });
    }
  });

  it('write tables with figures to the right', () => {
    expect(
      table([
        ['NAME', 'MS'],
        ['a', '5'],
        ['bcdef', '120'],
      ]),
    ).to.equal('NAME    MS\na        5\nbcdef  120\n');
  });
});

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readSettings } from '../../lib/gateway/read-settings.js';
import { serve, type RunningGateway } from '../../lib/gateway/serve.js';
import { SpeechOptionsError } from '../../lib/options/options-error.js';
import { SILENT_LOGGER } from '../../lib/speech/silent-logger.js';
import { eventually } from '../faults/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeFolder, type Folder } from '../support/folder.js';
import { speaks, startSpeechApi, type TestServer } from '../support/speech-api.js';

const KEY = 'a-key-of-the-gateway';
const PASSWORD = 'the password';
const BEARER = { authorization: `Bearer ${KEY}` };
const SAY = { method: 'POST', body: JSON.stringify({ input: 'Hello.' }) };
const JSON_TYPE = { 'content-type': 'application/json' };

interface Line {
  readonly event: string;
  readonly message: string;
}

describe('a gateway', function () {
  this.timeout(30_000);
  let api: TestServer;
  let folder: Folder;
  let running: RunningGateway | undefined;
  let lines: Line[];

  beforeEach(async () => {
    api = await startSpeechApi({ models: ['kokoro', 'tts-1'] });
    folder = makeFolder();
    lines = [];
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await api.close();
    folder.remove();
  });

  async function start(
    environment: Record<string, string> = {},
    { configFile, clock }: { readonly configFile?: string; readonly clock?: FakeClock } = {},
  ): Promise<string> {
    const write = (object: object, message = ''): void =>
      void lines.push({ message, ...(object as { event: string }) });
    const logger = { ...SILENT_LOGGER, info: write, warn: write, error: write };
    const all = { PORT: '0', API_KEYS: KEY, TTS_URL: `${api.origin}/v1`, ...environment };
    running = await serve(readSettings({ flags: {}, environment: all, configFile }), logger, clock);
    return running.origin.replace('0.0.0.0', '127.0.0.1');
  }

  it('speaks as its server does, to those who have a key', async () => {
    const origin = await start();
    const response = await fetch(`${origin}/v1/audio/speech`, { ...SAY, headers: { ...JSON_TYPE, ...BEARER } });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('audio/mpeg');
    expect(response.headers.get('x-speech-provider')).to.equal('remote');
    expect((await response.arrayBuffer()).byteLength).to.be.greaterThan(100);
    const refused = await fetch(`${origin}/v1/audio/speech`, { ...SAY, headers: JSON_TYPE });
    expect(refused.status).to.equal(401);
    expect(api.requests.filter(({ path }) => path === '/v1/audio/speech')).to.have.length(1);
    expect(api.requests.some(({ headers }) => headers.authorization !== undefined)).to.equal(false);
  });

  it('lists its models as OpenAI does, and the usual one where there are none', async () => {
    const origin = await start();
    await running?.ready;
    const list = (await (await fetch(`${origin}/v1/models`, { headers: BEARER })).json()) as object;
    expect(list).to.deep.equal({
      object: 'list',
      data: ['kokoro', 'tts-1', 'flite'].map((id) => ({ id, object: 'model', created: 0, owned_by: 'express-speech' })),
    });
    await running?.stop();
    const alone = await start({ TTS_URL: '', SPEECH_FALLBACK: '[{"type":"text"}]' });
    expect(await (await fetch(`${alone}/v1/models`, { headers: BEARER })).json()).to.have.nested.property(
      'data[0].id',
      'tts-1',
    );
  });

  const closed: [what: string, path: string, method: string][] = [
    ['the lists', '/v1/models', 'GET'],
    ['the voices', '/v1/audio/voices', 'GET'],
    ['the metrics', '/metrics', 'GET'],
    ['what is not there', '/notes', 'GET'],
    ['the speech route', '/v1/audio/speech', 'POST'],
  ];
  for (const [what, path, method] of closed) {
    it(`shows nobody ${what} without a key`, async () => {
      const origin = await start();
      expect((await fetch(`${origin}${path}`, { method })).status).to.equal(401);
    });
  }

  it('lets everybody have the lists where it was told to, and says once that somebody wants them', async () => {
    const closed = await start();
    for (let count = 0; count < 2; count += 1) {
      expect((await fetch(`${closed}/v1/audio/voices`)).status).to.equal(401);
    }
    expect(lines.filter(({ message }) => message.includes('PUBLIC_LISTS'))).to.have.length(1);
    await running?.stop();
    const open = await start({ PUBLIC_LISTS: 'true' });
    for (const path of ['/v1/audio/voices', '/v1/audio/models']) {
      expect((await fetch(`${open}${path}`)).status, path).to.equal(200);
      expect((await fetch(`${open}${path}`, { method: 'POST' })).status, path).to.equal(401);
    }
    // Clients ask this to see whether their key is right.
    expect((await fetch(`${open}/v1/models`)).status).to.equal(401);
    expect((await fetch(`${open}/v1/audio/speech?input=x`)).status).to.equal(401);
  });

  it('has metrics, and none where they are not wanted', async () => {
    const metrics = await fetch(`${await start()}/metrics`, { headers: BEARER });
    expect(await metrics.text())
      .to.include('speech_requests_total')
      .and.to.include('process_cpu_seconds_total');
    await running?.stop();
    const origin = await start({ METRICS: 'false' });
    const missing = await fetch(`${origin}/metrics`, { headers: BEARER });
    expect(missing.status).to.equal(404);
    expect(await missing.json()).to.have.nested.property('error.code', 'not_found');
  });

  it('has its admin page behind a password, and no page without one', async () => {
    const origin = await start({ ADMIN_PASSWORD: PASSWORD });
    const login = (word: string) => ({
      headers: { authorization: `Basic ${Buffer.from(`admin:${word}`).toString('base64')}` },
    });
    expect((await fetch(`${origin}/admin/`)).status).to.equal(401);
    expect((await fetch(`${origin}/admin/`, { headers: BEARER })).status).to.equal(401);
    expect((await fetch(`${origin}/admin/`, login('the passwort'))).status).to.equal(401);
    const page = await fetch(`${origin}/admin/`, login(PASSWORD));
    expect(page.status).to.equal(200);
    expect(await page.text()).to.include('<!doctype html>');
    await running?.stop();
    expect((await fetch(`${await start()}/admin/`, { headers: BEARER })).status).to.equal(404);
  });

  it('listens to this machine alone where there is no key, and says so', async () => {
    await start({ API_KEYS: '' });
    expect(running?.origin).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(lines.map(({ message }) => message)).to.include(
      'there is no API key, so that only this machine can ask; set API_KEYS to let others in',
    );
    await running?.stop();
    lines = [];
    await start({ API_KEYS: '', HOST: 'localhost' });
    expect(lines.filter(({ message }) => message.includes('API key'))).to.deep.equal([]);
  });

  it('lets pages of other origins ask where it was told to, and no others', async () => {
    const origin = await start({ CORS_ORIGINS: 'https://chat.example' });
    const ask = (from: string) =>
      fetch(`${origin}/v1/audio/speech`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const welcome = await ask('https://chat.example');
    expect(welcome.headers.get('access-control-allow-origin')).to.equal('https://chat.example');
    expect(welcome.headers.get('access-control-allow-headers')).to.equal('authorization');
    expect((await ask('https://other.example')).headers.get('access-control-allow-origin')).to.equal(null);
  });

  it('holds each client to its limits', async () => {
    const origin = await start({ RATE_LIMIT_REQUESTS: '1', RATE_LIMIT_BYTES: '0' });
    const ask = () => fetch(`${origin}/v1/audio/speech`, { ...SAY, headers: { ...JSON_TYPE, ...BEARER } });
    expect((await ask()).status).to.equal(200);
    const second = await ask();
    expect(second.status).to.equal(429);
    expect(second.headers.get('retry-after')).to.match(/^\d+$/);
    expect((await fetch(`${origin}/v1/audio/voices`, { headers: BEARER })).status).to.equal(200);
  });

  it('lives and is ready until it is told to stop, and lets the speech that runs finish', async () => {
    let finish: (() => void) | undefined;
    await api.close();
    api = await startSpeechApi({
      speak(response, asked) {
        finish = () => {
          speaks(response, asked);
        };
      },
    });
    const clock = new FakeClock();
    const origin = await start({ DRAIN: '3000' }, { clock });
    await running?.ready;
    await eventually(() => {
      expect(lines.map(({ event }) => event)).to.include('listening');
    });
    expect((await fetch(`${origin}/ready`)).status).to.equal(200);
    const speech = fetch(`${origin}/v1/audio/speech`, { ...SAY, headers: { ...JSON_TYPE, ...BEARER } });
    await eventually(() => {
      expect(finish).to.be.a('function');
    });
    const stopping = running?.stop();
    const ready = await fetch(`${origin}/ready`);
    expect([ready.status, await ready.json()]).to.deep.equal([503, { status: 'stopping' }]);
    expect((await fetch(`${origin}/health`)).status).to.equal(200);
    await clock.advance(3_000);
    await eventually(() => {
      expect(clock.pendingTimers).to.equal(0);
    });
    finish?.();
    const response = await speech;
    expect(response.status).to.equal(200);
    expect((await response.arrayBuffer()).byteLength).to.be.greaterThan(100);
    await stopping;
    expect(lines.at(-1)?.event).to.equal('stopped');
    const refused = await fetch(`${origin}/health`).catch(() => 'refused');
    expect(refused).to.equal('refused');
  });

  it('takes its file anew when it changes, and leaves its own part to the next start', async () => {
    const configFile = folder.path('speech.json');
    const write = (own: object): void => {
      writeFileSync(configFile, JSON.stringify({ gateway: { logLevel: 'warn' }, ...own }));
    };
    write({ maxInput: 3 });
    const origin = await start({}, { configFile });
    const ask = () => fetch(`${origin}/v1/audio/speech`, { ...SAY, headers: { ...JSON_TYPE, ...BEARER } });
    expect((await ask()).status).to.equal(400);
    write({ maxInput: 30 });
    await eventually(() => {
      expect(lines.map(({ message }) => message)).to.include('another configuration is in use');
    });
    expect((await ask()).status).to.equal(200);
  });

  it('refuses what its router refuses, by the name that it was given', async () => {
    const failure = await start({ SPEECH_DEADLINE: 'soon' }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(SpeechOptionsError);
    expect((failure as SpeechOptionsError).problems).to.deep.equal([
      { path: 'SPEECH_DEADLINE', message: 'expected a whole number of milliseconds from 1 to 3600000' },
    ]);
    const server = await start({ TTS_URL: 'kokoro:8880' }).catch((error: unknown) => error);
    expect((server as SpeechOptionsError).problems[0]?.path).to.equal('TTS_URL');
    const proxies = await start({ TRUST_PROXY: 'nobody' }).catch((error: unknown) => error);
    expect((proxies as SpeechOptionsError).problems[0]?.path).to.equal('TRUST_PROXY');
  });

  it('closes all that it opened where its port is taken', async () => {
    const taken = createServer().listen(0, '0.0.0.0');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const failure = await start({ PORT: String(port) }).catch((error: unknown) => error);
    taken.close();
    expect(failure).to.have.property('code', 'EADDRINUSE');
    await eventually(() => {
      expect(api.openSockets.size).to.equal(0);
    });
  });
});

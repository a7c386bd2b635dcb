import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { SpeechProvider } from '../../../lib/index.js';
import { createRemoteProvider, type RemoteOptions } from '../../../lib/providers/remote/provider.js';
import { samplesOf, soundIn } from '../../support/audio.js';
import { bytesOf, failureOf } from '../../support/provider-conformance.js';
import { limitsFor, remoteOptions, SHORT } from '../../support/remote-options.js';
import { context, silentLogger, speechRequest } from '../../support/speech-request.js';
import { stopwatch } from '../../support/stopwatch.js';
import { startUpstream, type BehaviourName, type Upstream } from '../../support/upstream.js';

/** Milliseconds that a fault may last beyond its phase's limit. */
const LEEWAY = 250;

describe('the remote provider', () => {
  let upstream: Upstream;
  let provider: SpeechProvider;

  async function start(behaviour: BehaviourName, options: Partial<RemoteOptions> = {}): Promise<SpeechProvider> {
    upstream = await startUpstream(behaviour);
    provider = createRemoteProvider(remoteOptions(upstream.baseUrl, options));
    return provider;
  }

  afterEach(async () => {
    await provider.close?.();
    await upstream.close();
  });

  describe('before there is sound', () => {
    const faults: [BehaviourName, string][] = [
      ['stays silent', 'timeout.first_byte'],
      ['sends headers, then nothing', 'timeout.first_byte'],
      ['sends one byte, then nothing', 'timeout.first_byte'],
      ['drips its headers', 'timeout.first_byte'],
      ['sends 17 KB of headers', 'bad_response'],
      ['sends garbage', 'bad_response'],
      ['switches protocols', 'bad_response'],
      ['floods interim replies', 'bad_response'],
      ['resets before its headers', 'reset'],
      ['closes before its headers', 'reset'],
      ['sends HTML', 'not_audio'],
      ['sends HTML under an audio type', 'not_audio'],
      ['sends JSON', 'not_audio'],
      ['sends another format', 'unsupported'],
      ['sends nothing', 'empty'],
      ['sends a header alone', 'empty'],
      ['compresses its sound', 'bad_response'],
      ['redirects', 'bad_response'],
      ['means to send too much', 'too_large'],
      ['is overloaded', 'status.503'],
      ['limits the rate', 'rate_limited'],
      ['refuses the key', 'status.401'],
      ['knows no such route', 'status.404'],
      ['fails with an endless body', 'status.500'],
      ['fails with a body that stalls', 'status.500'],
    ];
    for (const [behaviour, code] of faults) {
      it(`says ${code} when the server ${behaviour}`, async () => {
        await start(behaviour, { timeout: limitsFor(code) });
        const { signal } = new AbortController();
        const elapsed = stopwatch();
        const failure = await failureOf(provider.synthesize(speechRequest(), context({ signal })));
        expect(failure.code).to.equal(code);
        expect(elapsed()).to.be.below(SHORT + LEEWAY);
        await provider.close?.();
        await upstream.allClosed();
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
      });
    }

    it('passes on how long the server wants to be left alone', async () => {
      await start('limits the rate');
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).retryAfter).to.equal(7_000);
    });

    it('does not follow a redirect', async () => {
      await start('redirects');
      await failureOf(provider.synthesize(speechRequest(), context()));
      expect(upstream.requests).to.have.length(1);
    });
  });

  describe('after sound has begun', () => {
    const faults: [BehaviourName, string][] = [
      ['sends sound, then nothing', 'timeout.idle'],
      ['resets in the middle', 'reset'],
      ['cuts its chunks', 'truncated'],
      ['sends less than it said', 'truncated'],
      ['ends with its connection, too early', 'truncated'],
      ['never ends', 'too_large'],
    ];
    for (const [behaviour, code] of faults) {
      it(`destroys the stream with ${code} when the server ${behaviour}`, async () => {
        await start(behaviour, { timeout: limitsFor(code) });
        const { signal } = new AbortController();
        const result = await provider.synthesize(speechRequest(), context({ signal }));
        if (result.kind !== 'audio') throw new Error('expected sound');
        const elapsed = stopwatch();
        expect((await failureOf(bytesOf(result))).code).to.equal(code);
        expect(elapsed()).to.be.below(SHORT + LEEWAY);
        await upstream.allClosed();
        expect(getEventListeners(signal, 'abort')).to.have.length(0);
      });
    }

    it('takes a body without length or chunks where what is in it says that it is whole, and says that this shows at its end', async () => {
      await start('ends with its connection');
      for (const format of ['wav', 'mp3', 'aac', 'flac', 'opus'] as const) {
        const result = await provider.synthesize(speechRequest({ format, input: 'O' }), context());
        if (result.kind !== 'audio') throw new Error('expected sound');
        expect(result, format).to.include({ endsUnannounced: true });
        const bytes = await bytesOf(result);
        if (format === 'wav') expect(samplesOf(bytes).equals(samplesOf(soundIn('wav')))).to.equal(true);
        else expect(bytes.equals(soundIn(format)), format).to.equal(true);
      }
      // Bare samples end anywhere.
      const failure = await failureOf(provider.synthesize(speechRequest({ format: 'pcm' }), context()));
      expect(failure.code).to.equal('truncated');
    });

    it('ends no body cleanly that was cut, where nothing but its end shows it', async () => {
      await start('ends with its connection, too early');
      for (const format of ['wav', 'mp3', 'aac', 'flac', 'opus'] as const) {
        const result = await provider.synthesize(speechRequest({ format, input: 'O' }), context());
        if (result.kind !== 'audio') throw new Error('expected sound');
        expect((await failureOf(bytesOf(result))).code, format).to.equal('truncated');
      }
    });

    it('reads the server’s headers in whatever case they are written', async () => {
      await start('says in capitals that it sends chunks');
      const result = await provider.synthesize(speechRequest(), context());
      if (result.kind !== 'audio') throw new Error('expected sound');
      expect(samplesOf(await bytesOf(result)).equals(samplesOf(soundIn('wav')))).to.equal(true);
    });

    it('does not hold a slow reader against the server', async () => {
      await start('speaks in chunks', { timeout: limitsFor('timeout.idle') });
      const result = await provider.synthesize(speechRequest(), context());
      if (result.kind !== 'audio') throw new Error('expected sound');
      // Longer than the server may rest; it is the reader who rests here.
      await new Promise((resolve) => setTimeout(resolve, SHORT * 2));
      expect(samplesOf(await bytesOf(result)).equals(samplesOf(soundIn('wav')))).to.equal(true);
    });
  });

  describe('without a server to talk to', () => {
    it('says refused where nothing listens', async () => {
      await start('speaks');
      await upstream.close();
      const failure = await failureOf(provider.synthesize(speechRequest(), context()));
      upstream = await startUpstream();
      expect(failure.code).to.equal('refused');
    });

    it('says dns for a name that there is not', async () => {
      upstream = await startUpstream();
      provider = createRemoteProvider(remoteOptions('http://no-such-name.invalid/v1', { timeout: limitsFor() }));
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('dns');
    });

    it('says timeout.connect when the connection is swallowed', async function () {
      upstream = await startUpstream();
      // A listener whose queue is full drops further connections, as a firewall would.
      const full = await startFullListener();
      provider = createRemoteProvider(
        remoteOptions(`http://127.0.0.1:${String(full.port)}/v1`, { timeout: limitsFor('timeout.connect') }),
      );
      const elapsed = stopwatch();
      const failure = await failureOf(provider.synthesize(speechRequest(), context()));
      await full.close();
      expect(failure.code).to.equal('timeout.connect');
      expect(elapsed()).to.be.below(SHORT + LEEWAY);
    });

    it('says timeout.tls when TLS is met with silence, and tls when it is met with plain HTTP', async () => {
      upstream = await startUpstream();
      const silent = createServer((socket: Socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const address = silent.address();
      if (address === null || typeof address === 'string') throw new Error('not listening');
      provider = createRemoteProvider(
        remoteOptions(`https://127.0.0.1:${String(address.port)}/v1`, { timeout: limitsFor('timeout.tls') }),
      );
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('timeout.tls');
      await provider.close?.();
      silent.close();
      provider = createRemoteProvider(remoteOptions(upstream.baseUrl.replace('http:', 'https:')));
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('tls');
    });

    for (const host of [
      '169.254.169.254',
      '[fe80::1]',
      '[::ffff:169.254.169.254]',
      '0.0.0.0',
      '100.100.100.200',
      '2852039166',
    ]) {
      it(`refuses to connect to ${host}`, async () => {
        upstream = await startUpstream();
        provider = createRemoteProvider(remoteOptions(`http://${host}/v1`));
        expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('blocked_address');
      });
    }

    it('speaks by an IPv6 address that is written out', async function () {
      const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
      if (!hasIPv6) this.skip();
      upstream = await startUpstream();
      const { port } = new URL(upstream.baseUrl);
      const relay = createServer((socket) => {
        socket.pipe(connect(Number(port), '127.0.0.1')).pipe(socket);
      }).listen(0, '::1');
      await once(relay, 'listening');
      const { port: own } = relay.address() as AddressInfo;
      provider = createRemoteProvider(remoteOptions(`http://[::1]:${String(own)}/v1`));
      const result = await provider.synthesize(speechRequest(), context());
      expect(result.kind === 'audio' && (await bytesOf(result)).length).to.be.greaterThan(0);
      const seen = upstream.requests.find(({ path }) => path === '/v1/audio/speech');
      expect(seen?.headers.host).to.equal(`[::1]:${String(own)}`);
      await provider.close?.();
      relay.close();
    });

    it('connects only to the addresses that are allowed, whatever name led there', async () => {
      await start('speaks', { allowAddresses: ['10.0.0.0/8'] });
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('blocked_address');
      await provider.close?.();
      provider = createRemoteProvider(
        remoteOptions(upstream.baseUrl.replace('127.0.0.1', 'localhost'), { allowAddresses: ['10.0.0.0/8'] }),
      );
      expect((await failureOf(provider.synthesize(speechRequest(), context()))).code).to.equal('blocked_address');
    });
  });

  describe('the wire', () => {
    it('sends OpenAI’s format, with the options’ defaults, and nothing of the client’s', async () => {
      await start('speaks', {
        apiKey: 'secret-key',
        headers: { 'X-Tenant': 'a' },
        model: 'kokoro',
        voice: 'af_bella',
        voices: { nova: 'af_nova' },
      });
      await bytesOf(await sound(speechRequest()));
      await bytesOf(
        await sound(
          speechRequest({
            voice: 'nova',
            model: 'tts-1-hd',
            speed: 1.5,
            instructions: 'Softly.',
            extra: { lang: 'en', input: 'not this' },
          }),
        ),
      );
      const [first, second] = upstream.requests;
      expect(first?.path).to.equal('/v1/audio/speech');
      expect(first?.body).to.deep.equal({
        model: 'kokoro',
        input: 'Hello there.',
        voice: 'af_bella',
        response_format: 'wav',
      });
      expect(second?.body).to.deep.equal({
        lang: 'en',
        model: 'tts-1-hd',
        input: 'Hello there.',
        voice: 'af_nova',
        instructions: 'Softly.',
        response_format: 'wav',
        speed: 1.5,
      });
      const { host, ...headers } = first?.headers ?? {};
      expect(host).to.equal(new URL(upstream.baseUrl).host);
      expect(headers).to.deep.equal({
        accept: 'audio/wav, application/octet-stream',
        'accept-encoding': 'identity',
        authorization: 'Bearer secret-key',
        connection: 'keep-alive',
        'content-length': '84',
        'content-type': 'application/json',
        'user-agent': 'express-speech',
        'x-request-id': 'test',
        'x-tenant': 'a',
      });
    });

    it('speaks every format', async () => {
      await start('speaks');
      for (const format of ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const) {
        expect((await bytesOf(await sound(speechRequest({ format })))).equals(soundIn(format)), format).to.equal(true);
      }
    });

    it('keeps many requests at the same time apart, and their connections for the next ones', async () => {
      // Sixty at once are more than the sockets.
      await start('speaks', { pool: { maxSockets: 40, keepAlive: 4_000 } });
      const inputs = Array.from({ length: 60 }, (_, index) => `This is number ${String(index)}.`);
      for (let round = 0; round < 2; round += 1) {
        await Promise.all(
          inputs.map(async (input) =>
            bytesOf(await sound(speechRequest({ input, requestId: input.replaceAll(' ', '') }))),
          ),
        );
      }
      const seen = upstream.requests.map(({ body, headers }) => [body['input'], headers['x-request-id']]);
      expect(seen).to.have.deep.members([...inputs, ...inputs].map((input) => [input, input.replaceAll(' ', '')]));
      expect(upstream.openSockets.size).to.be.at.most(60);
    });

    it('sends a request again, once, that met a connection the server had just closed', async () => {
      await start('speaks');
      await bytesOf(await sound(speechRequest()));
      // The server closes every idle connection in the very moment in which the next request goes out.
      const again = sound(speechRequest());
      for (const socket of upstream.openSockets) socket.destroy();
      expect((await bytesOf(await again)).length).to.equal(soundIn('wav').length);
    });

    it('stops the server’s work when the client leaves', async () => {
      await start('sends sound, then nothing');
      const result = await sound(speechRequest());
      result.stream.destroy();
      await upstream.allClosed();
    });
  });

  describe('its companions', () => {
    it('lists voices and models', async () => {
      await start('speaks');
      const { signal } = new AbortController();
      expect(await provider.voices?.({ signal })).to.deep.equal([
        { id: 'alloy', name: 'alloy' },
        { id: 'nova', name: 'Nova' },
      ]);
      expect(await provider.models?.({ signal })).to.deep.equal([{ id: 'tts-1' }]);
    });

    it('checks a path that is asked for, and takes its answer at its word', async () => {
      await start('is overloaded', { healthPath: '/health' });
      const check = provider.check?.({ signal: new AbortController().signal });
      expect((await failureOf(Promise.resolve(check))).code).to.equal('status.503');
      expect(upstream.requests[0]?.path).to.equal('/v1/health');
    });
  });

  it('lets no key, text or error of got’s out of its errors and log lines', async () => {
    const lines: unknown[] = [];
    const logger = { ...silentLogger, debug: (object: object) => lines.push(object) };
    for (const behaviour of [
      'refuses the key',
      'sends garbage',
      'resets before its headers',
      'stays silent',
    ] as const) {
      await start(behaviour, { apiKey: 'secret-key' });
      const failure = await failureOf(
        provider.synthesize(speechRequest({ input: 'secret text' }), context({ logger })),
      );
      const everything = inspect([failure, lines], { depth: 20, showHidden: true });
      expect(everything).not.to.match(/secret|127\.0\.0\.1|RequestError/);
      await provider.close?.();
      await upstream.close();
    }
    upstream = await startUpstream();
  });

  async function sound(request: ReturnType<typeof speechRequest>) {
    const result = await provider.synthesize(request, context());
    if (result.kind !== 'audio') throw new Error('expected sound');
    return result;
  }
});

/** Starts a listener that accepts nothing and whose queue is full. */
async function startFullListener(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const program = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      console.log(server.address().port);
    });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.kill('SIGSTOP');
  const port = Number(line);
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await Promise.race(fillers.map((filler) => once(filler, 'connect')));
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

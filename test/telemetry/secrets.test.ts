import { inspect } from 'node:util';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import type { ErrorRequestHandler } from 'express';
import { Registry } from 'prom-client';
import {
  type RemoteEntry,
  speechAdmin,
  SpeechOptionsError,
  speechRouter,
  type SpeechEventName,
  type SpeechRouterOptions,
} from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { speaker } from '../support/fake-provider.js';
import { startHookServer, type HookServer } from '../support/hook-server.js';
import { limitsFor, SHORT } from '../support/remote-options.js';
import { keepingLogger } from '../support/telemetry.js';
import { BEHAVIOURS, startUpstream, type BehaviourName, type Upstream } from '../support/upstream.js';

/** What nobody may find anywhere, by what it is. */
const SECRETS = {
  'the API key': 'planted-api-key-4711',
  'a header’s value': 'planted-header-4712',
  'the webhook’s token': 'planted-webhook-4713',
  'a webhook header’s value': 'planted-hook-header-4714',
  'the text': 'planted text that is spoken',
  'the instructions': 'planted instructions',
  'the client’s credentials': 'planted-client-4715',
  'the client’s cookie': 'planted-cookie-4716',
};

const CHANNELS = [
  'replies',
  'errors for the host',
  'log lines',
  'events',
  'status',
  'metrics',
  'spans',
  'alerts',
  'verifications',
  'admin replies',
] as const;
type Channel = (typeof CHANNELS)[number];

/** Whoever steers it sees the addresses that he gave, and no more than that. */
const FOR_THE_OPERATOR: readonly Channel[] = ['verifications', 'admin replies'];

const EVENTS: readonly SpeechEventName[] = [
  'attempt',
  'fallback',
  'circuit',
  'health',
  'status',
  'request',
  'configuration',
  'alert',
];
const BODY = { input: SECRETS['the text'], instructions: SECRETS['the instructions'] };
const HEADERS = {
  authorization: `Bearer ${SECRETS['the client’s credentials']}`,
  cookie: `session=${SECRETS['the client’s cookie']}`,
};

describe('planted secrets', function () {
  this.timeout(60_000);

  const seen = Object.fromEntries(CHANNELS.map((channel) => [channel, [] as string[]])) as Record<Channel, string[]>;
  const register = new Registry();
  const exporter = new InMemorySpanExporter();
  const addresses = new Set<string>();
  let hook: HookServer;

  const keep = (channel: Channel, what: unknown): void => {
    // All the way down: the cause of an error, and the cause of that.
    const text = typeof what === 'string' ? what : inspect(what, { depth: Infinity, breakLength: Infinity });
    seen[channel].push(text);
  };

  /** Keeps a reply; the text handed back to whoever sent it is none of the secrets. */
  async function keepReply(reply: Response, channel: Channel = 'replies'): Promise<void> {
    const body = await reply.text().catch((error: unknown) => inspect(error));
    keep(channel, inspect([...reply.headers]));
    keep(channel, body.replace(/"(input|text)":"[^"]*"/g, '"$1":""'));
  }

  /** Verifies the first provider by code and by the admin page's API, and asks that for all it has. */
  async function askOperator({ app, speech, origin }: TestApp): Promise<void> {
    app.use('/admin', speechAdmin(speech, { authorize: () => true }));
    const ask = async (method: string, path: string, body?: object, revision = ''): Promise<Response> => {
      const headers = { 'content-type': 'application/json', 'x-speech-admin': 'yes', 'if-match': revision };
      const given = body === undefined ? {} : { body: JSON.stringify(body) };
      const reply = await fetch(`${origin}/admin/api/${path}`, { method, headers, ...given });
      await keepReply(reply.clone(), 'admin replies');
      return reply;
    };
    const { options: shown, revision } = (await (await ask('GET', 'config')).json()) as {
      options: { fallback: object[] };
      revision: string;
    };
    const [first = {}] = shown.fallback;
    await ask('GET', 'status');
    keep('verifications', await (await ask('POST', 'verify', first)).text());
    await ask('POST', 'try', { provider: 'remote', input: SECRETS['the text'] });
    await ask('PUT', 'config', { options: { ...shown, deadline: -1 } }, revision);
    await ask('PUT', 'config', { options: { ...shown, deadline: 3_000 } }, revision);
    await ask('PUT', 'config', { options: shown }, revision);
  }

  function options(upstream: Upstream): SpeechRouterOptions {
    const { lines, logger } = keepingLogger();
    logs.push(lines);
    return {
      deadline: 2_000,
      logger,
      metrics: { register },
      alerts: {
        webhook: `${hook.origin}/${SECRETS['the webhook’s token']}`,
        headers: { 'x-token': SECRETS['a webhook header’s value'] },
      },
      fallback: [
        {
          type: 'remote',
          baseUrl: upstream.baseUrl,
          apiKey: SECRETS['the API key'],
          headers: { 'x-secret': SECRETS['a header’s value'] },
          timeout: { ...limitsFor('timeout.first_byte'), idle: SHORT },
          maxBytes: 1024 * 1024,
          circuitBreaker: { consecutive: 1 },
          retry: { limit: 0 },
        },
        { type: 'text' },
      ],
    };
  }
  const logs: unknown[][] = [];

  /** Has time for a client to leave before anything else ends the request, however busy the machine is. */
  function patient(upstream: Upstream): SpeechRouterOptions {
    const [remote, ...others] = options(upstream).fallback ?? [];
    const timeout = limitsFor();
    return { deadline: 5_000, fallback: [{ ...remote, timeout } as RemoteEntry, ...others] };
  }

  /** Runs requests through an app, with everything that watches it. */
  async function run(
    upstream: Upstream,
    more: SpeechRouterOptions,
    ask: (app: TestApp) => Promise<unknown>,
  ): Promise<void> {
    addresses.add(`127.0.0.1:${String(upstream.port)}`).add(`"port":${String(upstream.port)}`);
    addresses.add(`port: ${String(upstream.port)}`);
    const app = await startApp({ ...options(upstream), ...more });
    const keepError: ErrorRequestHandler = (error, _request, response, _next) => {
      keep('errors for the host', error);
      response.status(500).end();
    };
    app.app.use(keepError);
    for (const name of EVENTS)
      app.speech.on(name, (event) => {
        keep('events', event);
      });
    await app.speech.ready;
    await ask(app);
    keep('status', app.speech.status());
    await askOperator(app);
    for (const path of ['voices', 'models', 'health']) await keepReply(await fetch(`${app.origin}/v1/audio/${path}`));
    while (app.speech.status().providers.some(({ running }) => running > 0)) await settle();
    keep('metrics', await register.metrics());
    await app.close();
    await upstream.close();
  }

  const speak = async (app: TestApp, body: unknown = BODY): Promise<void> => {
    const reply = app.speak(body, HEADERS);
    await reply.then(keepReply, (error: unknown) => {
      keep('replies', error);
    });
  };

  async function runFault(name: BehaviourName): Promise<void> {
    await run(await startUpstream(name), {}, (app) => speak(app));
    await run(await startUpstream(name), { errors: 'next' }, (app) => speak(app, { ...BODY, stream_format: 'sse' }));
  }

  before(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    hook = await startHookServer();
    const faults = (Object.keys(BEHAVIOURS) as BehaviourName[]).map(runFault);
    const gone = await startUpstream();
    await gone.close();
    const silent = await startUpstream('stays silent');
    await Promise.all([
      ...faults,
      // Nothing listens there.
      run({ ...gone, close: () => Promise.resolve() }, {}, (app) => speak(app)),
      // Another provider speaks.
      run(
        await startUpstream('stays silent'),
        { fallback: [...(options(gone).fallback ?? []).slice(0, 1), speaker('second')] },
        (app) => speak(app, { ...BODY, response_format: 'pcm' }),
      ),
      // Nobody speaks, and the host writes the error.
      run(
        await startUpstream('repeats the key it refuses'),
        { errors: 'next', fallback: (options(gone).fallback ?? []).slice(0, 1) },
        (app) => speak(app),
      ),
      // The text in the address: made, played again, in a range that there is not, and refused.
      run(await startUpstream(), { get: true }, async (app) => {
        const query = new URLSearchParams(BODY).toString();
        for (const [more, range] of [
          ['', 'bytes=0-'],
          ['', 'bytes=0-9'],
          ['', 'bytes=99999999-'],
          ['&speed=9', ''],
        ]) {
          await keepReply(
            await fetch(`${app.speechUrl}?${query}${more ?? ''}`, { headers: { ...HEADERS, range: range ?? '' } }),
          );
        }
      }),
      // Requests that cannot be read.
      run(await startUpstream(), {}, async (app) => {
        for (const body of [{ ...BODY, speed: 9 }, `${JSON.stringify(BODY)}}`, { ...BODY, voice: `\0${BODY.input}` }])
          await speak(app, body);
      }),
      // A client that leaves.
      run(silent, patient(silent), async (app) => {
        const controller = new AbortController();
        const reply = fetch(app.speechUrl, {
          method: 'POST',
          signal: controller.signal,
          headers: { ...HEADERS, 'content-type': 'application/json' },
          body: JSON.stringify(BODY),
        }).catch((error: unknown) => {
          keep('replies', error);
        });
        // A client that is gone before it has asked is none.
        while (!silent.requests.some(({ path }) => path === '/v1/audio/speech')) await settle();
        controller.abort();
        await reply;
      }),
    ]);
    for (const lines of logs) for (const line of lines) keep('log lines', line);
    for (const { name, attributes, status, events, links } of exporter.getFinishedSpans()) {
      keep('spans', { name, attributes, status, events, links });
    }
    for (const { body } of hook.messages) keep('alerts', body);
  });

  after(async () => {
    await hook.close();
    trace.disable();
    context.disable();
  });

  for (const channel of CHANNELS) {
    it(`are not in the ${channel}`, () => {
      expect(seen[channel], 'what was looked through').not.to.have.lengthOf(0);
      const found = seen[channel].flatMap((text) =>
        [...Object.values(SECRETS), ...(FOR_THE_OPERATOR.includes(channel) ? [] : addresses)]
          .filter((secret) => text.includes(secret))
          .map((secret) => [secret, text]),
      );
      expect(found).to.deep.equal([]);
    });
  }

  it('were looked for in every outcome', () => {
    const outcomes = new Set(exporter.getFinishedSpans().map(({ attributes }) => attributes['speech.outcome']));
    outcomes.delete(undefined);
    expect([...outcomes]).to.have.members(['audio', 'text', 'error', 'aborted']);
  });

  it('are not in what is said about options', () => {
    const refused = (): unknown =>
      speechRouter({
        fallback: [
          { type: 'remote', baseUrl: `http://${SECRETS['the API key']}@tts/v1`, apiKey: `${SECRETS['the API key']}\n` },
        ],
        alerts: { webhook: `ftp://hooks/${SECRETS['the webhook’s token']}` },
      });
    expect(refused).to.throw(SpeechOptionsError).with.property('message').that.does.not.contain('planted');
  });
});

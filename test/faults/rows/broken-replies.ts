import { expect } from 'chai';
import { samplesOf, soundIn } from '../../support/audio.js';
import { startHttp2App } from '../../support/http2-app.js';
import { callServerless } from '../../support/serverless.js';
import type { BehaviourName } from '../../support/upstream.js';
import { listenOver, readToEnd, speechPost, type Transport, type WireReply } from '../../support/wire.js';
import { eventually } from '../eventually.js';
import type { Fault, FaultApp, FaultStage } from '../fault.js';
import { startSpeechServer, type Behaviour } from '../speech-server.js';

const GROUP = 'a reply that breaks off';
const REQUEST = { input: 'Hello there.', response_format: 'wav' };
const SOUND = soundIn('wav');

/** A server that sends half of its sound and closes its connection. With `hold: 0` that is on its way to the client by then. */
async function startBreaking(stage: FaultStage, behaviour: BehaviourName | Behaviour): Promise<FaultApp> {
  const server = await startSpeechServer(stage, behaviour);
  return stage.startApp({ baseUrl: server.baseUrl, router: { hold: 0 } });
}

/** Asks over a connection of its own kind and takes what there is of the reply. */
async function askOver(stage: FaultStage, app: FaultApp, transport: Transport, post: string): Promise<WireReply> {
  const server = await listenOver(transport, app.app);
  stage.defer(() => server.close());
  const socket = await server.connect();
  socket.write(post);
  return readToEnd(socket);
}

interface WireRow extends Pick<Fault, 'name' | 'how' | 'reply'> {
  readonly transports: readonly Transport[];
  readonly version: '1.0' | '1.1';
  readonly fields?: object;
  readonly behaviour?: BehaviourName | Behaviour;
  readonly check: (reply: WireReply, transport: Transport) => void;
}

function onTheWire({ transports, version, fields, behaviour = 'cuts its chunks', check, ...row }: WireRow): Fault {
  return {
    ...row,
    group: GROUP,
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      for (const transport of transports) {
        const app = await startBreaking(stage, behaviour);
        const post = speechPost(version, { ...REQUEST, ...fields }, ['Connection: close']);
        check(await askOver(stage, app, transport, post), transport);
      }
    },
  };
}

/** States that a reply is all of the sound of the local provider. */
function expectWholeFromLocal({ head, body }: Pick<WireReply, 'head' | 'body'>): void {
  expect(head).to.match(/^x-speech-provider: local$/im);
  expect(head).to.match(/^server-timing: remote;dur=[\d.]+;desc="truncated", local;dur=[\d.]+$/im);
  expect(body.equals(SOUND), 'the very sound').to.equal(true);
}

export const BROKEN_REPLIES: readonly Fault[] = [
  onTheWire({
    name: 'over HTTP/1.1, by TCP, a unix socket or TLS',
    how: 'a server dies in the middle of sound that is not held, for a client that reads the bytes of its connection',
    reply: 'the end of the connection inside a chunk',
    transports: ['tcp', 'unix', 'tls'],
    version: '1.1',
    check({ body, end, closed }) {
      expect({ end, closed }).to.deep.equal({ end: 'inside a chunk', closed: 'FIN' });
      const samples = samplesOf(body);
      expect(samples.equals(samplesOf(SOUND).subarray(0, samples.length)), 'nothing but sound').to.equal(true);
    },
  }),
  onTheWire({
    name: 'in a stream of events',
    how: 'the same, for stream_format "sse"',
    reply: 'an error event, and the end of the connection inside a chunk',
    transports: ['tcp', 'unix', 'tls'],
    version: '1.1',
    fields: { stream_format: 'sse' },
    check({ body, end }) {
      expect(end).to.equal('inside a chunk');
      expect(body.toString()).to.match(/"speech\.audio\.delta".*"type":"error".*"code":"truncated"\}\}\n\n$/s);
    },
  }),
  onTheWire({
    name: 'with a Content-Length',
    how: 'the same, from a server that says how much it sends',
    reply: 'less than its Content-Length',
    transports: ['tcp', 'unix', 'tls'],
    version: '1.0',
    behaviour: (response) => {
      response.setHeader('content-type', 'audio/wav').setHeader('content-length', SOUND.length);
      response.write(SOUND.subarray(0, SOUND.length / 2), () => response.destroy());
    },
    check({ end }) {
      expect(end).to.equal('short of its length');
    },
  }),
  onTheWire({
    name: 'over HTTP/1.0, by TCP',
    how: 'the same, for a client that takes neither chunks nor is told a length',
    reply: 'a reset',
    transports: ['tcp'],
    version: '1.0',
    check({ closed }) {
      expect(closed).to.equal('reset');
    },
  }),
  onTheWire({
    name: 'over HTTP/1.0, by a unix socket or TLS',
    how: 'the same, over connections that have no reset, as nginx has them by default',
    reply: 'local speech: it is held until it is whole',
    transports: ['unix', 'tls'],
    version: '1.0',
    check(reply) {
      expect(reply.end).to.equal('whole');
      expectWholeFromLocal(reply);
    },
  }),
  onTheWire({
    name: 'in a stream of events over HTTP/1.0, by a unix socket or TLS',
    how: 'the same, for stream_format "sse"',
    reply: 'local speech in events, all at once',
    transports: ['unix', 'tls'],
    version: '1.0',
    fields: { stream_format: 'sse' },
    check({ head, body }) {
      expect(head).to.match(/^x-speech-provider: local$/im);
      expect(body.toString()).to.match(/^data: .*"speech\.audio\.delta".*"speech\.audio\.done".*\n\n$/s);
    },
  }),
  {
    name: 'over HTTP/2',
    group: GROUP,
    how: 'the same, through Express on Node’s HTTP/2',
    reply: 'a stream that is closed with an error code',
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      const app = await startBreaking(stage, 'cuts its chunks');
      const http2 = await startHttp2App((host) => host.use('/v1', app.speech));
      stage.defer(() => http2.close());
      const { status, body, code } = await http2.ask({ body: REQUEST });
      expect({ status, code }).to.deep.equal({ status: 200, code: 2 });
      expect(body.length).to.be.within(1, SOUND.length - 1);
    },
  },
  {
    name: 'through a serverless adapter',
    group: GROUP,
    how: 'the same, on a response that gathers all that is written, with and without an answer of its write()',
    reply: 'local speech: it is held until it is whole',
    code: 'truncated',
    counts: 'failure',
    async run(stage) {
      for (const write of ['returns true', 'returns nothing'] as const) {
        const app = await startBreaking(stage, 'cuts its chunks');
        const { status, headers, body } = await callServerless(app.app, REQUEST, write);
        expect(status).to.equal(200);
        expect(headers).to.include({ 'x-speech-provider': 'local', 'content-length': SOUND.length });
        expect(body.equals(SOUND), 'the very sound').to.equal(true);
      }
    },
  },
  {
    name: 'the host has answered meanwhile',
    group: GROUP,
    how: 'a middleware of the host’s answers 503 after 100 ms, while the server is silent',
    reply: 'the host’s answer; the server is told at once',
    code: 'aborted',
    counts: 'nothing',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { timeout: { firstByte: 5_000 } },
        prepare: (host) => {
          host.use('/v1', (request, response, next) => {
            next();
            if (request.headers['x-busy'] === undefined) return;
            setTimeout(() => response.status(503).json({ by: 'the host' }), 100);
          });
        },
      });
      const answer = await stage.ask({ headers: { 'x-busy': 'yes' } });
      expect(answer.status).to.equal(503);
      expect(JSON.parse(answer.body.toString())).to.deep.equal({ by: 'the host' });
      await eventually(() => {
        expect(server.openSockets.size, 'the server is told').to.equal(0);
      }, 200);
      expect(app.attempts.map(({ code }) => code)).to.deep.equal(['aborted']);
      server.behave('speaks');
    },
  },
];

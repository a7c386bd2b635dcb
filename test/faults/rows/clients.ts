import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { PATIENCE } from '../../support/patience.js';
import { eventually, pause } from '../eventually.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultApp } from '../fault.js';
import { heapUsed } from '../leak-watch.js';
import { saying, startSpeechServer } from '../speech-server.js';

const GROUP = 'clients';

/** Opens a connection to the app that does only what the row says. */
async function connectTo(app: FaultApp): Promise<Socket> {
  const socket = connect(Number(new URL(app.origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const SOUND = soundIn('wav');
const BODY = JSON.stringify({ input: 'Hello there.', response_format: 'wav' });

/** Head of a request whose body is to follow. */
function head(length = Buffer.byteLength(BODY)): string {
  return [
    'POST /v1/audio/speech HTTP/1.1',
    'Host: app',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${String(length)}`,
    '\r\n',
  ].join('\r\n');
}

/** Takes what comes until the connection ends. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE) });
  return Buffer.concat(chunks);
}

/** A WAV file of so many bytes of silence. */
function longSound(bytes: number): Buffer {
  const header = Buffer.from(soundIn('wav').subarray(0, 44));
  header.writeUInt32LE(36 + bytes, 4);
  header.writeUInt32LE(bytes, 40);
  return Buffer.concat([header, Buffer.alloc(bytes, 1)]);
}

/** Cuts sound into pieces, and says of each when it is taken. */
function* pieces(sound: Buffer, onTaken: (bytes: number) => void): Generator<Buffer> {
  for (let at = 0; at < sound.length; at += PIECE) {
    const piece = sound.subarray(at, at + PIECE);
    onTaken(piece.length);
    yield piece;
  }
}

const PIECE = 64 * 1024;

const ABORTS = 10_000;
const ABORTS_AT_ONCE = 16;
/** Bytes for each that has left: the harness keeps its events, and the server its text. */
const MOST_KEPT = 800;

/** Tells when a request has come to the app, by its id. Node takes in one connection a turn, so clients that left earlier would pile up. */
function arrivalsAt({ server }: FaultApp): (id: string) => Promise<void> {
  const waiting = new Map<string, () => void>();
  server.prependListener('request', ({ headers }: IncomingMessage) => {
    const id = String(headers['x-request-id']);
    waiting.get(id)?.();
    waiting.delete(id);
  });
  return (id) =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
    });
}

/** Asks and leaves within 15 ms, somewhere on the way. RST leaves no port behind in TIME_WAIT, of which ten thousand would be too many. */
async function askAndLeave(app: FaultApp, id: string, arrival: Promise<void>): Promise<void> {
  const socket = await connectTo(app);
  socket.write(head().replace('\r\n\r\n', `\r\nX-Request-Id: ${id}\r\n\r\n`) + BODY);
  socket.resume();
  await arrival;
  await pause(Math.random() * 15);
  socket.resetAndDestroy();
}

export const CLIENTS: readonly Fault[] = [
  {
    name: 'leaves before there are headers',
    group: GROUP,
    how: 'the client of the probe closes its connection while the server is silent',
    reply: 'nothing: it has left',
    code: 'aborted',
    counts: 'nothing',
    asProbe: true,
    async run(stage) {
      const server = await startSpeechServer(stage, saying(500));
      const app = await stage.startApp({ baseUrl: server.baseUrl, remote: { circuitBreaker: { openFor: 400 } } });
      await stage.ask();
      await pause(550);
      server.behave('stays silent');
      const client = new AbortController();
      const asking = stage.ask({ signal: client.signal });
      await eventually(() => {
        expect(server.asked).to.have.length(2);
      });
      const [socket] = server.openSockets;
      if (socket === undefined) throw new Error('the server has no connection');
      // Some servers go on working; its place is kept for a moment.
      const running = once(socket, 'close').then(() => app.underTest().running);
      client.abort();
      expect((await asking).status).to.equal(0);
      expect(await running).to.equal(1);
      server.behave('speaks');
    },
  },
  {
    name: 'leaves the queue',
    group: GROUP,
    how: 'one request holds the only place, and three that wait for it close their connections',
    reply: 'nothing: they have left',
    code: 'aborted',
    counts: 'nothing',
    async run(stage) {
      const waiting: ServerResponse[] = [];
      const speak = (response: ServerResponse): unknown => response.setHeader('content-type', 'audio/wav').end(SOUND);
      const server = await startSpeechServer(stage, (response) => waiting.push(response));
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { bulkhead: { maxConcurrent: 1, maxQueue: 3, maxWait: PATIENCE } },
        router: { deadline: PATIENCE },
      });
      const first = stage.ask();
      await eventually(() => {
        expect(app.underTest().running).to.equal(1);
      });
      const clients = new AbortController();
      const leaving = [1, 2, 3].map(() => stage.ask({ signal: clients.signal }));
      await eventually(() => {
        expect(app.underTest().queued).to.equal(3);
      });
      clients.abort();
      await Promise.all(leaving);
      await eventually(() => {
        expect(app.underTest().queued, 'left, and not waited in vain').to.equal(0);
      }, PATIENCE / 2);
      // Theirs is the next place.
      const next = stage.ask();
      server.behave(speak);
      waiting.forEach(speak);
      expectSpeechFrom(await first, 'remote');
      expectSpeechFrom(await next, 'remote');
      expect(server.asked).to.have.length(2);
    },
  },
  {
    name: 'leaves in the middle of the sound',
    group: GROUP,
    how: 'the client has read half of the sound, which the server holds back the rest of, and closes its connection',
    reply: 'nothing more: it has left',
    code: null,
    counts: 'nothing',
    async run(stage) {
      const server = await startSpeechServer(stage, 'sends sound, then nothing');
      const app = await stage.startApp({ baseUrl: server.baseUrl, router: { hold: 0 } });
      const answer = await stage.ask({ leaveAfter: 1_000 });
      expect(answer.body.length).to.be.above(1_000);
      await eventually(() => {
        expect(server.openSockets.size, 'the server is told').to.equal(0);
      }, 10_000);
      expect(app.circuits).to.have.length(0);
      server.behave('speaks');
    },
  },
  {
    name: 'stops reading for a while',
    group: GROUP,
    how: 'the client reads nothing of 48 MB for three times the server’s idle limit, and then all of it',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const sound = longSound(48 * 1024 * 1024);
      let taken = 0;
      const server = await startSpeechServer(stage, (response) => {
        response.setHeader('content-type', 'audio/wav').setHeader('content-length', sound.length);
        Readable.from(pieces(sound, (bytes) => (taken += bytes))).pipe(response);
      });
      const remote = { maxBytes: 100_000_000, timeout: { idle: PHASE } };
      const app = await stage.startApp({ baseUrl: server.baseUrl, remote });
      const socket = await connectTo(app);
      socket.pause();
      socket.write(head() + BODY);
      await eventually(() => {
        expect(taken).to.be.above(1024 * 1024);
      });
      await pause(3 * PHASE);
      const soFar = taken;
      // What lies in the kernel's buffers, and a few pieces of ours.
      expect(soFar, 'bytes taken from the server').to.be.below(24 * 1024 * 1024);
      await pause(PHASE);
      expect(taken - soFar, 'further bytes').to.be.below(1024 * 1024);
      expect((await readAll(socket)).length).to.be.above(sound.length);
      server.behave('speaks');
    },
  },
  {
    name: 'reads slowly and leaves',
    group: GROUP,
    how: 'the client reads nothing of 48 MB and closes its connection after twice the server’s idle limit',
    reply: 'nothing more: it has left',
    code: null,
    counts: 'nothing',
    async run(stage) {
      const sound = longSound(48 * 1024 * 1024);
      const server = await startSpeechServer(stage, (response) => {
        response.setHeader('content-type', 'audio/wav').end(sound);
      });
      const remote = { maxBytes: 100_000_000, timeout: { idle: PHASE } };
      const app = await stage.startApp({ baseUrl: server.baseUrl, remote });
      const socket = await connectTo(app);
      socket.pause();
      socket.write(head() + BODY);
      await eventually(() => {
        expect(app.attempts).to.have.length(1);
      });
      await pause(2 * PHASE);
      socket.resetAndDestroy();
      await eventually(() => {
        expect(server.openSockets.size, 'the server is told').to.equal(0);
      });
      server.behave('speaks');
    },
  },
  {
    name: 'closes its half of the connection',
    group: GROUP,
    how: 'FIN right behind the request, which Node’s server takes for leaving, while the server behind is silent',
    reply: 'nothing: Node has closed the connection',
    code: 'aborted',
    counts: 'nothing',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      const socket = await connectTo(app);
      socket.end(head() + BODY);
      expect((await readAll(socket)).length).to.equal(0);
      await eventually(() => {
        expect(server.openSockets.size, 'the server is told').to.equal(0);
      }, 10_000);
      server.behave('speaks');
    },
  },
  {
    name: 'closes its half of the connection, and the app’s server allows it',
    group: GROUP,
    how: 'FIN right behind the request, to a server with httpAllowHalfOpen',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks in chunks');
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      Object.assign(app.server, { httpAllowHalfOpen: true });
      const socket = await connectTo(app);
      socket.end(head() + BODY);
      const reply = await readAll(socket);
      expect(reply.toString('latin1')).to.match(/^HTTP\/1\.1 200 .*X-Speech-Provider: remote/s);
      expect(reply.subarray(-SOUND.length).equals(SOUND), 'all of it').to.equal(true);
    },
  },
  {
    name: 'uploads slowly',
    group: GROUP,
    how: 'a request’s body, one byte every 10 ms',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks in chunks');
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      const socket = await connectTo(app);
      socket.write(head());
      const reply = readAll(socket);
      for (const byte of BODY) {
        socket.write(byte);
        await pause(10);
      }
      expect((await reply).toString('latin1')).to.match(/^HTTP\/1\.1 200 .*X-Speech-Provider: remote/s);
    },
  },
  {
    name: 'never ends its upload',
    group: GROUP,
    how: 'a request’s body, one byte every 10 ms, for longer than the deadline of 600 ms',
    reply: '408 request_timeout',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks in chunks');
      const app = await stage.startApp({ baseUrl: server.baseUrl, router: { deadline: 600 } });
      const socket = await connectTo(app);
      socket.write(head(10_000));
      const timer = setInterval(() => socket.write(' '), 10);
      stage.defer(() => {
        clearInterval(timer);
      });
      const reply = (await readAll(socket)).toString('latin1');
      clearInterval(timer);
      expect(reply).to.match(/^HTTP\/1\.1 408 .*"request_timeout"/s);
      expect(server.asked, 'requests at the server').to.have.length(0);
      expectSpeechFrom(await stage.ask(), 'remote');
    },
  },
  {
    name: 'leaves, ten thousand times',
    group: GROUP,
    how: '10,000 requests, 16 at a time, to a server that speaks or is silent in turns; each client leaves within 15 ms of its request’s arrival',
    reply: 'nothing: they have left',
    code: 'aborted',
    counts: 'nothing',
    limit: 240_000,
    async run(stage) {
      let turn = 0;
      const server = await startSpeechServer(stage, (response) => {
        turn += 1;
        if (turn % 2 === 0) response.setHeader('content-type', 'audio/wav').end(SOUND);
      });
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        // Places cool down for half a second; here nearly everybody is to reach the server.
        remote: { bulkhead: { maxConcurrent: 2_000 }, pool: { maxSockets: 200 } },
      });
      const arrived = arrivalsAt(app);
      const before = await heapUsed();
      let left = 0;
      const leave = async (): Promise<void> => {
        while (left < ABORTS) {
          left += 1;
          const id = `abort-${String(left)}`;
          await askAndLeave(app, id, arrived(id));
        }
      };
      await Promise.all(Array.from({ length: ABORTS_AT_ONCE }, leave));
      expect(server.asked.length, 'requests at the server').to.be.above(ABORTS / 20);
      server.behave('speaks');
      // While the app lives: what it keeps of those who have left would be free once it has closed.
      await pause(600);
      expect((await heapUsed()) - before, 'bytes kept').to.be.below(ABORTS * MOST_KEPT);
    },
  },
];

import { once } from 'node:events';
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import type { Request, Response } from 'express';
import { ReplyChannel, type BreakOff } from '../../lib/http/reply-channel.js';
import { settle } from '../support/fake-clock.js';
import { listenOver, readToEnd, speechPost, type Transport, type WireReply, type WireServer } from '../support/wire.js';

const PIECE = Buffer.from('half of the sound');

/** Express puts its methods on what Node makes; the channel needs none of them. */
const channelOf = (request: IncomingMessage, response: ServerResponse): ReplyChannel =>
  new ReplyChannel(request as Request, response as Response);

interface Way {
  readonly transport: Transport;
  readonly version: '1.0' | '1.1';
  /** What the host has done to the response. */
  readonly prepare?: (response: ServerResponse) => void;
  readonly what?: string;
  readonly headers?: readonly string[];
  readonly hasLength?: true;
  readonly expected: BreakOff;
  readonly end?: WireReply['end'];
}

const CHUNKED = { version: '1.1', expected: 'inside a chunk', end: 'inside a chunk' } as const;
const WITH_LENGTH = { hasLength: true, expected: 'short of its length', end: 'short of its length' } as const;
const removed = {
  what: ', whose Transfer-Encoding the host has taken back',
  prepare: (response: ServerResponse) => {
    response.removeHeader('Transfer-Encoding');
  },
};

const WAYS: readonly Way[] = [
  { transport: 'tcp', ...CHUNKED },
  { transport: 'unix', ...CHUNKED },
  { transport: 'tls', ...CHUNKED },
  { transport: 'tcp', version: '1.0', expected: 'reset', end: 'unframed' },
  { transport: 'unix', version: '1.0', expected: 'not at all' },
  { transport: 'tls', version: '1.0', expected: 'not at all' },
  { transport: 'tcp', version: '1.0', ...WITH_LENGTH },
  { transport: 'unix', version: '1.0', ...WITH_LENGTH },
  { transport: 'tls', version: '1.1', ...WITH_LENGTH },
  { transport: 'unix', ...CHUNKED, version: '1.0', headers: ['TE: chunked'], what: ', which takes chunks' },
  { transport: 'tcp', version: '1.1', expected: 'reset', end: 'unframed', ...removed },
  { transport: 'unix', version: '1.1', expected: 'not at all', ...removed },
  {
    transport: 'unix',
    version: '1.0',
    what: ', where the host has asked for chunks',
    expected: 'inside a chunk',
    end: 'inside a chunk',
    prepare: (response) => {
      response.setHeader('Transfer-Encoding', 'chunked');
    },
  },
  {
    transport: 'tcp',
    ...CHUNKED,
    what: ', which the host holds back',
    prepare: (response) => {
      response.cork();
    },
  },
];

describe('ReplyChannel', () => {
  let server: WireServer | undefined;
  let socket: Socket | undefined;

  afterEach(async () => {
    socket?.destroy();
    await server?.close();
    server = undefined;
  });

  async function ask(
    way: Pick<Way, 'transport' | 'version' | 'headers'>,
    handler: RequestListener,
  ): Promise<WireReply> {
    server = await listenOver(way.transport, handler);
    socket = await server.connect();
    socket.write(speechPost(way.version, {}, way.headers));
    return readToEnd(socket);
  }

  for (const way of WAYS) {
    const { transport, version, hasLength = false, what = '', expected, end, prepare } = way;
    const length = hasLength ? ' with a length' : '';
    it(`breaks HTTP/${version} over ${transport}${length}${what} off: ${expected}`, async () => {
      const asked: BreakOff[] = [];
      const reply = await ask(way, (request, response) => {
        prepare?.(response);
        const channel = channelOf(request, response);
        asked.push(channel.wayToBreakOff(hasLength));
        if (!hasLength) expect(channel.takesTrailers).to.equal(expected === 'inside a chunk');
        channel.claim();
        if (hasLength) response.setHeader('Content-Length', 1_000);
        void channel.write(PIECE);
        setImmediate(() => {
          channel.breakOff();
        });
      });
      expect(asked).to.deep.equal([expected]);
      // Nothing can be told of a connection over which nothing would be noticed.
      if (end === undefined) return;
      expect(reply).to.include({ end, closed: expected === 'reset' ? 'reset' : 'FIN' });
      expect(reply.body.toString()).to.equal(PIECE.toString());
    });
  }

  it('sends what still waits to be read before it shows the break', async () => {
    const large = Buffer.alloc(8 * 1024 * 1024, 'x');
    const reply = await ask(CHUNKED_TCP, (request, response) => {
      const channel = channelOf(request, response);
      channel.claim();
      void channel.write(large);
      channel.breakOff();
    });
    expect(reply).to.include({ end: 'inside a chunk', closed: 'FIN' });
    expect(reply.body.equals(large)).to.equal(true);
  });

  it('closes without a head where none was sent', async () => {
    const reply = await ask(CHUNKED_TCP, (request, response) => {
      const channel = channelOf(request, response);
      channel.claim();
      channel.breakOff();
    });
    expect(reply.end).to.equal('no head');
  });

  it('breaks a reply off that waits for its turn, and not the one before it', async () => {
    const channels: ReplyChannel[] = [];
    server = await listenOver('tcp', (request, response) => {
      channels.push(channelOf(request, response));
    });
    socket = await server.connect();
    socket.write(speechPost('1.1', {}).repeat(2));
    const reading = readToEnd(socket);
    while (channels.length < 2) await settle();
    const [first, second] = channels;
    second?.claim();
    void second?.write(PIECE);
    second?.breakOff();
    expect(second?.unread, 'it is not its turn to be read').to.equal(0);
    for (let turn = 0; turn < 20; turn += 1) await settle();
    first?.claim();
    first?.response.setHeader('Content-Length', PIECE.length);
    first?.end(PIECE);
    const reply = await reading;
    const bytes = reply.body.toString();
    expect(bytes.slice(0, PIECE.length)).to.equal(PIECE.toString());
    // Of the second nothing is sent, or since Node 24 what was written, and the head of a chunk that does not come.
    expect(bytes.slice(PIECE.length)).to.match(/^(HTTP\/1\.1 200 OK\r\n.*\r\n400\r\n)?$/s);
    expect(second?.isWhole).to.equal(false);
  });

  it('hears that the client of a reply has left that waits for its turn, of however many', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error): number => warnings.push(name);
    process.on('warning', note);
    let over = 0;
    let asked = 0;
    server = await listenOver('tcp', (request, response) => {
      asked += 1;
      channelOf(request, response).onOver(() => {
        over += 1;
      });
      // The end of the request is no sign of the client's.
      request.resume();
    });
    socket = await server.connect();
    socket.write(speechPost('1.1', {}).repeat(20));
    while (asked < 20) await settle();
    await settle();
    expect(over).to.equal(0);
    socket.destroy();
    while (over < 20) await settle();
    await settle();
    process.off('warning', note);
    expect(warnings).to.deep.equal([]);
  });

  for (const [what, leave] of [
    ['leaves', (client: Socket) => client.destroy()],
    ['resets its connection', (client: Socket) => client.resetAndDestroy()],
  ] as const) {
    it(`wakes whoever waits for room when the client ${what}`, async () => {
      const woken: ReplyChannel[] = [];
      server = await listenOver('tcp', (request, response) => {
        const channel = channelOf(request, response);
        channel.claim();
        const room = channel.write(Buffer.alloc(32 * 1024 * 1024));
        expect(room).to.be.instanceOf(Promise);
        void room?.then(() => {
          expect(channel).to.include({ isOver: true, isWhole: false });
          woken.push(channel);
        });
      });
      socket = await server.connect();
      socket.write(speechPost('1.1', {}));
      await once(socket, 'data');
      leave(socket);
      while (woken.length === 0) await settle();
    });
  }

  it('is over for us when the host has answered, and gives no reply to us any more', async () => {
    const seen: unknown[] = [];
    const reply = await ask(
      { transport: 'tcp', version: '1.1', headers: ['Connection: close'] },
      (request, response) => {
        const channel = channelOf(request, response);
        response.statusCode = 503;
        response.write('by the host');
        seen.push(channel.isTaken, channel.claim());
        channel.onOver(() => seen.push('over', channel.isWhole));
        response.end();
      },
    );
    expect(reply).to.include({ end: 'whole' });
    expect(seen).to.deep.equal([true, false, 'over', false]);
  });

  describe('over HTTP/2', () => {
    /** Asks, and tells how the stream ended for the client. */
    async function askHttp2(handler: (channel: ReplyChannel) => void): Promise<{ body: string; code: number }> {
      const http2 = createHttp2Server((request, response) => {
        handler(new ReplyChannel(request as unknown as Request, response as unknown as Response));
      });
      http2.listen(0, '127.0.0.1');
      await once(http2, 'listening');
      const session = connectHttp2(`http://127.0.0.1:${String((http2.address() as AddressInfo).port)}`);
      const stream = session.request({ ':method': 'GET', ':path': '/' });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => undefined);
      await new Promise((resolve) => stream.once('close', resolve));
      session.destroy();
      http2.close();
      await once(http2, 'close');
      return { body: Buffer.concat(chunks).toString(), code: stream.rstCode };
    }

    it('closes the stream with an error, behind what was written', async () => {
      let last: ReplyChannel | undefined;
      const seen = await askHttp2((channel) => {
        last = channel;
        expect(channel.wayToBreakOff(false)).to.equal('http2 stream reset');
        expect(channel.takesTrailers).to.equal(false);
        channel.claim();
        void channel.write(PIECE);
        channel.breakOff();
      });
      // INTERNAL_ERROR of RFC 9113.
      expect(seen).to.deep.equal({ body: PIECE.toString(), code: 2 });
      expect(last).to.include({ isOver: true, isWhole: false });
    });

    it('tells a whole reply', async () => {
      let last: ReplyChannel | undefined;
      const seen = await askHttp2((channel) => {
        last = channel;
        channel.claim();
        channel.end(PIECE);
      });
      expect(seen).to.deep.equal({ body: PIECE.toString(), code: 0 });
      while (last?.isOver !== true) await settle();
      expect(last.isWhole).to.equal(true);
    });

    it('ends a stream at once that nobody reads', async () => {
      const seen = await askHttp2((channel) => {
        channel.claim();
        void channel.write(Buffer.alloc(4 * 1024 * 1024));
        setImmediate(() => {
          channel.abandon();
        });
      });
      expect(seen.body.length).to.be.below(4 * 1024 * 1024);
      expect(seen.code).not.to.equal(undefined);
    });
  });

  describe('of a response that only looks like one', () => {
    /** What serverless adapters make: Node’s classes, on a socket that is none and tells of nothing. */
    function serverless(): { channel: ReplyChannel; written: () => number } {
      const request = new IncomingMessage(undefined as never);
      const response = new ServerResponse(request);
      response.useChunkedEncodingByDefault = false;
      let written = 0;
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          written += chunk.length;
          done();
        },
      });
      response.assignSocket(sink as unknown as Socket);
      return { channel: channelOf(request, response), written: () => written };
    }

    it('cannot be broken off, has no trailers, and waits for nothing', async () => {
      const { channel, written } = serverless();
      expect(channel.wayToBreakOff(true)).to.equal('not at all');
      expect(channel).to.include({ takesTrailers: false, hasBackPressure: false, unread: 0 });
      channel.claim();
      expect(channel.write(Buffer.alloc(1_000_000))).to.equal(undefined);
      channel.end();
      expect(channel).to.include({ isOver: true, isWhole: true });
      await settle();
      expect(written()).to.be.above(1_000_000);
    });

    for (const end of ['breakOff', 'abandon'] as const) {
      it(`is over when it is ended by ${end}()`, () => {
        const { channel } = serverless();
        channel[end]();
        expect(channel).to.include({ isOver: true, isWhole: false });
      });
    }

    it('is asked nothing that it has not got', () => {
      const bare = { headersSent: false, writableEnded: false, once: () => undefined, on: () => undefined };
      const channel = new ReplyChannel({} as unknown as Request, bare as unknown as Response);
      expect(channel.wayToBreakOff(false)).to.equal('not at all');
      expect(channel).to.include({ unread: 0, takesTrailers: false, isUploading: false });
      channel.breakOff();
      expect(channel.isOver).to.equal(true);
    });
  });
});

const CHUNKED_TCP = { transport: 'tcp', version: '1.1' } as const;

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import express, { type Request, type Response } from 'express';
import { RequestAdmission } from '../../lib/chain/admission.js';
import { ClientConnection } from '../../lib/http/client-connection.js';
import { ReplyChannel } from '../../lib/http/reply-channel.js';
import { sendAudioEvents } from '../../lib/http/send-audio-events.js';
import { sendAudio } from '../../lib/http/send-audio.js';
import type { SpokenAudio } from '../../lib/speech/spoken.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { listenOver, readToEnd, type WireServer } from '../support/wire.js';

/** Far more than two sockets hold. */
const LENGTH = 63 * 1024 * 1024;

function longSound(): Readable {
  let left = LENGTH;
  return new Readable({
    read(size) {
      left -= size;
      this.push(left > 0 ? Buffer.alloc(size) : null);
    },
  });
}

const SENDERS = { sound: sendAudio, 'server-sent events': sendAudioEvents };

for (const name of ['sound', 'server-sent events'] as const) {
  describe(`a client of ${name} that stops reading`, () => {
    const clock = new FakeClock();
    const active = new RequestAdmission(1, clock);
    let server: Server;
    let client: Socket;
    let sound: Readable;

    before(async () => {
      const app = express();
      app.get('/', (request, response) => {
        sound = longSound();
        const audio: SpokenAudio = { kind: 'audio', contentType: 'audio/pcm', begun: [], rest: sound, warnings: [] };
        const channel = new ReplyChannel(request, response);
        channel.claim();
        if (active.admit(new ClientConnection(channel))) void SENDERS[name](channel, audio);
        else response.sendStatus(503);
      });
      server = createServer(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    after(() => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    });

    /** Asks and reads a little, then no more, and waits until nothing moves. */
    async function stall(): Promise<void> {
      client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      client.on('error', () => undefined);
      client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(client, 'data');
      client.pause();
      let before = -1;
      while (before !== sound.readableLength + client.bytesRead) {
        before = sound.readableLength + client.bytesRead;
        for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
    }

    it('waits for it, holding no more than the buffers do, and then ends', async () => {
      await stall();
      await clock.advance(60_000);
      expect(sound.destroyed).to.equal(false);
      await clock.advance(60_000);
      if (!sound.closed) await once(sound, 'close');
      expect(sound.readableEnded).to.equal(false);
      // With nobody left there is nothing to look at either.
      await clock.advance(60_000);
      expect(clock.pendingTimers).to.equal(0);
    });

    it('leaves alone one that goes on reading, however slowly', async () => {
      await stall();
      for (let minute = 0; minute < 2; minute += 1) {
        const enough = client.bytesRead + 3 * 1024 * 1024;
        client.resume();
        while (client.bytesRead < enough) await once(client, 'data');
        client.pause();
        for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await clock.advance(60_000);
        expect(sound.destroyed, String(minute)).to.equal(false);
      }
      client.destroy();
    });
  });
}

describe('the requests under way', () => {
  const clock = new FakeClock();
  const servers: WireServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  /** Begins to send without an end to one client, and returns its side of the connection. */
  async function begin(active: RequestAdmission): Promise<{ client: Socket; sound: Readable; isOver: () => boolean }> {
    const sound = new Readable({
      read(size) {
        setImmediate(() => this.push(Buffer.alloc(size)));
      },
    });
    let isOver = false;
    const server = await listenOver('tcp', (request, response) => {
      const channel = new ReplyChannel(request as Request, response as Response);
      channel.claim();
      channel.onOver(() => {
        isOver = true;
      });
      active.admit(new ClientConnection(channel));
      const audio: SpokenAudio = { kind: 'audio', contentType: 'audio/pcm', begun: [], rest: sound, warnings: [] };
      void sendAudio(channel, audio);
    });
    servers.push(server);
    const client = await server.connect();
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(client, 'readable');
    return { client, sound, isOver: () => isOver };
  }

  it('are broken off when their grace is over, as everybody sees who reads', async () => {
    const active = new RequestAdmission(8, clock);
    const { client, sound } = await begin(active);
    const reading = readToEnd(client);
    const drained = active.drain(1_000);
    await clock.advance(1_000);
    expect(await reading).to.include({ end: 'inside a chunk', closed: 'FIN' });
    await drained;
    expect(sound.destroyed).to.equal(true);
  });

  it('are closed half a second later where nobody reads', async () => {
    const active = new RequestAdmission(8, clock);
    const { client, isOver } = await begin(active);
    client.pause();
    for (let turn = 0; turn < 2_000; turn += 1) await settle();
    const drained = active.drain(1_000);
    await clock.advance(1_499);
    for (let turn = 0; turn < 50; turn += 1) await settle();
    expect(isOver()).to.equal(false);
    await clock.advance(1);
    await drained;
    expect(isOver()).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
    client.destroy();
  });

  it('hold no more sound in memory than there is room for, until each is over', async () => {
    const active = new RequestAdmission(8, clock);
    const connections: ClientConnection[] = [];
    const ends: (() => void)[] = [];
    const server = await listenOver('tcp', (request, response) => {
      const connection = new ClientConnection(new ReplyChannel(request as Request, response as Response));
      active.admit(connection);
      connections.push(connection);
      ends.push(() => response.end());
    });
    servers.push(server);
    for (let count = 0; count < 2; count += 1) {
      const client = await server.connect();
      client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    }
    while (connections.length < 2) await settle();
    const [first, second] = connections as [ClientConnection, ClientConnection];
    const most = 128 * 1024 * 1024;
    expect(active.reserve(first, most - 10)).to.equal(true);
    expect(active.reserve(second, 11)).to.equal(false);
    expect(active.reserve(second, 10)).to.equal(true);
    expect(active.reserve(second, 1)).to.equal(false);
    active.release(second, 4);
    expect(active.reserve(second, 4)).to.equal(true);
    ends[0]?.();
    while (active.size > 1) await settle();
    expect(active.reserve(second, most - 10)).to.equal(true);
    expect(active.reserve(second, 1)).to.equal(false);
  });
});

describe('room for sound that is held', () => {
  it('is given back once by a client that leaves while its sound is held, whoever else gives it back', () => {
    const active = new RequestAdmission(10, new FakeClock());
    const bytes = 1024 * 1024;
    const connection = (): ClientConnection & { leave(): void } => {
      let onClose = (): void => undefined;
      const over: Pick<ReplyChannel, 'onOver' | 'isWhole'> = {
        isWhole: false,
        onOver: (callback) => void (onClose = callback),
      };
      const own = new ClientConnection(over as ReplyChannel);
      return Object.assign(own, {
        leave: () => {
          onClose();
        },
      });
    };
    const fill = (): number => {
      const last = connection();
      active.admit(last);
      let taken = 0;
      while (active.reserve(last, bytes)) taken += 1;
      last.leave();
      return taken;
    };
    const most = fill();
    for (let departures = 0; departures < 10; departures += 1) {
      const leaving = connection();
      active.admit(leaving);
      expect(active.reserve(leaving, bytes)).to.equal(true);
      leaving.leave();
      // The sound that was held breaks off because of that.
      active.release(leaving, bytes);
      expect(leaving.heldBytes).to.equal(0);
    }
    expect(fill()).to.equal(most);
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import express, { type Response } from 'express';
import { ActiveRequests } from '../../lib/http/active-requests.js';
import { ClientConnection } from '../../lib/http/client-connection.js';
import { sendAudio, sendAudioEvents } from '../../lib/http/send-audio.js';
import type { SpeechAudio } from '../../lib/index.js';
import { FakeClock } from '../support/fake-clock.js';

/** Far more than two sockets hold. */
const LENGTH = 63 * 1024 * 1024;

function longAudio(): SpeechAudio {
  let left = LENGTH;
  const stream = new Readable({
    read(size) {
      left -= size;
      this.push(left > 0 ? Buffer.alloc(size) : null);
    },
  });
  return { kind: 'audio', contentType: 'audio/pcm', stream };
}

const SENDERS = {
  sound: sendAudio,
  'server-sent events': (response: Response, audio: SpeechAudio): void => {
    void sendAudioEvents(response, audio);
  },
};

for (const name of ['sound', 'server-sent events'] as const) {
  describe(`a client of ${name} that stops reading`, () => {
    const clock = new FakeClock();
    const active = new ActiveRequests(1, clock);
    let server: Server;
    let client: Socket;
    let audio: SpeechAudio;

    before(async () => {
      const app = express();
      app.get('/', (_request, response) => {
        audio = longAudio();
        if (!active.admit(new ClientConnection(response))) response.sendStatus(503);
        else SENDERS[name](response, audio);
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
      while (before !== audio.stream.readableLength + client.bytesRead) {
        before = audio.stream.readableLength + client.bytesRead;
        for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      }
    }

    it('waits for it, holding no more than the buffers do, and then ends', async () => {
      await stall();
      await clock.advance(60_000);
      expect(audio.stream.destroyed).to.equal(false);
      await clock.advance(60_000);
      if (!audio.stream.closed) await once(audio.stream, 'close');
      expect(audio.stream.readableEnded).to.equal(false);
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
        expect(audio.stream.destroyed, String(minute)).to.equal(false);
      }
      client.destroy();
    });
  });
}

import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault } from '../fault.js';
import { saying, startSpeechServer } from '../speech-server.js';
import { beforeSound, LEEWAY } from './speech-fault.js';

const GROUP = 'head of the reply';
const SOUND = soundIn('wav');
const HEAD_OF_SOUND = 'HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n';

export const HEAD: readonly Fault[] = [
  beforeSound(GROUP, {
    name: 'accepts and stays silent',
    how: 'a server that reads the request and writes nothing',
    code: 'timeout.first_byte',
    behaviour: 'stays silent',
  }),
  beforeSound(GROUP, {
    name: 'closes before its headers',
    how: 'the server ends the connection (FIN) in place of a reply',
    code: 'reset',
    behaviour: 'closes before its headers',
  }),
  beforeSound(GROUP, {
    name: 'resets before its headers',
    how: 'the server resets the connection (RST) in place of a reply',
    code: 'reset',
    behaviour: 'resets before its headers',
  }),
  beforeSound(GROUP, {
    name: 'drips its headers',
    how: 'one byte of a header every 20 ms, for ever',
    code: 'timeout.first_byte',
    behaviour: 'drips its headers',
  }),
  beforeSound(GROUP, {
    name: 'sends 17 KB of headers',
    how: 'one header of 17,000 bytes',
    code: 'bad_response',
    behaviour: 'sends 17 KB of headers',
  }),
  beforeSound(GROUP, {
    name: 'sends garbage',
    how: 'a line that is no HTTP',
    code: 'bad_response',
    behaviour: 'sends garbage',
  }),
  beforeSound(GROUP, {
    name: 'switches protocols',
    how: 'status 101 to a request that asked for no such thing',
    code: 'bad_response',
    behaviour: 'switches protocols',
  }),
  beforeSound(GROUP, {
    name: 'floods interim replies',
    how: 'status 102 every 2 ms, for ever',
    code: 'bad_response',
    behaviour: 'floods interim replies',
  }),
  beforeSound(GROUP, {
    name: 'sends an interim reply now and then',
    how: 'status 102 every 100 ms, for ever',
    code: 'timeout.first_byte',
    behaviour(response) {
      const timer = setInterval(() => response.socket?.write('HTTP/1.1 102 Processing\r\n\r\n'), 100);
      response.once('close', () => {
        clearInterval(timer);
      });
    },
  }),
  {
    name: 'redirects in a circle',
    group: GROUP,
    how: 'status 307 to itself',
    reply: 'local speech',
    code: 'bad_response',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(307, { location: '/v1/audio/speech' }));
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
      expect(server.asked, 'a redirect is not followed').to.have.length(1);
    },
  },
  beforeSound(GROUP, {
    name: 'redirects to a metadata service',
    how: 'status 302 to http://169.254.169.254/, which is not followed',
    code: 'bad_response',
    behaviour: 'redirects',
  }),
  {
    name: 'redirects to another server',
    group: GROUP,
    how: 'status 308 to a second server, whose connections are counted',
    reply: 'local speech',
    code: 'bad_response',
    counts: 'failure',
    async run(stage) {
      const target = await startSpeechServer(stage, 'speaks');
      const server = await startSpeechServer(stage, saying(308, { location: `${target.baseUrl}/audio/speech` }));
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
      expect(target.asked, 'requests at the second server').to.have.length(0);
    },
  },
  {
    name: 'never reads the request',
    group: GROUP,
    how: 'a server that reads nothing from its connections, and a request of 16 MB, more than the kernel buffers',
    reply: 'local speech',
    code: 'timeout.send',
    counts: 'failure',
    async run(stage) {
      const server = createServer({ pauseOnConnect: true });
      const { baseUrl, openSockets } = await stage.listen(server);
      const router = { bodyLimit: 32 * 1024 * 1024 };
      await stage.startApp({ baseUrl, router });
      // A field that nobody knows is passed on as it is.
      const fields = { padding: 'x'.repeat(16_000_000) };
      expectSpeechFrom(await stage.ask({ fields, within: PHASE + LEEWAY + 1_000 }), 'local');
      // Who reads nothing does not hear either that the client has left.
      for (const socket of openSockets) socket.resume();
    },
  },
  beforeSound(GROUP, {
    name: 'announces two lengths',
    how: 'two headers Content-Length that contradict each other',
    code: 'bad_response',
    behaviour(response) {
      response.socket?.write(`${HEAD_OF_SOUND}Content-Length: 1\r\nContent-Length: ${String(SOUND.length)}\r\n\r\n`);
      response.socket?.write(SOUND);
    },
  }),
  {
    name: 'sends two replies to one request',
    group: GROUP,
    how: 'a second reply, with another sound, right behind the first over the same connection',
    reply: 'its speech, and to the next request the reply to that one',
    code: null,
    counts: 'success',
    async run(stage) {
      const reply = `${HEAD_OF_SOUND}Content-Length: ${String(SOUND.length)}\r\n\r\n`;
      const other = 'HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 5\r\n\r\nother';
      const server = await startSpeechServer(stage, (response) => {
        response.socket?.write(Buffer.concat([Buffer.from(reply), SOUND, Buffer.from(other)]));
      });
      await stage.startApp({ baseUrl: server.baseUrl });
      for (let round = 0; round < 5; round += 1) expectSpeechFrom(await stage.ask(), 'remote');
      expect(server.asked).to.have.length(5);
    },
  },
  {
    name: 'refuses a long request before it has read it',
    group: GROUP,
    how: 'status 413 at once, and the connection closed over 16 MB that nobody reads',
    reply: 'local speech',
    code: 'status.413',
    counts: 'nothing',
    async run(stage) {
      const server = createServer((socket) => {
        socket.once('data', (chunk) => {
          if (!chunk.toString('latin1').startsWith('POST')) {
            socket.destroy();
            return;
          }
          socket.pause();
          socket.end('HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
          setTimeout(() => socket.resetAndDestroy(), 100);
        });
      });
      const { baseUrl } = await stage.listen(server);
      await stage.startApp({ baseUrl, router: { bodyLimit: 32 * 1024 * 1024 } });
      const fields = { padding: 'x'.repeat(16_000_000) };
      expectSpeechFrom(await stage.ask({ fields, within: PHASE + LEEWAY + 1_000 }), 'local');
    },
  },
  {
    name: 'closes an idle connection just as it is used again',
    group: GROUP,
    how: 'every connection carries one reply; what comes over it after that meets RST, as it does where the server has just closed',
    reply: 'its speech, over a new connection and without a failure counted',
    code: null,
    counts: 'success',
    async run(stage) {
      const app = await stage.startApp({ baseUrl: (await stage.listen(oneReplyServer())).baseUrl });
      for (let round = 0; round < 10; round += 1) expectSpeechFrom(await stage.ask(), 'remote');
      expect(app.attempts).to.have.length(10);
    },
  },
];

/** Makes a server that keeps each connection alive after its first reply, and resets it as soon as anything more comes. */
function oneReplyServer(): Server {
  const head = `${HEAD_OF_SOUND}Content-Length: ${String(SOUND.length)}\r\n\r\n`;
  return createServer((socket) => {
    let isUsed = false;
    let received = '';
    socket.on('data', (chunk) => {
      if (isUsed) {
        socket.resetAndDestroy();
        return;
      }
      received += chunk.toString('latin1');
      const [start = '', body] = received.split('\r\n\r\n');
      if (body === undefined || body.length < Number(/content-length: (\d+)/i.exec(start)?.[1] ?? 0)) return;
      isUsed = true;
      socket.write(head);
      socket.write(SOUND);
    });
  });
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault } from '../fault.js';
import { saying, startSpeechServer } from '../speech-server.js';
import { beforeSound, LEEWAY } from './speech-fault.js';

const GROUP = 'head of the reply';

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
    how: 'a server that reads nothing from its connections, and a text of 4 MB, more than the kernel buffers',
    reply: 'local speech',
    code: 'timeout.send',
    counts: 'failure',
    async run(stage) {
      const server = createServer();
      server.on('connection', (socket) => {
        socket.pause();
      });
      const { baseUrl } = await stage.listen(server);
      const router = { maxInput: 1_000_000, bodyLimit: 16 * 1024 * 1024 };
      await stage.startApp({ baseUrl, router });
      // Four bytes a character; the field that no one knows is passed on as it is.
      const fields = { padding: 'x'.repeat(8_000_000) };
      expectSpeechFrom(await stage.ask({ fields, within: PHASE + LEEWAY + 1_000 }), 'local');
    },
  },
  {
    name: 'closes an idle connection just as it is used again',
    group: GROUP,
    how: 'the server destroys every connection of the pool in the instant in which the next request goes out over one',
    reply: 'its speech, over a new connection and without a failure counted',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks');
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      for (let round = 0; round < 10; round += 1) {
        expectSpeechFrom(await stage.ask(), 'remote');
        const idle = [...server.openSockets];
        expect(idle, 'a connection in the pool').not.to.have.length(0);
        // The server sees the request's first bytes, and its end of the connection is gone before it has read them.
        for (const socket of idle) {
          socket.pause();
          socket.removeAllListeners('data');
        }
        const again = stage.ask();
        await Promise.race([...idle.map((socket) => once(socket, 'readable')), again]);
        for (const socket of idle) socket.resetAndDestroy();
        expectSpeechFrom(await again, 'remote');
      }
      expect(app.attempts).to.have.length(20);
    },
  },
];

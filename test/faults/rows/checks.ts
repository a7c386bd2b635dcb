import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { pause } from '../eventually.js';
import { expectSpeechFrom } from '../expectations.js';
import type { Fault } from '../fault.js';
import { startSpeechServer } from '../speech-server.js';

const GROUP = 'health checks';
const SOUND = soundIn('wav');
/** Milliseconds of a check, and from one to the next. */
const HEALTH = { interval: 100, timeout: 50 };

/** A list of models that says something else than speech does: the server speaks all the while, and is up. */
function badList(name: string, how: string, list: (response: ServerResponse) => void): Fault {
  return {
    name,
    group: GROUP,
    how: `${how}; it speaks all the while, and is checked every 100 ms`,
    reply: 'its speech, each time; `GET /audio/health` is 200',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks');
      server.list(list);
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { health: HEALTH },
        behind: [{ type: 'text' }],
      });
      for (let round = 0; round < 10; round += 1) {
        expectSpeechFrom(await stage.ask(), 'remote');
        expect(app.underTest().state).to.equal('up');
        expect(await statusOf(`${app.origin}/v1/audio/health`)).to.equal(200);
        await pause(60);
      }
      expect(app.circuits).to.deep.equal([]);
    },
  };
}

async function statusOf(url: string): Promise<number | undefined> {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, { connection: 'close', ...headers }).end('{}');
  };

export const CHECKS: readonly Fault[] = [
  badList('does not show its list of models to the key', 'status 403 to the list of models', status(403)),
  badList(
    'sends callers of its list elsewhere',
    'status 307 to /v1/models/, as FastAPI does',
    status(307, { location: '/v1/models/' }),
  ),
  badList('has no list of models', 'status 404 to the list of models', status(404)),
  badList('fails at its list of models', 'status 500 to the list of models', status(500)),
  badList('keeps callers of its list waiting', 'no answer to the list of models', () => undefined),
  {
    name: 'keeps checks waiting while it speaks',
    group: GROUP,
    how: 'a server that does one thing at a time: its list comes when a speech of 1.5 s is over, long after thirty checks have timed out',
    reply: 'its speech, to those who come meanwhile as well',
    code: null,
    counts: 'success',
    async run(stage) {
      const waiting: ServerResponse[] = [];
      let busy = 0;
      const server = await startSpeechServer(stage, (response) => {
        busy += 1;
        response.setHeader('content-type', 'audio/wav');
        let at = 0;
        const timer = setInterval(() => {
          response.write(SOUND.subarray(at, at + SOUND.length / 30));
          at += SOUND.length / 30;
          if (at < SOUND.length) return;
          response.end();
        }, 50);
        response.once('close', () => {
          clearInterval(timer);
          busy -= 1;
          for (const list of waiting.splice(0)) status(200)(list);
        });
      });
      server.list((response) => {
        if (busy > 0) waiting.push(response);
        else status(200)(response);
      });
      const app = await stage.startApp({ baseUrl: server.baseUrl, remote: { health: HEALTH } });
      await app.speech.ready;
      const first = stage.ask({ within: 5_000 });
      await pause(1_000);
      expect([app.underTest().state, app.underTest().circuit]).to.deep.equal(['up', 'closed']);
      const second = stage.ask({ within: 5_000 });
      for (const answer of await Promise.all([first, second])) expectSpeechFrom(answer, 'remote');
      expect(app.circuits).to.deep.equal([]);
      server.behave('speaks');
    },
  },
];

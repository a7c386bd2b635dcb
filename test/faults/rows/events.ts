import { expect } from 'chai';
import type { EVENT_BEHAVIOURS } from '../../support/event-behaviours.js';
import { expectBroken } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Answer, Fault } from '../fault.js';
import { inTurn, saying, startSpeechServer } from '../speech-server.js';
import { LEEWAY } from './speech-fault.js';

const GROUP = 'events';
const ASKING = { stream_format: 'sse' };

/** States that a reply is a whole stream of events of a provider. */
function expectEventsFrom(answer: Answer, provider: string): void {
  expect(answer.status).to.equal(200);
  expect(answer.provider).to.equal(provider);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  expect(answer.body.toString()).to.match(/"speech\.audio\.delta".*"speech\.audio\.done"/s);
}

/** A fault of a server that speaks in events, after sound has begun that is not held: the client is told which, and never that it was all. */
function inMidEvents(row: Pick<Fault, 'name' | 'how' | 'code'>, behaviour: keyof typeof EVENT_BEHAVIOURS): Fault {
  return {
    ...row,
    group: GROUP,
    reply: 'an error event with the code, and a destroyed connection',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl, router: { hold: 0 } });
      const answer = await stage.ask({ fields: ASKING, within: 2 * PHASE + LEEWAY });
      expectBroken(answer);
      expect(answer.provider).to.equal('remote');
      const text = answer.body.toString();
      expect(text).to.match(new RegExp(`"speech\\.audio\\.delta".*"type":"error".*"code":"${String(row.code)}"`, 's'));
      expect(text).not.to.include('speech.audio.done');
    },
  };
}

export const EVENTS: readonly Fault[] = [
  {
    name: 'breaks off among its events, while its sound is held',
    group: GROUP,
    how: 'half of the events, then RST, within “hold” after the first of them',
    reply: 'local speech in events',
    code: 'reset',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'resets in the middle of its events');
      await stage.startApp({ baseUrl: server.baseUrl });
      const answer = await stage.ask({ fields: ASKING });
      expectEventsFrom(answer, 'local');
      expect(answer.timings[0]).to.deep.equal({ provider: 'remote', code: 'reset' });
    },
  },
  inMidEvents(
    {
      name: 'rests in the middle of its events',
      how: 'half of the events, and nothing behind them',
      code: 'timeout.idle',
    },
    'rests in the middle of its events',
  ),
  inMidEvents(
    { name: 'resets in the middle of its events', how: 'half of the events, then RST', code: 'reset' },
    'resets in the middle of its events',
  ),
  inMidEvents(
    { name: 'cuts its events', how: 'half of the events, then FIN without the last chunk', code: 'truncated' },
    'cuts its events',
  ),
  inMidEvents(
    {
      name: 'ends its events without a word',
      how: 'half of the events and a proper end of the reply, but no “done”',
      code: 'truncated',
    },
    'ends its events without a word',
  ),
  inMidEvents(
    { name: 'reports an error among its events', how: 'half of the events, then an error event', code: 'bad_response' },
    'reports an error among its events',
  ),
  inMidEvents(
    { name: 'never ends its events', how: 'events without an end, against a limit of 1 MiB', code: 'too_large' },
    'never ends its events',
  ),
  {
    name: 'sends HTML under the type of events',
    group: GROUP,
    how: 'a page under text/event-stream, to the request for events and to the plain one that follows',
    reply: 'local speech, in events',
    code: 'not_audio',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'sends HTML under the type of events');
      await stage.startApp({ baseUrl: server.baseUrl });
      expectEventsFrom(await stage.ask({ fields: ASKING, within: PHASE + LEEWAY }), 'local');
      expect(server.asked, 'requests that reached the server').to.have.length(2);
    },
  },
  {
    name: 'refuses to speak in events',
    group: GROUP,
    how: 'status 422 to the request for events, as FastAPI says it, and speech to the plain one that follows',
    reply: 'its speech, in events of ours',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, inTurn(saying(422), 'speaks'));
      await stage.startApp({ baseUrl: server.baseUrl });
      expectEventsFrom(await stage.ask({ fields: ASKING }), 'remote');
      expect(server.asked, 'requests that reached the server').to.have.length(2);
    },
  },
];

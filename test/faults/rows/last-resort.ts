import { expect } from 'chai';
import { expectError, expectText } from '../expectations.js';
import { LOCAL, PHASE } from '../fault-app.js';
import type { Fault } from '../fault.js';
import { saying, startSpeechServer } from '../speech-server.js';
import { LEEWAY } from './speech-fault.js';

const GROUP = 'when nobody can speak';

export const LAST_RESORT: readonly Fault[] = [
  {
    name: 'fails, and nobody else can speak',
    group: GROUP,
    how: 'status 500 from the one provider before the text',
    reply: 'the text, with the reason',
    code: 'status.500',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(500));
      await stage.startApp({ baseUrl: server.baseUrl, behind: [{ type: 'text' }] });
      expectText(await stage.ask(), 'status.500');
    },
  },
  {
    name: 'hangs for longer than the deadline',
    group: GROUP,
    how: 'a silent server with a first-byte limit of 5 s, a deadline of 500 ms for all, and text behind it',
    reply: 'the text, within the deadline',
    code: 'deadline',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { timeout: { firstByte: 5_000 } },
        behind: [{ type: 'text' }],
        router: { deadline: 500 },
      });
      expectText(await stage.ask({ within: 500 + LEEWAY }), 'deadline');
    },
  },
  {
    name: 'fails for a client that takes nothing but sound',
    group: GROUP,
    how: 'status 500 from the one provider before the text, and Accept: audio/wav',
    reply: '503 with Retry-After and the text beside the error',
    code: 'status.500',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(500));
      await stage.startApp({ baseUrl: server.baseUrl, behind: [{ type: 'text' }] });
      const answer = await stage.ask({ headers: { accept: 'audio/wav' } });
      expectError(answer, 503, 'status.500');
      expect(answer.headers).to.include({ 'retry-after': '5', 'x-should-retry': 'false' });
      expect(JSON.parse(answer.body.toString())).to.include({ text: 'Hello there.' });
    },
  },
  {
    name: 'hangs for a client that wants its voice or none',
    group: GROUP,
    how: 'a silent server, a local provider that speaks, and X-Speech-Fallback: none',
    reply: '503 timeout.first_byte',
    code: 'timeout.first_byte',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, 'stays silent');
      const app = await stage.startApp({ baseUrl: server.baseUrl });
      const answer = await stage.ask({ headers: { 'x-speech-fallback': 'none' }, within: PHASE + LEEWAY });
      expectError(answer, 503, 'timeout.first_byte');
      expect(app.fallbacks).to.have.length(0);
    },
  },
  {
    name: 'fails, and there is no text behind it',
    group: GROUP,
    how: 'status 500 from the first provider, and a second that throws',
    reply: '503 status.500',
    code: 'status.500',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(500));
      let isWell = false;
      const second: typeof LOCAL = {
        ...LOCAL,
        async synthesize(request, context) {
          if (!isWell) throw new Error('a fault of its own');
          return LOCAL.synthesize(request, context);
        },
      };
      await stage.startApp({ baseUrl: server.baseUrl, behind: [second] });
      expectError(await stage.ask(), 503, 'status.500');
      isWell = true;
    },
  },
];

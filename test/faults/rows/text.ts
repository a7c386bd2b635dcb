import { expect } from 'chai';
import { BEHAVIOURS } from '../../support/upstream.js';
import { expectSpeechFrom } from '../expectations.js';
import type { Fault } from '../fault.js';
import { saying, startSpeechServer, type SpeechServer } from '../speech-server.js';

const fails = saying(500, {}, '{"detail":"No audio was received."}');

/** Texts that a server fails on, and is therefore not sent. */
export const TEXT: readonly Fault[] = [
  {
    name: 'fails on signs that are no words',
    group: 'text',
    how: 'a server that answers 500 where it is sent a star, and a text with a line of stars between its sentences',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server: SpeechServer = await startSpeechServer(stage, (response, ...rest) => {
        const hasStars = (server.asked.at(-1)?.input ?? '').includes('★');
        (hasStars ? fails : BEHAVIOURS['speaks in chunks'])(response, ...rest);
      });
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ input: 'Good morning.\n\n★ ★ ★\n\nPlease wait.' }), 'remote');
      expect(server.asked.map(({ input }) => input)).to.deep.equal(['Good morning. Please wait.']);
    },
  },
  {
    name: 'stops at the first line break',
    group: 'text',
    how: 'a server that answers 500 where it is sent more than one line, in place of speaking the first alone',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server: SpeechServer = await startSpeechServer(stage, (response, ...rest) => {
        const hasLines = /[\r\n]/.test(server.asked.at(-1)?.input ?? '');
        (hasLines ? fails : BEHAVIOURS['speaks in chunks'])(response, ...rest);
      });
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ input: 'Good morning.\r\nThe train\nis late.\n\nPlease wait.' }), 'remote');
      expect(server.asked.map(({ input }) => input)).to.deep.equal(['Good morning. The train is late. Please wait.']);
    },
  },
];

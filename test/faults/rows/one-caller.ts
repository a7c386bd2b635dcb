import { expect } from 'chai';
import { soundIn } from '../../support/audio.js';
import { expectSpeechFrom } from '../expectations.js';
import type { AskOptions, Fault } from '../fault.js';
import { behaviourOf, saying, startSpeechServer, type Behaviour } from '../speech-server.js';

const GROUP = 'what one caller asks for';
const SOUND = soundIn('wav');

interface Odd {
  readonly what: string;
  readonly how: string;
  /** What the server does where it is asked for that. */
  readonly behaviour: Behaviour;
  readonly code: string;
  /** Asks for it, the nth time. */
  readonly ask: (number: number) => AskOptions;
  readonly isAskedIn: (body: Readonly<Record<string, unknown>>) => boolean;
}

/** Something that a server cannot do, and that one caller asks for twelve times: all others are answered by it, before and after. */
function odd({ what, how, behaviour, code, ask, isAskedIn }: Odd): Fault {
  return {
    name: `fails at ${what}`,
    group: GROUP,
    how: `${how}; one caller asks for that twelve times`,
    reply: 'local speech for that caller, its speech for all others',
    code,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, (response, format, request, body) => {
        const answer = isAskedIn(body) ? behaviour : behaviourOf('speaks');
        answer(response, format, request, body);
      });
      const app = await stage.startApp({ baseUrl: server.baseUrl, remote: { circuitBreaker: { consecutive: 5 } } });
      expectSpeechFrom(await stage.ask(), 'remote');
      for (let number = 0; number < 12; number += 1) await stage.ask(ask(number));
      expect(app.circuits).to.deep.equal([]);
      // It has a circuit of its own.
      expect(server.asked, 'requests at the server').to.have.length(1 + 6);
      expectSpeechFrom(await stage.ask({ input: 'Good morning.' }), 'remote');
    },
  };
}

const sentence = (number: number): string => `This is sentence number ${String(number)}.`;

export const ONE_CALLER: readonly Fault[] = [
  odd({
    what: 'one text',
    how: 'status 500 to a text without words, as of servers whose voice finds nothing to say',
    behaviour: saying(500),
    code: 'status.500',
    ask: () => ({ input: 'Hm?' }),
    isAskedIn: ({ input }) => input === 'Hm?',
  }),
  odd({
    what: 'one voice',
    how: 'status 404 to a voice that it does not have, whatever the text',
    behaviour: saying(404),
    code: 'status.404',
    ask: (number) => ({ input: sentence(number), fields: { voice: 'nobody' } }),
    isAskedIn: ({ voice }) => voice === 'nobody',
  }),
  odd({
    what: 'one pace',
    how: 'an audio type and no body where it is to speak four times as fast',
    behaviour: (response) => {
      response.setHeader('content-type', 'audio/wav').end();
    },
    code: 'empty',
    ask: (number) => ({ input: sentence(number), fields: { speed: 4 } }),
    isAskedIn: ({ speed }) => speed === 4,
  }),
  odd({
    what: 'one field',
    how: 'half of the bytes that it announced, then FIN, where a field stands in the request that it does not know',
    behaviour: (response) => {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': SOUND.length });
      response.write(SOUND.subarray(0, SOUND.length / 2), () => response.socket?.end());
    },
    code: 'truncated',
    ask: (number) => ({ input: sentence(number), fields: { lang_code: 'xx' } }),
    isAskedIn: (body) => 'lang_code' in body,
  }),
];

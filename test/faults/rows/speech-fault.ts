import { expect } from 'chai';
import type { BehaviourName } from '../../support/upstream.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault } from '../fault.js';
import { startSpeechServer, type Behaviour } from '../speech-server.js';

/** Milliseconds that a phase may last beyond its limit: the specification’s 250, and what a machine that others use adds. */
export const LEEWAY = 250 + 8_000;

type Row = Pick<Fault, 'name' | 'how' | 'code'> & {
  readonly behaviour: Behaviour | BehaviourName;
};

/** A server's fault before there was sound: somebody else speaks, once the limit of one phase has passed. */
export function beforeSound(group: string, { behaviour, ...row }: Row): Fault {
  return {
    ...row,
    group,
    reply: 'local speech',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl });
      expectSpeechFrom(await stage.ask({ within: PHASE + LEEWAY }), 'local');
      expect(server.asked, 'requests that reached the server').to.have.length(1);
    },
  };
}

/** A server's fault after sound had begun, while that is held: nothing of it was sent, and somebody else speaks. */
export function inMidSound(group: string, { behaviour, ...row }: Row): Fault {
  return {
    ...row,
    group,
    reply: 'local speech',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, behaviour);
      await stage.startApp({ baseUrl: server.baseUrl });
      const answer = await stage.ask({ within: 2 * PHASE + LEEWAY });
      expectSpeechFrom(answer, 'local');
      expect(answer.timings[0]).to.deep.equal({ provider: 'remote', code: row.code });
    },
  };
}

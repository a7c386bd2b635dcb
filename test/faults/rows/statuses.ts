import { expect } from 'chai';
import { expectSpeechFrom } from '../expectations.js';
import type { Counts, Fault } from '../fault.js';
import { inTurn, saying, startSpeechServer } from '../speech-server.js';
import { LEEWAY } from './speech-fault.js';

const GROUP = 'statuses';

/** A status that no retry makes better: the server is asked once. */
function final(status: number, how: string, counts: Counts): Fault {
  return {
    name: `says ${String(status)}`,
    group: GROUP,
    how,
    reply: 'local speech',
    code: `status.${String(status)}`,
    counts,
    async run(stage) {
      const server = await startSpeechServer(stage, saying(status));
      await stage.startApp({ baseUrl: server.baseUrl, remote: { retry: { limit: 1 } } });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
      expect(server.asked, 'requests').to.have.length(1);
    },
  };
}

interface Wish {
  /** What the row is called. */
  readonly what: string;
  /** The header, made when the row runs, as dates are. */
  readonly header: () => string | undefined;
  /** Whether the server is asked a second time, and after how many milliseconds at least. */
  readonly retriedAfter: number | null;
  /** Whether everybody leaves it alone from then on, without it having failed often enough for that. */
  readonly leftAlone: boolean;
}

const httpDate = (fromNow: number): string => new Date(Date.now() + fromNow).toUTCString();

const WISHES: readonly Wish[] = [
  { what: 'no Retry-After', header: () => undefined, retriedAfter: 0, leftAlone: false },
  { what: 'Retry-After: 0', header: () => '0', retriedAfter: 0, leftAlone: false },
  { what: 'Retry-After: -1', header: () => '-1', retriedAfter: 0, leftAlone: false },
  { what: 'a second that fits the deadline', header: () => '1', retriedAfter: 1_000, leftAlone: false },
  { what: 'more seconds than the deadline has', header: () => '30', retriedAfter: null, leftAlone: true },
  { what: 'a date long past', header: () => httpDate(-86_400_000), retriedAfter: 0, leftAlone: false },
  { what: 'a date that fits the deadline', header: () => httpDate(1_500), retriedAfter: 400, leftAlone: false },
  { what: 'a date far ahead', header: () => httpDate(86_400_000), retriedAfter: null, leftAlone: true },
  { what: 'junk in Retry-After', header: () => 'soon, perhaps', retriedAfter: 0, leftAlone: false },
];

/**
 * A server that is busy and says for how long. Three failures open its circuit where a retry must not be shut out by it, or where
 * it is the wish for rest alone that is to open it.
 */
function busy(status: 429 | 503, { what, header, retriedAfter, leftAlone }: Wish): Fault {
  const isToldWhen = !/^(no|junk)|-1/.test(what);
  // Without being told when, a server that limits the rate would only be pressed harder.
  const isRetried = retriedAfter !== null && (status === 503 || isToldWhen);
  return {
    name: `says ${String(status)} with ${what}`,
    group: 'Retry-After',
    how: `status ${String(status)} once, and speech to whoever asks again`,
    reply: isRetried ? 'its speech, after one retry' : 'local speech at once',
    code: status === 429 ? 'rate_limited' : `status.${String(status)}`,
    // The retry's success is the last word, as it ends the row of failures.
    counts: isRetried ? 'success' : 'failure',
    async run(stage) {
      const value = header();
      const server = await startSpeechServer(
        stage,
        inTurn(saying(status, value === undefined ? {} : { 'retry-after': value }), 'speaks'),
      );
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { retry: { limit: 1 }, circuitBreaker: { consecutive: isRetried || leftAlone ? 3 : 1 } },
        router: { deadline: 5_000 },
      });
      const answer = await stage.ask({ within: (retriedAfter ?? 0) + 1_500 + LEEWAY });
      expectSpeechFrom(answer, isRetried ? 'remote' : 'local');
      expect(server.asked, 'requests').to.have.length(isRetried ? 2 : 1);
      const [first, second] = server.asked;
      if (first !== undefined && second !== undefined) {
        expect(second.at - first.at, 'wait').to.be.at.least((retriedAfter ?? 0) - 20);
      } else expect(answer.ownMs).to.be.below(LEEWAY);
      if (!leftAlone) return;
      const next = await stage.ask({ within: LEEWAY });
      expectSpeechFrom(next, 'local');
      expect(next.timings[0]?.code).to.equal('circuit_open');
      expect(server.asked, 'requests').to.have.length(1);
      expect(app.circuits.map(({ to }) => to)).to.deep.equal(['open']);
    },
  };
}

export const STATUSES: readonly Fault[] = [
  final(400, 'the request is not to its liking, which says nothing about the server', 'nothing'),
  final(401, 'a wrong API key', 'failure'),
  final(404, 'no such route', 'failure'),
  final(422, 'a field is not to its liking, as FastAPI says it', 'nothing'),
  {
    name: 'says 500 and goes on saying it',
    group: GROUP,
    how: 'status 500 to every request; two failures open the circuit, and two tries of one request are one',
    reply: 'local speech, after one retry',
    code: 'status.500',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(500));
      const app = await stage.startApp({
        baseUrl: server.baseUrl,
        remote: { retry: { limit: 1 }, circuitBreaker: { consecutive: 2 } },
      });
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
      expect(server.asked, 'requests').to.have.length(2);
      expect(app.underTest().circuit).to.equal('closed');
      expectSpeechFrom(await stage.ask({ within: LEEWAY }), 'local');
      // The first try has opened the circuit, so there is no second.
      expect(server.asked, 'requests').to.have.length(3);
    },
  },
  {
    name: 'says 503 with Retry-After to a request whose failure opens the circuit',
    group: GROUP,
    how: 'status 503 with Retry-After: 2, where one failure opens the circuit: a retry would only wait to be shut out',
    reply: 'local speech at once',
    code: 'status.503',
    counts: 'failure',
    async run(stage) {
      const server = await startSpeechServer(stage, saying(503, { 'retry-after': '2' }));
      await stage.startApp({ baseUrl: server.baseUrl, remote: { retry: { limit: 1 } } });
      const answer = await stage.ask({ within: 4_000 });
      expectSpeechFrom(answer, 'local');
      expect(answer.ownMs).to.be.below(1_000);
    },
  },
];

export const RETRY_AFTER: readonly Fault[] = ([503, 429] as const).flatMap((status) =>
  WISHES.map((wish) => busy(status, wish)),
);

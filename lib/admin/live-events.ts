import type { Response } from 'express';
import type { Clock } from '../resilience/index.js';
import type { SpeechControl } from '../speech/control.js';
import type { SpeechEventListener, SpeechEventName } from '../speech/events.js';
import { discard } from '../streams/discard.js';
import type { AttemptHistory } from './attempt-history.js';
import { adminProblem } from './reply.js';

/** Pages that may watch at once: a team's, and no more than a loop over them costs nothing. */
const MOST_CLIENTS = 16;
/** Milliseconds between two looks at the state: often enough to look live. */
const TICK = 1_000;
/** Ticks between two signs of life, which keep proxies from closing the connection (nginx: 60 s) and find clients that are gone. */
const HEARTBEAT = 15;
/** Ticks after which a client has to come back, and so to be authorized again. */
const LIFETIME = 300;
/** Bytes that may wait for a client before it is dropped. It reads nothing any more, and would only take memory. */
const MOST_WAITING = 64 * 1024;
/** Calls told in one tick; the page's chart shows no more. */
const MOST_ATTEMPTS = 60;

const FORWARDED = ['circuit', 'health', 'status', 'configuration', 'alert'] as const;

/**
 * Tells pages what happens, as server-sent events: `snapshot` with the state of the chain whenever that has changed, `attempts` with
 * the calls of the last second, and `circuit`, `health`, `status`, `configuration`, `alert` as they come. Listens and looks only while
 * somebody watches.
 */
export class LiveEvents {
  readonly #control: SpeechControl;
  readonly #history: AttemptHistory;
  readonly #clock: Clock;
  readonly #clients = new Map<Response, { ticks: number }>();
  readonly #listeners = new Map<SpeechEventName, SpeechEventListener<SpeechEventName>>();
  #attempts: object[] = [];
  #lastSnapshot = '';
  #cancelTick: () => void = () => undefined;

  constructor(control: SpeechControl, history: AttemptHistory, clock: Clock) {
    this.#control = control;
    this.#history = history;
    this.#clock = clock;
    const recordAttempt: SpeechEventListener<'attempt'> = (event) => {
      const attempt = this.#history.record(event, Date.now());
      if (attempt === null || this.#clients.size === 0) return;
      this.#attempts.push({ provider: event.provider, ...attempt });
      if (this.#attempts.length > MOST_ATTEMPTS) this.#attempts.shift();
    };
    control.on('attempt', recordAttempt);
    control.closed.addEventListener('abort', () => {
      control.off('attempt', recordAttempt);
      for (const client of this.#clients.keys()) this.#end(client);
    });
  }

  /** Begins to tell a client. Its connection stays open until it leaves, is too slow, has had its time, or the router closes. */
  open(response: Response): void {
    // Who left while it was asked who may come in will not say so again.
    if (response.destroyed) return;
    if (this.#control.closed.aborted) throw adminProblem('closing', 'The speech router is closing.');
    if (this.#clients.size >= MOST_CLIENTS) {
      response.setHeader('Retry-After', '30');
      throw adminProblem('busy', `${String(MOST_CLIENTS)} pages are watching already.`);
    }
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Neither a compressing middleware nor nginx may hold the events back.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    if (this.#clients.size === 0) this.#begin();
    this.#clients.set(response, { ticks: 0 });
    response.once('close', () => {
      this.#forget(response);
    });
    this.#write(response, eventText('snapshot', this.#snapshot()));
  }

  #begin(): void {
    this.#lastSnapshot = JSON.stringify(this.#snapshot());
    for (const name of FORWARDED) {
      const listener = (event: object): void => {
        // The error of a failed check is for those who run the program, and no plain data.
        this.#tell(name, { ...event, error: undefined });
        // Nobody should wait for the next look to see that a provider is down.
        this.#tellSnapshot();
      };
      this.#listeners.set(name, listener);
      this.#control.on(name, listener);
    }
    this.#scheduleTick();
  }

  #forget(response: Response): void {
    this.#clients.delete(response);
    if (this.#clients.size > 0) return;
    this.#cancelTick();
    this.#attempts = [];
    for (const [name, listener] of this.#listeners) this.#control.off(name, listener);
    this.#listeners.clear();
  }

  #scheduleTick(): void {
    this.#cancelTick = this.#clock.schedule(() => {
      this.#tick();
      if (this.#clients.size > 0) this.#scheduleTick();
    }, TICK);
  }

  #tick(): void {
    this.#tellSnapshot();
    if (this.#attempts.length > 0) {
      this.#tell('attempts', this.#attempts);
      this.#attempts = [];
    }
    for (const [client, life] of this.#clients) {
      life.ticks += 1;
      if (life.ticks >= LIFETIME) this.#end(client);
      else if (life.ticks % HEARTBEAT === 0) this.#write(client, ': still here\n\n');
    }
  }

  #tellSnapshot(): void {
    const snapshot = this.#snapshot();
    const text = JSON.stringify(snapshot);
    if (text === this.#lastSnapshot) return;
    this.#lastSnapshot = text;
    this.#tell('snapshot', snapshot);
  }

  #snapshot(): object {
    return this.#control.status();
  }

  #tell(name: string, event: object): void {
    const text = eventText(name, event);
    for (const client of this.#clients.keys()) this.#write(client, text);
  }

  /** Called by timers and by what happens: what a response of the host's throws ends that one, and nothing else. */
  #write(client: Response, text: string): void {
    try {
      client.write(text);
      // Not every response says how much waits.
      if (!(client.writableLength > MOST_WAITING)) return;
    } catch {
      // It is dropped as one that reads nothing.
    }
    discard(client);
    this.#forget(client);
  }

  #end(client: Response): void {
    try {
      client.end();
    } catch {
      discard(client);
    }
    this.#forget(client);
  }
}

function eventText(name: string, event: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(event)}\n\n`;
}

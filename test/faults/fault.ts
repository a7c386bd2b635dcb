import type { IncomingHttpHeaders } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Express } from 'express';
import type { RemoteEntry, SpeechEventMap, SpeechFormat, SpeechRouterOptions, SpeechStatus } from '../../lib/index.js';
import type { TestApp } from '../support/app.js';

export type Counts = 'failure' | 'success' | 'nothing';

/** One row of the matrix: something that goes wrong, and what has to come of it. */
export interface Fault {
  /** Unique, short, reads as 'what happens': "accepts and stays silent". */
  readonly name: string;
  /** Heading in docs/faults.md: 'connecting', 'head of the reply', 'body', … */
  readonly group: string;
  /** How it is made for real, one sentence for the table. */
  readonly how: string;
  /** What the client gets, one phrase for the table: "local speech", "a destroyed connection", "503 bulkhead_full". */
  readonly reply: string;
  /** Code of the provider the fault is in (Server-Timing / attempt event), or null where it answers. */
  readonly code: string | null;
  /** What the faulty provider's circuit counts. */
  readonly counts: Counts;
  /** System programs it needs; skipped with the reason where one is missing, a failure in CI. */
  readonly needs?: readonly string[];
  /** The fault meets the probe of a half-open circuit, after which success, failure and nothing leave three different states. */
  readonly asProbe?: true;
  /** Milliseconds that the row may take in all; a minute where it says nothing. */
  readonly limit?: number;
  /** Milliseconds that a reply of the app's other route may take meanwhile; 1 000 where it says nothing. */
  readonly otherRouteLimit?: number;
  /** Runs it for real: makes the fault, a real app, asks, asserts what is special about it. */
  run(stage: FaultStage): Promise<void>;
}

type Entry = NonNullable<SpeechRouterOptions['fallback']>[number];

export interface FaultAppOptions {
  /** Code of the row, whose limit alone is to be reached; that of the stage where it says nothing. */
  readonly code?: string | null;
  /** Address of the server in which the fault is. */
  readonly baseUrl?: string;
  /** Options of the remote named `remote` beside it, in place of the harness's: short limits, a circuit that opens on the first failure. */
  readonly remote?: Partial<Omit<RemoteEntry, 'type' | 'name'>>;
  /** The provider under test in place of a remote; its name must be `remote`, or the one in `under`. */
  readonly first?: Entry;
  /** Name of the provider in which the fault is; `remote` where it says nothing. */
  readonly under?: string;
  /** What comes behind it in place of a fast local provider and text. */
  readonly behind?: readonly Entry[];
  /** Options of the router beside its chain. */
  readonly router?: Omit<SpeechRouterOptions, 'fallback'>;
  /** What the host has before the router. */
  readonly prepare?: (app: Express) => void;
}

/** The app under test, with all that its events told. */
export interface FaultApp extends TestApp {
  readonly attempts: readonly Omit<SpeechEventMap['attempt'], 'error'>[];
  readonly circuits: readonly SpeechEventMap['circuit'][];
  readonly fallbacks: readonly SpeechEventMap['fallback'][];
  /** Name of the provider in which the fault is. */
  readonly under: string;
  /** Status of the provider in which the fault is. */
  underTest(): SpeechStatus['providers'][number];
}

export interface AskOptions {
  readonly input?: string;
  readonly format?: SpeechFormat;
  /** More fields of the body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request from the client's side once more than so many bytes have come. */
  readonly leaveAfter?: number;
  /** Ends the request from the client's side. */
  readonly signal?: AbortSignal;
  /** Milliseconds within which the whole reply, or the end of its connection, has to be there, as `ownMs` counts them. */
  readonly within?: number;
  /** Speech route to ask, where it is not that of the app started last (an app in a process of its own). */
  readonly url?: string;
}

/** What a client got. */
export interface Answer {
  /** 0 where the connection ended before any head. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the reply came to its proper end; a connection destroyed on the way is no answer. */
  readonly isWhole: boolean;
  readonly format: SpeechFormat;
  /** `X-Speech-Provider`. */
  readonly provider: string | undefined;
  /** `Server-Timing`, attempt by attempt. */
  readonly timings: readonly { readonly provider: string; readonly code: string | null }[];
  /** Milliseconds to the head of the reply, and to its end. */
  readonly headMs: number;
  readonly ms: number;
  /** Those to its end that the machine had for this process: what it took where limits are looked at. */
  readonly ownMs: number;
}

/** A server of the row's, in this process. */
export interface FaultServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseUrl: string;
  readonly openSockets: ReadonlySet<Socket>;
}

/** What a row finds to make its fault with. The harness asserts what is the same for all rows when `run` has returned. */
export interface FaultStage {
  /** Code of the row. */
  readonly code: string | null;
  /** Starts an app on a port of its own: the provider under test, a local provider that speaks at once, and text. */
  startApp(options: FaultAppOptions): Promise<FaultApp>;
  /** Listens on a free port. Its connections are watched: none may be left when the app has closed. */
  listen(server: Server, host?: string): Promise<FaultServer>;
  /** Asks for speech at the app started last and takes the whole reply, or what there was of it. Fails when it takes too long. */
  ask(options?: AskOptions): Promise<Answer>;
  /** Runs when the row has ended, whatever its end, and the app has been closed; last come, first run. */
  defer(cleanup: () => unknown): void;
  /** Keeps asking another route of an app (it answers 200) until the row ends. The apps of `startApp` are watched anyway. */
  watchRoute(url: string): void;
  /** Tells what a row with an app in another process has seen there; the harness holds it against the table. */
  report(seen: { readonly code: string | null; readonly circuit: string }): void;
}

import type { Clock, Deadline } from '../resilience/index.js';
import type { AudioCache, PlayerMemory } from './audio-cache.js';
import type { SpeechEventMap } from './events.js';
import type { ReplyFacts } from './outcome.js';
import type { SpeechVoice } from './provider.js';
import type { SpeechRequest } from './request.js';
import type { ReplyConditions, SpokenResult } from './spoken.js';
import type { RequestTrace } from './trace.js';

/** What a request is read and answered with. */
export interface SpeechService {
  readonly body: BodyLimits;
  readonly active: Admission;
  /** Milliseconds from the request to the first audio byte. */
  readonly deadline: number;
  readonly maxInput: number;
  /** What becomes of an error: a reply of ours, or the application’s own handler. */
  readonly errors: 'reply' | 'next';
  /** Whether the route answers GET as well. */
  readonly get: boolean;
  /** What was sent before, for whoever gets; nothing where none is kept. */
  readonly cache: AudioCache | undefined;
  /** What players ask for piece by piece, for whoever gets. */
  readonly played: PlayerMemory | undefined;
  /** Makes the text ready to be spoken; at once, with the same request, where nothing is to be done. Never rejects. */
  readonly prepare: (
    request: SpeechRequest,
    context: { readonly deadline: Deadline; readonly signal: AbortSignal },
  ) => SpeechRequest | Promise<SpeechRequest>;
  readonly speak: (
    request: SpeechRequest,
    options: {
      readonly deadline: Deadline;
      readonly signal: AbortSignal;
      readonly fallback: 'chain' | 'none';
      readonly trace: RequestTrace | undefined;
      readonly reply: ReplyConditions;
    },
  ) => Promise<{ readonly result: SpokenResult | null; readonly facts: ReplyFacts }>;
}

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  /** Most bytes of the body. */
  readonly mostBytes: number;
  /** Milliseconds for the whole body. */
  readonly limit: number;
  readonly clock: Clock;
}

/** Who is let in, and the memory that all of them share. */
export interface Admission {
  /** Takes a request in until its connection has closed, or says that there is no room. */
  admit(connection: AdmittedConnection): boolean;
  /** Takes room for bytes that are held for a request, until its connection has closed. Returns false where there is none. */
  reserve(connection: AdmittedConnection, bytes: number): boolean;
  /** Gives some of that room back. */
  release(connection: AdmittedConnection, bytes: number): void;
}

/** The connection of a request, as far as those who count and end requests have to do with it. */
export interface AdmittedConnection {
  /** Where the set of all has it; that set’s alone to write. */
  place: number;
  /** Bytes that are held in memory for it. Those who count them all write it. */
  heldBytes: number;
  /** Calls back when the reply has been sent or the client has left; one callback at a time. */
  onClose(callback: () => void): void;
  /** Says whether something waits to be read, and nothing has been since this was asked the last time. */
  hasStalled(): boolean;
  /** Ends the request from this side. The client is shown that the reply broke off. */
  breakOff(): void;
  /** Ends it at once, for a client that reads nothing. */
  abandon(): void;
}

/** Somebody who wants to know how a request ends. */
export interface RequestWatcher {
  readonly trace: RequestTrace | undefined;
  ended(end: SpeechEventMap['request']): void;
}

/** A voice, and the provider that has it. */
export interface ListedVoice extends SpeechVoice {
  /** The provider's name. */
  readonly provider: string;
}

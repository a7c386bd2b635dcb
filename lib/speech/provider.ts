import type { Readable } from 'node:stream';
import type { SpeechFormat } from '../audio/formats.js';
import type { SpeechError } from './error.js';
import { hasMethods } from './has-methods.js';
import type { MarkKind } from './mark-kinds.js';
import type { SpeechRequest } from './request.js';

/** Anything with pino's methods: an object of fixed keys first, then a sentence. */
export interface SpeechLogger {
  /** What helps whoever looks for something. */
  debug(object: object, message?: string): void;
  /** What happened, as it should. */
  info(object: object, message?: string): void;
  /** What somebody should look at some time. */
  warn(object: object, message?: string): void;
  /** What went wrong inside. */
  error(object: object, message?: string): void;
}

/** What a provider is told beside the request. */
export interface SynthesisContext {
  /** Aborts when the client has left, the stage's time is up or the router closes. The provider stops its work and lets go of everything. */
  readonly signal: AbortSignal;
  /** Milliseconds that this stage has until its first proven audio byte, counted from the call. */
  readonly deadline: number;
  /** The router's own, which throws nothing. Neither texts nor keys belong into it. */
  readonly logger: SpeechLogger;
  /** Called whenever sound has come in, by whoever hears it come: it shows that the server is at work, for others who wait as well. */
  readonly heard?: (() => void) | undefined;
  /** Called before each call to a service beyond the first, which whoever asked has counted: there may be a limit to them. */
  readonly extraCall?: (() => void) | undefined;
}

/**
 * A wish that was not met although the result is right. Tokens, never the client's own words.
 *
 * - `voice-substituted`: another voice than the one asked for
 * - `model-substituted`: another model than the one asked for
 * - `instructions-ignored`: how to speak could not be followed
 * - `nothing-to-say`: the text had nothing to pronounce, and the sound is silence
 */
export type SpeechWarning = (typeof WARNINGS)[number];

const WARNINGS = ['voice-substituted', 'model-substituted', 'instructions-ignored', 'nothing-to-say'] as const;

export function isSpeechWarning(value: unknown): value is SpeechWarning {
  return WARNINGS.some((warning) => warning === value);
}

/** Audio that has proved itself: the stream's first chunk holds at least one payload byte of the format asked. */
export interface SpeechAudio {
  /** Tells audio from text. */
  readonly kind: 'audio';
  /**
   * The `Content-Type` of the bytes, which has to be true: `audio/mpeg`, `audio/ogg`, `audio/aac`, `audio/flac`, `audio/wav` or `audio/pcm`.
   */
  readonly contentType: string;
  /** Nothing has been taken from it. It ends cleanly only when all of the text was spoken, else it is destroyed with a `SpeechError`. */
  readonly stream: Readable;
  /** Length in bytes where it is known before the end. */
  readonly contentLength?: number;
  /** Set where nothing announced its length, so that only its end shows whether it is whole: worth being held until then. */
  readonly endsUnannounced?: boolean;
  /** Wishes that were not met; they stand in `X-Speech-Warning`. */
  readonly warnings?: readonly SpeechWarning[];
  /**
   * Resolves when the provider has no more work with it than its reader asks for: what is left waits in memory, or is made beside
   * other things. Its place is free for others then; where there is none, when the stream has ended.
   */
  readonly atRest?: Promise<void>;
  /**
   * Takes the word of whoever looks at all of the sound: null when it is whole, or what was found wrong with it. There where somebody
   * is expected to; until then it counts for nothing.
   */
  readonly judge?: (error: SpeechError | null) => void;
  /** Says what the speech has used, where the provider tells; asked once the stream has ended. */
  readonly usage?: () => SpeechUsage | undefined;
  /** How many more calls the provider takes, where it tells: a long text is cut into longer pieces then, and waits where it can. */
  readonly allowance?: CallAllowance;
}

/** How many more calls a provider takes. */
export interface CallAllowance {
  /** Calls that it still takes; 0 for none at present. */
  readonly calls: number;
  /** Milliseconds until it takes one more than none, where that is known. */
  readonly nextIn?: number | undefined;
  /** Milliseconds until all that is said here is over. */
  readonly resetsIn: number;
}

/** What a speech has used, in the unit of whoever counts: a hosted model's tokens, as a rule. Whole numbers. */
export interface SpeechUsage {
  /** Tokens of the text and of what was said with it. */
  readonly inputTokens: number;
  /** Tokens of the sound. */
  readonly outputTokens: number;
  /** Both together. */
  readonly totalTokens: number;
}

export function isSpeechUsage(value: unknown): value is SpeechUsage {
  if (typeof value !== 'object' || value === null) return false;
  const { inputTokens, outputTokens, totalTokens }: Record<string, unknown> = { ...value };
  return [inputTokens, outputTokens, totalTokens].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
}

export function isCallAllowance(value: unknown): value is CallAllowance {
  if (typeof value !== 'object' || value === null) return false;
  const { calls, nextIn, resetsIn }: Record<string, unknown> = { ...value };
  const isTime = (time: unknown): boolean => Number.isFinite(time) && Number(time) >= 0;
  return Number.isSafeInteger(calls) && isTime(resetsIn) && (nextIn === undefined || isTime(nextIn));
}

/** The text, made ready to be read aloud by the client itself. */
export interface SpeechText {
  /** Tells text from audio. */
  readonly kind: 'text';
  /** What the client is to say, in its lines and paragraphs. */
  readonly text: string;
  /** HTTP status of the reply, 200 or 503. */
  readonly status: number;
}

/** What a provider answers with: audio, or the text where it is the last resort. */
export type SpeechResult = SpeechAudio | SpeechText;

/** A voice that a provider lists. */
export interface SpeechVoice {
  /** What a request's `voice` may say. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
}

/** A model that a provider lists. */
export interface SpeechModel {
  /** What a request's `model` may say. */
  readonly id: string;
}

/** What is known of a provider before it is asked. A missing member means no limit. */
export interface SpeechCapabilities {
  /** The formats that it makes, so that it is not asked for others. */
  readonly formats?: readonly SpeechFormat[];
  /** Longest input in code points. */
  readonly maxInput?: number;
  /** Most calls in any minute. */
  readonly maxCallsPerMinute?: number;
  /** Whether `ssml` is understood where a request has it. */
  readonly ssml?: boolean;
  /** The marks that are understood, of which a request then has those that the client wrote in `marked`. None where it is missing. */
  readonly marks?: readonly MarkKind[];
}

/**
 * What a check found out, where it has not failed. `well`: the provider could speak. `spoke`: it has really spoken. `unknown`: somebody is
 * there, and no more can be told.
 */
export type CheckFinding = 'well' | 'spoke' | 'unknown';

/** What a check is told. */
export interface CheckContext {
  /** Aborts when the check's time is up or the router closes. */
  readonly signal: AbortSignal;
  /** Set where only speech can tell, and checks may speak: what was spoken some time ago does not count. */
  readonly mustSpeak?: boolean;
  /** Called before a call to speak: there may be a limit to them. */
  readonly extraCall?: (() => void) | undefined;
}

/** What is told where voices or models are asked for. */
export interface ListContext {
  /** Aborts when nobody wants the list any more. */
  readonly signal: AbortSignal;
}

/**
 * One link of the fallback chain. Write one of your own to reach anything that can speak; `providerConformance()` of
 * `express-speech/testing` states what is expected of it.
 *
 * Never throws into the router: whatever a method rejects with becomes a failed attempt.
 */
export interface SpeechProvider {
  /** Unique in the chain; it stands in `X-Speech-Provider`, so keep it to printable ASCII. */
  readonly name: string;
  /** A word for the kind of provider, which stands in events, metrics and the status. */
  readonly type: string;
  /** What is known of it before it is asked. Without it, it is asked for everything. */
  readonly capabilities?: SpeechCapabilities;

  /**
   * Speaks. Resolves when audio has proved itself (type, first bytes, one payload byte) or with text; rejects with a
   * `SpeechError` otherwise. After `signal` aborts it settles at once and frees what it held, the stream included.
   */
  synthesize(request: SpeechRequest, context: SynthesisContext): Promise<SpeechResult>;

  /**
   * Says by resolving that the provider could speak now, by rejecting with a `SpeechError` why not. Must end when `signal` aborts.
   *
   * It may resolve with a `CheckFinding`: `spoke` when it has really spoken, which closes a circuit that is half-open, and `unknown` where somebody
   * is there and no more can be told. A rejection that does not blame the provider is unknown as well.
   */
  check?(context: CheckContext): Promise<unknown>;

  /** Lists voices. Called in the background, never while a client waits. */
  voices?(context: ListContext): Promise<readonly SpeechVoice[]>;

  /** Lists models, under the same conditions as `voices`. */
  models?(context: ListContext): Promise<readonly SpeechModel[]>;

  /** Lets go of workers, sockets and timers. Called once, awaited by the router's `close()`. */
  close?(): Promise<void> | void;
}

/** Tells a provider object of the user's own from an entry of plain data. */
export function isProvider(value: unknown): value is SpeechProvider {
  return hasMethods(value, ['synthesize']);
}

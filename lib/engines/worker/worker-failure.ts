import { types } from 'node:util';
import { SpeechError, type SpeechErrorCode } from '../../speech/error.js';

/** An error as plain data, as it goes from one thread to another. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** A system's or Node's own code. */
  readonly code?: string;
  readonly cause?: PlainError;
}

/** Most errors behind one another that go along; a chain may be a circle. */
const MOST_CAUSES = 5;

/** A failure as plain data. */
export interface PlainFailure {
  readonly code: SpeechErrorCode;
  readonly message: string;
  /** Whether the failure is the engine's, and not want of something that this process has run out of. */
  readonly blamesProvider: boolean;
  readonly cause?: PlainError;
}

/** Makes plain data of a failure. What led to it goes along: it may hold the text, so it is no part of the message. */
export function plainFailure({ code, message, blamesProvider, cause }: SpeechError): PlainFailure {
  return { code, message, blamesProvider, ...(cause !== undefined && { cause: plainError(cause) }) };
}

/** Makes an error of plain data again. */
export function failureFrom({ code, message, blamesProvider, cause }: PlainFailure): SpeechError {
  return new SpeechError(code, message, { blamesProvider, ...(cause !== undefined && { cause: errorFrom(cause) }) });
}

/** Names an error by what cannot hold the text, as its message may: its kind, and a system's code, which says which file is missing. */
export function nameOf(error: unknown): string {
  const { name, code } = types.isNativeError(error) ? (error as NodeJS.ErrnoException) : { name: typeof error };
  return `${name}${typeof code === 'string' ? ` (${code})` : ''}`;
}

function plainError(value: unknown, left = MOST_CAUSES): PlainError {
  // An error of another realm is one too, and what is thrown need not be any.
  if (!types.isNativeError(value)) return { name: typeof value, message: String(value) };
  const { name, message, stack, cause, code } = value as NodeJS.ErrnoException & { readonly cause?: unknown };
  return {
    name,
    message,
    ...(stack !== undefined && { stack }),
    ...(typeof code === 'string' && { code }),
    ...(cause !== undefined && left > 1 && { cause: plainError(cause, left - 1) }),
  };
}

function errorFrom({ name, message, stack, code, cause }: PlainError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorFrom(cause) });
  return Object.assign(error, { name, ...(stack !== undefined && { stack }), ...(code !== undefined && { code }) });
}

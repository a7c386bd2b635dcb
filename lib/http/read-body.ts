import express, { type Request, type RequestHandler, type Response } from 'express';
import type { BodyLimits } from '../speech/service.js';
import { givenBody, isCompressed, isCut, isPutBack, isUnread, lengthOf } from './given-body.js';
import { isReadable, isUtf8Name, parseBytes, parseGiven } from './parse-body.js';
import { isSpeechHttpError, problem, problemOfMiddleware, type SpeechHttpError } from './problems.js';
import { readPlainBody } from './read-plain-json.js';

/** What body-parser says of a body it refuses. */
const REFUSALS: Readonly<Record<string, () => SpeechHttpError>> = {
  'entity.too.large': () => problem('body_too_large', 'The request body is too large.'),
  'encoding.unsupported': () => problem('unsupported_media_type', 'This content encoding is not supported.'),
};

const JSON_TYPE = /^\s*application\/(?:[^\s;/]+\+)?json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Encodings that middleware may have set for a stream and that still tell every byte; what is no UTF-8 is found by its length. */
const LOSSLESS: ReadonlySet<string> = new Set(['utf8', 'latin1', 'hex', 'base64', 'base64url']);

/**
 * Reads the JSON body, and gives up on one that does not arrive in time. One that the application has read already is taken from where
 * it was left, and held to the same. Rejects with the error to reply with.
 */
export function readBody(request: Request, response: Response, options: BodyLimits): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { mostBytes } = options;
    const charset = charsetOf(request);
    const given = givenBody(request);
    if (given !== undefined) {
      resolve(parseGiven(given, request, charset, mostBytes));
      return;
    }
    // Whoever listens has had what was put back, and may have taken more: then only its length can say that it is whole.
    const mayBeCut = isPutBack(request);
    const isWhole =
      isUnread(request) || (mayBeCut && (request.listenerCount('data') === 0 || lengthOf(request) !== undefined));
    if (isWhole) checkEncoding(request, charset);
    const cancelTimer = options.clock.schedule(() => {
      reject(problem('request_timeout', 'The request body did not arrive in time.'));
    }, options.limit);
    const read = isWhole && isCompressed(request) ? unpack : readPlain;
    read(request, response, options, (error, bytes) => {
      cancelTimer();
      try {
        if (error !== undefined) throw refusal(error);
        // Where a part of it is gone, whoever has taken that has come to its end now.
        const parsed =
          isWhole && !(mayBeCut && isCut(bytes.length, request))
            ? parseRead(bytes, request, charset, mostBytes)
            : parseGiven(givenBody(request), request, charset, mostBytes);
        resolve(parsed);
      } catch (thrown) {
        reject(refusal(thrown));
      }
    });
  });
}

type Read = (
  request: Request,
  response: Response,
  options: BodyLimits,
  done: (error: unknown, bytes: Uint8Array) => void,
) => void;

const readPlain: Read = (request, _response, { mostBytes }, done) => {
  readPlainBody(request, mostBytes, done);
};

/** Reads a compressed body by Express's own reader of bytes, which leaves them as `request.body`. What is in them is left to the caller. */
const unpack: Read = (request, response, { mostBytes }, done) => {
  const parse: RequestHandler = express.raw({ limit: mostBytes, type: () => true });
  void parse(request, response, (error?: unknown) => {
    const { body } = request as { readonly body?: unknown };
    done(error, body instanceof Uint8Array ? body : new Uint8Array());
  });
};

function parseRead(bytes: Uint8Array, request: Request, charset: string, mostBytes: number): unknown {
  if (request.readableEncoding !== 'utf8') return parseBytes(bytes, charset);
  // Somebody has had the stream decoded, so that bytes which are no UTF-8 are replaced by now.
  return parseGiven({ kind: 'text', text: Buffer.from(bytes).toString() }, request, charset, mostBytes);
}

/** Returns the charset of a body in JSON; refuses any other body. */
function charsetOf({ headers }: Request): string {
  const { 'content-type': type = '', 'content-length': length, 'transfer-encoding': transfer } = headers;
  // Where there is no body, what is missing is more than its type.
  const isBodiless = length === undefined && transfer === undefined;
  if (!isBodiless && !JSON_TYPE.test(type))
    throw problem('unsupported_media_type', 'The request body must be application/json.');
  const charset = CHARSET.exec(type)?.[1] ?? 'utf-8';
  if (isReadable(charset)) return charset;
  throw problem('unsupported_media_type', 'This charset is not supported.');
}

/** Refuses a stream of which middleware has made text in such a way that its bytes cannot be told any more. */
function checkEncoding(request: Request, charset: string): void {
  const encoding = request.readableEncoding;
  if (encoding === null) return;
  const isLost = !LOSSLESS.has(encoding) || (encoding === 'utf8' && !isUtf8Name(charset));
  if (isLost || isCompressed(request))
    throw problemOfMiddleware(`called request.setEncoding('${encoding}'), which loses the body’s bytes`);
}

function refusal(error: unknown): SpeechHttpError {
  if (isSpeechHttpError(error)) return error;
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
  return REFUSALS[type]?.() ?? problem('invalid_json', 'The request body is not valid JSON.');
}

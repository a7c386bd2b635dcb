import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import type { Express } from 'express';

/** What an adapter hands to the platform. */
export interface ServerlessReply {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Calls an application as serverless adapters do: with Node's classes, and with a socket that is none, to which everything is written
 * before anything is sent. Some `write` of theirs return nothing.
 */
export function callServerless(
  app: Express,
  body: object,
  write: 'returns true' | 'returns nothing',
): Promise<ServerlessReply> {
  const text = Buffer.from(JSON.stringify(body));
  const request = new IncomingMessage({ encrypted: true, readable: false } as never);
  Object.assign(request, {
    method: 'POST',
    url: '/v1/audio/speech',
    httpVersion: '1.1',
    complete: true,
    headers: { 'content-type': 'application/json', 'content-length': String(text.length) },
  });
  request.push(text);
  request.push(null);
  const response = new ServerResponse(request);
  response.useChunkedEncodingByDefault = false;
  const chunks: Buffer[] = [];
  const socket = {
    _writableState: {},
    writable: true,
    on: () => undefined,
    removeListener: () => undefined,
    destroy: () => undefined,
    cork: () => undefined,
    uncork: () => undefined,
    write(chunk: Buffer | string, encoding: BufferEncoding | (() => void), done?: () => void) {
      chunks.push(
        typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk,
      );
      (typeof encoding === 'function' ? encoding : done)?.();
      return write === 'returns true' ? true : undefined;
    },
  };
  response.assignSocket(socket as never);
  return new Promise((resolve) => {
    response.once('finish', () => {
      const bytes = Buffer.concat(chunks);
      resolve({
        status: response.statusCode,
        headers: response.getHeaders(),
        body: bytes.subarray(bytes.indexOf('\r\n\r\n') + 4),
      });
    });
    app(request as never, response as never);
  });
}

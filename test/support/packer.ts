import { createGzip, type Gzip } from 'node:zlib';
import type { RequestHandler } from 'express';

/**
 * Packs replies in the way of expressjs/compression: text without `no-transform`. All that is written goes to the packer, which keeps it
 * until it has enough; and its own is whoever listens for `drain`, who cannot be taken off again.
 *
 * @param drains is told of each of those listeners
 */
export function packer(drains: () => void): RequestHandler {
  return (request, response, next) => {
    const write = response.write.bind(response) as (chunk: unknown) => boolean;
    const end = response.end.bind(response) as (chunk?: unknown) => void;
    const on = response.on.bind(response) as (name: string, listener: () => void) => void;
    let gzip: Gzip | undefined;
    const begin = (): void => {
      if (response.headersSent || gzip !== undefined) return;
      const isText = /^text\/|json/.test(String(response.getHeader('content-type')));
      const mayPack = !String(response.getHeader('cache-control')).includes('no-transform');
      if (!isText || !mayPack || !String(request.headers['accept-encoding']).includes('gzip')) return;
      response.setHeader('content-encoding', 'gzip').removeHeader('content-length');
      gzip = createGzip();
      gzip.on('data', write);
      gzip.on('end', () => {
        end();
      });
    };
    Object.assign(response, {
      write(chunk: unknown): boolean {
        begin();
        return gzip === undefined ? write(chunk) : gzip.write(chunk);
      },
      end(chunk?: unknown): void {
        begin();
        if (gzip === undefined) end(chunk);
        else gzip.end(chunk);
      },
      on(name: string, listener: () => void): unknown {
        if (name === 'drain') drains();
        if (name === 'drain' && gzip !== undefined) gzip.on(name, listener);
        else on(name, listener);
        return response;
      },
    });
    next();
  };
}

import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.js';

/**
 * Reads a body as text, up to so many bytes, and lets the rest go.
 *
 * Rejects with the exchange's failure. A body that is longer is cut and the connection closed: nobody wants the rest.
 */
export function readText(exchange: Exchange, response: IncomingMessage, mostBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      resolve(Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8'));
    };
    exchange.onFailure(reject);
    exchange.watchBody();
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size < mostBytes) return;
      finish();
      response.destroy();
    });
    response.once('end', finish);
  });
}

import type { IncomingMessage } from 'node:http';
import { discard } from '../../streams/discard.js';
import type { Exchange } from './exchange.js';

/** Reads a body as text, as `readBytes` does. */
export async function readText(exchange: Exchange, response: IncomingMessage, mostBytes: number): Promise<string> {
  return (await readBytes(exchange, response, mostBytes)).toString('utf8');
}

/**
 * Reads a body, up to so many bytes, and lets the rest go.
 *
 * Rejects with the exchange's failure. A body that is longer is cut and the connection closed: nobody wants the rest.
 */
export function readBytes(exchange: Exchange, response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      resolve(Buffer.concat(chunks).subarray(0, mostBytes));
    };
    exchange.onFailure(reject);
    exchange.watchBody();
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size < mostBytes) return;
      finish();
      discard(response);
    });
    response.once('end', finish);
  });
}

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OpenAI-compatible server that sends the first half of its sound, and the rest when the test says so. */
export interface HeldUpstream {
  readonly baseUrl: string;
  /** Whether a client waits for the rest. */
  readonly isHolding: boolean;
  /** Resolves when a client has come and got the first half. */
  held(): Promise<void>;
  /** Resolves when the client has left, having got the rest or not. */
  left(): Promise<void>;
  release(): void;
  breakOff(): void;
  close(): Promise<void>;
}

export async function startHeldUpstream(sound: Buffer): Promise<HeldUpstream> {
  const half = sound.length / 2;
  let response: ServerResponse | undefined;
  const server = createServer((request, reply) => {
    if (request.method !== 'POST') {
      reply.writeHead(404).end();
      return;
    }
    request.resume();
    response = reply;
    reply.once('close', () => {
      response = undefined;
      server.emit('left');
    });
    reply.writeHead(200, { 'content-type': 'audio/mpeg' });
    reply.write(sound.subarray(0, half), () => server.emit('held'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    get isHolding() {
      return response !== undefined && !response.writableEnded;
    },
    async held() {
      if (response === undefined) await once(server, 'held');
    },
    async left() {
      if (response !== undefined) await once(server, 'left');
    },
    release() {
      response?.end(sound.subarray(half));
    },
    breakOff() {
      response?.destroy();
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

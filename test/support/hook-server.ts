import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from './speech-api.js';

/** What a receiver of webhooks can do, by name. */
const BEHAVIOURS = {
  takes: (response) => response.end('ok'),
  fails: (response) => response.writeHead(500).end('{"error":"no disk"}'),
  'refuses the message': (response) => response.writeHead(400).end('invalid_payload'),
  redirects: (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  hangs: () => undefined,
  'switches protocols': (response) =>
    response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  resets: (response) => response.socket?.resetAndDestroy(),
  'answers without end': (response) => response.writeHead(200).write('o'),
} satisfies Record<string, (response: ServerResponse) => unknown>;

export type HookBehaviour = keyof typeof BEHAVIOURS;

export interface SeenMessage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A real receiver of webhooks on a port of its own. */
export interface HookServer {
  readonly origin: string;
  readonly messages: readonly SeenMessage[];
  readonly openSockets: ReadonlySet<Socket>;
  behave(name: HookBehaviour): void;
  /** Resolves when so many messages have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function startHookServer(first: HookBehaviour = 'takes'): Promise<HookServer> {
  let behaviour = first;
  const messages: SeenMessage[] = [];
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      messages.push({ path: request.url ?? '', headers: request.headers, body });
      BEHAVIOURS[behaviour](response);
      server.emit('message');
    });
  });
  const { port, openSockets, close } = await listen(server);
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    messages,
    openSockets,
    behave(name) {
      behaviour = name;
    },
    async received(count) {
      while (messages.length < count) await once(server, 'message');
    },
    async close() {
      if (server.listening) await close();
    },
  };
}

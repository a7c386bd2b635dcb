import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { HANGS } from './limits.js';

/** What came back, as far as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `Server-Timing` behind the body, which long speeches have. */
  readonly trailer: string | undefined;
  /** `whole`: it ended as HTTP says it must. `broken`: the connection broke after the head. */
  readonly end: 'whole' | 'broken';
  /** Milliseconds until its head. */
  readonly headAfter: number;
}

/** How a request ended: with a reply, without one, by its own client, or not at all. */
export type Ending =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'no reply'; readonly why: string }
  | { readonly kind: 'left' }
  | { readonly kind: 'hung'; readonly where: string };

export interface ExchangeOptions {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Milliseconds that the body may stand still. */
  readonly withoutByte?: number;
  /** Milliseconds after which the client leaves. */
  readonly leavesAfter?: number;
  /** Reads the body in its own way; `resume` by default. */
  readonly read?: (response: IncomingMessage) => void;
}

/** Connections that are used again, as a browser or a gateway does. */
export const agent = new Agent({ keepAlive: true, maxSockets: 100 });

/** Makes one request and follows it to its end, however it ends. */
export function exchange(options: ExchangeOptions): Promise<Ending> {
  const { method, url, headers, body, withoutByte = HANGS.withoutByte, leavesAfter, read } = options;
  const started = performance.now();
  return new Promise((resolve) => {
    const call = request(url, { method, agent, headers: { ...headers } });
    const timers: NodeJS.Timeout[] = [];
    let hasHead = false;
    const end = (ending: Ending): void => {
      for (const timer of timers) clearTimeout(timer);
      resolve(ending);
      if (ending.kind !== 'reply' || ending.reply.end === 'broken') call.destroy();
    };
    const endAfter = (milliseconds: number, ending: Ending): NodeJS.Timeout => {
      const timer = setTimeout(end, milliseconds, ending);
      timers.push(timer);
      return timer;
    };
    const head = endAfter(HANGS.withoutHead, { kind: 'hung', where: 'before the head' });
    endAfter(HANGS.inAll, { kind: 'hung', where: 'without an end' });
    if (leavesAfter !== undefined) endAfter(leavesAfter, { kind: 'left' });
    call.once('response', (response) => {
      clearTimeout(head);
      hasHead = true;
      const idle = endAfter(withoutByte, { kind: 'hung', where: 'in the body' });
      const headAfter = performance.now() - started;
      const chunks: Buffer[] = [];
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        idle.refresh();
      });
      response.once('close', () => {
        const { statusCode: status = 0, headers: replyHeaders, trailers, complete } = response;
        const trailer = trailers['server-timing'];
        const reply = { status, headers: replyHeaders, trailer, body: Buffer.concat(chunks), headAfter };
        end({ kind: 'reply', reply: { ...reply, end: complete ? 'whole' : 'broken' } });
      });
      read?.(response);
    });
    call.on('error', (error) => {
      // After the head the response tells.
      if (hasHead) return;
      end({ kind: 'no reply', why: error.message });
    });
    call.end(body);
  });
}

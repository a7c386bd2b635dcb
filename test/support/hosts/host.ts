import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as HttpsRequestOptions } from 'node:https';
import type { Express } from 'express';

/** What a client got. */
export interface HostReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether the client takes it for whole. */
  readonly isWhole: boolean;
}

export interface HostRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** When the client leaves: as soon as something of the body has come, or after a moment with no answer. */
  readonly leaves?: 'in the middle' | 'before the answer';
}

/** Something that stands between a client and an Express application, with that application in it. */
export interface Host {
  ask(request: HostRequest): Promise<HostReply>;
  close(): Promise<void>;
}

export interface HostKind {
  readonly name: string;
  /** System programs that it needs. */
  readonly needs?: readonly string[];
  /** Whether a client can leave in the middle of a reply. */
  readonly canLeave: boolean;
  /** Milliseconds after which the host answers in our place. */
  readonly answersAfter?: number;
  start(mount: (app: Express) => void): Promise<Host>;
}

/** Milliseconds after which a client leaves that has no answer. */
export const MOMENT = 100;

/** Asks over Node's own client, as it is told to reach a server. */
export function askOverHttp(
  where: RequestOptions | HttpsRequestOptions,
  { method = 'POST', path = '/v1/audio/speech', body, headers = {}, leaves }: HostRequest,
): Promise<HostReply> {
  const send = 'ca' in where ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let response: IncomingMessage | undefined;
    const call = send({
      ...where,
      method,
      path,
      agent: false,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    });
    call.on('error', () => undefined);
    call.once('response', (reply) => {
      response = reply;
      reply.on('error', () => undefined);
      reply.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (leaves === 'in the middle') call.destroy();
      });
    });
    call.once('close', () => {
      resolve({
        status: response?.statusCode ?? 0,
        headers: response?.headers ?? {},
        body: Buffer.concat(chunks),
        isWhole: response?.complete === true,
      });
    });
    call.end(body && JSON.stringify(body));
    if (leaves === 'before the answer') setTimeout(() => call.destroy(), MOMENT);
  });
}

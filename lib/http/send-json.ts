import type { ReplyChannel } from './reply-channel.js';

/**
 * Sends JSON as Express's `response.json()` does by default. That one is the host's, which may have put its own in its place, and is not
 * there where the router is used without an application.
 */
export function sendJson(channel: ReplyChannel, status: number, body: object): void {
  const { response } = channel;
  const bytes = Buffer.from(JSON.stringify(body));
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', bytes.length);
  channel.end(bytes);
}

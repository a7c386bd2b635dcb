import { request, type IncomingMessage } from 'node:http';
import { PATIENCE } from '../support/patience.js';
import { stopwatch } from '../support/stopwatch.js';
import type { Answer, AskOptions } from './fault.js';

/** Milliseconds for a reply where the row says nothing: more than any limit that is waited for. */
const WITHIN = 2_500;

/** Posts a speech request over a connection of its own and takes what comes, whole or not. Rejects only when it takes too long by itself. */
export function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const { input = 'Hello there.', format = 'wav', fields = {}, headers = {} } = options;
  // What another process waits for is not known here.
  const { within = options.url === undefined ? WITHIN : PATIENCE } = options;
  const body = JSON.stringify({ input, response_format: format, ...fields });
  const started = performance.now();
  const own = stopwatch();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let response: IncomingMessage | undefined;
    let headMs = 0;
    const tooLate = setTimeout(() => {
      reject(new Error('no whole reply: the request hangs'));
      call.destroy();
    }, within + PATIENCE);
    const finish = (): void => {
      clearTimeout(tooLate);
      const isWhole = response?.complete === true;
      const ms = performance.now() - started;
      const ownMs = own();
      if (ownMs > within)
        reject(new Error(`no whole reply within ${String(within)} ms, but after ${ownMs.toFixed(0)}`));
      resolve({ ...headOf(response), body: Buffer.concat(chunks), isWhole, format, headMs: headMs || ms, ms, ownMs });
    };
    const call = request(url, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    call.on('error', () => undefined);
    call.once('response', (head) => {
      response = head;
      headMs = performance.now() - started;
      head.on('error', () => undefined);
      let bytes = 0;
      head.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > (options.leaveAfter ?? Infinity)) call.destroy();
      });
    });
    call.once('close', finish);
    call.end(body);
  });
}

function headOf(response: IncomingMessage | undefined): Pick<Answer, 'status' | 'headers' | 'provider' | 'timings'> {
  const headers = response?.headers ?? {};
  const provider = headers['x-speech-provider'];
  return {
    status: response?.statusCode ?? 0,
    headers,
    provider: typeof provider === 'string' ? provider : undefined,
    timings: timingsOf(headers['server-timing']),
  };
}

function timingsOf(header: string | string[] | undefined): Answer['timings'] {
  if (header === undefined) return [];
  return [header]
    .flat()
    .join(', ')
    .split(', ')
    .map((metric) => ({ provider: metric.split(';')[0] ?? '', code: /;desc="([^"]*)"/.exec(metric)?.[1] ?? null }));
}

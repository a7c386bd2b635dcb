import { request, type IncomingMessage } from 'node:http';
import type { Answer, AskOptions } from './fault.js';

/** Milliseconds for a reply where the row says nothing: one phase's limit and a busy machine's. */
const WITHIN = 2_500;

/** Posts a speech request over a connection of its own and takes what comes, whole or not. Rejects only when it takes too long. */
export function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const { input = 'Hello there.', format = 'wav', fields = {}, headers = {}, within = WITHIN } = options;
  const body = JSON.stringify({ input, response_format: format, ...fields });
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let response: IncomingMessage | undefined;
    let headMs = 0;
    const tooLate = setTimeout(() => {
      reject(new Error(`no whole reply within ${String(within)} ms: the request hangs`));
      call.destroy();
    }, within);
    const finish = (): void => {
      clearTimeout(tooLate);
      const isWhole = response?.complete === true;
      const ms = performance.now() - started;
      resolve({ ...headOf(response), body: Buffer.concat(chunks), isWhole, format, headMs: headMs || ms, ms });
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
      head.on('data', (chunk: Buffer) => chunks.push(chunk));
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

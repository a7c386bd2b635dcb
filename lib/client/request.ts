import type { SpeakOptions } from './speak-options.js';

/** Milliseconds of silence that are too long, where the caller says nothing else. */
export const DEFAULT_TIMEOUT = 15_000;

/**
 * Asks the server to speak, and resolves when its reply has begun. The request, the body of its reply included, ends with the signal.
 *
 * @throws whatever `fetch` rejects with, or a `TimeoutError` when there is no reply in time
 */
export async function request(
  input: string,
  options: SpeakOptions,
  timeout: number,
  signal: AbortSignal,
): Promise<Response> {
  const { url = '/v1/audio/speech', fetch = globalThis.fetch, format = 'mp3', credentials = 'same-origin' } = options;
  const { voice, model, speed, instructions } = options;
  const headers = new Headers(options.headers);
  headers.set('content-type', 'application/json');
  const connection = new AbortController();
  signal.addEventListener('abort', () => {
    connection.abort();
  });
  const timer = setTimeout(() => {
    connection.abort(new DOMException('The server did not answer in time.', 'TimeoutError'));
  }, timeout);
  try {
    return await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ input, voice, model, speed, instructions, response_format: format }),
      signal: connection.signal,
      credentials,
    });
  } finally {
    clearTimeout(timer);
  }
}

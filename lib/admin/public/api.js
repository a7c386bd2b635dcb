// The page's JSON API. A change carries a header that no form of another site can send.

/** A reply that is not what was asked for. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body?.error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? null;
    this.body = body ?? {};
  }
}

/**
 * Finds an address of the API. One that was opened with a password in it gives that to all that is relative to it, and a browser asks for
 * nothing under such an address; it has the password by then.
 */
export function addressOf(path) {
  const url = new URL(`api/${path}`, document.baseURI);
  url.username = '';
  url.password = '';
  return url.href;
}

async function request(path, { method = 'GET', body, headers = {}, signal } = {}) {
  const isChange = method !== 'GET';
  const response = await fetch(addressOf(path), {
    method,
    signal,
    headers: { ...headers, ...(isChange && { 'Content-Type': 'application/json', 'X-Speech-Admin': 'page' }) },
    ...(isChange && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => null));
  return response;
}

const json = async (path, options) => (await request(path, options)).json();

export const readStatus = () => json('status');
export const readConfig = () => json('config');
export const readHistory = () => json('history');
export const readVoices = async () => (await json('voices')).voices;
export const readSchema = () => json('schema');
export const saveConfig = (options, revision) =>
  json('config', { method: 'PUT', body: { options }, headers: { 'If-Match': `"${revision}"` } });
export const undo = (revision) => json('undo', { method: 'POST', body: {}, headers: { 'If-Match': `"${revision}"` } });
export const verify = (entry, signal) => json('verify', { method: 'POST', body: entry, signal });

/** Has one provider speak. Resolves with `{ audio, ms }` or, for a provider that hands text back, `{ text }`. */
export async function speak(sentence, signal) {
  const response = await request('try', { method: 'POST', body: sentence, signal });
  if (response.headers.get('Content-Type')?.startsWith('application/json')) return response.json();
  const ms = Number(/dur=(\d+)/.exec(response.headers.get('Server-Timing') ?? '')?.[1]);
  return { audio: await response.blob(), ms };
}

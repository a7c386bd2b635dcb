import { RemoteClient } from '../../providers/remote/client.js';
import { createRemoteProvider, type RemoteOptions } from '../../providers/remote/provider.js';
import { SpeechError } from '../../speech/error.js';
import { speakOnce } from '../speak-once.js';
import { isCertificateProblem, isSecure, portOf } from './connection-hints.js';
import { get } from './probe-connection.js';

/** Milliseconds for each phase of a call that is made on suspicion. */
const PROBE = 2_000;

/** Looks whether the same port answers over the other of http and https. No key goes there: it was not meant to. */
export async function answersOverOtherScheme(options: RemoteOptions, signal: AbortSignal): Promise<boolean> {
  const { hostname } = new URL(options.baseUrl);
  const baseUrl = `${isSecure(options) ? 'http' : 'https'}://${hostname}:${portOf(options.baseUrl)}`;
  const client = new RemoteClient(withoutKeys({ ...hasty(options), baseUrl }));
  try {
    await get(client, '/', signal);
    return true;
  } catch (error) {
    // A certificate that is not good is a certificate.
    return !isSecure(options) && isCertificateProblem(SpeechError.from(error));
  } finally {
    client.close();
  }
}

/** Looks under which other path the same server answers as it should. */
export async function pathThatAnswers(options: RemoteOptions, signal: AbortSignal): Promise<string | undefined> {
  const { origin, pathname } = new URL(options.baseUrl);
  const path = pathname.replace(/(?<!\/)\/+$/, '');
  const others = new Set([/\/v\d+$/.test(path) ? path.replace(/\/v\d+$/, '') : `${path}/v1`, '/v1', '']);
  others.delete(path);
  for (const other of others) {
    if (signal.aborted) break;
    if (await answersUnder({ ...hasty(options), baseUrl: origin + other }, signal)) return other === '' ? '/' : other;
  }
  return undefined;
}

async function answersUnder(options: RemoteOptions, signal: AbortSignal): Promise<boolean> {
  let isHeard = false;
  const onReceived = (): void => {
    isHeard = true;
  };
  const provider = createRemoteProvider(options, { onReceived });
  try {
    const models = await provider.models?.({ signal }).catch((error: unknown) => SpeechError.from(error).code);
    if (models === 'status.401' || models === 'status.403') return true;
    if (typeof models === 'object' && models.length > 0) return true;
    await speakOnce(provider, options.formats[0] ?? 'mp3', signal);
    // Whatever it makes, it speaks.
    return isHeard;
  } finally {
    await provider.close?.();
  }
}

function withoutKeys(options: RemoteOptions): RemoteOptions {
  const keyless = { ...options, headers: {} };
  delete keyless.apiKey;
  return keyless;
}

function hasty(options: RemoteOptions): RemoteOptions {
  const limited = Object.entries(options.timeout).map(([phase, limit]: [string, number]) => [
    phase,
    Math.min(limit, PROBE),
  ]);
  return { ...options, timeout: Object.fromEntries(limited) as RemoteOptions['timeout'] };
}

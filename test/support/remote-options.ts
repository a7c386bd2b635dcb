import type { RemoteOptions } from '../../lib/providers/remote.js';
import { SPEECH_FORMATS } from '../../lib/speech/formats.js';

/** Limits short enough to be waited for: what ends a fault is the same timer at any length. */
export const SHORT_TIMEOUTS = {
  lookup: 150,
  connect: 150,
  secureConnect: 150,
  send: 150,
  firstByte: 150,
  idle: 150,
  total: 2_000,
};

export function remoteOptions(baseUrl: string, options: Partial<RemoteOptions> = {}): RemoteOptions {
  return {
    name: 'remote',
    baseUrl,
    headers: {},
    voices: {},
    ssml: false,
    formats: SPEECH_FORMATS,
    timeout: SHORT_TIMEOUTS,
    pool: { maxSockets: 20, keepAlive: 4_000 },
    maxBytes: 1024 * 1024,
    ...options,
  };
}

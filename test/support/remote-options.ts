import { SPEECH_FORMATS } from '../../lib/audio/formats.js';
import type { RemoteOptions } from '../../lib/providers/remote/provider.js';

type Limits = RemoteOptions['timeout'];

/** Milliseconds of a phase that is to expire: short enough to be waited for. What ends a fault is the same timer at any length. */
export const SHORT = 150;

/** Milliseconds of the others, to which nothing comes that goes well, on a machine that is busy either. */
const LONG = 20_000;

/** The phase that ends with each code. The agent's queue has the limit for connecting. */
const PHASES: Readonly<Record<string, keyof Limits>> = {
  'timeout.lookup': 'lookup',
  'timeout.connect': 'connect',
  'timeout.queue': 'connect',
  'timeout.tls': 'secureConnect',
  'timeout.send': 'send',
  'timeout.first_byte': 'firstByte',
  'timeout.idle': 'idle',
};

/** Makes limits of which that one alone is reached whose code is expected. */
export function limitsFor(code?: string | null, short = SHORT): Limits {
  const long = {
    lookup: LONG,
    connect: LONG,
    secureConnect: LONG,
    send: LONG,
    firstByte: LONG,
    idle: LONG,
    total: LONG,
  };
  const phase = PHASES[code ?? ''];
  return phase === undefined ? long : { ...long, [phase]: short };
}

export function remoteOptions(baseUrl: string, options: Partial<RemoteOptions> = {}): RemoteOptions {
  return {
    name: 'remote',
    baseUrl,
    headers: {},
    voices: {},
    ssml: false,
    marks: ['pronunciation'],
    formats: SPEECH_FORMATS,
    pcm: { sampleRate: 24_000, channels: 1 },
    timeout: limitsFor(),
    pool: { maxSockets: 20, keepAlive: 4_000 },
    maxBytes: 1024 * 1024,
    ...options,
  };
}

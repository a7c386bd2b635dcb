import { Readable } from 'node:stream';
import { SPEECH_FORMATS } from '../../lib/audio/formats.js';
import type { SpeechEventMap, SpeechFormat, SpeechProvider } from '../../lib/index.js';
import { startApp } from '../support/app.js';
import { soundIn } from '../support/audio.js';
import { CONTENT_TYPES } from '../support/content-types.js';
import { limitsFor } from '../support/remote-options.js';
import type { FaultApp, FaultAppOptions } from './fault.js';

/** Milliseconds of the phase that a row has expire: short enough to be waited for. */
export const PHASE = 300;

/** Made once: rows with many requests are not to spend their time on sine waves. */
const SOUNDS = Object.fromEntries(SPEECH_FORMATS.map((format) => [format, soundIn(format)])) as Record<
  SpeechFormat,
  Buffer
>;

/** Speaks at once, in every format: what stands behind the provider under test. */
export const LOCAL: SpeechProvider = {
  name: 'local',
  type: 'test',
  synthesize: async ({ format }) => ({
    kind: 'audio',
    contentType: CONTENT_TYPES[format],
    stream: Readable.from([SOUNDS[format]]),
  }),
};

export async function startFaultApp(options: FaultAppOptions): Promise<FaultApp> {
  const { under = 'remote', behind = [LOCAL, { type: 'text' }] } = options;
  const fallback = [options.first ?? remoteEntry(options), ...behind];
  const app = await startApp({ logger: false, ...options.router, fallback }, options.prepare);
  const attempts: Omit<SpeechEventMap['attempt'], 'error'>[] = [];
  const circuits: SpeechEventMap['circuit'][] = [];
  const fallbacks: SpeechEventMap['fallback'][] = [];
  // Errors have stacks, and a row may have ten thousand of them.
  app.speech.on('attempt', ({ error: _error, ...event }) => attempts.push(event));
  app.speech.on('circuit', (event) => circuits.push(event));
  app.speech.on('fallback', (event) => fallbacks.push(event));
  const underTest: FaultApp['underTest'] = () => {
    const found = app.speech.status().providers.find(({ name }) => name === under);
    if (found === undefined) throw new Error(`there is no provider ${under}`);
    return found;
  };
  return { ...app, attempts, circuits, fallbacks, under, underTest };
}

function remoteEntry({ baseUrl, remote, code }: FaultAppOptions) {
  if (baseUrl === undefined) throw new Error('a row needs a baseUrl or a first provider');
  return {
    type: 'remote' as const,
    name: 'remote',
    baseUrl,
    health: false as const,
    // Retries have rows of their own.
    retry: { limit: 0 },
    maxBytes: 1024 * 1024,
    ...remote,
    timeout: { ...limitsFor(code, PHASE), ...remote?.timeout },
    // One failure shows; it is open for longer than a row takes.
    circuitBreaker: { consecutive: 1, openFor: 60_000, ...remote?.circuitBreaker },
  };
}

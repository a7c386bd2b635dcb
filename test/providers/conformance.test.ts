import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SpeechError, type SpeechProvider } from '../../lib/index.js';
import { createLocalProvider } from '../../lib/providers/local/provider.js';
import { createRemoteProvider } from '../../lib/providers/remote/provider.js';
import { createTextProvider } from '../../lib/providers/text.js';
import { soundIn } from '../support/audio.js';
import { describeProvider } from '../support/provider-conformance.js';
import { remoteOptions } from '../support/remote-options.js';
import { startUpstream, type BehaviourName } from '../support/upstream.js';

/** A program that acts as a synthesiser: `speaks`, `hangs` or `fails`. */
const PROGRAM = fileURLToPath(new URL('../support/fake-synthesiser.js', import.meta.url));

const remote = async (behaviour: BehaviourName): Promise<SpeechProvider> => {
  const upstream = await startUpstream(behaviour);
  const provider = createRemoteProvider(remoteOptions(upstream.baseUrl));
  let closed: Promise<void> | undefined;
  return {
    ...provider,
    async close() {
      await provider.close?.();
      await (closed ??= upstream.close());
    },
  };
};

const command = (how: string): SpeechProvider =>
  createLocalProvider({
    name: 'command',
    engine: 'embedded',
    command: { program: process.execPath, args: [PROGRAM, how], output: 'wav' },
    voices: {},
    workers: 1,
  });

describeProvider('remote', {
  create: () => remote('speaks'),
  createHanging: () => remote('stays silent'),
  createFailing: () => remote('sends HTML'),
});

describeProvider('remote that speaks in events', {
  create: () => remote('speaks in events'),
  createHanging: () => remote('stays silent'),
  createFailing: () => remote('sends HTML under the type of events'),
  request: { events: true },
});

describeProvider('local', {
  create: () => createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 2 }),
});

describeProvider('command', {
  create: () => command('speaks'),
  createHanging: () => command('hangs'),
  createFailing: () => command('fails'),
});

describeProvider('text', { create: () => createTextProvider({ name: 'text', status: 200 }) });

describeProvider('a provider of the user’s own', {
  create: () => ({
    name: 'own',
    type: 'tape',
    capabilities: { formats: ['wav'] },
    synthesize(request, { signal }) {
      if (signal.aborted) return Promise.reject(new SpeechError('aborted', 'the caller has left'));
      if (request.format !== 'wav') return Promise.reject(new SpeechError('unsupported', 'tapes are WAV'));
      const stream = Readable.from([soundIn('wav')]);
      const stop = (): void => {
        stream.destroy();
      };
      signal.addEventListener('abort', stop, { once: true });
      stream.once('close', () => {
        signal.removeEventListener('abort', stop);
      });
      return Promise.resolve({ kind: 'audio', contentType: 'audio/wav', stream });
    },
  }),
});

import type { ConfigurationSnapshot, SpeechControl } from '../../lib/speech/control.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import { SILENT_LOGGER } from '../../lib/speech/silent-logger.js';
import type { ProviderStatus } from '../../lib/speech/status.js';
import { providerStatus } from './telemetry.js';

/** A control that a test sets member by member; what it has not set throws, so that nothing is called unseen. */
export interface FakeControl {
  readonly control: SpeechControl;
  readonly events: SpeechEvents;
  /** Names of the events that somebody listens to, one for each listener. */
  readonly listened: string[];
  readonly closing: AbortController;
  providers: ProviderStatus[];
}

export const SNAPSHOT: ConfigurationSnapshot = {
  options: { fallback: [{ type: 'text' }] },
  revision: 'first',
  persistence: 'memory',
  canUndo: false,
  fileProblem: null,
};

export function fakeControl(members: Partial<SpeechControl> = {}): FakeControl {
  const events = new SpeechEvents();
  const closing = new AbortController();
  const listened: string[] = [];
  const unset = (name: string) => (): never => {
    throw new Error(`the test did not expect ${name} to be called`);
  };
  const fake: FakeControl = {
    events,
    listened,
    closing,
    providers: [providerStatus('kokoro')],
    control: {
      closed: closing.signal,
      logger: SILENT_LOGGER,
      read: () => SNAPSHOT,
      schema: unset('schema'),
      save: unset('save'),
      undo: unset('undo'),
      verify: unset('verify'),
      voices: unset('voices'),
      speakThrough: unset('speakThrough'),
      models: () => [],
      status: () => ({ status: 'ok', providers: fake.providers }),
      on(name, listener) {
        listened.push(name);
        events.on(name, listener);
      },
      off(name, listener) {
        listened.splice(listened.indexOf(name), 1);
        events.off(name, listener);
      },
      ...members,
    },
  };
  return fake;
}

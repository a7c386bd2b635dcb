import type { ReloadableService } from './chain/reloadable-service.js';
import type { ConfigStore } from './config/config-store.js';
import { readSchema } from './config/read-schema.js';
import { Deadline, type Clock } from './resilience/index.js';
import type { SpeechControl } from './speech/control.js';
import { SpeechError, type SpeechErrorCode } from './speech/error.js';
import type { SpeechEvents } from './speech/events.js';
import type { SpeechLogger } from './speech/provider.js';

export interface RouterParts {
  readonly configuration: ConfigStore;
  readonly live: ReloadableService;
  readonly events: SpeechEvents;
  readonly verify: SpeechControl['verify'];
  readonly logger: SpeechLogger;
  readonly clock: Clock;
  /** Aborts when the router closes. */
  readonly closed: AbortSignal;
}

/** Makes what an admin page steers a router with. */
export function createControl({
  configuration,
  live,
  events,
  verify,
  logger,
  clock,
  closed,
}: RouterParts): SpeechControl {
  let schema: object | undefined;
  return {
    closed,
    logger,
    read: () => configuration.read(),
    // It is a file, and stays the same.
    schema: () => (schema ??= readSchema()),
    save: (options, revision) => configuration.save(options, revision),
    undo: (revision) => configuration.undo(revision),
    verify: async (entry, options) => verify(configuration.completeEntry(entry), options),
    models: () => live.catalogue.models(),
    status: () => live.current.chain.status(),
    voices: () => live.catalogue.voices(),
    async speakThrough(provider, request, { signal }) {
      const { chain, deadline } = live.current;
      const { result, facts } = await chain.speak(request, {
        deadline: new Deadline(deadline, clock),
        signal,
        fallback: { order: [provider] },
      });
      if (result !== null) return result;
      const code = facts.attempts.at(-1)?.code ?? 'internal';
      throw new SpeechError(code as SpeechErrorCode, 'the provider did not speak');
    },
    on(name, listener) {
      events.on(name, listener);
    },
    off(name, listener) {
      events.off(name, listener);
    },
  };
}

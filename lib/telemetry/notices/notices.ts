import type { Clock } from '../../resilience/index.js';
import { causeInWords } from '../../speech/cause-in-words.js';
import type { SpeechError } from '../../speech/error.js';
import type { SpeechEventMap, SpeechEvents } from '../../speech/events.js';
import type { SpeechLogger } from '../../speech/provider.js';
import type { SpeechStatus } from '../../speech/status.js';
import { ProviderNotices } from './provider-notices.js';

/** Failures of one request, or of a crowd: they say nothing about how a provider is set up or how it does. */
const NO_NEWS: ReadonlySet<string> = new Set(['aborted', 'circuit_open', 'bulkhead_full', 'timeout.queue']);

/** Milliseconds after which nothing but text is worth a line of its own. */
const LASTING = 15_000;

export interface NoticesOptions {
  readonly logger: SpeechLogger;
  readonly status: () => SpeechStatus;
  readonly clock: Clock;
}

/**
 * Tells an application that set up no logger, in words, what goes wrong: what it is, what it does to callers and what to do. It listens
 * to all that happens and says little of it; what a request costs is a look into a map.
 */
export class Notices {
  readonly #events: SpeechEvents;
  readonly #options: NoticesOptions;
  readonly #providers = new Map<string, ProviderNotices>();
  #hasFileProblem = false;
  #cancelTextOnly: (() => void) | undefined;
  #wasTextOnlyTold = false;

  constructor(events: SpeechEvents, options: NoticesOptions) {
    this.#events = events;
    this.#options = options;
    events.on('attempt', this.#onAttempt);
    events.on('health', this.#onHealth);
    events.on('configuration', this.#onConfiguration);
  }

  /** Takes an alert from the rules themselves: to listen for alerts would have every request watched for their sake. */
  alert({ kind, state, provider, code }: SpeechEventMap['alert']): void {
    if (provider !== undefined) {
      if (state === 'firing') this.#of(provider).isDown(code);
      else if (this.#options.status().providers.some(({ name }) => name === provider)) this.#of(provider).isUp();
      else this.#forget(provider);
    } else if (kind === 'text_only') this.#textOnly(state === 'firing');
  }

  close(): void {
    this.#events.off('attempt', this.#onAttempt);
    this.#events.off('health', this.#onHealth);
    this.#events.off('configuration', this.#onConfiguration);
    this.#cancelTextOnly?.();
    for (const provider of this.#providers.values()) provider.close();
  }

  readonly #onAttempt = ({ provider, code, error }: SpeechEventMap['attempt']): void => {
    if (code === null) this.#providers.get(provider)?.spoke();
    else if (code === 'unsupported') this.#sayUnsupported(provider, error);
    else if (!NO_NEWS.has(code)) this.#of(provider).failed({ code, detail: detailOf(error) });
  };

  readonly #onHealth = ({ provider, code, error }: SpeechEventMap['health']): void => {
    if (code !== undefined) this.#of(provider).checked({ code, detail: detailOf(error) });
  };

  readonly #onConfiguration = ({ problem }: SpeechEventMap['configuration']): void => {
    if (problem !== null) {
      this.#say('error', `"configFile" cannot be used, and the configuration before it stays: ${problem}`);
    } else if (this.#hasFileProblem) this.#say('warn', '"configFile" can be used again, and is.');
    this.#hasFileProblem = problem !== null;
  };

  /** Why is told of each provider at once; that none is left, when that is no passing thing. */
  #textOnly(isSo: boolean): void {
    this.#cancelTextOnly?.();
    if (isSo) {
      this.#cancelTextOnly = this.#options.clock.schedule(() => {
        this.#wasTextOnlyTold = true;
        this.#say('error', 'no provider can speak; callers get the text in place of sound, or a 503.');
      }, LASTING);
    } else if (this.#wasTextOnlyTold) {
      this.#wasTextOnlyTold = false;
      this.#say('warn', 'speech is made again.');
    }
  }

  /** It is as the provider is made, so it is said once and not counted; another reason is another line. */
  #sayUnsupported(provider: string, error: SpeechError | undefined): void {
    const message = `${provider} is passed over for some requests: ${error?.message ?? 'it cannot do what they ask for'}`;
    this.#options.logger.warn({ event: 'notice' }, message);
  }

  /** Says a line that is news, even if it has been said before. */
  #say(level: 'warn' | 'error', line: string): void {
    this.#options.logger[level]({ event: 'notice', since: Date.now() }, line);
  }

  /** It was taken out of the chain, and is neither up nor down. */
  #forget(name: string): void {
    this.#providers.get(name)?.close();
    this.#providers.delete(name);
  }

  #of(name: string): ProviderNotices {
    let notices = this.#providers.get(name);
    if (notices === undefined) {
      const say = (line: string): void => {
        this.#say('warn', line);
      };
      notices = new ProviderNotices(name, { ...this.#options, say });
      this.#providers.set(name, notices);
    }
    return notices;
  }
}

/** What is behind a failure in words. An error that is not of our own kind stands as the cause of one that says nothing else. */
function detailOf(error: SpeechError | undefined): string | undefined {
  const cause = error?.code === 'internal' && error.cause instanceof Error ? causeInWords(error.cause, []) : undefined;
  return error?.detail ?? cause ?? error?.message;
}

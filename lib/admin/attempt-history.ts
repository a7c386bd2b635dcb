import type { SpeechEventMap } from '../speech/events.js';

/** One call of a provider, as the page shows it. */
export interface RecentAttempt {
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Why it failed; null when sound began. */
  readonly code: string | null;
  /** Milliseconds to the first byte of sound, or to the failure. */
  readonly ms: number;
}

/** As many as the chart has room for. */
const MOST_ATTEMPTS = 60;
/** Failures that are kept when newer calls have gone well. */
const MOST_ERRORS = 8;
/** More than the providers of a chain, so that one that is taken out and put back keeps its past. */
const MOST_PROVIDERS = 16;

export interface ProviderHistory {
  readonly attempts: readonly RecentAttempt[];
  readonly errors: readonly RecentAttempt[];
}

/** Keeps the last calls of each provider, for a page that is opened after them. */
export class AttemptHistory {
  readonly #providers = new Map<string, { attempts: RecentAttempt[]; errors: RecentAttempt[] }>();

  record({ provider, code, ms, committed }: SpeechEventMap['attempt'], at: number): RecentAttempt | null {
    // Callers who leave say nothing about a provider.
    if (code === 'aborted') return null;
    const attempt = { at, code, ms: Math.round(ms) };
    const history = this.#of(provider);
    // Its first byte has been counted already where the sound broke off later.
    if (committed !== true) keep(history.attempts, attempt, MOST_ATTEMPTS);
    // Why it is left alone is the failure before; those that go past it say nothing new, and would push that out.
    if (code !== null && code !== 'circuit_open') keep(history.errors, attempt, MOST_ERRORS);
    return committed === true ? null : attempt;
  }

  /** Copies what is known of the named providers. */
  read(names: readonly string[]): Record<string, ProviderHistory> {
    return Object.fromEntries(
      names.map((name) => {
        const { attempts, errors } = this.#providers.get(name) ?? { attempts: [], errors: [] };
        return [name, { attempts: [...attempts], errors: [...errors] }];
      }),
    );
  }

  #of(name: string): { attempts: RecentAttempt[]; errors: RecentAttempt[] } {
    const known = this.#providers.get(name) ?? { attempts: [], errors: [] };
    // Set anew each time, so that the first of the map is the one that has been silent for longest.
    this.#providers.delete(name);
    this.#providers.set(name, known);
    const [oldest] = this.#providers.keys();
    if (this.#providers.size > MOST_PROVIDERS && oldest !== undefined) this.#providers.delete(oldest);
    return known;
  }
}

function keep(list: RecentAttempt[], attempt: RecentAttempt, most: number): void {
  list.push(attempt);
  if (list.length > most) list.shift();
}

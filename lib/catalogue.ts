import type { Clock } from './resilience/index.js';
import { withTimeLimit } from './resilience/index.js';
import { SpeechError } from './speech/error.js';
import type { SpeechModel, SpeechProvider, SpeechVoice } from './speech/provider.js';

/** Milliseconds after which a list is fetched anew, the next time somebody asks for it. */
const FRESH_FOR = 60_000;
/** Milliseconds after which a list that could not be had is asked for again. */
const RETRY_AFTER = 10_000;
/** Milliseconds that a provider has to give its list. Nobody waits for it but the catalogue. */
const TIMEOUT = 5_000;

export interface ListedVoice extends SpeechVoice {
  readonly provider: string;
}

/**
 * The voices and models of all providers, from memory. The lists are fetched in the background: at the start, and again when
 * they are asked for and old. A caller gets what is known at that moment and never waits for a backend.
 */
export class Catalogue {
  readonly #voices: readonly KnownList<SpeechVoice>[];
  readonly #models: readonly KnownList<SpeechModel>[];

  constructor(providers: readonly SpeechProvider[], clock: Clock) {
    this.#voices = providers.map(
      (provider) => new KnownList(provider.name, provider.voices?.bind(provider), isVoice, clock),
    );
    this.#models = providers.map(
      (provider) => new KnownList(provider.name, provider.models?.bind(provider), isModel, clock),
    );
  }

  /** Asks every provider for the lists that are missing or old. */
  refresh(): void {
    for (const list of [...this.#voices, ...this.#models]) list.refresh();
  }

  voices(): ListedVoice[] {
    this.refresh();
    return this.#voices.flatMap((list) => list.items.map(({ id, name }) => ({ id, name, provider: list.provider })));
  }

  models(): SpeechModel[] {
    this.refresh();
    const ids = this.#models.flatMap((list) => list.items.map(({ id }) => id));
    return [...new Set(ids)].map((id) => ({ id }));
  }

  /** Gives up the lists that are on their way. */
  close(): void {
    for (const list of [...this.#voices, ...this.#models]) list.close();
  }
}

// A provider of the user's own may be written in plain JavaScript and list anything.
type Load = (context: { readonly signal: AbortSignal }) => Promise<unknown>;

function isVoice(value: unknown): value is SpeechVoice {
  return isModel(value) && 'name' in value && typeof value.name === 'string';
}

function isModel(value: unknown): value is SpeechModel {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

/** One provider's list: the last that was had, however long ago. */
class KnownList<Item> {
  items: readonly Item[] = [];
  readonly provider: string;
  readonly #load: Load | undefined;
  readonly #isItem: (value: unknown) => value is Item;
  readonly #clock: Clock;
  #dueAt = 0;
  #loading: AbortController | undefined;
  #closed = false;

  constructor(provider: string, load: Load | undefined, isItem: (value: unknown) => value is Item, clock: Clock) {
    this.provider = provider;
    this.#load = load;
    this.#isItem = isItem;
    this.#clock = clock;
  }

  refresh(): void {
    if (this.#load === undefined || this.#closed || this.#loading !== undefined || this.#clock.now() < this.#dueAt)
      return;
    this.#loading = new AbortController();
    const load = this.#load;
    withTimeLimit((signal) => load({ signal }), {
      limit: TIMEOUT,
      signal: this.#loading.signal,
      clock: this.#clock,
      expired: () => new SpeechError('timeout.total', 'the list did not come in time'),
      aborted: () => new SpeechError('aborted', 'the list is not wanted any more'),
    }).then(
      (items) => {
        if (Array.isArray(items)) this.items = items.filter(this.#isItem);
        // A server that is still loading has nothing to list yet.
        this.#settle(this.items.length === 0 ? RETRY_AFTER : FRESH_FOR);
      },
      () => {
        this.#settle(RETRY_AFTER);
      },
    );
  }

  close(): void {
    this.#closed = true;
    this.#loading?.abort();
  }

  #settle(wait: number): void {
    this.#loading = undefined;
    this.#dueAt = this.#clock.now() + wait;
  }
}

import type { Clock } from '../resilience/index.js';
import { withTimeLimit } from '../resilience/index.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechModel, SpeechProvider, SpeechVoice } from '../speech/provider.js';
import type { ListedVoice } from '../speech/service.js';

/** Milliseconds after which a list is fetched anew, the next time somebody asks for it. */
const FRESH_FOR = 60_000;
/** Milliseconds after which a list that could not be had is asked for again. */
const RETRY_AFTER = 10_000;
/** Milliseconds that a provider has to give its list. Nobody waits for it but the catalogue. */
const TIMEOUT = 5_000;

/**
 * The voices and models of all providers, from memory. The lists are fetched in the background: at the start, and again when
 * they are asked for and old. A caller gets what is known at that moment and never waits for a backend.
 */
export class VoiceCatalog {
  readonly #clock: Clock;
  #lists: readonly ProviderLists[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes these providers in place of the ones before. What is known of one that stays is kept. */
  use(providers: readonly SpeechProvider[]): void {
    const before = this.#lists;
    this.#lists = providers.map(
      (provider) => before.find((lists) => lists.provider === provider) ?? listsOf(provider, this.#clock),
    );
    for (const lists of before) if (!this.#lists.includes(lists)) close(lists);
    this.refresh();
  }

  /** Asks every provider for the lists that are missing or old. */
  refresh(): void {
    for (const { voices, models } of this.#lists) {
      voices.refresh();
      models.refresh();
    }
  }

  voices(): ListedVoice[] {
    this.refresh();
    return this.#lists.flatMap(({ provider, voices }) =>
      voices.items.map(({ id, name }) => ({ id, name, provider: provider.name })),
    );
  }

  models(): SpeechModel[] {
    this.refresh();
    const ids = this.#lists.flatMap(({ models }) => models.items.map(({ id }) => id));
    return [...new Set(ids)].map((id) => ({ id }));
  }

  /** Gives up the lists that are on their way. */
  close(): void {
    this.#lists.forEach(close);
  }
}

interface ProviderLists {
  readonly provider: SpeechProvider;
  readonly voices: KnownList<SpeechVoice>;
  readonly models: KnownList<SpeechModel>;
}

function listsOf(provider: SpeechProvider, clock: Clock): ProviderLists {
  return {
    provider,
    voices: new KnownList(provider.voices?.bind(provider), isVoice, clock),
    models: new KnownList(provider.models?.bind(provider), isModel, clock),
  };
}

function close({ voices, models }: ProviderLists): void {
  voices.close();
  models.close();
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
  readonly #load: Load | undefined;
  readonly #isItem: (value: unknown) => value is Item;
  readonly #clock: Clock;
  #dueAt = 0;
  #loading: AbortController | undefined;
  #closed = false;

  constructor(load: Load | undefined, isItem: (value: unknown) => value is Item, clock: Clock) {
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

import { isDeepStrictEqual } from 'node:util';
import { AudioMemory } from '../cache/audio-memory.js';
import { ConfiguredPlayerMemory, PlayerStore } from '../cache/player-memory.js';
import { SpeechCache } from '../cache/speech-cache.js';
import type { Configuration, CustomConfiguration, ProviderConfiguration } from '../config/parse-options.js';
import { createConverter, type Converter } from '../providers/local/converter.js';
import { createLocalProvider, type LocalProvider } from '../providers/local/provider.js';
import { createRemoteProvider } from '../providers/remote/provider.js';
import { createTextProvider } from '../providers/text.js';
import type { Clock } from '../resilience/index.js';
import type { SpeechEvents } from '../speech/events.js';
import type { SpeechLogger, SpeechProvider } from '../speech/provider.js';
import { warmReader } from '../text/normalize/markdown.js';
import { ConfiguredService, type ConfiguredServiceOptions } from './configured-service.js';
import { CustomProvider } from './custom-provider.js';
import { GuardedProvider } from './guarded-provider.js';
import { VoiceCatalog } from './voice-catalog.js';

export interface ReloadableServiceOptions {
  readonly events: SpeechEvents;
  readonly logger: SpeechLogger;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The chain in use, and those before it that still have requests under way.
 *
 * A provider whose entry stays the same stays as it is, with its connections, its workers and what its circuit has learnt. One that
 * goes finishes what it has begun, and is closed then; objects of the user's own are closed with the router, as they may come back.
 */
export class ReloadableService {
  readonly catalogue: VoiceCatalog;
  readonly #options: ReloadableServiceOptions;
  readonly #retired: ConfiguredService[] = [];
  /** What stands around objects of the user's own, by the object. */
  readonly #custom = new Map<SpeechProvider, CustomProvider>();
  /** The last provider that each of these had. */
  readonly #foreign = new Map<SpeechProvider, GuardedProvider>();
  readonly #closing = new Set<Promise<void>>();
  readonly #converter = createConverter();
  /** Audio to be played again, whichever chain made it. */
  #memory: AudioMemory | undefined;
  readonly #players: PlayerStore;
  #current: ConfiguredService;
  #isClosed = false;

  constructor(configuration: Configuration, options: ReloadableServiceOptions) {
    this.#options = options;
    this.catalogue = new VoiceCatalog(options.clock);
    this.#players = new PlayerStore(() => options.clock.now());
    this.#current = this.#service(configuration, this.#make(configuration, undefined));
    this.catalogue.use(this.#providers());
  }

  get current(): ConfiguredService {
    return this.#current;
  }

  /** Begins the health checks and warms what can be warmed. Resolves when all of that has ended, well or badly. */
  async start(): Promise<void> {
    const { chain, configuration } = this.#current;
    const warming = configuration.prepare === 'none' ? [] : [warmReader()];
    await Promise.all([...chain.providers.map(startGuarded), ...warming]);
  }

  /** Swaps the chain at once. Requests under way go on with the one they began with. */
  reconfigure(configuration: Configuration): void {
    if (this.#isClosed) throw new Error('the speech router is closed');
    const before = this.#current;
    const providers = this.#make(configuration, before);
    const added = providers.filter((guarded) => !before.chain.providers.includes(guarded));
    const from = before.chain.status().status;
    this.#current = this.#service(configuration, providers);
    this.catalogue.use(this.#providers());
    for (const guarded of before.chain.providers) if (!providers.includes(guarded)) guarded.retire();
    for (const guarded of added) void startGuarded(guarded);
    void this.#finish(before);
    const to = this.#current.chain.status().status;
    if (from !== to) this.#options.events.emit('status', { from, to });
  }

  /** Ends what is under way after a grace time, and lets every provider go. */
  async close(grace: number): Promise<void> {
    this.#isClosed = true;
    this.catalogue.close();
    this.#current.chain.stopChecks();
    await Promise.all([this.#current, ...this.#retired].map((service) => service.active.drain(grace)));
    const own = this.#current.chain.providers.filter((guarded) => !this.#foreign.has(guarded.provider));
    await Promise.all([...own, ...this.#foreign.values()].map((guarded) => guarded.close()));
    await Promise.all([this.#converter.close(), ...this.#closing]);
  }

  /** Lets go, when the last request has ended, of what no other chain has. */
  async #finish(service: ConfiguredService): Promise<void> {
    this.#retired.push(service);
    const finish = async (): Promise<void> => {
      await service.active.ended();
      this.#retired.splice(this.#retired.indexOf(service), 1);
      const inUse = [this.#current, ...this.#retired].flatMap(({ chain }) => chain.providers);
      const unused = service.chain.providers.filter(
        (guarded) => !inUse.includes(guarded) && !this.#foreign.has(guarded.provider),
      );
      await Promise.all(unused.map((guarded) => guarded.close()));
    };
    const finishing = finish();
    this.#closing.add(finishing);
    await finishing;
    this.#closing.delete(finishing);
  }

  #service(configuration: Configuration, providers: readonly GuardedProvider[]): ConfiguredService {
    const { events, clock, logger } = this.#options;
    const elsewhere = (): number => this.#retired.reduce((sum, { active }) => sum + active.size, 0);
    const convert: ConfiguredServiceOptions['convert'] = (...given) => this.#converter.convert(...given);
    const revision = this.#revisionOf(configuration, providers);
    const cache = this.#cache(configuration, revision);
    const played = configuration.get ? new ConfiguredPlayerMemory(this.#players, revision) : undefined;
    return new ConfiguredService({
      configuration,
      providers,
      events,
      clock,
      logger,
      cache,
      played,
      elsewhere,
      convert,
    });
  }

  /** The revision knows an object of the user's own by its name; another one of that name may have another voice. */
  #revisionOf({ revision }: Configuration, providers: readonly GuardedProvider[]): string {
    const known = [...this.#foreign.keys()];
    const objects = providers.map(({ provider }) => known.indexOf(provider)).filter((index) => index >= 0);
    return [revision, ...objects].join('.');
  }

  #cache({ get, cache }: Configuration, revision: string): SpeechCache | undefined {
    if (!get || cache === false) {
      this.#memory = undefined;
      return undefined;
    }
    if (!isDeepStrictEqual(this.#memory?.limits, cache)) {
      this.#memory = new AudioMemory(cache, () => this.#options.clock.now());
    }
    return this.#memory && new SpeechCache(this.#memory, revision);
  }

  #make(configuration: Configuration, before: ConfiguredService | undefined): GuardedProvider[] {
    return configuration.fallback.map(
      (entry) => unchanged(entry, configuration, before) ?? this.#guarded(entry, configuration),
    );
  }

  #guarded(entry: ProviderConfiguration, { maxInput }: Configuration): GuardedProvider {
    const origin = entry.type === 'custom' ? 'custom' : 'built-in';
    const { logger } = this.#options;
    const firstByte = entry.type === 'remote' ? entry.options.timeout.firstByte : undefined;
    const provider =
      entry.type === 'custom'
        ? this.#customProvider(entry)
        : createProvider(entry, { converter: this.#converter, logger });
    const guarded = new GuardedProvider(provider, {
      ...this.#options,
      origin,
      guards: entry.guards,
      maxInput,
      firstByte,
    });
    if (origin === 'custom') this.#foreign.set(guarded.provider, guarded);
    return guarded;
  }

  /** Finds what stands around an object that has been in use before, so that what is known of it is kept. */
  #customProvider({ provider: own, name, kind: type }: CustomConfiguration): CustomProvider {
    const known = this.#custom.get(own);
    if (known?.name === name) return known;
    const provider = new CustomProvider(own, { name, type, clock: this.#options.clock });
    this.#custom.set(own, provider);
    return provider;
  }

  #providers(): SpeechProvider[] {
    return this.#current.chain.providers.map(({ provider }) => provider);
  }
}

/** Finds the provider of an entry that is the same as before, so that what it holds and knows is kept. */
function unchanged(
  entry: ProviderConfiguration,
  { maxInput }: Configuration,
  before: ConfiguredService | undefined,
): GuardedProvider | undefined {
  if (before?.configuration.maxInput !== maxInput) return undefined;
  const index = before.configuration.fallback.findIndex((other) => isSame(entry, other));
  return before.chain.providers[index];
}

function isSame(entry: ProviderConfiguration, other: ProviderConfiguration): boolean {
  if (entry.type !== 'custom' || other.type !== 'custom') return isDeepStrictEqual(entry, other);
  return (
    entry.provider === other.provider && entry.name === other.name && isDeepStrictEqual(entry.guards, other.guards)
  );
}

function createProvider(
  entry: Exclude<ProviderConfiguration, CustomConfiguration>,
  { converter, logger }: { readonly converter: Converter; readonly logger: SpeechLogger },
): SpeechProvider {
  switch (entry.type) {
    case 'remote':
      return createRemoteProvider(entry.options, { converter });
    case 'local':
      return createLocalProvider(entry.options, logger);
    case 'text':
      return createTextProvider(entry.options);
  }
}

async function startGuarded(guarded: GuardedProvider): Promise<void> {
  await Promise.all([guarded.startChecks(), warm(guarded.provider)]);
}

/** Warms an engine that can be warmed. One that cannot start is a matter for its health check and its first request. */
async function warm(provider: SpeechProvider): Promise<void> {
  if (!canWarm(provider)) return;
  try {
    await provider.warm();
  } catch {
    // `status()` and the health check say why.
  }
}

function canWarm(provider: SpeechProvider): provider is LocalProvider {
  return provider.type === 'local' && 'warm' in provider && typeof provider.warm === 'function';
}

import type { Configuration } from '../config/parse-options.js';
import { cutFor, cutLongText, isLongText, type Cut, type CutText } from '../long-text/cut-text.js';
import type { Clock } from '../resilience/index.js';
import type { AudioCache, PlayerMemory } from '../speech/audio-cache.js';
import type { SpeechEvents } from '../speech/events.js';
import type { SpeechLogger } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import type { BodyLimits, SpeechService } from '../speech/service.js';
import { createPrepare, type PrepareRequest } from '../text/normalize.js';
import { inOneLine } from '../text/one-line.js';
import { Turns } from '../text/turns.js';
import { RequestAdmission } from './admission.js';
import type { GuardedProvider } from './guarded-provider.js';
import { holdSpeech, type AnswerToHold, type HoldContext, type SpokenOutcome } from './hold-speech.js';
import { ProviderChain } from './provider-chain.js';
import { speakLong, type SpeakLongContext } from './speak-long-text.js';

export interface ConfiguredServiceOptions {
  readonly configuration: Configuration;
  readonly providers: readonly GuardedProvider[];
  readonly events: SpeechEvents;
  readonly clock: Clock;
  /** What this configuration may play again; nothing where it keeps none. */
  readonly cache: AudioCache | undefined;
  /** What players have under way; nothing where nobody may get. */
  readonly played: PlayerMemory | undefined;
  readonly logger: SpeechLogger;
  /** Requests that are still under way with an earlier configuration. */
  readonly elsewhere: () => number;
  /** Makes sound of another shape follow what was sent before it. */
  readonly convert: SpeakLongContext['convert'];
}

/** What a router speaks with under one configuration. A request that has begun with it ends with it. */
export class ConfiguredService implements SpeechService {
  readonly configuration: Configuration;
  readonly chain: ProviderChain;
  readonly active: RequestAdmission;
  readonly body: BodyLimits;
  readonly deadline: number;
  readonly maxInput: number;
  readonly errors: 'reply' | 'next';
  readonly get: boolean;
  readonly cache: AudioCache | undefined;
  readonly played: PlayerMemory | undefined;
  readonly prepare: PrepareRequest;

  /** How long text is cut; nothing where it is not. */
  readonly #cut: Cut | undefined;
  readonly #long: SpeakLongContext;
  readonly #short: HoldContext;
  /** What long texts share the event loop by, as they are made ready and cut. */
  readonly #turns = new Turns();
  /** Whether lines are joined as what somebody says, or only as what was sent. */
  readonly #endsParagraphs: boolean;

  constructor(options: ConfiguredServiceOptions) {
    const { configuration, providers, events, clock, logger, cache, played, elsewhere, convert } = options;
    const { deadline, maxInput, bodyLimit, maxConcurrent, segments, errors, get, hold } = configuration;
    this.configuration = configuration;
    this.chain = new ProviderChain(providers, events, clock);
    this.#cut =
      segments === false
        ? undefined
        : cutFor(
            segments,
            providers.map(({ provider }) => provider.capabilities),
          );
    this.#long = { chain: this.chain, clock, deadline, ahead: segments === false ? 0 : segments.ahead, convert };
    this.#short = { chain: this.chain, clock, hold };
    this.active = new RequestAdmission(maxConcurrent, clock, elsewhere);
    this.body = { mostBytes: bodyLimit, limit: deadline, clock };
    this.deadline = deadline;
    this.maxInput = maxInput;
    this.errors = errors;
    this.get = get;
    this.cache = cache;
    this.played = played;
    const { prepare } = configuration;
    this.#endsParagraphs = prepare !== 'none';
    this.prepare = createPrepare({ prepare, maxInput, clock, logger, turns: this.#turns });
  }

  readonly speak = (request: SpeechRequest, options: AnswerToHold['options']): Promise<SpokenOutcome> => {
    if (this.#cut === undefined || !isLongText(request, this.#cut)) return this.#speakShort(request, options);
    return this.#speakCut(request, options, this.#cut);
  };

  async #speakCut(request: SpeechRequest, options: AnswerToHold['options'], cut: Cut): Promise<SpokenOutcome> {
    const text = await cutLongText(request, cut, { giveWay: this.#turns.take, signal: options.signal });
    return text === undefined ? this.#speakShort(request, options) : this.#speakLong(request, text, options);
  }

  async #speakShort(asked: SpeechRequest, options: AnswerToHold['options']): Promise<SpokenOutcome> {
    const request = inOneLine(asked, this.#endsParagraphs);
    const answer = await this.chain.speak(request, options);
    const behind = (provider: string): string[] => {
      if (options.fallback === 'none') return [];
      const names = this.chain.providers.map(({ name }) => name);
      return names.slice(names.indexOf(provider) + 1);
    };
    return holdSpeech({ request, answer, options, behind }, this.#short);
  }

  /**
   * Long text goes out as it comes: its first sound is to come early, and another provider takes over in the middle of it anyway. It is
   * held where everything is, or where nobody would notice that it broke off; only text is behind it then, as all others were asked.
   */
  async #speakLong(request: SpeechRequest, text: CutText, options: AnswerToHold['options']): Promise<SpokenOutcome> {
    const answer = await speakLong(request, text, options, this.#long);
    const behind = (): string[] =>
      options.fallback === 'none'
        ? []
        : this.chain.providers.filter(({ isLastResort }) => isLastResort).map(({ name }) => name);
    const hold = this.#short.hold === Infinity ? Infinity : 0;
    return holdSpeech({ request, answer, options, behind }, { ...this.#short, hold });
  }
}

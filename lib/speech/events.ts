import type { SpeechFormat } from '../audio/formats.js';
import { callQuietly } from '../resilience/call-quietly.js';
import type { HealthCheckResult } from '../resilience/index.js';
import type { CacheResult } from './audio-cache.js';
import type { SpeechError } from './error.js';

/** `ok`: the first provider is not known to be down. `degraded`: another one can speak. `text-only`: none can. */
export type SpeechStatusName = 'ok' | 'degraded' | 'text-only';

/**
 * What an alert is about.
 *
 * - `provider_down`: by its checks or its circuit
 * - `provider_recovered`: the end of `provider_down`; the end of the others has their own kind and the state `resolved`
 * - `fallback_ratio_high`: too many requests were not answered by the first provider
 * - `text_only`: nobody can make sound
 */
export type SpeechAlertKind = 'provider_down' | 'provider_recovered' | 'fallback_ratio_high' | 'text_only';

/** What happens, as plain data; the text and the addresses are never part of it. */
export interface SpeechEventMap {
  /** A provider was asked. `code` is null when it answered. */
  attempt: {
    /** The request that it was asked for; it stands in `X-Request-Id`. */
    readonly requestId: string;
    /** The provider's name. */
    readonly provider: string;
    /** The provider's kind: `remote`, `local`, `text`, or what an object of your own says. */
    readonly type: string;
    /** Why it did not answer; null when it did. */
    readonly code: string | null;
    /** Milliseconds until it answered or failed. */
    readonly ms: number;
    /** The failure itself, with its cause. */
    readonly error?: SpeechError;
    /** The sound had begun when it broke off: a second event of an attempt that had answered, `ms` from its first byte. */
    readonly committed?: true;
  };
  /** A request went over from one provider to the next. */
  fallback: {
    /** The request; it stands in `X-Request-Id`. */
    readonly requestId: string;
    /** Name of the provider that did not answer. */
    readonly from: string;
    /** Name of the one that is asked next. */
    readonly to: string;
    /** Why the first did not answer. */
    readonly code: string;
  };
  /** A provider's circuit breaker changed its state. */
  circuit: {
    /** The provider's name. */
    readonly provider: string;
    /** The state before: `closed`, `open` or `half-open`. */
    readonly from: string;
    /** The state that it is in now. */
    readonly to: string;
  };
  /** A health check ended. */
  health: {
    /** The provider's name. */
    readonly provider: string;
    /** Why the check failed, with its cause. */
    readonly error?: SpeechError;
  } & HealthCheckResult;
  /** The state of the whole chain changed. */
  status: {
    /** The state before. */
    readonly from: SpeechStatusName;
    /** The state that it is in now. */
    readonly to: SpeechStatusName;
  };
  /** Another configuration is in use, or `configFile` has one that cannot be, which `problem` says. */
  configuration: {
    /** A fingerprint of the configuration that is in use. */
    readonly revision: string;
    /** Where the change came from: `reconfigure()`, `configFile` or the admin page. */
    readonly origin: 'code' | 'file' | 'admin';
    /** What is wrong with the file, which is then not used; null where all is well. */
    readonly problem: string | null;
  };
  /** A speech request ended, well or badly; one event each, bad requests included. */
  request: {
    /** The request; it stands in `X-Request-Id`. */
    readonly requestId: string;
    /** The provider that answered, or, for a `hit`, that made what was kept. */
    readonly provider: string | null;
    /**
     * `audio`: all of it was sent. `text`: the text was handed back. `error`: an error reply, or sound that broke off. `aborted`: the
     * client left before the end, or the router closed.
     */
    readonly outcome: 'audio' | 'text' | 'error' | 'aborted';
    /** Why it was not audio. */
    readonly code: string | null;
    /** The first provider was asked and did not answer. */
    readonly degraded: boolean;
    /** What was asked for; null for a request that could not be read. */
    readonly format: SpeechFormat | null;
    /** Length of the text in characters; 0 for a request that could not be read. */
    readonly characters: number;
    /** Milliseconds from the request to proven audio; null where no provider was asked for it. */
    readonly firstByteMs: number | null;
    /** Milliseconds from the request to the end of its reply. */
    readonly totalMs: number;
    /** Segments of a long text that are not in the speech, as nobody could say them. */
    readonly leftOut: number;
    /** What the cache had; `off` where nobody looked, as for every POST. */
    readonly cache: CacheResult;
  };
  /** Somebody should look at this, or need not any more. */
  alert: {
    /** What it is about. */
    readonly kind: SpeechAlertKind;
    /** Whether it begins or has ended. */
    readonly state: 'firing' | 'resolved';
    /** The provider that it is about, if it is about one. */
    readonly provider?: string;
    /** The code of the failure that led here, where there is one. */
    readonly code?: string;
    /** Unix time in milliseconds at which it began. */
    readonly since: number;
    /** Unix time in milliseconds of this event. */
    readonly at: number;
  };
}

/** The events that a router tells. */
export type SpeechEventName = keyof SpeechEventMap;

/** Is called with each event of its name. What it throws, or rejects with, harms nobody. */
export type SpeechEventListener<Name extends SpeechEventName> = (event: SpeechEventMap[Name]) => unknown;

type ListenerSets = { [Name in SpeechEventName]: Set<SpeechEventListener<Name>> };

/** Tells listeners what happened. Whatever one does, throwing and rejecting included, harms neither the others nor the request. */
export class SpeechEvents {
  readonly #listeners: ListenerSets = {
    attempt: new Set(),
    fallback: new Set(),
    circuit: new Set(),
    health: new Set(),
    status: new Set(),
    configuration: new Set(),
    request: new Set(),
    alert: new Set(),
  };

  on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#of(name).add(listener);
  }

  off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#of(name).delete(listener);
  }

  /** Says whether anybody listens: what nobody hears need not be put together. */
  hasListeners(name: SpeechEventName): boolean {
    return this.#listeners[name].size > 0;
  }

  /** Tells those who listen when it comes, each once: who is added meanwhile, by being taken off and on again too, hears the next. */
  emit<Name extends SpeechEventName>(name: Name, event: SpeechEventMap[Name]): void {
    for (const listener of [...this.#of(name)]) callQuietly(() => listener(event));
  }

  #of<Name extends SpeechEventName>(name: Name): ListenerSets[Name] {
    if (!Object.hasOwn(this.#listeners, name)) {
      throw new TypeError(`there is no event "${name}"; the events are ${Object.keys(this.#listeners).join(', ')}`);
    }
    return this.#listeners[name];
  }
}

import type { HealthCheckResult } from './resilience/index.js';
import type { SpeechError } from './speech/error.js';

/** `ok`: the first provider is not known to be down. `degraded`: another one can speak. `text-only`: none can. */
export type SpeechStatusName = 'ok' | 'degraded' | 'text-only';

/** What happens, as plain data; the text and the addresses are never part of it. */
export interface SpeechEventMap {
  /** A provider was asked. `code` is null when it answered. */
  attempt: {
    readonly requestId: string;
    readonly provider: string;
    readonly type: string;
    readonly code: string | null;
    readonly ms: number;
    readonly error?: SpeechError;
    /** The sound had begun when it broke off: a second event of an attempt that had answered, `ms` from its first byte. */
    readonly committed?: true;
  };
  /** A request went over from one provider to the next. */
  fallback: { readonly requestId: string; readonly from: string; readonly to: string; readonly code: string };
  /** A provider's circuit breaker changed its state. */
  circuit: { readonly provider: string; readonly from: string; readonly to: string };
  /** A health check ended. */
  health: { readonly provider: string } & HealthCheckResult;
  /** The state of the whole chain changed. */
  status: { readonly from: SpeechStatusName; readonly to: SpeechStatusName };
  /** Another configuration is in use, or `configFile` has one that cannot be, which `problem` says. */
  configuration: {
    readonly revision: string;
    readonly origin: 'code' | 'file' | 'admin';
    readonly problem: string | null;
  };
  /** Somebody should look at this. */
  alert: { readonly kind: string; readonly provider?: string };
}

export type SpeechEventName = keyof SpeechEventMap;

export type SpeechEventListener<Name extends SpeechEventName> = (event: SpeechEventMap[Name]) => unknown;

type ListenerSets = { [Name in SpeechEventName]: Set<SpeechEventListener<Name>> };

/** Tells listeners what happened. One that throws, or rejects, harms neither the others nor the request. */
export class SpeechEvents {
  readonly #listeners: ListenerSets = {
    attempt: new Set(),
    fallback: new Set(),
    circuit: new Set(),
    health: new Set(),
    status: new Set(),
    configuration: new Set(),
    alert: new Set(),
  };

  on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#of(name).add(listener);
  }

  off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void {
    this.#of(name).delete(listener);
  }

  emit<Name extends SpeechEventName>(name: Name, event: SpeechEventMap[Name]): void {
    for (const listener of this.#of(name)) {
      try {
        const returned = listener(event);
        if (returned instanceof Promise) returned.catch(() => undefined);
      } catch {
        // A listener's fault is its own: there is nobody here to tell, and the request goes on.
      }
    }
  }

  #of<Name extends SpeechEventName>(name: Name): ListenerSets[Name] {
    if (!Object.hasOwn(this.#listeners, name)) {
      throw new TypeError(`there is no event "${name}"; the events are ${Object.keys(this.#listeners).join(', ')}`);
    }
    return this.#listeners[name];
  }
}

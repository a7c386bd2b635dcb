import type { Clock } from '../../resilience/index.js';
import type { SpeechAlertKind, SpeechEventMap, SpeechEvents } from '../../speech/events.js';
import type { ProviderStatus, SpeechStatus } from '../../speech/status.js';
import { FallbackRatio } from './fallback-ratio.js';

type Alert = SpeechEventMap['alert'];

/** Milliseconds between two alerts of the same kind about the same provider, where nothing is said. */
export const DEFAULT_MIN_INTERVAL = 300_000;

/** What can be wrong, one for each thing that can be wrong at a time. */
interface Condition {
  readonly kind: SpeechAlertKind;
  readonly provider: string | undefined;
  /** Whether it is so now. */
  isSo: boolean;
  /** Whether it was told to be so. */
  wasTold: boolean;
  /** Unix time at which it began. */
  since: number;
  /** Why. */
  code: string | undefined;
  /** Time by the clock at which it was last told to be so. */
  toldAt: number | undefined;
  cancelTimer: (() => void) | undefined;
}

export interface AlertRulesOptions {
  readonly events: SpeechEvents;
  readonly status: () => SpeechStatus;
  readonly clock: Clock;
  /** Told of each alert without being one who listens, for whose sake every request would be watched. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
}

/**
 * Decides when somebody should look: a provider that is down by its checks or its circuit, too many requests that the first provider
 * did not answer, and nothing left but text. Each is told once when it begins and once when it ends. What begins again within
 * `minInterval` of having been told is told when that is over, if it is still so.
 */
export class AlertRules {
  minInterval = DEFAULT_MIN_INTERVAL;
  readonly #options: AlertRulesOptions;
  readonly #conditions = new Map<string, Condition>();
  /** Providers that their checks have found to be down. */
  readonly #downByChecks = new Set<string>();
  readonly #ratio: FallbackRatio;
  #cancelLook: (() => void) | undefined;

  constructor(options: AlertRulesOptions) {
    this.#options = options;
    this.#ratio = new FallbackRatio(options.clock);
    for (const name of ['health', 'circuit', 'status'] as const) options.events.on(name, this.look);
  }

  /** Looks at the state of the chain. Bound, as it listens to events. */
  readonly look = (): void => {
    const { status, providers } = this.#options.status();
    for (const provider of providers) {
      this.#set('provider_down', this.#seesDown(provider), provider.name, codeOf(provider));
    }
    const speaking = providers.filter(({ type }) => type !== 'text');
    // A chain that never could do more has lost nothing.
    this.#set('text_only', status === 'text-only' && speaking.length > 0, undefined, codeOf(speaking[0]));
    this.#endOfThoseGone(new Set(providers.map(({ name }) => name)));
  };

  /** Counts a request that has ended. */
  notice({ outcome, degraded, provider, code, cache }: SpeechEventMap['request']): void {
    // Nobody was asked, or nobody waited for the answer.
    if (cache === 'hit' || outcome === 'aborted' || (provider === null && !degraded)) return;
    this.#ratio.count(degraded);
    this.#lookAtRatio(code ?? undefined);
  }

  close(): void {
    for (const name of ['health', 'circuit', 'status'] as const) this.#options.events.off(name, this.look);
    this.#cancelLook?.();
    for (const { cancelTimer } of this.#conditions.values()) cancelTimer?.();
    this.#conditions.clear();
  }

  /** Says whether a provider is down, and remembers who said so. */
  #seesDown({ name, state, circuit }: ProviderStatus): boolean {
    if (state === 'down') this.#downByChecks.add(name);
    if (state === 'down' || circuit === 'open') return true;
    const wasDown = this.#conditions.get(keyOf('provider_down', name))?.isSo === true;
    // A half-open circuit says nothing. The checks can say that all is well again where they said that it was not; where callers
    // alone have found out, one of them has to find the provider well.
    const isWell = circuit === 'closed' || (this.#downByChecks.has(name) && state === 'up');
    if (isWell) this.#downByChecks.delete(name);
    return wasDown && !isWell;
  }

  #lookAtRatio(code?: string): void {
    const isHigh = this.#ratio.isHigh();
    this.#set('fallback_ratio_high', isHigh, undefined, code);
    if (!isHigh) return;
    // It goes down by itself when no requests come, and nobody would notice.
    this.#cancelLook ??= this.#options.clock.schedule(() => {
      this.#cancelLook = undefined;
      this.#lookAtRatio();
    }, this.#ratio.step);
  }

  /** A provider that was taken out of the chain is no trouble any more. */
  #endOfThoseGone(present: ReadonlySet<string>): void {
    for (const [key, { kind, provider }] of this.#conditions) {
      if (provider === undefined || present.has(provider)) continue;
      this.#set(kind, false, provider, undefined);
      this.#conditions.get(key)?.cancelTimer?.();
      this.#conditions.delete(key);
      this.#downByChecks.delete(provider);
    }
  }

  #set(kind: SpeechAlertKind, isSo: boolean, provider: string | undefined, code: string | undefined): void {
    const key = keyOf(kind, provider);
    let condition = this.#conditions.get(key);
    if (condition === undefined) {
      if (!isSo) return;
      condition = {
        kind,
        provider,
        isSo: false,
        wasTold: false,
        since: 0,
        code,
        toldAt: undefined,
        cancelTimer: undefined,
      };
      this.#conditions.set(key, condition);
    }
    if (condition.isSo === isSo) return;
    condition.isSo = isSo;
    if (isSo) {
      condition.since = Date.now();
      condition.code = code;
    }
    this.#tell(condition);
  }

  #tell(condition: Condition): void {
    const { clock } = this.#options;
    condition.cancelTimer?.();
    condition.cancelTimer = undefined;
    if (condition.isSo === condition.wasTold) return;
    if (condition.isSo) {
      const wait = condition.toldAt === undefined ? 0 : condition.toldAt + this.minInterval - clock.now();
      if (wait > 0) {
        condition.cancelTimer = clock.schedule(() => {
          this.#tell(condition);
        }, wait);
        return;
      }
      condition.toldAt = clock.now();
    }
    condition.wasTold = condition.isSo;
    const alert = alertOf(condition);
    this.#options.onAlert?.(alert);
    this.#options.events.emit('alert', alert);
  }
}

function keyOf(kind: SpeechAlertKind, provider: string | undefined): string {
  return `${kind} ${provider ?? ''}`;
}

function codeOf(provider: ProviderStatus | undefined): string | undefined {
  return provider?.lastError?.code ?? provider?.lastCheck?.code;
}

function alertOf({ kind, provider, isSo, since, code }: Condition): Alert {
  return {
    kind: kind === 'provider_down' && !isSo ? 'provider_recovered' : kind,
    state: isSo ? 'firing' : 'resolved',
    ...(provider === undefined ? {} : { provider }),
    ...(code === undefined || !isSo ? {} : { code }),
    since,
    at: Date.now(),
  };
}

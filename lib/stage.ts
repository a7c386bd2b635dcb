import { Readable } from 'node:stream';
import {
  HealthCheck,
  type ChainStep,
  type Clock,
  type HealthCheckResult,
  type StepContext,
} from './resilience/index.js';
import type { HealthConfiguration } from './configuration.js';
import { isLongerThan } from './speech/code-points.js';
import { proveStream } from './prove-stream.js';
import { SpeechError } from './speech/error.js';
import type { SpeechLogger, SpeechProvider, SpeechResult } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';

/** What is known of one provider, as plain data. */
export interface ProviderStatus {
  readonly name: string;
  readonly type: string;
  readonly state: 'up' | 'down' | 'unknown';
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Requests it is working on, bodies that are still on their way included. */
  readonly running: number;
  readonly queued: number;
  /** Its last failure; `at` is Unix time in milliseconds. */
  readonly lastError: { readonly code: string; readonly at: number } | null;
  readonly lastCheck: HealthCheckResult | null;
}

/**
 * Milliseconds that the stages before leave to a provider: enough for a warm local engine to begin a sentence on a busy
 * machine, and for a remote in the same network to answer at all.
 */
const RESERVE = 1_000;

/** Failures that say nothing about the provider: the request was not for it, or the client went away. */
const BLAMELESS = new Set(['unsupported', 'aborted']);

/** One provider in its place in the chain, with its guards around it and its state beside it. */
export class Stage implements ChainStep<SpeechRequest, SpeechResult> {
  readonly name: string;
  readonly type: string;
  readonly reserve: number;
  readonly provider: SpeechProvider;
  readonly #origin: 'built-in' | 'custom';
  readonly #logger: SpeechLogger;
  #running = 0;
  #lastError: ProviderStatus['lastError'] = null;
  #lastCheck: HealthCheckResult | null = null;
  #healthCheck: HealthCheck | undefined;

  /** @param origin whether the provider is one of this package's, or the user's own */
  constructor(provider: SpeechProvider, origin: 'built-in' | 'custom', logger: SpeechLogger) {
    this.provider = provider;
    this.name = provider.name;
    this.type = provider.type;
    this.reserve = provider.type === 'text' ? 0 : RESERVE;
    this.#origin = origin;
    this.#logger = logger;
  }

  // The circuit breaker and the bulkhead go around this call.
  async attempt(request: SpeechRequest, { signal, budget }: StepContext): Promise<SpeechResult> {
    this.#refuseUnsupported(request);
    this.#running += 1;
    let result: SpeechResult;
    try {
      result = await this.provider.synthesize(request, { signal, deadline: budget, logger: this.#logger });
      // Our own providers have done this already, nearer to the bytes.
      if (this.#origin === 'custom') await proveResult(result, request, signal);
    } catch (thrown) {
      this.#running -= 1;
      throw SpeechError.from(thrown);
    }
    if (result.kind === 'text') {
      this.#running -= 1;
      return result;
    }
    result.stream.once('close', () => {
      this.#running -= 1;
    });
    // From the proof to the moment it is sent, the stream has nobody else to catch its error.
    result.stream.on('error', (error) => {
      this.recordFailure(SpeechError.from(error).code);
    });
    return result;
  }

  recordFailure(code: string): void {
    if (!BLAMELESS.has(code)) this.#lastError = { code, at: Date.now() };
  }

  /** Begins regular health checks. Resolves when the first has ended, well or badly. */
  async startChecks(
    { interval, timeout }: HealthConfiguration,
    clock: Clock,
    report: (result: HealthCheckResult) => void,
  ): Promise<void> {
    const check = this.provider.check?.bind(this.provider);
    if (check === undefined) return;
    const onResult = (result: HealthCheckResult): void => {
      this.#lastCheck = result;
      report(result);
    };
    this.#healthCheck = new HealthCheck({ check, interval, timeout, clock, onResult });
    await this.#healthCheck.start();
  }

  stopChecks(): void {
    this.#healthCheck?.stop();
  }

  /** Lets the provider go. A provider of the user's own that fails to close stops nobody else from closing. */
  async close(): Promise<void> {
    try {
      await this.provider.close?.();
    } catch (thrown) {
      this.#logger.warn(
        { provider: this.name, code: SpeechError.from(thrown).code },
        'a provider did not close cleanly',
      );
    }
  }

  status(): ProviderStatus {
    return {
      name: this.name,
      type: this.type,
      state: this.#state(),
      circuit: 'closed',
      running: this.#running,
      queued: 0,
      lastError: this.#lastError,
      lastCheck: this.#lastCheck,
    };
  }

  #state(): ProviderStatus['state'] {
    if (this.type === 'text') return 'up';
    if (this.#lastCheck === null) return 'unknown';
    return this.#lastCheck.ok ? 'up' : 'down';
  }

  #refuseUnsupported(request: SpeechRequest): void {
    const { formats, maxInput } = this.provider.capabilities ?? {};
    if (formats !== undefined && !formats.includes(request.format)) {
      throw new SpeechError('unsupported', `this provider does not make ${request.format}`);
    }
    if (maxInput !== undefined && isLongerThan(request.input, maxInput)) {
      throw new SpeechError('unsupported', 'the text is longer than this provider takes');
    }
  }
}

async function proveResult(result: unknown, { format }: SpeechRequest, signal: AbortSignal): Promise<void> {
  if (!isResult(result)) throw new SpeechError('bad_response', 'the provider returned neither sound nor text');
  if (result.kind === 'audio') await proveStream(result, format, signal);
}

/** Looks at what a provider that may be written in plain JavaScript has really returned. */
function isResult(value: unknown): value is SpeechResult {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'audio') return 'stream' in value && value.stream instanceof Readable && 'contentType' in value;
  return value.kind === 'text' && 'text' in value && typeof value.text === 'string';
}

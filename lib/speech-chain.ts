import type { ProviderConfiguration } from './configuration.js';
import type { SpeechEvents, SpeechStatusName } from './events.js';
import type { ReplyFacts } from './http/speech-headers.js';
import { ChainExhaustedError, runFallbackChain, type Attempt, type Clock, type Deadline } from './resilience/index.js';
import { SpeechError } from './speech/error.js';
import type { SpeechResult } from './speech/provider.js';
import type { SpeechRequest } from './speech/request.js';
import type { ProviderStatus, Stage } from './stage.js';

/** A snapshot of the whole chain, in fallback order. */
export interface SpeechStatus {
  readonly status: SpeechStatusName;
  readonly providers: readonly ProviderStatus[];
}

/** What became of a request: the answer, or null when nobody had one, and how it came to that. */
export interface SpeechOutcome {
  readonly result: SpeechResult | null;
  readonly facts: ReplyFacts;
}

export interface SpeakOptions {
  readonly deadline: Deadline;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
  /** `none`: only the first provider is asked, as the client wants its voice or none. */
  readonly fallback: 'chain' | 'none';
}

/** The providers in their order: asks them, watches them, and closes them together. */
export class SpeechChain {
  readonly stages: readonly Stage[];
  readonly #events: SpeechEvents;
  readonly #clock: Clock;
  #lastStatus: SpeechStatusName;

  constructor(stages: readonly Stage[], events: SpeechEvents, clock: Clock) {
    this.stages = stages;
    this.#events = events;
    this.#clock = clock;
    this.#lastStatus = this.status().status;
  }

  async speak(request: SpeechRequest, { deadline, signal, fallback }: SpeakOptions): Promise<SpeechOutcome> {
    const stages = fallback === 'none' ? this.stages.slice(0, 1) : this.stages;
    const run = {
      deadline,
      signal,
      clock: this.#clock,
      onAttempt: this.#watch(request.requestId, stages),
      discard: release,
    };
    try {
      const { value, step, attempts } = await runFallbackChain(stages, request, run);
      return { result: value, facts: { provider: step, degraded: step !== stages[0]?.name, attempts } };
    } catch (thrown) {
      if (!(thrown instanceof ChainExhaustedError)) throw thrown;
      return { result: null, facts: { provider: null, degraded: true, attempts: thrown.attempts } };
    }
  }

  /** Begins the health checks. Resolves when every first one has ended. */
  async startChecks(configurations: readonly ProviderConfiguration[]): Promise<void> {
    await Promise.all(
      this.stages.map(async (stage, index) => {
        const health = configurations[index]?.health ?? false;
        if (health === false) return;
        await stage.startChecks(health, this.#clock, (result) => {
          this.#events.emit('health', { provider: stage.name, ...result });
          this.#noticeStatus();
        });
      }),
    );
  }

  status(): SpeechStatus {
    const providers = this.stages.map((stage) => stage.status());
    return { status: overall(providers), providers };
  }

  stopChecks(): void {
    for (const stage of this.stages) stage.stopChecks();
  }

  async close(): Promise<void> {
    await Promise.all(this.stages.map((stage) => stage.close()));
  }

  #watch(requestId: string, stages: readonly Stage[]): (attempt: Attempt, thrown: unknown) => void {
    let index = 0;
    return ({ code, ms }, thrown) => {
      const stage = stages[index];
      index += 1;
      if (stage === undefined) return;
      const attempt = { requestId, provider: stage.name, type: stage.type, code, ms };
      this.#events.emit('attempt', code === null ? attempt : { ...attempt, error: SpeechError.from(thrown) });
      if (code === null) return;
      stage.recordFailure(code);
      const next = stages[index];
      if (next !== undefined && code !== 'aborted') {
        this.#events.emit('fallback', { requestId, from: stage.name, to: next.name, code });
      }
    };
  }

  #noticeStatus(): void {
    const { status } = this.status();
    if (status === this.#lastStatus) return;
    const from = this.#lastStatus;
    this.#lastStatus = status;
    this.#events.emit('status', { from, to: status });
  }
}

function overall(providers: readonly ProviderStatus[]): SpeechStatusName {
  const canSpeak = (provider: ProviderStatus): boolean => provider.type !== 'text' && provider.state !== 'down';
  if (!providers.some(canSpeak)) return 'text-only';
  const first = providers[0];
  return first !== undefined && canSpeak(first) ? 'ok' : 'degraded';
}

/** Lets go of audio that came after its stage had been given up. */
function release(result: SpeechResult): void {
  if (result.kind === 'audio') result.stream.destroy();
}

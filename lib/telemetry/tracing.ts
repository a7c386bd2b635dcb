import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { requireOptional } from '../packages/optional-package.js';
import type { SpeechEventMap } from '../speech/events.js';
import type { RequestTrace } from '../speech/trace.js';

type Api = typeof OpenTelemetry;

/** A request's trace that can be brought to its end. */
export interface OpenTrace extends RequestTrace {
  end(end: SpeechEventMap['request']): void;
}

/**
 * Draws requests as OpenTelemetry spans, where the application has the API and a provider of tracers registered.
 *
 * A request is a span `speech` under whatever span is active when it comes in, and each attempt one of its own below it. Text, keys
 * and addresses are no part of them.
 */
export class Tracing {
  readonly #api: Api;
  readonly #tracer: Tracer;

  private constructor(api: Api) {
    this.#api = api;
    // The API hands out a stand-in until a provider has been registered, so the order does not matter.
    this.#tracer = api.trace.getTracer('express-speech');
  }

  /** Nothing where the API is not installed. */
  static load(): Tracing | undefined {
    const api = requireOptional('@opentelemetry/api');
    return api === undefined ? undefined : new Tracing(api as Api);
  }

  /** Begins the trace of a request; nothing where nobody records it. */
  begin(): OpenTrace | undefined {
    return harmlessly(() => {
      const span = this.#tracer.startSpan('speech');
      return span.isRecording() ? new SpanTrace(this.#api, this.#tracer, span) : undefined;
    });
  }
}

class SpanTrace implements OpenTrace {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  #attempt: Span | undefined;

  constructor(api: Api, tracer: Tracer, span: Span) {
    this.#api = api;
    this.#tracer = tracer;
    this.#span = span;
    this.#context = api.trace.setSpan(api.context.active(), span);
  }

  run<Value>(work: () => Value): Value {
    return this.#within(this.#context, work);
  }

  attempt<Value>(provider: string, type: string, work: () => Value): Value {
    const span = this.#startAttempt(provider, type);
    this.#attempt = span;
    if (span === undefined) return work();
    return this.#within(this.#api.trace.setSpan(this.#context, span), work);
  }

  attempted(provider: string, code: string | null): void {
    // One whose time was up before its turn has not been asked at all.
    const span = this.#attempt ?? this.#startAttempt(provider, undefined);
    this.#attempt = undefined;
    this.#close(span, code);
  }

  brokeOff(provider: string, code: string): void {
    const span = this.#startAttempt(provider, undefined);
    harmlessly(() => span?.setAttribute('speech.committed', true));
    this.#close(span, code);
  }

  end({
    requestId,
    provider,
    outcome,
    code,
    degraded,
    format,
    characters,
    leftOut,
    cache,
  }: SpeechEventMap['request']): void {
    harmlessly(() => {
      this.#span.setAttributes({
        'speech.request_id': requestId,
        'speech.outcome': outcome,
        'speech.degraded': degraded,
        'speech.characters': characters,
        'speech.cache': cache,
        ...(leftOut === 0 ? {} : { 'speech.left_out': leftOut }),
        ...(provider === null ? {} : { 'speech.provider': provider }),
        ...(format === null ? {} : { 'speech.format': format }),
      });
    });
    // The text in place of speech is an answer; why it came to that stands on the attempts.
    this.#close(this.#span, outcome === 'text' ? null : code);
  }

  /** Does the work in a context; without one, if there can be none. */
  #within<Value>(context: Context, work: () => Value): Value {
    const outcomes: (() => Value)[] = [];
    harmlessly(() => {
      this.#api.context.with(context, () => outcomes.push(outcomeOf(work)));
    });
    const [outcome = work] = outcomes;
    return outcome();
  }

  #startAttempt(provider: string, type: string | undefined): Span | undefined {
    const { SpanKind } = this.#api;
    const attributes = {
      'speech.provider': provider,
      ...(type === undefined ? {} : { 'speech.provider.type': type }),
    };
    const kind = type === 'remote' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return harmlessly(() => this.#tracer.startSpan('speech attempt', { kind, attributes }, this.#context));
  }

  #close(span: Span | undefined, code: string | null): void {
    harmlessly(() => {
      if (code !== null) {
        span?.setAttribute('error.type', code);
        // A client that left is no error of anybody's.
        if (code !== 'aborted') span?.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: code });
      }
      span?.end();
    });
  }
}

/** Does the work now, and hands over later what came of it. */
function outcomeOf<Value>(work: () => Value): () => Value {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** Keeps what listens to spans, such as an exporter with a bug, from harming a request. */
function harmlessly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

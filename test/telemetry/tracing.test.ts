import { PassThrough } from 'node:stream';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type ContextManager,
  type Span,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { SpeechError, type SpeechRouterOptions } from '../../lib/index.js';
import { Tracing } from '../../lib/telemetry/tracing.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';
import { startUpstream } from '../support/upstream.js';

const REQUEST = { input: 'Hello there.', response_format: 'pcm' };

/** Hands every span to a processor from now on. */
function record(processor: SpanProcessor): void {
  trace.disable();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
}

/** Resolves with what becomes of the next request. */
function outcomeOf({ speech }: TestApp): Promise<string> {
  return new Promise((resolve) => {
    speech.on('request', ({ outcome }) => {
      resolve(outcome);
    });
  });
}

describe('Tracing', () => {
  it('begins nothing where no provider of tracers is registered', () => {
    expect(Tracing.load()?.begin()).to.equal(undefined);
  });

  describe('with a provider of tracers', () => {
    const exporter = new InMemorySpanExporter();
    let app: TestApp;
    let host: Span;

    before(() => {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    });

    beforeEach(() => {
      exporter.reset();
      record(new SimpleSpanProcessor(exporter));
    });

    afterEach(() => app.close());

    after(() => {
      trace.disable();
      context.disable();
    });

    async function start(options: SpeechRouterOptions): Promise<void> {
      app = await startApp(options, (own) => {
        own.use((_request, _response, next) => {
          host = trace.getTracer('the host').startSpan('host');
          context.with(trace.setSpan(context.active(), host), next);
        });
      });
    }

    async function spansOf(body: unknown): Promise<{ speech: ReadableSpan; attempts: readonly ReadableSpan[] }> {
      await (await app.speak(body, { 'x-request-id': 'mine' })).arrayBuffer().catch(() => undefined);
      const finished = (name: string): ReadableSpan[] =>
        exporter.getFinishedSpans().filter((span) => span.name === name);
      for (;;) {
        const [speech] = finished('speech');
        if (speech !== undefined) return { speech, attempts: finished('speech attempt') };
        await settle();
      }
    }

    it('draws a request below the host’s own span, and its attempts below the request', async () => {
      const upstream = await startUpstream('fails with a body that stalls');
      const remote = { type: 'remote', name: 'first', baseUrl: upstream.baseUrl, health: false } as const;
      await start({ fallback: [{ ...remote, retry: { limit: 0 } }, speaker('second')] });
      const { speech, attempts } = await spansOf(REQUEST);
      await upstream.close();
      expect(speech.parentSpanContext?.spanId).to.equal(host.spanContext().spanId);
      expect(speech.attributes).to.deep.equal({
        'speech.request_id': 'mine',
        'speech.outcome': 'audio',
        'speech.degraded': true,
        'speech.characters': 12,
        'speech.cache': 'off',
        'speech.provider': 'second',
        'speech.format': 'pcm',
      });
      expect(speech.status.code).to.equal(SpanStatusCode.UNSET);
      const [first, second] = attempts;
      for (const span of attempts) expect(span.parentSpanContext?.spanId).to.equal(speech.spanContext().spanId);
      expect(first?.kind).to.equal(SpanKind.CLIENT);
      expect(first?.attributes).to.deep.equal({
        'speech.provider': 'first',
        'speech.provider.type': 'remote',
        'error.type': 'status.500',
      });
      expect(first?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'status.500' });
      expect(second?.kind).to.equal(SpanKind.INTERNAL);
      expect(second?.status.code).to.equal(SpanStatusCode.UNSET);
    });

    it('draws a provider that broke off while its sound was held as one that failed', async () => {
      const breaks = provider('first', () => {
        const stream = new PassThrough();
        stream.write(PCM);
        setImmediate(() => stream.destroy(new SpeechError('reset', 'the server died')));
        return Promise.resolve(pcm(stream));
      });
      await start({ fallback: [breaks, speaker('second')] });
      const { speech, attempts } = await spansOf(REQUEST);
      expect(speech.attributes).to.include({ 'speech.outcome': 'audio', 'speech.degraded': true });
      expect(attempts.map(({ attributes }) => [attributes['speech.provider'], attributes['error.type']])).to.deep.equal(
        [
          ['first', undefined],
          ['first', 'reset'],
          ['second', undefined],
        ],
      );
      expect(attempts[1]?.attributes).to.include({ 'speech.committed': true });
      expect(attempts[1]?.status.code).to.equal(SpanStatusCode.ERROR);
    });

    it('has the attempt’s span active while the provider works', async () => {
      let active: string | undefined;
      const own = speaker('first');
      await start({
        fallback: [
          provider('first', (request, options) => {
            active = trace.getActiveSpan()?.spanContext().spanId;
            return own.synthesize(request, options);
          }),
        ],
      });
      const { attempts } = await spansOf(REQUEST);
      expect(attempts.map((span) => span.spanContext().spanId)).to.deep.equal([active]);
    });

    it('marks a request that ended with an error, and takes text for an answer', async () => {
      const refuses = provider('first', () => Promise.reject(new SpeechError('refused', 'made to fail')));
      await start({ fallback: [refuses, { type: 'text' }] });
      const { speech: text } = await spansOf(REQUEST);
      expect(text.status.code).to.equal(SpanStatusCode.UNSET);
      expect(text.attributes).to.include({ 'speech.outcome': 'text', 'speech.provider': 'text' });
      exporter.reset();
      const { speech: bad, attempts } = await spansOf('{');
      expect(bad.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'invalid_json' });
      expect(attempts).to.deep.equal([]);
    });

    it('harms no request when what listens to spans throws', async () => {
      const throws = ({ name }: { readonly name: string }): void => {
        if (name !== 'host') throw new Error('a bug of the processor');
      };
      const quiet = (): Promise<void> => Promise.resolve();
      for (const onStart of [throws, () => undefined]) {
        record({ onStart, onEnd: throws, forceFlush: quiet, shutdown: quiet });
        await start({ fallback: [speaker('first')] });
        const outcome = outcomeOf(app);
        expect((await app.speak(REQUEST)).status).to.equal(200);
        expect(await outcome).to.equal('audio');
        await app.close();
      }
    });

    it('harms no request when there can be no context', async () => {
      const quiet = { active: () => ROOT_CONTEXT, enable: () => quiet, disable: () => quiet };
      const broken = {
        ...quiet,
        bind: <Bound>(_context: unknown, target: Bound) => target,
        with: () => {
          throw new Error('a bug of the context manager');
        },
      };
      context.disable();
      context.setGlobalContextManager(broken as unknown as ContextManager);
      try {
        app = await startApp({ fallback: [speaker('first')] });
        const outcome = outcomeOf(app);
        expect((await app.speak(REQUEST)).status).to.equal(200);
        expect(await outcome).to.equal('audio');
      } finally {
        context.disable();
        context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      }
    });

    it('has a span for an attempt that was not made, as no time was left for it', async () => {
      await start({ fallback: [speaker('first')] });
      Tracing.load()?.begin()?.attempted('second', 'deadline');
      const [span] = exporter.getFinishedSpans();
      expect(span?.attributes).to.deep.equal({ 'speech.provider': 'second', 'error.type': 'deadline' });
    });
  });
});

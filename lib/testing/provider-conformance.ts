import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { finished } from 'node:stream/promises';
import { SPEECH_FORMATS, typeAgrees } from '../audio/formats.js';
import { sniffAudio } from '../audio/sniff.js';
import { SpeechError } from '../speech/error.js';
import type { SpeechAudio, SpeechProvider, SynthesisContext } from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { SILENT_LOGGER } from '../speech/silent-logger.js';
import { discard } from '../streams/discard.js';
import { atOnce, bytesOf, failureOf } from './outcomes.js';

/** Which provider is tested, and how it can be made to fail. */
export interface ConformanceOptions {
  /** Makes a provider that can speak. */
  readonly create: () => Promise<SpeechProvider> | SpeechProvider;
  /** Makes one whose service does not answer, where that can be had: only with it is it tested that an abort ends its work. */
  readonly createHanging?: () => Promise<SpeechProvider> | SpeechProvider;
  /** Makes one whose service fails, where that can be had: only with it is it tested how it says so. */
  readonly createFailing?: () => Promise<SpeechProvider> | SpeechProvider;
  /** What it is asked for; by default "Hello there." as `pcm`, at the usual speed. */
  readonly request?: Partial<SpeechRequest>;
}

/** One thing that is expected of a provider. */
export interface ConformanceTest {
  /** As a sentence without its subject, such as "speaks again and again". */
  readonly title: string;
  /** Resolves where the provider does it; rejects with an `AssertionError` of Node's, or with what the provider threw. */
  readonly run: () => Promise<void>;
}

/** What is expected of every provider, for a test runner of any kind. */
export interface ProviderConformance {
  readonly tests: readonly ConformanceTest[];
  /** Closes the provider that the tests share. To be called behind the last of them. */
  close(): Promise<void>;
}

/** Milliseconds that a provider is told it has: nothing in the suite waits for them. */
const DEADLINE = 10_000;

const REQUEST: SpeechRequest = {
  requestId: 'conformance',
  input: 'Hello there.',
  model: undefined,
  voice: undefined,
  format: 'pcm',
  speed: 1,
  instructions: undefined,
  extra: {},
};

/**
 * States what is expected of every provider. Run it over one of your own before you put it into a chain.
 *
 * @example
 * ```ts
 * const conformance = providerConformance({ create: () => myProvider() });
 * describe('my provider', () => {
 *   for (const { title, run } of conformance.tests) it(title, run);
 *   after(() => conformance.close());
 * });
 * ```
 */
export function providerConformance(options: ConformanceOptions): ProviderConformance {
  const request: SpeechRequest = { ...REQUEST, ...options.request };
  let shared: Promise<SpeechProvider> | undefined;
  const provider = (): Promise<SpeechProvider> => (shared ??= Promise.resolve(options.create()));
  const ask = async (signal = new AbortController().signal): Promise<SpeechAudio | undefined> => {
    const result = await (await provider()).synthesize(request, context(signal));
    return result.kind === 'audio' ? result : undefined;
  };
  const { createHanging, createFailing } = options;
  const tests: ConformanceTest[] = [
    {
      title: 'has a name and a type that fit into a header',
      async run() {
        const { name, type } = await provider();
        assert.match(name, /^[A-Za-z0-9][\w.-]{0,63}$/);
        assert.match(type, /^[\w.-]+$/);
      },
    },
    {
      title: 'resolves with proven sound of the format asked for, or with text',
      async run() {
        const result = await (await provider()).synthesize(request, context());
        if (result.kind === 'text') {
          assert.ok(typeof result.text === 'string' && result.text !== '', 'there is no text');
          return;
        }
        assert.ok(
          typeAgrees(result.contentType, request.format),
          `${result.contentType} is no type of ${request.format}`,
        );
        const bytes = await bytesOf(result);
        assert.equal(sniffAudio(request.format, bytes), 'valid');
        if (result.contentLength !== undefined) assert.equal(bytes.length, result.contentLength);
      },
    },
    {
      title: 'speaks again and again, and several requests at once, each as a whole',
      async run() {
        const lengths = await Promise.all(
          Array.from({ length: 4 }, async () => {
            const audio = await ask();
            return audio === undefined ? 0 : (await bytesOf(audio)).length;
          }),
        );
        assert.equal(new Set(lengths).size, 1, `lengths of ${lengths.join(', ')} bytes`);
      },
    },
    {
      title: 'leaves no listener on the signal when the sound has ended',
      async run() {
        const { signal } = new AbortController();
        const audio = await ask(signal);
        if (audio !== undefined) {
          audio.stream.resume();
          await once(audio.stream, 'close');
        }
        assert.equal(getEventListeners(signal, 'abort').length, 0);
      },
    },
    {
      title: 'destroys its stream when the signal aborts in the middle, with a SpeechError or none',
      async run() {
        const controller = new AbortController();
        const audio = await ask(controller.signal);
        if (audio === undefined) return;
        const end = finished(audio.stream).then(
          () => undefined,
          (error: unknown) => error,
        );
        controller.abort();
        const error = await atOnce(end, 'the stream goes on when the signal aborts').catch((late: unknown) => {
          discard(audio.stream);
          throw late;
        });
        assert.equal(audio.stream.destroyed, true);
        const isPrematureClose =
          error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
        assert.ok(isPrematureClose || SpeechError.is(error), String(error));
      },
    },
    {
      title: 'bears its stream being destroyed by the reader, and speaks the next time',
      async run() {
        const audio = await ask();
        if (audio !== undefined) {
          discard(audio.stream);
          await once(audio.stream, 'close');
        }
        const next = await ask();
        if (next !== undefined) assert.ok((await bytesOf(next)).length > 0, 'there is no sound');
      },
    },
    {
      title: 'refuses at once when the signal has aborted already',
      async run() {
        const own = await provider();
        if (own.type === 'text') return;
        assert.equal((await failureOf(own.synthesize(request, context(AbortSignal.abort())))).code, 'aborted');
      },
    },
    {
      title: 'says unsupported to a format that it does not make',
      async run() {
        const own = await provider();
        const format = SPEECH_FORMATS.find((one) => !(own.capabilities?.formats ?? SPEECH_FORMATS).includes(one));
        if (format === undefined) return;
        assert.equal((await failureOf(own.synthesize({ ...request, format }, context()))).code, 'unsupported');
      },
    },
    {
      title: 'lists voices and models as ids and names, where it lists them at all',
      async run() {
        const own = await provider();
        const { signal } = new AbortController();
        for (const { id, name } of (await own.voices?.({ signal })) ?? []) {
          assert.ok(typeof id === 'string' && id !== '', 'a voice has no id');
          assert.ok(typeof name === 'string' && name !== '', `the voice ${id} has no name`);
        }
        for (const { id } of (await own.models?.({ signal })) ?? []) {
          assert.ok(typeof id === 'string' && id !== '', 'a model has no id');
        }
      },
    },
    {
      title: 'passes its own check',
      async run() {
        await (await provider()).check?.({ signal: new AbortController().signal });
      },
    },
    {
      title: 'closes in the middle of its work, and twice',
      async run() {
        const closing = await options.create();
        const result = await closing.synthesize(request, context());
        if (result.kind === 'audio') result.stream.on('error', () => undefined);
        await closing.close?.();
        await closing.close?.();
        if (result.kind === 'audio') discard(result.stream);
      },
    },
  ];
  if (createHanging !== undefined) {
    tests.push({
      title: 'settles as soon as the signal aborts while it is at work',
      async run() {
        const hanging = await createHanging();
        const controller = new AbortController();
        const settled = failureOf(hanging.synthesize(request, context(controller.signal)));
        setImmediate(() => {
          controller.abort();
        });
        assert.equal((await atOnce(settled, 'it goes on when the signal aborts')).code, 'aborted');
        assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
        await hanging.close?.();
      },
    });
  }
  if (createFailing !== undefined) {
    tests.push({
      title: 'rejects with a SpeechError when it fails',
      async run() {
        const failing = await createFailing();
        await failureOf(failing.synthesize(request, context()));
        await failing.close?.();
      },
    });
  }
  return {
    tests,
    async close() {
      await (await shared)?.close?.();
    },
  };
}

function context(signal = new AbortController().signal): SynthesisContext {
  return { signal, deadline: DEADLINE, logger: SILENT_LOGGER };
}

import { getEventListeners, once } from 'node:events';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import { SPEECH_FORMATS, typeAgrees } from '../../lib/audio/formats.js';
import { sniffAudio } from '../../lib/audio/sniff.js';
import { SpeechError, type SpeechAudio, type SpeechProvider, type SpeechRequest } from '../../lib/index.js';
import { context, speechRequest } from './speech-request.js';

export interface ConformanceOptions {
  /** Makes a provider that can speak; it is closed afterwards. */
  readonly create: () => Promise<SpeechProvider> | SpeechProvider;
  /** Makes the provider take long or fail, where that can be had. */
  readonly createHanging?: () => Promise<SpeechProvider> | SpeechProvider;
  readonly createFailing?: () => Promise<SpeechProvider> | SpeechProvider;
  readonly request?: Partial<SpeechRequest>;
}

/** States what is expected of every provider. Run it over one of your own before you put it into a chain. */
export function describeProvider(name: string, options: ConformanceOptions): void {
  describe(`${name} keeps the contract of a provider`, function () {
    this.timeout(20_000);
    const request = speechRequest(options.request);
    let provider: SpeechProvider;

    async function speak(signal = new AbortController().signal): Promise<SpeechAudio | undefined> {
      const result = await provider.synthesize(request, context({ signal }));
      return result.kind === 'audio' ? result : undefined;
    }

    before(async () => {
      provider = await options.create();
    });
    after(() => provider.close?.());

    it('has a name and a type that fit into a header', () => {
      expect(provider.name).to.match(/^[A-Za-z0-9][\w.-]{0,63}$/);
      expect(provider.type).to.match(/^[\w.-]+$/);
    });

    it('resolves with proven sound of the format asked for, or with text', async () => {
      const result = await provider.synthesize(request, context());
      if (result.kind === 'text') {
        expect(result.text).to.be.a('string').and.not.equal('');
        return;
      }
      expect(typeAgrees(result.contentType, request.format)).to.equal(true);
      const bytes = await bytesOf(result);
      expect(sniffAudio(request.format, bytes)).to.equal('valid');
      if (result.contentLength !== undefined) expect(bytes.length).to.equal(result.contentLength);
    });

    it('speaks again and again, and several requests at once, each as a whole', async () => {
      const lengths = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const audio = await speak();
          return audio === undefined ? 0 : (await bytesOf(audio)).length;
        }),
      );
      expect(new Set(lengths).size).to.equal(1);
    });

    it('leaves no listener on the signal when the sound has ended', async () => {
      const { signal } = new AbortController();
      const audio = await speak(signal);
      if (audio !== undefined) {
        audio.stream.resume();
        await once(audio.stream, 'close');
      }
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('destroys its stream when the signal aborts in the middle, with an error of ours or none', async () => {
      const controller = new AbortController();
      const audio = await speak(controller.signal);
      if (audio === undefined) return;
      const end = finished(audio.stream).then(
        () => undefined,
        (error: unknown) => error,
      );
      controller.abort();
      const error = await end;
      expect(audio.stream.destroyed).to.equal(true);
      const isPrematureClose = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
      expect(isPrematureClose || SpeechError.is(error), String(error)).to.equal(true);
    });

    it('bears its stream being destroyed by the reader, and speaks the next time', async () => {
      const audio = await speak();
      if (audio !== undefined) {
        audio.stream.destroy();
        await once(audio.stream, 'close');
      }
      const next = await speak();
      if (next !== undefined) expect((await bytesOf(next)).length).to.be.greaterThan(0);
    });

    it('refuses at once when the signal has aborted already', async () => {
      if (provider.type === 'text') return;
      const error = await failureOf(provider.synthesize(request, context({ signal: AbortSignal.abort() })));
      expect(error.code).to.equal('aborted');
    });

    it('says unsupported to a format that it does not make', async () => {
      const format = SPEECH_FORMATS.find((one) => !(provider.capabilities?.formats ?? SPEECH_FORMATS).includes(one));
      if (format === undefined) return;
      const error = await failureOf(provider.synthesize({ ...request, format }, context()));
      expect(error.code).to.equal('unsupported');
    });

    it('lists voices and models as ids and names, where it lists them at all', async () => {
      const { signal } = new AbortController();
      for (const voice of (await provider.voices?.({ signal })) ?? []) {
        expect(voice.id).to.be.a('string').and.not.equal('');
        expect(voice.name).to.be.a('string').and.not.equal('');
      }
      for (const model of (await provider.models?.({ signal })) ?? [])
        expect(model.id).to.be.a('string').and.not.equal('');
    });

    it('passes its own check', async () => {
      await provider.check?.({ signal: new AbortController().signal });
    });

    it('closes in the middle of its work, and twice', async () => {
      const closing = await options.create();
      const result = await closing.synthesize(request, context());
      await closing.close?.();
      await closing.close?.();
      if (result.kind === 'audio') result.stream.destroy();
    });

    const { createHanging, createFailing } = options;
    if (createHanging !== undefined) {
      it('settles as soon as the signal aborts while it is at work', async () => {
        const hanging = await createHanging();
        const controller = new AbortController();
        const settled = failureOf(hanging.synthesize(request, context({ signal: controller.signal })));
        setImmediate(() => {
          controller.abort();
        });
        expect((await settled).code).to.equal('aborted');
        expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
        await hanging.close?.();
      });
    }
    if (createFailing !== undefined) {
      it('rejects with an error of ours when it fails', async () => {
        const failing = await createFailing();
        expect(SpeechError.is(await failureOf(failing.synthesize(request, context())))).to.equal(true);
        await failing.close?.();
      });
    }
  });
}

export async function bytesOf({ stream }: SpeechAudio): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function failureOf(promise: Promise<unknown>): Promise<SpeechError> {
  try {
    await promise;
  } catch (error) {
    if (SpeechError.is(error)) return error;
    throw new Error('rejected with an error that is not ours', { cause: error });
  }
  throw new Error('expected a failure');
}

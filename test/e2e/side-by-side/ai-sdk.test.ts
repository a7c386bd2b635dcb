import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';
import { APICallError, experimental_generateSpeech as generateSpeech, RetryError } from 'ai';
import { expect } from 'chai';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { CONTENT_TYPES } from '../../support/content-types.js';
import { startExampleApp, type ExampleApp } from '../../support/example-app.js';
import { decode, RATE } from '../../support/takeover/decoded.js';
import { prose } from '../../support/takeover/prose.js';
import { needsTools, wordErrorRate, wordsHeard, wordsOf } from '../../support/tools.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';
const LONG = prose(1_100);
/** The openai client asks for long text in the others. */
const LONG_FORMATS: readonly SpeechFormat[] = ['mp3', 'opus', 'wav'];
/** What no engine reads without a mistake: no kanji is for espeak, and nothing but English for flite. */
const JAPANESE = '今日は天気がいい。';
const RAW = ['-f', 's16le', '-ar', '24000', '-ac', '1'];

/** What the SDK calls the sound, which it goes by the first bytes for. It knows no ADTS and no bare samples, and says MP3 then. */
const KNOWN_AS: Readonly<Record<SpeechFormat, readonly [mediaType: string, format: string]>> = {
  mp3: ['audio/mpeg', 'mp3'],
  opus: ['audio/ogg', 'ogg'],
  aac: ['audio/mp3', 'mp3'],
  flac: ['audio/flac', 'flac'],
  wav: ['audio/wav', 'wav'],
  pcm: ['audio/mp3', 'mp3'],
};

describe('generateSpeech of the AI SDK', function () {
  let folder: string;
  let app: ExampleApp;
  let baseURL: string;
  let openai: OpenAIProvider;

  before(async function () {
    needsTools(this, 'ffmpeg', 'pocketsphinx_continuous');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function startApp(env: Record<string, string>): Promise<void> {
    app = await startExampleApp(env);
    baseURL = `${app.origin}/v1`;
    openai = createOpenAI({ baseURL, apiKey: 'any' });
  }

  /** Has a text spoken, holds what the SDK says of it against the format, and resolves with seconds and the file. */
  async function speak(format: SpeechFormat, text: string): Promise<{ path: string; seconds: number }> {
    const { audio, responses, warnings } = await generateSpeech({
      model: openai.speech('tts-1'),
      text,
      voice: 'alloy',
      outputFormat: format,
      maxRetries: 0,
    });
    expect(warnings).to.deep.equal([]);
    expect(responses[0]?.headers?.['content-type']).to.equal(CONTENT_TYPES[format]);
    expect([audio.mediaType, audio.format]).to.deep.equal(KNOWN_AS[format]);
    const path = join(folder, `speech.${format}`);
    await writeFile(path, audio.uint8Array);
    const { samples, complaints } = await decode(path, optionsOf(format));
    expect(complaints).to.equal('');
    return { path, seconds: samples.length / RATE };
  }

  const optionsOf = (format: SpeechFormat): readonly string[] => (format === 'pcm' ? RAW : []);

  describe('pointed at the example app on its own engine', () => {
    before(() => startApp({ TTS_URL: 'http://127.0.0.1:1/v1' }));
    after(() => app.stop());

    for (const format of SPEECH_FORMATS) {
      it(`gets speech as ${format} that decodes without a word and is understood`, async () => {
        const { path } = await speak(format, SENTENCE);
        const heard = await wordsHeard(path, optionsOf(format));
        expect(wordErrorRate(wordsOf(SENTENCE), heard), heard.join(' ')).to.be.at.most(0.4);
      });
    }

    for (const format of LONG_FORMATS) {
      it(`gets a long text as ${format}, to its end`, async () => {
        const { seconds } = await speak(format, LONG);
        // A letter takes a voice about 55 ms, with the rests between sentences.
        expect(seconds / LONG.length).to.be.within(0.05, 0.07);
      });
    }
  });

  describe('pointed at the example app in front of a server that makes every format', () => {
    let upstream: Upstream;

    before(async () => {
      upstream = await startUpstream('speaks');
      await startApp({ TTS_URL: upstream.baseUrl });
    });
    after(async () => {
      await app.stop();
      await upstream.close();
    });

    for (const format of SPEECH_FORMATS) {
      it(`gets ${format} through it that decodes without a word`, async () => {
        await speak(format, SENTENCE);
        expect(upstream.askedToSpeak().at(-1)).to.deep.include({ input: SENTENCE, response_format: format });
      });
    }

    for (const format of LONG_FORMATS) {
      it(`gets a long text through it as ${format}`, async () => {
        const before = upstream.askedToSpeak().length;
        await speak(format, LONG);
        const inputs = upstream
          .askedToSpeak()
          .slice(before)
          .map(({ input }) => input);
        expect(inputs.join(' ')).to.equal(LONG);
        expect(inputs.length, 'cut at sentences').to.be.above(1);
      });
    }
  });

  describe('where only text is left', () => {
    const sound = { accept: 'audio/*' };

    /** Counts the calls, and leaves out the seconds that the reply asks to wait before the next one. */
    function counting(calls: string[]): typeof fetch {
      return async (input, init) => {
        const response = await fetch(input, init);
        calls.push(response.headers.get('retry-after') ?? '');
        const headers = new Headers(response.headers);
        headers.set('retry-after-ms', '0');
        return new Response(response.body, { status: response.status, headers });
      };
    }

    async function failureOf(model: ReturnType<OpenAIProvider['speech']>, maxRetries?: number): Promise<unknown> {
      return generateSpeech({ model, text: JAPANESE, ...(maxRetries === undefined ? {} : { maxRetries }) }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    }

    describe('and the request says that it takes nothing but sound', () => {
      before(() => startApp({ TTS_URL: 'http://127.0.0.1:1/v1' }));
      after(() => app.stop());

      it('throws an error of the API, with the text in its body', async () => {
        const error = await failureOf(createOpenAI({ baseURL, apiKey: 'any', headers: sound }).speech('tts-1'), 0);
        if (!APICallError.isInstance(error)) throw new Error('expected an error of the API');
        expect(error.statusCode).to.equal(503);
        expect(error.message).to.equal('No speech provider could answer this request.');
        expect(JSON.parse(error.responseBody ?? '')).to.have.property('text', JAPANESE);
        expect(error.responseHeaders).to.include({ 'x-should-retry': 'false' });
      });

      it('tries as often as it always does, and no more', async () => {
        const calls: string[] = [];
        const provider = createOpenAI({ baseURL, apiKey: 'any', headers: sound, fetch: counting(calls) });
        const error = await failureOf(provider.speech('tts-1'));
        if (!RetryError.isInstance(error)) throw new Error('expected the last of its tries');
        expect(error.reason).to.equal('maxRetriesExceeded');
        // It does not know `x-should-retry`, but how long to wait.
        expect(calls).to.deep.equal(['5', '5', '5']);
      });
    });

    describe('and the chain ends with an error', () => {
      before(() => startApp({ TTS_URL: 'http://127.0.0.1:1/v1', FALLBACK_STATUS: '503' }));
      after(() => app.stop());

      it('throws that, whatever the request says', async () => {
        const error = await failureOf(openai.speech('tts-1'), 0);
        if (!APICallError.isInstance(error)) throw new Error('expected an error of the API');
        expect(error.statusCode).to.equal(503);
        expect(JSON.parse(error.responseBody ?? '')).to.have.property('text', JAPANESE);
      });
    });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import { sniffAudio } from '../../../lib/audio/sniff.js';
import { samplesOf, soundIn } from '../../support/audio.js';
import { startExampleApp, type ExampleApp } from '../../support/example-app.js';
import { decode, RATE } from '../../support/takeover/decoded.js';
import { prose } from '../../support/takeover/prose.js';
import { decodingErrors, needsTools, output, wordErrorRate, wordsHeard, wordsOf } from '../../support/tools.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';
const LONG = prose(1_100);
/** The AI SDK asks for long text in the others. */
const LONG_FORMATS: readonly ('aac' | 'flac' | 'opus' | 'pcm')[] = ['aac', 'flac', 'pcm'];
/** What no engine reads without a mistake: no kanji is for espeak, and nothing but English for flite. */
const JAPANESE = '今日は天気がいい。';
const RAW = ['-f', 's16le', '-ar', '24000', '-ac', '1'];

/** The events of OpenAI's API reference. The client has no types for them as yet, and hands out the reply as it is. */
interface SpeechDelta {
  readonly type: 'speech.audio.delta';
  readonly audio: string;
}
interface SpeechDone {
  readonly type: 'speech.audio.done';
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number; readonly total_tokens: number };
}

describe('the openai client', function () {
  let folder: string;
  let app: ExampleApp;
  let client: OpenAI;

  before(async function () {
    needsTools(this, 'ffmpeg', 'pocketsphinx_continuous');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
  });

  after(() => rm(folder, { recursive: true }));

  async function startApp(env: Record<string, string>): Promise<void> {
    app = await startExampleApp(env);
    client = new OpenAI({ baseURL: `${app.origin}/v1`, apiKey: 'any', maxRetries: 0 });
  }

  async function speechIn(
    format: 'mp3' | 'opus' | 'aac' | 'flac' | 'wav' | 'pcm',
    voice: string | { id: string },
    input = SENTENCE,
  ): Promise<string> {
    const reply = await client.audio.speech.create({ model: 'tts-1', voice, input, response_format: format });
    const path = join(folder, `speech.${format}`);
    await writeFile(path, Buffer.from(await reply.arrayBuffer()));
    return path;
  }

  /** Reads the reply as the client reads every stream of events. */
  async function eventsIn(format: 'mp3' | 'wav'): Promise<{ sound: Buffer; usage: SpeechDone['usage'] | undefined }> {
    const reply = await client.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: SENTENCE,
      response_format: format,
      stream_format: 'sse',
    });
    const pieces: Buffer[] = [];
    let usage: SpeechDone['usage'] | undefined;
    for await (const event of Stream.fromSSEResponse<SpeechDelta | SpeechDone>(reply, new AbortController())) {
      expect(usage, 'an event behind the last').to.equal(undefined);
      if (event.type === 'speech.audio.delta') pieces.push(Buffer.from(event.audio, 'base64'));
      else usage = event.usage;
    }
    return { sound: Buffer.concat(pieces), usage };
  }

  describe('pointed at the example app on its own engine', () => {
    before(() => startApp({ TTS_URL: 'http://127.0.0.1:1/v1' }));
    after(() => app.stop());

    for (const format of ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const) {
      it(`gets speech as ${format} that decodes without a word and is understood`, async () => {
        const path = await speechIn(format, 'alloy');
        const options = format === 'pcm' ? RAW : [];
        expect(await decodingErrors(path, options)).to.equal('');
        const heard = await wordsHeard(path, options);
        expect(wordErrorRate(wordsOf(SENTENCE), heard), heard.join(' ')).to.be.at.most(0.4);
      });
    }

    for (const format of LONG_FORMATS) {
      it(`gets a long text as ${format}, to its end`, async () => {
        const path = await speechIn(format, 'alloy', LONG);
        const { samples, complaints } = await decode(path, format === 'pcm' ? RAW : []);
        expect(complaints).to.equal('');
        // A letter takes a voice about 55 ms, with the rests between sentences.
        expect(samples.length / RATE / LONG.length).to.be.within(0.05, 0.07);
      });
    }

    it('takes server-sent events', async () => {
      const { sound, usage } = await eventsIn('mp3');
      // Nobody has counted tokens.
      expect(usage).to.deep.equal({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
      const path = join(folder, 'events.mp3');
      await writeFile(path, sound);
      expect(await decodingErrors(path)).to.equal('');
      const heard = await wordsHeard(path);
      expect(wordErrorRate(wordsOf(SENTENCE), heard), heard.join(' ')).to.be.at.most(0.4);
    });

    it('takes a voice as an object', async () => {
      expect(await decodingErrors(await speechIn('mp3', { id: 'alloy' }))).to.equal('');
    });

    it('is told at once, and not to try again, when there is only text', async () => {
      const error: unknown = await speechIn('mp3', 'alloy', JAPANESE).catch((thrown: unknown) => thrown);
      if (!(error instanceof OpenAI.APIError)) throw new Error('expected an error of the API');
      expect(error.status).to.equal(503);
      // The requests before have opened the circuit of the server that is not there.
      expect(error.code).to.equal('circuit_open');
      const headers = error.headers as Headers;
      expect(headers.get('x-should-retry')).to.equal('false');
    });

    it('speaks Chinese with the optional engine, of a length that a person would take', async () => {
      const input = '你好,世界。今天天气很好,我们去公园走走吧。';
      const reply = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input, response_format: 'wav' });
      const path = join(folder, 'chinese.wav');
      await writeFile(path, Buffer.from(await reply.arrayBuffer()));
      expect(reply.headers.get('x-speech-provider')).to.equal('local');
      expect(await decodingErrors(path)).to.equal('');
      const { stdout } = await output('ffprobe', [
        '-v',
        'error',
        '-show_entries',
        'format=duration',
        '-of',
        'csv=p=0',
        path,
      ]);
      expect(Number(stdout)).to.be.within(3, 10);
    });
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

    for (const format of ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const) {
      it(`gets ${format} through it that decodes without a word`, async () => {
        expect(await decodingErrors(await speechIn(format, 'alloy'), format === 'pcm' ? RAW : [])).to.equal('');
        expect(upstream.askedToSpeak().at(-1)?.['response_format']).to.equal(format);
      });
    }

    for (const format of LONG_FORMATS) {
      it(`gets a long text through it as ${format}, all of it in order`, async () => {
        const before = upstream.askedToSpeak().length;
        expect(await decodingErrors(await speechIn(format, 'alloy', LONG), format === 'pcm' ? RAW : [])).to.equal('');
        const inputs = upstream
          .askedToSpeak()
          .slice(before)
          .map(({ input }) => input);
        expect(inputs.join(' ')).to.equal(LONG);
        expect(inputs.length, 'cut at sentences').to.be.above(1);
      });
    }

    it('gets what a server that speaks in events says was used', async () => {
      upstream.behave('speaks in events');
      const { sound, usage } = await eventsIn('wav');
      expect(upstream.askedToSpeak().at(-1)?.['stream_format']).to.equal('sse');
      expect(samplesOf(sound).equals(samplesOf(soundIn('wav')))).to.equal(true);
      expect(usage).to.deep.equal({ input_tokens: 3, output_tokens: 44, total_tokens: 47 });
    });

    it('hears the local voice in events where the server breaks off in its own', async () => {
      upstream.behave('resets in the middle of its events');
      const { sound, usage } = await eventsIn('wav');
      expect(sniffAudio('wav', sound)).to.equal('valid');
      expect(samplesOf(sound).equals(samplesOf(soundIn('wav')))).to.equal(false);
      expect(usage).to.deep.equal({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
    });
  });
});

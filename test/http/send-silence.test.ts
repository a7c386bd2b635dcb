import { expect } from 'chai';
import { contentTypeOf, SPEECH_FORMATS } from '../../lib/audio/formats.js';
import { silenceOf } from '../../lib/audio/silence.js';
import type { SpeechEventMap, SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { provider } from '../support/fake-provider.js';

const NEVER = provider('never', () => expect.fail('asked'));
/** What chat applications cut an answer into, beside its sentences. */
const NOTHING = [
  '...',
  '—',
  '🎉',
  '* * *',
  '---',
  '***',
  '★ ★ ★ ★ ★',
  '¯\\_(ツ)_/¯',
  '?!',
  '**🎉**',
  '> …',
  '```\n```',
  '&hellip;',
];
/** What was not meant for whoever listens, and is more than mark-up. */
const UNSAID = [
  '<think>\nOkay, the user',
  '<think>Hm.</think>\n\n',
  '<|channel|>analysis<|message|>Hm.',
  '<laugh>',
  '[sighs]',
];

describe('text with nothing to pronounce', () => {
  let app: TestApp;
  let ends: SpeechEventMap['request'][];
  let attempts: number;

  async function start(options: SpeechRouterOptions = {}): Promise<void> {
    app = await startApp({ fallback: [NEVER, { type: 'text' }], get: true, ...options });
    ends = [];
    attempts = 0;
    app.speech.on('request', (end) => ends.push(end));
    app.speech.on('attempt', () => (attempts += 1));
  }

  afterEach(() => app.close());

  for (const input of [...NOTHING, ...UNSAID]) {
    it(`is answered with silence, and nobody is asked: ${JSON.stringify(input)}`, async () => {
      await start();
      const reply = await app.speak({ input }, { 'x-speech-fallback': 'none' });
      expect(reply.status).to.equal(200);
      expect(reply.headers.get('content-type')).to.equal('audio/mpeg');
      expect(reply.headers.get('x-speech-provider')).to.equal('none');
      expect(reply.headers.get('x-speech-degraded')).to.equal('false');
      expect(reply.headers.get('x-speech-warning')).to.equal('nothing-to-say');
      expect(reply.headers.get('x-speech-cache')).to.equal('off');
      expect(reply.headers.get('server-timing')).to.equal(null);
      expect(Buffer.from(await reply.arrayBuffer())).to.deep.equal(silenceOf('mp3'));
    });
  }

  for (const format of SPEECH_FORMATS) {
    it(`is silence in ${format}, whole and with its length, by POST, in events and by GET`, async () => {
      await start();
      const body = silenceOf(format);
      const posted = await app.speak({ input: '...', response_format: format });
      expect(posted.headers.get('content-type')).to.equal(contentTypeOf(format));
      expect(posted.headers.get('content-length')).to.equal(String(body.length));
      expect(posted.headers.get('cache-control')).to.equal('no-store');
      expect(Buffer.from(await posted.arrayBuffer())).to.deep.equal(body);

      const events = await (await app.speak({ input: '...', response_format: format, stream_format: 'sse' })).text();
      const sent = [...events.matchAll(/^data: (.*)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as { type: string; audio?: string },
      );
      expect(sent.at(-1)?.type).to.equal('speech.audio.done');
      const audio = sent.map(({ audio: delta = '' }) => Buffer.from(delta, 'base64'));
      expect(Buffer.concat(audio)).to.deep.equal(body);

      const address = `${app.speechUrl}?input=...&response_format=${format}`;
      const got = await fetch(address);
      expect(got.headers.get('x-speech-warning')).to.equal('nothing-to-say');
      expect(Buffer.from(await got.arrayBuffer())).to.deep.equal(body);
      const part = await fetch(address, { headers: { range: 'bytes=0-1' } });
      expect([part.status, part.headers.get('content-range')]).to.deep.equal([206, `bytes 0-1/${String(body.length)}`]);
      expect(Buffer.from(await part.arrayBuffer())).to.deep.equal(body.subarray(0, 2));
      const head = await fetch(address, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, String(body.length)]);
    });
  }

  it('is no attempt of anybody’s, and audio by nobody in what is told of it', async () => {
    await start();
    await (await app.speak({ input: '…', response_format: 'wav' }, { 'x-request-id': 'mine' })).arrayBuffer();
    while (ends.length === 0) await settle();
    const [{ totalMs, ...end } = { totalMs: -1 }] = ends;
    expect(totalMs).to.be.at.least(0);
    expect(end).to.deep.equal({
      requestId: 'mine',
      provider: null,
      outcome: 'audio',
      code: null,
      degraded: false,
      leftOut: 0,
      format: 'wav',
      characters: 1,
      firstByteMs: null,
      cache: 'off',
    });
    expect(attempts).to.equal(0);
  });

  it('is silence however the text is prepared', async () => {
    for (const prepare of ['none', (text: string) => text, () => '…'] as const) {
      await start({ prepare });
      expect((await app.speak({ input: '...' })).headers.get('x-speech-warning')).to.equal('nothing-to-say');
      await app.close();
    }
    await start();
  });

  it('asks nobody in a long text either: it is a rest', async () => {
    const asked: string[] = [];
    const own = provider('own', ({ input }) => {
      asked.push(input);
      return Promise.reject(new Error('no'));
    });
    await start({ fallback: [own] });
    const sentence = 'The morning train was late again, and nobody on the platform seemed to mind it very much.';
    const text = `${'★ ★ ★ ★ ★ ★ ★ ★\n\n'.repeat(3)}${Array(4).fill(sentence).join('\n\n. . . . . . . . . . . . . . . .\n\n')}`;
    await (await app.speak({ input: text, response_format: 'wav' })).text();
    expect(asked).to.deep.equal([sentence]);
  });
});

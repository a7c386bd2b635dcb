import { Readable } from 'node:stream';
import { expect } from 'chai';
import type { SpeechProvider, SpeechRequest, SpeechRouterOptions } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { pcm, PCM, provider } from '../support/fake-provider.js';
import { startSpeechApi, type TestServer } from '../support/speech-api.js';

/** Sentences of a text that is longer than one call. */
const LONG = Array.from(
  { length: 5 },
  (_, at) => `This is the sentence number ${String(at)} of a text that is long enough to be cut.`,
);

describe('the text that providers are sent', () => {
  let app: TestApp;
  let server: TestServer;

  async function start(entry: object = {}, options: SpeechRouterOptions = {}): Promise<void> {
    server = await startSpeechApi();
    const remote = { type: 'remote' as const, baseUrl: `${server.origin}/v1`, health: false as const, ...entry };
    app = await startApp({ fallback: [remote, { type: 'text' }], ...options });
  }

  afterEach(async () => {
    await app.close();
    await server.close();
  });

  /** Has a text spoken, and says what the server was asked for. */
  async function sent(input: string, fields: object = {}): Promise<unknown[]> {
    const before = server.requests.length;
    const reply = await app.speak({ input, response_format: 'wav', ...fields });
    expect(reply.status).to.equal(200);
    await reply.arrayBuffer();
    const asked = server.requests.slice(before).filter(({ path }) => path === '/v1/audio/speech');
    return asked.map(({ body }) => Reflect.get(Object(body), 'input') as unknown);
  }

  it('has nothing invisible in it, whatever prepares it', async () => {
    const input = '\uFEFFPre\u00adrequi\u00adsites\u200b are \u001b[1mlisted\u001b[0m\u0007 \u202ehere\ud83d.';
    for (const prepare of ['markdown', 'none', (text: string) => `${text}\u200b`] as const) {
      await start({}, { prepare });
      expect(await sent(input)).to.deep.equal(['Prerequisites are listed here.']);
      expect(await sent(input, { response_format: 'opus' })).to.deep.equal(['Prerequisites are listed here.']);
      await app.close();
      await server.close();
    }
    await start();
  });

  it('has nothing invisible in the instructions', async () => {
    await start();
    await sent('Hello there.', { instructions: 'Softly\u200b\u0007, please\ud83d.' });
    const asked = server.requests.find(({ path }) => path === '/v1/audio/speech');
    expect(asked?.body).to.have.property('instructions', 'Softly, please.');
  });

  it('is in one line, short or long, in every format', async () => {
    await start();
    const input = 'Good morning.\nThe train is late.\r\n\r\nPlease wait\u2028for it.';
    for (const response_format of ['wav', 'opus', 'mp3']) {
      expect(await sent(input, { response_format })).to.deep.equal([
        'Good morning. The train is late. Please wait for it.',
      ]);
    }
    for (const text of await sent(LONG.join('\n'))) expect(text).not.to.match(/[\r\n]/);
    expect(await sent(LONG.join('\n\n'))).to.deep.equal(LONG);
  });

  it('keeps its lines in a text reply', async () => {
    await start();
    await server.close();
    const reply = await app.speak({ input: 'One.\nTwo.\n\nThree.' });
    expect(await reply.json()).to.include({ input: 'One.\nTwo.\n\nThree.', text: 'One. Two.\n\nThree.' });
  });

  it('has no reasoning in it, in short and in long text', async () => {
    await start();
    const thought = '<think>The user wants to know. I look it up.</think>\n\n';
    expect(await sent(`${thought}It is five.`)).to.deep.equal(['It is five.']);
    expect(await sent(thought + LONG.join(' '))).to.deep.equal(LONG);
    expect(await sent('Use the <think> tag to *reason*.')).to.deep.equal(['Use the think tag to reason.']);
  });

  it('is never cut behind an abbreviation', async () => {
    await start();
    const sentences = [
      'Yesterday in the afternoon Dr. Smith met Mrs. Jones and J. R. Baker at the church of St. Paul in the town.',
      'They talked for a long while about the U.S. Army, No. 5 of its guns, and its history in the last war.',
      'Neither Gen. Lee nor Prof. Miller was there, who had paid 3.14 dollars for a ticket of example.com.',
    ];
    expect(await sent(sentences.join(' '))).to.deep.equal(sentences);
  });

  describe('with marks', () => {
    const MARKED = '[Kokoro](/kˈOkəɹO/) laughed <laugh> at [it](+1).';
    const PLAIN = 'Kokoro laughed at it.';

    it('has pronunciations for a remote, and no tags', async () => {
      await start();
      const said = '[Kokoro](/kˈOkəɹO/) laughed at [it](+1).';
      expect(await sent(MARKED)).to.deep.equal([said]);
      expect(await sent(`**Yes:** ${MARKED}`)).to.deep.equal([`Yes: ${said}`]);
    });

    for (const [marks, said] of [
      [[], PLAIN],
      [['tags'], 'Kokoro laughed <laugh> at it.'],
      [['pronunciation', 'tags'], MARKED],
    ] as const) {
      it(`has those that the entry names: ${marks.join(', ') || 'none'}`, async () => {
        await start({ marks });
        expect(await sent(MARKED)).to.deep.equal([said]);
      });
    }

    it('has them in every segment of a long text, none of which is cut within one', async () => {
      await start({ marks: ['pronunciation', 'tags'] });
      const word = '[New York City](/nˈu jˈɔɹk sˈɪɾi/)';
      const text = Array(80).fill(`${word} <sigh>`).join(' ');
      const segments = await sent(text);
      expect(segments.length).to.be.above(2);
      expect(segments.join(' ')).to.equal(text);
      for (const segment of segments)
        expect(String(segment)).to.match(/^(?:\[New York City\]\(\/nˈu jˈɔɹk sˈɪɾi\/\)|<sigh>| )+$/);
    });

    it('leaves a link what it is', async () => {
      await start({ marks: ['pronunciation', 'tags'] });
      expect(await sent('See [the docs](/docs/) and [that](https://a.example/ə/).')).to.deep.equal([
        'See the docs and that.',
      ]);
    });

    it('gives a provider of the user’s own those that it names, beside the plain text', async () => {
      const heard: Pick<SpeechRequest, 'input' | 'marked'>[] = [];
      const own = (capabilities?: SpeechProvider['capabilities']): SpeechProvider => ({
        ...provider('own', (request) => {
          const { input, marked } = request;
          heard.push('marked' in request ? { input, marked: marked ?? '' } : { input });
          return Promise.resolve(pcm(Readable.from([PCM])));
        }),
        ...(capabilities === undefined ? {} : { capabilities }),
      });
      await start();
      for (const fallback of [[own()], [own({ marks: ['tags'] })], [own({ marks: ['pronunciation', 'tags'] })]]) {
        app.speech.reconfigure({ fallback });
        await (await app.speak({ input: MARKED, response_format: 'pcm' })).arrayBuffer();
      }
      expect(heard).to.deep.equal([
        { input: PLAIN },
        { input: PLAIN, marked: 'Kokoro laughed <laugh> at it.' },
        { input: PLAIN, marked: MARKED },
      ]);
    });

    it('is plain in a text reply', async () => {
      await start();
      await server.close();
      expect(await (await app.speak({ input: MARKED })).json()).to.include({ input: MARKED, text: PLAIN });
    });
  });
});

import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { SpeechFormat } from '../../lib/index.js';
import { eventually } from '../faults/eventually.js';
import { startApp, type TestApp } from '../support/app.js';
import { fakeEngine } from '../support/fake-engine.js';

const PLACES = 3;
/** Each of these is a second of sound. */
const SENTENCE = 'This is one of very many sentences that are all the same. ';
const SHORT = SENTENCE.repeat(5);
const LONG = SENTENCE.repeat(200);

describe('readers of local speech who do not read', function () {
  this.timeout(60_000);
  let app: TestApp;
  let readers: IncomingMessage[];

  beforeEach(() => {
    readers = [];
  });
  afterEach(async () => {
    for (const reader of readers) reader.destroy();
    await app.close();
  });

  async function start(segments?: false): Promise<void> {
    app = await startApp({
      fallback: [
        {
          type: 'local',
          engine: fakeEngine(),
          workers: 1,
          health: false,
          bulkhead: { maxConcurrent: PLACES, maxQueue: 0 },
        },
        { type: 'text' },
      ],
      maxInput: 20_000,
      ...(segments === false && { segments }),
    });
  }

  /** Asks for speech and reads nothing of it but the head. Returns who speaks. */
  async function askAndWait(input: string, format: SpeechFormat): Promise<string> {
    const asking = request(app.speechUrl, { method: 'POST', headers: { 'content-type': 'application/json' } });
    asking.end(JSON.stringify({ input, response_format: format }));
    const [reader] = (await once(asking, 'response')) as [IncomingMessage];
    reader.on('error', () => undefined);
    readers.push(reader);
    return String(reader.headers['x-speech-provider']);
  }

  async function askAndListen(): Promise<string> {
    const reply = await app.speak({ input: 'Hello there.', response_format: 'pcm' });
    expect((await reply.arrayBuffer()).byteLength).to.equal(48_000);
    return String(reply.headers.get('x-speech-provider'));
  }

  for (const [what, input, format, segments] of [
    ['a short text', SHORT, 'wav', undefined],
    ['a long text', LONG, 'wav', undefined],
    ['a long text that is compressed', SENTENCE.repeat(20), 'mp3', undefined],
    ['a long text that is one call', LONG, 'pcm', false],
  ] as const) {
    it(`hold no place while ${what} waits for them, however many they are`, async () => {
      await start(segments);
      for (let count = 0; count < PLACES + 3; count += 1) {
        expect(await askAndWait(input, format), `reader ${count + 1}`).to.equal('local');
        // Whoever comes next while it begins may meet a full house; they do not come at once.
        await eventually(() => {
          expect(app.speech.status().providers[0]?.running).to.equal(0);
        }, 10_000);
      }
      expect(await askAndListen()).to.equal('local');
    });
  }

  it('hear all of it once they do', async () => {
    await start();
    await askAndWait(LONG, 'pcm');
    await eventually(() => {
      expect(app.speech.status().providers[0]?.running).to.equal(0);
    }, 10_000);
    let bytes = 0;
    for await (const chunk of readers[0] ?? expect.fail()) bytes += (chunk as Buffer).length;
    expect(readers[0]?.complete).to.equal(true);
    expect(bytes).to.be.greaterThan(200 * 48_000);
  });
});

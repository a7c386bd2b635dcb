import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import type { SpeechEventMap } from '../../../lib/index.js';
import { segmentsOf } from '../../../lib/text/segment.js';
import { startApp, type TestApp } from '../../support/app.js';
import { startBrowser } from '../../support/browser.js';
import { openClientPage, serveClient, type ClientPage } from '../../support/client-page.js';
import { startProgram, type TestProcess } from '../../support/process.js';
import { prose } from '../../support/takeover/prose.js';
import { speakSentences, type SpokenSentence } from '../../support/takeover/sounds.js';
import { needsTools } from '../../support/tools.js';

const REMOTE = fileURLToPath(new URL('../../support/takeover/remote.js', import.meta.url));
// Up to twice the longest segment, each sentence is a call of its own.
const TEXT = prose(560);
/** Seconds of quiet that an engine leaves around a sentence, and a frame of MP3 that is not full. */
const REST = 0.05;
/** Seconds within which Chromium may wait when it is told another pace, as a busy machine's does. */
const MARGIN = 2;

describe('the client in Chromium, while a long speech changes its voice', function () {
  let folder: string;
  let browser: Browser;
  let sentences: SpokenSentence[];
  let app: TestApp;
  let remote: TestProcess;
  let client: ClientPage;
  let takeOvers: SpeechEventMap['fallback'][];

  before(async function () {
    needsTools(this, 'chromium', 'ffmpeg');
    folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
    sentences = await speakSentences(segmentsOf(TEXT), folder);
    browser = await startBrowser();
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  afterEach(async () => {
    await client.page.close();
    await app.close();
    await remote.stop();
  });

  /** Seconds of the first sentences, as they are heard one after the other. */
  const until = (count: number): number =>
    sentences.slice(0, count).reduce((sum, { seconds }) => sum + seconds + REST, 0);

  /** Plays the text, spoken by a server that holds back the second half of a sentence and all that is behind it. */
  async function playUntilHeldIn(sentence: number): Promise<void> {
    const bytes = sentences.map(({ bytes: { mp3 } }) => mp3);
    const whole = bytes.slice(0, sentence).reduce((sum, size) => sum + size, 0);
    const half = Math.round((bytes[sentence] ?? 0) / 2);
    remote = await startProgram([REMOTE, folder, String(whole + half)], /^http/, { channel: 'ipc' });
    const holdsBack = once(remote.child, 'message');
    app = await startApp(
      {
        fallback: [
          { type: 'remote', name: 'remote', baseUrl: `${remote.line}/v1`, health: false },
          { type: 'local' },
          { type: 'text' },
        ],
      },
      serveClient,
    );
    takeOvers = [];
    app.speech.on('fallback', (event) => takeOvers.push(event));
    await app.speech.ready;
    client = await openClientPage(browser, app.origin);
    await client.speak(TEXT);
    await client.told('playing');
    await holdsBack;
    // Whoever plays a stream knows how long it is when it has come to its end.
    expect(await client.run('speech.audio.duration')).to.equal(Infinity);
    expect(remote.child.signalCode).to.equal(null);
    expect(takeOvers).to.deep.equal([]);
  }

  /** Kills the server, with no chance to say a word. */
  async function kill(): Promise<void> {
    const dead = once(remote.child, 'exit');
    remote.child.kill('SIGKILL');
    await dead;
  }

  /** Waits until the page has as much as that to play, or all, and then lets it play four times as fast. */
  async function hurryOnceLoaded(seconds: number): Promise<void> {
    await client.page.waitForFunction(
      `(({ buffered, duration }) => buffered.end(0) > ${String(seconds)} || duration < Infinity)(speeches.at(-1).audio)`,
    );
    await client.run('void (speech.audio.playbackRate = 4)');
  }

  async function playedToTheEnd(seconds: number): Promise<void> {
    expect(await client.outcome()).to.deep.include({
      spoken: 'audio',
      complete: true,
      reason: null,
      provider: 'remote',
      status: 200,
    });
    const { ended, error, currentTime, duration, ranges } = (await client.run(
      '(({ ended, error, currentTime, duration, buffered }) => ({ ended, error, currentTime, duration, ranges: buffered.length }))(speech.audio)',
    )) as Record<string, unknown>;
    expect({ ended, error, ranges }).to.deep.equal({ ended: true, error: null, ranges: 1 });
    expect(currentTime).to.equal(duration);
    expect(duration).to.be.within(0.9 * seconds, 1.1 * seconds);
    expect(await client.spoken(), 'said by the browser').to.deep.equal([]);
    expect(takeOvers.map(({ from, to, code }) => [from, to, code])).to.deep.equal([['remote', 'local', 'truncated']]);
  }

  it('plays before all has come, and on across the seam between two sentences as if there were none', async () => {
    const sentence = 3;
    const seam = until(sentence);
    await playUntilHeldIn(sentence);
    await client.run('void (window.waits = [])');
    await client.run(`speech.audio.addEventListener('waiting', ({ target }) => waits.push(target.currentTime))`);
    // So slow, and then so much of it, that the engine of a busy machine is never late.
    await client.run('void (speech.audio.playbackRate = 0.25)');
    await kill();
    await hurryOnceLoaded(Infinity);
    const hurriedAt = (await client.run('speech.audio.currentTime')) as number;
    expect(hurriedAt, 'the seam is yet to come').to.be.below(seam - MARGIN);
    await client.page.waitForFunction(`speeches.at(-1).audio.currentTime > ${String(seam + 0.5)}`);
    expect(await client.run('[speech.audio.paused, speech.audio.error]')).to.deep.equal([false, null]);
    await playedToTheEnd(until(sentences.length));
    const waits = (await client.run('waits')) as number[];
    expect(waits.filter((at) => at > hurriedAt + MARGIN)).to.deep.equal([]);
    const events = await client.events();
    expect(events.slice(0, 3)).to.deep.equal(['loading', 'reply', 'playing']);
    expect(events.at(-1)).to.equal('ended');
  });

  it('plays on where the first sentence broke off, and begins it again', async () => {
    await playUntilHeldIn(0);
    const half = (sentences[0]?.seconds ?? 0) / 2;
    expect(await client.run('speech.audio.buffered.end(0)')).to.be.within(0.5 * half, half + 0.1);
    await kill();
    await hurryOnceLoaded(half + 1);
    await playedToTheEnd(half + until(sentences.length));
  });
});

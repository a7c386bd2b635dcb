import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startApp, type TestApp } from '../../support/app.js';
import { startBrowser } from '../../support/browser.js';
import { needsTools } from '../../support/tools.js';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen. ';

/** What the page finds out about its player. */
interface Played {
  readonly duration: number;
  readonly position: number;
  readonly error: string | undefined;
}

interface Seen {
  readonly range: string | undefined;
  readonly status: number;
  readonly cache: string;
  readonly bytes: number;
}

const isSubsetOf =
  (...statuses: number[]) =>
  (set: ReadonlySet<number>): boolean =>
    [...set].every((status) => statuses.includes(status));

describe('an audio element in Chromium', function () {
  let browser: Browser;
  let page: Page;
  let app: TestApp;
  let seen: Seen[];

  before(async function () {
    needsTools(this, 'chromium');
    browser = await startBrowser();
  });
  after(async () => browser.close());

  beforeEach(async () => {
    seen = [];
    app = await startApp({ get: true, fallback: [{ type: 'local' }] }, (host) => {
      host.get('/', (_request, response) => {
        response.type('html').send('<!doctype html><title>Player</title>');
      });
      host.use('/v1/audio/speech', (request, response, next) => {
        response.once('close', () => {
          const cache = String(response.getHeader('X-Speech-Cache'));
          const bytes = Number(response.getHeader('Content-Length') ?? 0);
          seen.push({ range: request.headers.range, status: response.statusCode, cache, bytes });
        });
        next();
      });
    });
    await app.speech.ready;
    page = await browser.newPage();
    await page.goto(app.origin);
  });
  afterEach(async () => {
    await page.close();
    await app.close();
  });

  const sourceOf = (input: string, format: string): string =>
    `/v1/audio/speech?${new URLSearchParams({ input, response_format: format }).toString()}`;

  /** Has the page run the steps with a player on this source. */
  function play(source: string, steps: string): Promise<Played> {
    return page.evaluate(`(async () => {
      const player = new Audio();
      const until = (...names) => new Promise((resolve) => {
        for (const name of [...names, 'error']) player.addEventListener(name, resolve, { once: true });
      });
      player.src = ${JSON.stringify(source)};
      ${steps}
      return { duration: player.duration, position: player.currentTime, error: player.error?.message };
    })()`);
  }

  for (const format of ['mp3', 'wav']) {
    it(`plays ${format} to its end the first time, as it comes`, async () => {
      const { position, error } = await play(
        sourceOf(SENTENCE, format),
        'player.playbackRate = 4; player.play(); await until("ended");',
      );
      expect(error).to.equal(undefined);
      expect(position).to.be.above(2);
      expect(seen).to.have.length(1);
      expect(seen[0]).to.include({ status: 200, cache: 'miss' });
    });

    it(`knows how long ${format} is the second time, and seeks by ranges from the cache`, async () => {
      // Longer than what is fetched ahead.
      const source = sourceOf(SENTENCE.repeat(format === 'mp3' ? 40 : 20), format);
      const whole = await (await fetch(`${app.origin}${source}`)).arrayBuffer();
      const { duration, position, error } = await play(
        source,
        `player.preload = 'metadata';
         await until('loadedmetadata');
         player.currentTime = player.duration * 0.8;
         await until('seeked');
         const from = player.currentTime;
         player.play();
         while (player.currentTime < from + 0.5 && !player.error) await until('timeupdate');`,
      );
      expect(error).to.equal(undefined);
      expect(duration).to.be.above(60);
      expect(position).to.be.within(duration * 0.8, duration);
      await page.close();
      const ranges = seen.slice(1);
      expect(ranges.length).to.be.above(1);
      // Of what it has already it asks only whether it is still right.
      expect(new Set(ranges.map(({ status }) => status)))
        .to.include(206)
        .and.satisfy(isSubsetOf(206, 304));
      expect(new Set(ranges.map(({ cache }) => cache))).to.have.all.keys('hit');
      const starts = ranges.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]));
      expect(Math.max(...starts)).to.be.above(whole.byteLength / 2);
    });
  }

  it('asks whether what it has is still right, and is told so in a few bytes', async () => {
    const source = sourceOf(SENTENCE, 'mp3');
    const fetchTwice = `(async () => {
      const once = async () => (await (await fetch(${JSON.stringify(source)})).arrayBuffer()).byteLength;
      return [await once(), await once()];
    })()`;
    const [first, second] = await page.evaluate<number[]>(fetchTwice);
    expect(second).to.equal(first);
    expect(seen.map(({ status, cache }) => [status, cache])).to.deep.equal([
      [200, 'miss'],
      [304, 'hit'],
    ]);
  });

  it('of another site gets nothing, and makes no work', async () => {
    const attempts: unknown[] = [];
    app.speech.on('attempt', (attempt) => attempts.push(attempt));
    // Another name is another site.
    await page.goto(app.origin.replace('127.0.0.1', 'localhost'));
    const { error } = await play(`${app.origin}${sourceOf(SENTENCE, 'mp3')}`, 'await until("canplaythrough");');
    expect(error).to.be.a('string');
    expect(seen.map(({ status }) => status)).to.deep.equal([403]);
    expect(attempts).to.deep.equal([]);
  });
});

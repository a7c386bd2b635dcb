import { expect } from 'chai';
import type { Page } from 'puppeteer-core';
import { startApp, type TestApp } from '../../support/app.js';
import { serveClient } from '../../support/client-page.js';
import { startFirefox, type Firefox } from '../../support/firefox.js';
import { startHeldUpstream, type HeldUpstream } from '../../support/held-upstream.js';
import { longMp3 } from '../../support/long-mp3.js';
import { needsTools } from '../../support/tools.js';

/** What a page tells of a speech. */
interface Told {
  readonly events: readonly string[];
  readonly outcome: Readonly<Record<string, unknown>>;
}

describe('the client in Firefox', function () {
  let firefox: Firefox | undefined;
  let page: Page;
  let app: TestApp | undefined;
  let held: HeldUpstream | undefined;

  before(async function () {
    needsTools(this, 'firefox-esr', 'pulseaudio');
    firefox = await startFirefox();
  });

  afterEach(async () => {
    await page.close();
    await app?.close();
    await held?.close();
    app = held = undefined;
  });

  after(() => firefox?.close());

  async function open(options: Parameters<typeof startApp>[0]): Promise<void> {
    app = await startApp(options, serveClient);
    if (firefox === undefined) throw new Error('there is no Firefox');
    page = await firefox.browser.newPage();
    await page.goto(`${app.origin}/`);
  }

  /** Has a text spoken, until it is over or, where that is asked for, until it plays. */
  const speak = async (text: string, until: 'over' | 'playing' = 'over'): Promise<Told> =>
    (await page.evaluate(`(async () => {
      const { speak } = await import('/client/index.js');
      const events = [];
      const audio = Object.assign(new Audio(), { defaultPlaybackRate: ${until === 'over' ? '8' : '1'} });
      const speech = speak(${JSON.stringify(text)}, {
        audio,
        speechSynthesis: false,
        on({ type }) {
          events.push(type);
          if (type === 'playing' && ${String(until === 'playing')}) setTimeout(() => speech.stop());
        },
      });
      return { outcome: await speech.finished, events };
    })()`)) as Told;

  it('has no media source for bare MP3, and one for MP3 in MP4', async () => {
    await open({ fallback: [{ type: 'text' }] });
    const types = `['audio/mpeg', 'audio/mp4; codecs="mp3"']`;
    expect(await page.evaluate(`${types}.map((type) => MediaSource.isTypeSupported(type))`)).to.deep.equal([
      false,
      true,
    ]);
  });

  it('plays a text to its end', async () => {
    await open({ fallback: [{ type: 'local' }] });
    const { events, outcome } = await speak('This is a short text.');
    expect(outcome).to.include({ spoken: 'audio', complete: true, reason: null });
    expect(events).to.include.members(['loading', 'reply', 'playing', 'ended']);
  });

  it('begins to play a long text while it is still being spoken', async () => {
    held = await startHeldUpstream(await longMp3(20));
    await open({ fallback: [{ type: 'remote', baseUrl: held.baseUrl, health: false }], hold: 0 });
    const { outcome } = await speak('The end of this one never comes while it is heard.', 'playing');
    expect(outcome).to.include({ spoken: 'audio', complete: false, reason: 'stopped' });
  });

  it('says that nothing was heard, with the text, where the sound device fails', async () => {
    await firefox?.close();
    firefox = await startFirefox({ device: false });
    await open({ fallback: [{ type: 'local' }] });
    const { outcome } = await speak('This is a text that nobody can hear, as there is no device for it.');
    expect(outcome).to.include({ spoken: 'nothing', complete: false, reason: 'unplayable' });
    expect(outcome['text']).to.equal('This is a text that nobody can hear, as there is no device for it.');
  });

  it('says why, with the text, where the server has no sound', async () => {
    await open({ fallback: [{ type: 'text' }] });
    const { outcome } = await speak('Only text is left.');
    expect(outcome).to.include({ spoken: 'nothing', text: 'Only text is left.' });
  });
});

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../support/browser.js';
import { startExampleApp, type ExampleApp } from '../../support/example-app.js';
import { needsTools } from '../../support/tools.js';

const SHOTS = process.env['SCREENSHOTS'] ?? tmpdir();

const ENVIRONMENT = { TTS_URL: '', ADMIN_PASSWORD: 'only for tests' };

/** Finds the pitch of a WAV of 16 bits in hertz: that of most of its loud pieces, by how well each is like itself a moment later. */
function pitchOf(wav: Buffer): number {
  const rate = wav.readUInt32LE(24);
  const data = wav.subarray(wav.indexOf('data') + 8);
  const samples = Array.from({ length: Math.floor(data.length / 2) }, (_sample, at) => data.readInt16LE(at * 2));
  const piece = Math.round(rate * 0.04);
  const pitches: number[] = [];
  for (let start = 0; start + 2 * piece < samples.length; start += piece) {
    const likeness = (lag: number): number => {
      let [product, one, other] = [0, 0, 0];
      for (let at = start; at < start + piece; at += 1) {
        const [now = 0, later = 0] = [samples[at], samples[at + lag]];
        product += now * later;
        one += now * now;
        other += later * later;
      }
      return product / Math.sqrt(one * other + 1);
    };
    const lags = Array.from(
      { length: Math.round(rate / 70 - rate / 320) },
      (_lag, index) => Math.round(rate / 320) + index,
    );
    const best = lags.map((lag) => ({ lag, like: likeness(lag) })).sort((one, two) => two.like - one.like)[0];
    if (best !== undefined && best.like > 0.8) pitches.push(rate / best.lag);
  }
  return pitches.sort((one, other) => one - other)[Math.floor(pitches.length / 2)] ?? 0;
}

describe('the example app in Chromium', function () {
  let app: ExampleApp;
  let browser: Browser;
  let page: Page;

  before(async function () {
    needsTools(this, 'chromium');
    app = await startExampleApp(ENVIRONMENT);
    browser = await startBrowser();
    // The tests' own expressions are evaluated in the page, which its policy would forbid.
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
    // What the browser's own voice is asked to say: a headless browser has none to be heard.
    await page.addInitScript(`
      window.spoken = [];
      window.speechSynthesis.getVoices = () => [{ name: 'Stand-in', lang: 'en' }];
      window.speechSynthesis.speak = (utterance) => window.spoken.push(utterance.text);
    `);
    await page.goto(app.origin);
  });

  after(async () => {
    await browser.close();
    await app.stop();
  });

  async function readAloud(text: string): Promise<void> {
    await page.fill('#text', text);
    await page.selectOption('#format', 'mp3');
    await page.click('#speak button[type=submit]');
    await page.waitForFunction(`!document.querySelector('#result').textContent.startsWith('Asking')`);
  }

  /** Waits until the sound has been played to its end, and returns its length in seconds. */
  async function playedToItsEnd(): Promise<number> {
    await page.waitForFunction(`document.querySelector('audio').ended`, undefined, { timeout: 20_000 });
    return page.evaluate(`document.querySelector('audio').duration`);
  }

  const provider = (): Promise<string | null> => page.getAttribute('#facts', 'data-provider');
  const result = (): Promise<string | null> => page.textContent('#result');

  const action = (name: string): Promise<Response> =>
    fetch(`${new URL(page.url()).origin}/backend/${name}`, { method: 'POST', headers: { 'x-example-app': 'page' } });

  /** Waits until the page says that the demo server is well and that it is asked again. */
  async function demoIsBack(): Promise<void> {
    await page.waitForFunction(
      `(({ state, circuit }) => state === 'up' && circuit !== 'open')(document.querySelector('.chain li').dataset)`,
      undefined,
      { timeout: 30_000 },
    );
  }

  it('shows nothing of a reading before there was one', async () => {
    expect(await page.isVisible('#facts')).to.equal(false);
    await page.click('#stop');
    expect(await page.textContent('#result')).to.equal('Nothing has been read yet.');
  });

  it('reads what is typed, in the first provider’s voice, to its end', async () => {
    await readAloud('Good morning. This is a test.');
    expect(await provider()).to.equal('demo');
    expect(await playedToItsEnd()).to.be.within(1, 10);
  });

  it('has a server whose voice is plainly another than the one that stands in for it', async () => {
    const said = async (): Promise<{ readonly provider: string | null; readonly pitch: number }> => {
      const reply = await fetch(`${new URL(page.url()).origin}/v1/audio/speech`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input: 'We were all away a year ago.', response_format: 'wav' }),
      });
      return {
        provider: reply.headers.get('x-speech-provider'),
        pitch: pitchOf(Buffer.from(await reply.arrayBuffer())),
      };
    };
    const server = await said();
    await action('kill');
    const standIn = await said();
    await action('start');
    await demoIsBack();
    expect([server.provider, standIn.provider]).to.deep.equal(['demo', 'local']);
    // Four semitones are lower by a fifth.
    expect(server.pitch / standIn.pitch).to.be.below(0.85);
  });

  it('has the local voice speak when the server is frozen, says so, and stays alive meanwhile', async () => {
    await page.click('[data-action=freeze]');
    await page.waitForSelector('#backend-state[data-state=frozen]');
    await readAloud('Good evening. This is another test.');
    expect(await provider()).to.equal('local');
    expect(await result()).to.equal('Its server is frozen; the local voice answered.');
    expect(await page.textContent('#provider')).to.equal('the local voice, standing in');
    expect(await page.textContent('#attempts')).to.match(
      // Its first requests and health checks wait for it; after that it is left alone.
      /^demo \d+ ms, (no sound in time|left alone) → local \d+ ms$/,
    );
    expect(await playedToItsEnd()).to.be.within(1, 10);
    expect(Number(await page.textContent('#worst'))).to.be.below(1_000);
    await page.waitForSelector('.chain li[data-state=down][data-circuit=open]');
    expect(await page.textContent('.chain li .mark')).to.equal('○ down · left alone');
    await page.screenshot({ path: join(SHOTS, 'express-speech-frozen-1280.png'), fullPage: true });
  });

  it('speaks with the browser’s own voice when only text comes back', async () => {
    // No engine on this machine reads it.
    await readAloud('今日は天気がいい。');
    expect(await provider()).to.equal('text');
    expect(await page.evaluate('window.spoken')).to.deep.equal(['今日は天気がいい。']);
    expect(await result()).to.equal('No voice here can read this text; your browser’s own voice reads it.');
  });

  it('uses the server again once it has thawed, and takes a killed one for refused', async () => {
    await page.click('[data-action=thaw]');
    await page.waitForSelector('#backend-state[data-state=running]');
    await demoIsBack();
    await readAloud('Back again.');
    expect(await provider()).to.equal('demo');
    await page.click('[data-action=kill]');
    await page.waitForSelector('#backend-state[data-state=stopped]');
    await readAloud('And gone.');
    expect(await result()).to.equal('Its server is not running; the local voice answered.');
    expect(await page.textContent('#attempts')).to.match(
      /^demo \d+ ms, (nothing listens there|broke off|left alone) → local/,
    );
    await page.click('[data-action=start]');
    await page.waitForSelector('#backend-state[data-state=running]');
    await demoIsBack();
    await readAloud('And here.');
    expect(await provider()).to.equal('demo');
  });

  it('says that it stopped, while it asks and while it plays', async () => {
    await action('freeze');
    await page.fill('#text', 'Nobody will hear this.');
    await page.click('#speak button[type=submit]');
    expect(await page.textContent('#result')).to.equal('Asking…');
    await page.click('#stop');
    expect(await page.textContent('#result')).to.equal('Stopped.');
    await action('thaw');
    await demoIsBack();
    await readAloud('This is a sentence that is long enough to be stopped before it has come to its end.');
    await page.waitForFunction(`!document.querySelector('audio').paused`);
    await page.click('#stop');
    expect(await page.textContent('#result')).to.equal('Stopped.');
    expect(await page.evaluate(`document.querySelector('audio').paused`)).to.equal(true);
  });

  it('answers at once when the server is killed while it starts, and starts it again', async () => {
    await action('kill');
    const starting = action('start');
    // It has begun to start when it may be killed. The page looks once a second, and it may be running by then.
    const { origin } = new URL(page.url());
    let state: unknown;
    while (state !== 'starting') ({ state } = (await (await fetch(`${origin}/backend`)).json()) as { state: unknown });
    const [started, killed] = await Promise.all([starting, action('kill')]);
    expect(await started.json()).to.deep.equal({ state: 'stopped' });
    expect(await killed.json()).to.deep.equal({ state: 'stopped' });
    expect(await (await action('start')).json()).to.deep.equal({ state: 'running' });
  });

  it('says that the app does not answer for as long as that is so', async () => {
    await page.route('**/backend', (route) => route.abort());
    await page.waitForSelector('#backend-state[data-state=away]');
    expect(await page.textContent('#backend-state')).to.equal('The app itself does not answer.');
    await page.unroute('**/backend');
    await page.waitForSelector('#backend-state[data-state=running]');
    expect(await page.textContent('#backend-state')).to.equal('The demo server is running.');
  });

  it('reads a note, and fits on a telephone in the dark', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.click('#notes li:first-child button');
    await page.waitForFunction(`document.querySelector('#result').textContent.includes('speaks')`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390);
    const label = await page.locator('label[for=format]').boundingBox();
    const select = await page.locator('#format').boundingBox();
    expect(Math.abs((label?.y ?? 0) - (select?.y ?? 0))).to.be.below(select?.height ?? 0);
    await page.screenshot({ path: join(SHOTS, 'express-speech-dark-390.png'), fullPage: true });
  });

  it('speaks Chinese to whom the browser says to, and to whom asks for it', async () => {
    const chinese = await browser.newPage({ locale: 'zh-CN', viewport: { width: 390, height: 844 }, bypassCSP: true });
    await chinese.goto(page.url());
    await chinese.waitForSelector('#chain .mark');
    expect(await chinese.title()).to.equal('会说话的笔记');
    expect(await chinese.textContent('#backend-state')).to.equal('演示服务器正在运行。');
    const english = await chinese.evaluate<string[]>(
      `[...document.querySelectorAll('h1, h2, h3, p, dt, label, button, .mark')]
        .filter((element) => element.id !== 'language' && element.closest('#notes p') === null)
        .map(({ textContent }) => textContent)
        .filter((text) => /[a-z]{3,} [a-z]{2,}/i.test(text))`,
    );
    expect(english).to.deep.equal([]);
    expect(await chinese.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390);
    await chinese.screenshot({ path: join(SHOTS, 'express-speech-chinese-390.png'), fullPage: true });
    await chinese.click('#language');
    await chinese.waitForSelector('h1:has-text("Notes that speak")');
    await chinese.close();
  });

  it('obeys its own content security policy', async () => {
    const strict = await browser.newPage();
    const complaints: string[] = [];
    strict.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await strict.goto(page.url());
    await strict.click('#speak button[type=submit]');
    await strict.waitForSelector('#result:has-text("speaks")');
    await strict.close();
    expect(complaints).to.deep.equal([]);
  });

  it('shows the alert when its server is down, and that it is over', async () => {
    await page.waitForSelector('#alerts .resolved:has-text("demo answers again")', { timeout: 30_000 });
    const alerts = await page.locator('#alerts li', { hasText: 'demo' }).allTextContents();
    expect(alerts.at(-1)).to.match(/ demo does not answer$/);
  });

  it('counts for Prometheus what it has spoken', async () => {
    const metrics = await (await fetch(`${new URL(page.url()).origin}/metrics`)).text();
    expect(metrics).to.match(/^speech_requests_total\{outcome="audio",provider="demo",.*\} [1-9]/m);
    expect(metrics).to.match(/^speech_requests_total\{outcome="audio",provider="local",.*degraded="true"\} [1-9]/m);
    expect(metrics).to.match(/^nodejs_eventloop_lag_seconds /m);
  });

  it('shows its admin page to whoever has the password, and to nobody else', async () => {
    const admin = `${new URL(page.url()).origin}/admin/`;
    const refused = await fetch(admin);
    expect(refused.status).to.equal(401);
    expect(refused.headers.get('www-authenticate')).to.match(/^Basic /);
    const wrong = { authorization: `Basic ${Buffer.from('admin:wrong').toString('base64')}` };
    expect((await fetch(`${admin}api/config`, { headers: wrong })).status).to.equal(401);
    const context = await browser.newContext({
      httpCredentials: { username: 'admin', password: ENVIRONMENT.ADMIN_PASSWORD },
    });
    const steering = await context.newPage();
    await steering.goto(admin);
    await steering.waitForSelector('[data-state=up]');
    expect(await steering.textContent('main')).to.contain('demo');
    await context.close();
  });

  it('signals its server for nobody but the page', async () => {
    const { origin } = new URL(page.url());
    const reply = await fetch(`${origin}/backend/kill`, { method: 'POST', headers: { origin: 'http://evil.example' } });
    expect(reply.status).to.equal(403);
  });
});

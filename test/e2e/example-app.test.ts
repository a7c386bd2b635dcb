import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.js';
import { startProgram, type TestProcess } from '../support/process.js';
import { needsTools } from '../support/tools.js';

const APP = fileURLToPath(new URL('../../example-app', import.meta.url));
const SHOTS = process.env['SCREENSHOTS'] ?? tmpdir();

describe('the example app in Chromium', function () {
  let app: TestProcess;
  let browser: Browser;
  let page: Page;

  before(async function () {
    needsTools(this, 'chromium');
    app = await startProgram(['server.js'], /speaks on/, { cwd: APP, env: { PORT: '0', TTS_URL: '' } });
    browser = await startBrowser();
    // The tests' own expressions are evaluated in the page, which its policy would forbid.
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
    // What the browser's own voice is asked to say: a headless browser has none to be heard.
    await page.addInitScript(`
      window.spoken = [];
      window.speechSynthesis.speak = (utterance) => window.spoken.push(utterance.text);
    `);
    await page.goto(/http:\/\/\S+/.exec(app.line)?.[0] ?? '');
  });

  after(async () => {
    await browser.close();
    await app.stop();
  });

  async function readAloud(text: string, format = 'mp3'): Promise<void> {
    await page.fill('#text', text);
    await page.selectOption('#format', format);
    await page.click('#speak button[type=submit]');
    await page.waitForFunction(`!document.querySelector('#result').textContent.startsWith('Asking')`);
  }

  /** Waits until the sound has been played to its end, and returns its length in seconds. */
  async function playedToItsEnd(): Promise<number> {
    await page.waitForFunction(`document.querySelector('audio').ended`, undefined, { timeout: 20_000 });
    return page.evaluate(`document.querySelector('audio').duration`);
  }

  const provider = (): Promise<string | null> => page.textContent('#provider');

  it('reads what is typed, in the first provider’s voice, to its end', async () => {
    await readAloud('Good morning. This is a test.');
    expect(await provider()).to.equal('demo');
    expect(await playedToItsEnd()).to.be.within(1, 10);
  });

  it('has the local voice speak when the server is frozen, says so, and stays alive meanwhile', async () => {
    await page.click('[data-action=freeze]');
    await page.waitForSelector('#backend-state[data-state=frozen]');
    await readAloud('Good evening. This is another test.');
    expect(await provider()).to.equal('local (degraded)');
    expect(await page.textContent('#attempts')).to.match(/^demo \d+ ms timeout\.first_byte → local \d+ ms$/);
    expect(await playedToItsEnd()).to.be.within(1, 10);
    expect(Number(await page.textContent('#worst'))).to.be.below(1_000);
    await page.waitForFunction(`document.querySelector('.chain li').dataset.state === 'down'`);
    await page.screenshot({ path: join(SHOTS, 'express-speech-frozen-1280.png'), fullPage: true });
  });

  it('speaks with the browser’s own voice when only text comes back', async () => {
    await readAloud('Only text is left of this.', 'opus');
    expect(await provider()).to.equal('text (degraded)');
    expect(await page.evaluate('window.spoken')).to.deep.equal(['Only text is left of this.']);
    expect(await page.textContent('#result')).to.contain('timeout.first_byte');
  });

  it('uses the server again once it has thawed, and takes a killed one for refused', async () => {
    await page.click('[data-action=thaw]');
    await page.waitForSelector('#backend-state[data-state=running]');
    await readAloud('Back again.');
    expect(await provider()).to.equal('demo');
    await page.click('[data-action=kill]');
    await page.waitForSelector('#backend-state[data-state=stopped]');
    await readAloud('And gone.');
    expect(await page.textContent('#attempts')).to.match(/^demo \d+ ms refused → local/);
    await page.click('[data-action=start]');
    await page.waitForSelector('#backend-state[data-state=running]');
    await readAloud('And here.');
    expect(await provider()).to.equal('demo');
  });

  it('reads a note, and fits on a telephone in the dark', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.click('#notes li:first-child button');
    await page.waitForFunction(`document.querySelector('#result').textContent.includes('speaks')`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(390);
    await page.screenshot({ path: join(SHOTS, 'express-speech-dark-390.png'), fullPage: true });
  });

  it('obeys its own content security policy', async () => {
    const strict = await browser.newPage();
    const complaints: string[] = [];
    strict.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await strict.goto(page.url());
    await strict.click('#speak button[type=submit]');
    await strict.waitForSelector('#result[data-kind=good]');
    await strict.close();
    expect(complaints).to.deep.equal([]);
  });

  it('signals its server for nobody but the page', async () => {
    const { origin } = new URL(page.url());
    const reply = await fetch(`${origin}/backend/kill`, { method: 'POST', headers: { origin: 'http://evil.example' } });
    expect(reply.status).to.equal(403);
  });
});

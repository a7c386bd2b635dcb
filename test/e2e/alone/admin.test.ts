import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { speechAdmin } from '../../../lib/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { startBrowser } from '../../support/browser.js';
import { closedPort } from '../../support/closed-port.js';
import { makeFolder, type Folder } from '../../support/folder.js';
import { needsTools } from '../../support/tools.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const SHOTS = process.env['SCREENSHOTS'] ?? tmpdir();
const KEY = 'sk-planted-secret';
const INTERVAL = 2_000;
/** A health check of its own path, so that it fails with everything else when the server freezes. */
const HEALTH = { interval: INTERVAL, timeout: 200, path: '/alive' };
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the admin page in Chromium', function () {
  let upstream: Upstream;
  let app: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let isAllowed: boolean;
  let file: string;
  let folder: Folder;
  const complaints: string[] = [];
  const ends: (() => void)[] = [];
  const test = { defer: (end: () => void) => void ends.push(end) };

  before(async function () {
    needsTools(this, 'chromium');
    browser = await startBrowser();
  });
  after(async () => browser.close());

  beforeEach(async () => {
    upstream = await startUpstream('speaks');
    folder = makeFolder();
    file = folder.path('speech.json');
    isAllowed = true;
    app = await startApp({
      configFile: file,
      fallback: [
        { type: 'remote', name: 'kokoro', baseUrl: upstream.baseUrl, apiKey: KEY, health: HEALTH },
        { type: 'local' },
        { type: 'text' },
      ],
    });
    app.app.use('/admin', speechAdmin(app.speech, { authorize: () => isAllowed }));
    await app.speech.ready;
    // No page may be helped past its own policy, and none may complain of anything.
    context = await browser.newContext({ viewport: DESK, locale: 'en-GB' });
    complaints.length = 0;
    page = await openPage(context);
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    await context.close();
    await app.close();
    await upstream.close();
    folder.remove();
  });

  async function openPage(within: BrowserContext): Promise<Page> {
    const opened = await within.newPage();
    opened.on('pageerror', (error) => complaints.push(String(error)));
    opened.on('console', (message) => {
      // A refused save is a reply with an error status, which Chromium notes; the page itself writes nothing.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
    });
    await opened.goto(`${app.origin}/admin`);
    await opened.waitForSelector('.chain .card');
    return opened;
  }

  const card = (name: string): string => `.chain .card[data-name="${name}"]`;
  const press = (name: string, part: string): Promise<void> => page.click(`${card(name)} [data-focus="${part}"]`);
  const order = (): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll('.chain .card')].map(({ dataset }) => dataset.name)`);
  const hasFocus = (selector: string): Promise<boolean> =>
    page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`);
  const notice = (kind: string): Promise<unknown> => page.waitForSelector(`#notice.${kind}`);
  const save = async (): Promise<void> => {
    await page.click('#save');
    await page.waitForSelector('.save-bar:not(.dirty)');
  };
  const names = (): string[] => app.speech.status().providers.map(({ name }) => name);
  const speak = (format = 'wav'): Promise<Response> => app.speak({ input: 'Hello there.', response_format: format });

  it('tells of a wrong port when asked to verify it, beside its field, and the app uses the right one once it is saved', async () => {
    const second = await startUpstream('speaks');
    await press('kokoro', 'edit');
    const address = `${card('kokoro')} input[type=url]`;
    const closed = String(await closedPort(test));
    await page.fill(address, `http://127.0.0.1:${closed}/v1`);
    await press('kokoro', 'verify');
    await page.waitForSelector(`${card('kokoro')} .verdict.bad`);
    const told = await page.textContent(`${card('kokoro')} .verification`);
    expect(told).to.contain('nothing listens').and.contain(closed).and.contain('refused');
    expect(await page.inputValue(address)).to.contain(closed);
    await page.screenshot({ path: join(SHOTS, 'express-speech-admin-verify-1280.png'), fullPage: true });

    await page.fill(address, second.baseUrl);
    expect(await page.textContent(`${card('kokoro')} .verification`)).to.contain('changed after this');
    await press('kokoro', 'verify');
    await page.waitForSelector(`${card('kokoro')} .verdict.good`);
    expect(second.requests.some(({ headers }) => headers.authorization === `Bearer ${KEY}`)).to.equal(true);
    // What was just found well is not tried once more.
    const tried = second.requests.length;
    await save();
    expect(second.requests.slice(tried).some(({ path }) => path === '/v1/audio/speech')).to.equal(false);
    const before = upstream.requests.length;
    const reply = await speak();
    expect(reply.headers.get('x-speech-provider')).to.equal('kokoro');
    expect(second.requests.at(-1)?.path).to.equal('/v1/audio/speech');
    expect(upstream.requests.slice(before).map(({ path }) => path)).not.to.include('/v1/audio/speech');
    expect(await readFile(file, 'utf8')).to.contain(second.baseUrl);
    await second.close();
    expect(complaints).to.deep.equal([]);
  });

  it('asks before it saves an address that is dead, and refuses nothing', async () => {
    await press('kokoro', 'edit');
    const address = `${card('kokoro')} input[type=url]`;
    const dead = `http://127.0.0.1:${String(await closedPort(test))}/v1`;
    await page.fill(address, dead);
    await page.click('#save');
    await page.waitForSelector('#save-anyway');
    expect(await page.textContent('#review'))
      .to.contain('kokoro would not speak')
      .and.contain('nothing listens');
    expect(await hasFocus('#save-back')).to.equal(true);
    await page.screenshot({ path: join(SHOTS, 'express-speech-admin-review-1280.png'), fullPage: true });
    await page.click('#save-back');
    expect(existsSync(file)).to.equal(false);
    expect(await page.inputValue(address)).to.equal(dead);
    await page.click('#save');
    await page.click('#save-anyway');
    await notice('good');
    expect(await readFile(file, 'utf8')).to.contain(dead);
  });

  it('lets nobody wait for a server that does not answer', async () => {
    const silent = await startUpstream('stays silent');
    await press('kokoro', 'edit');
    await page.fill(`${card('kokoro')} input[type=url]`, silent.baseUrl);
    await page.click('#save');
    await page.click('#save-unseen');
    await notice('good');
    expect(await readFile(file, 'utf8')).to.contain(silent.baseUrl);
    await silent.close();
  });

  it('asks before text is put before sound, or there is no last resort', async () => {
    await page.click(`${card('text')} [data-focus=up]`);
    await page.click('#save');
    await page.waitForSelector('#save-anyway');
    expect(await page.textContent('#review')).to.contain('nobody ever hears local');
    await page.click('#save-back');
    await page.click(`${card('text')} button.danger`);
    await page.click('#save');
    await page.waitForSelector('#save-anyway');
    expect(await page.textContent('#review')).to.contain('no text reply at the end');
    await page.click('#save-anyway');
    await notice('good');
    expect(names()).to.deep.equal(['kokoro', 'local']);
    // It is known by now.
    await page.click(`${card('kokoro')} [data-focus=down]`);
    await save();
    expect(names()).to.deep.equal(['local', 'kokoro']);
  });

  it('has the voices of the server to pick, to hear and to keep', async () => {
    await press('kokoro', 'edit');
    await page.waitForSelector(`${card('kokoro')} datalist option`, { state: 'attached' });
    const voices = await page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(`${card('kokoro')} datalist option`)})].map(({ value }) => value)`,
    );
    expect(voices).to.deep.equal(['alloy', 'nova']);
    await page.selectOption(`${card('kokoro')} .try select`, 'nova');
    await press('kokoro', 'speak');
    await page.waitForSelector(`${card('kokoro')} audio`);
    expect(upstream.requests.at(-1)?.body).to.include({ voice: 'nova' });
    await press('kokoro', 'take');
    expect(await page.inputValue(`${card('kokoro')} input[id$=-voice]`)).to.equal('nova');
    // A voice that is in no list can be typed all the same.
    await page.fill(`${card('kokoro')} input[id$=-voice]`, 'my own');
    expect(await page.textContent('.save-bar')).to.contain('unsaved changes');
  });

  it('shows a provider that freezes as down as soon as the router takes it for that', async () => {
    await page.waitForSelector(`${card('kokoro')}[data-state=up]`);
    const known = new Promise<number>((resolve) => {
      app.speech.on('health', () => {
        if (app.speech.status().providers[0]?.state === 'down') resolve(performance.now());
      });
    });
    upstream.behave('stays silent');
    const since = await known;
    await page.waitForSelector(`${card('kokoro')}[data-state=down]`);
    expect(performance.now() - since).to.be.below(INTERVAL);
    await page.waitForSelector('#overall[data-status=degraded]');
    expect(await page.textContent('#overall')).to.contain('local speaks for kokoro');
    upstream.behave('speaks');
    await page.waitForSelector(`${card('kokoro')}[data-state=up]`);
    // Whoever opens the page afterwards is told of it.
    await page.reload();
    await page.waitForSelector('.activity .bad:has-text("kokoro is down: ")');
    await page.waitForSelector('.activity .good:has-text("kokoro is back")');
    expect(await page.locator(`${card('kokoro')} .strip rect:is(.mixed, .bad)`).count()).to.be.at.least(2);
    expect(await page.getAttribute(`${card('kokoro')} .strip svg`, 'aria-label')).to.match(/trouble in 1 of 48 .*% of/);
  });

  it('says that all is well only where that is so, and shows no circuit of what has none', async () => {
    await page.waitForSelector('#overall[data-status=ok]');
    expect(await page.textContent(`${card('text')} .pills`)).to.match(/^\s*Always there\s*$/);
    app.speech.reconfigure({
      configFile: file,
      fallback: [
        { type: 'remote', name: 'kokoro', baseUrl: upstream.baseUrl, health: HEALTH },
        {
          type: 'remote',
          name: 'spare',
          baseUrl: `http://127.0.0.1:${String(await closedPort(test))}/v1`,
          health: HEALTH,
        },
        { type: 'text' },
      ],
    });
    await page.waitForSelector(`${card('spare')}[data-state=down]`);
    await page.waitForSelector('#overall[data-status=partly]');
    expect(await page.textContent('#overall')).to.equal('kokoro speaks; down: spare');
    await page.waitForSelector('.activity li:has-text("The program changed the configuration: spare was added")');
  });

  it('changes the order by keyboard, keeps the focus, says where it is, and undoes it', async () => {
    const down = page.locator(`${card('kokoro')} [data-focus=down]`);
    await down.focus();
    await page.keyboard.press('Enter');
    expect(await order()).to.deep.equal(['local', 'kokoro', 'text']);
    expect(await hasFocus(`${card('kokoro')} [data-focus=down]`)).to.equal(true);
    await page.waitForSelector('#announcer:has-text("number 2 of 3")', { state: 'attached' });
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await order()).to.deep.equal(['local', 'text', 'kokoro']);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    expect(names()).to.deep.equal(['kokoro', 'local', 'text']);
    await save();
    expect(names()).to.deep.equal(['local', 'kokoro', 'text']);
    await page.click('#undo');
    await page.waitForSelector('.chain .card:first-child[data-name=kokoro]');
    expect(names()).to.deep.equal(['kokoro', 'local', 'text']);
    // The key was never here, and is there still.
    await speak();
    expect(upstream.requests.at(-1)?.headers.authorization).to.equal(`Bearer ${KEY}`);
  });

  it('changes the order by dragging', async () => {
    // All cards are in sight, so that nothing scrolls beneath what is dragged.
    await page.setViewportSize({ ...DESK, height: 1_800 });
    await page.hover(`${card('text')} .grip`);
    await page.mouse.down();
    await page.hover(`${card('local')} h3`);
    await page.hover(`${card('kokoro')} h3`);
    await page.mouse.up();
    expect(await order()).to.deep.equal(['text', 'kokoro', 'local']);
    await page.click('#discard');
    expect(await order()).to.deep.equal(['kokoro', 'local', 'text']);
    expect(await page.isDisabled('#save')).to.equal(true);
  });

  it('adds a provider, says at its field what is wrong with it, and removes another', async () => {
    await page.click('.add button:first-of-type');
    expect(await order()).to.deep.equal(['kokoro', 'remote', 'local', 'text']);
    await page.keyboard.type('not an address');
    await page.click('#save');
    await notice('bad');
    const field = page.locator(`${card('remote')} input[type=url]`);
    expect(await field.getAttribute('aria-invalid')).to.equal('true');
    expect(await hasFocus(`${card('remote')} input[type=url]`)).to.equal(true);
    expect(names()).to.deep.equal(['kokoro', 'local', 'text']);
    await field.fill(upstream.baseUrl);
    await page.click(`${card('kokoro')} button.danger`);
    await save();
    expect(names()).to.deep.equal(['remote', 'local', 'text']);
  });

  it('replaces and removes a key without ever showing it', async () => {
    await press('kokoro', 'edit');
    const secret = page.locator(`${card('kokoro')} .secret`);
    expect(await secret.textContent()).to.match(/^\s*Set\s/);
    await secret.getByText('Replace').click();
    await secret.locator('input').fill('sk-another');
    await save();
    await speak();
    expect(upstream.requests.at(-1)?.headers.authorization).to.equal('Bearer sk-another');
    expect(await secret.textContent()).to.match(/^\s*Set\s/);
    expect(await page.content())
      .not.to.contain('sk-another')
      .and.not.contain(KEY);
    await secret.getByText('Remove key').click();
    await save();
    await speak();
    expect(upstream.requests.at(-1)?.headers).not.to.have.property('authorization');
  });

  it('takes what has no field as JSON, and saves nothing that it cannot read', async () => {
    await press('kokoro', 'edit');
    const folded = page.locator(`${card('kokoro')} details`).last();
    await folded.locator('summary').click();
    await folded.locator('textarea').fill('{ "voices": ');
    await page.fill(`${card('kokoro')} input[id$=model]`, 'kokoro');
    await page.click('#save');
    await notice('bad');
    await folded.locator('textarea').fill('{ "voices": { "alloy": "af_bella" } }');
    await page.click('#save');
    await page.click('#save-anyway');
    await notice('good');
    await app.speak({ input: 'Hello there.', voice: 'alloy' });
    expect(upstream.requests.at(-1)?.body).to.include({ voice: 'af_bella', model: 'kokoro' });
  });

  it('tries a sentence through one provider, to be listened to', async () => {
    for (const name of ['kokoro', 'local']) {
      await press(name, 'edit');
      await press(name, 'speak');
      await page.waitForSelector(`${card(name)} audio`);
      const heard = await page.evaluate(
        `new Promise((resolve) => {
          const audio = document.querySelector(${JSON.stringify(`${card(name)} audio`)});
          if (audio.ended) resolve(audio.duration);
          audio.addEventListener('ended', () => resolve(audio.duration));
        })`,
      );
      expect(heard).to.be.above(0);
    }
    await press('text', 'edit');
    await press('text', 'speak');
    await page.waitForSelector(`${card('text')} .try p:has-text("Good morning")`);
    expect(complaints).to.deep.equal([]);
  });

  it('says that it is to be clicked where the browser plays nothing by itself', async () => {
    await page.evaluate(
      `HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no gesture', 'NotAllowedError'))`,
    );
    await press('kokoro', 'edit');
    await press('kokoro', 'speak');
    await page.waitForSelector(`${card('kokoro')} .try p:has-text("press play")`);
    expect(await page.isVisible(`${card('kokoro')} audio`)).to.equal(true);
  });

  it('draws the calls as they happen, and says the same in words', async () => {
    upstream.behave('resets before its headers');
    await speak();
    upstream.behave('speaks');
    for (let number = 0; number < 4; number += 1) await speak();
    const chart = page.locator(`${card('kokoro')} .fact-chart svg`);
    await page.waitForSelector(`${card('kokoro')} .fact-chart rect:nth-of-type(5)`, { state: 'attached' });
    expect(await page.textContent(`${card('kokoro')} .fact-chart .upright`)).to.match(/^\d+ ms0$/);
    expect(await chart.getAttribute('aria-label')).to.match(/^The last \d calls: median \d+ ms .*, [12] failed\.$/);
    expect(await page.textContent(`${card('kokoro')} .fact-errors`)).to.contain('reset');
    await page.waitForSelector('.shares li:has-text("kokoro 80%")', { timeout: 20_000 });
    expect(await page.textContent('.traffic dl')).to.contain('20%');
  });

  it('says that somebody else has saved, and lets the operator choose', async () => {
    const other = await openPage(context);
    await page.click(`${card('kokoro')} [data-focus=down]`);
    await other.click('.chain .card[data-name=text] button.danger');
    await other.click('#save');
    await other.click('#save-anyway');
    await page.waitForSelector('#conflict');
    await page.click('#conflict button:last-child');
    expect(await order()).to.deep.equal(['local', 'kokoro', 'text']);
    await save();
    // The other page has nothing to lose, and follows by itself.
    await other.waitForSelector('.chain .card:nth-child(3)');
    await other.click('.chain .card[data-name=text] [data-focus=up]');
    app.speech.reconfigure({ fallback: [{ type: 'text' }] });
    await other.waitForSelector('#conflict');
    await other.click('#conflict button:nth-of-type(1)');
    await other.waitForSelector('.chain .card:only-child');
  });

  it('says that it is shut out, and comes back live when the connection does', async () => {
    isAllowed = false;
    await page.click(`${card('kokoro')} [data-focus=down]`);
    await page.click('#save');
    await notice('bad');
    expect(await page.textContent('#notice')).to.contain('not signed in any more');
    isAllowed = true;
    app.server.closeAllConnections();
    await page.waitForSelector('.connection.lost');
    await page.waitForSelector('.connection.live', { timeout: 20_000 });
  });

  // Each theme with each language, each language in each width, and each theme in each width.
  for (const [theme, language, locale, width, viewport] of [
    ['light', 'en', 'en-GB', 1280, DESK],
    ['light', 'zh', 'zh-CN', 390, PHONE],
    ['dark', 'en', 'en-GB', 390, PHONE],
    ['dark', 'zh', 'zh-CN', 1280, DESK],
  ] as const) {
    it(`is accessible and fits: ${theme}, ${language}, ${String(width)} pixels`, async () => {
      // Only here the policy is put aside, for axe.
      const lenient = await browser.newContext({ viewport, locale, colorScheme: theme, bypassCSP: true });
      await speak();
      page = await openPage(lenient);
      const shot = (name: string): Promise<Buffer> =>
        page.screenshot({
          path: join(SHOTS, `express-speech-admin-${name}-${theme}-${language}-${String(width)}.png`),
          fullPage: true,
        });
      expect(await page.getAttribute('html', 'lang')).to.equal(language);
      await page.waitForSelector(`${card('kokoro')} .fact-chart rect`);
      await page.waitForSelector('.shares li');
      await shot('closed');
      expect(await axeFindings()).to.deep.equal([]);
      await openEverything();
      await shot('open');
      expect(await axeFindings()).to.deep.equal([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.be.at.most(width);
      await lenient.close();
    });
  }

  it('works under an address with a password in it', async () => {
    const address = new URL(`${app.origin}/admin/`);
    address.username = 'admin';
    address.password = 'secret';
    await page.goto(address.href);
    await page.waitForSelector('.chain .card');
    await page.waitForSelector('.connection.live');
    expect(complaints).to.deep.equal([]);
  });

  it('remembers theme and language', async () => {
    await page.selectOption('#theme', 'dark');
    await page.selectOption('#language', 'zh');
    expect(await page.textContent('#chain-title')).to.equal('回退链');
    await page.reload();
    await page.waitForSelector('.chain .card');
    expect(await page.getAttribute('html', 'data-theme')).to.equal('dark');
    expect(await page.textContent('h1')).to.equal('语音');
  });

  it('says in Chinese what a verification says', async () => {
    await page.selectOption('#language', 'zh');
    await press('kokoro', 'edit');
    const closed = String(await closedPort(test));
    await page.fill(`${card('kokoro')} input[type=url]`, `http://127.0.0.1:${closed}/v1`);
    await press('kokoro', 'verify');
    await page.waitForSelector(`${card('kokoro')} .verdict.bad`);
    const told = await page.textContent(`${card('kokoro')} .verification`);
    expect(told)
      .to.contain(`本机的端口 ${closed} 没有服务在监听；请启动服务器`)
      .and.not.match(/nothing listens|start the/);
  });

  /** Opens each workbench, with what can go wrong in it. */
  async function openEverything(): Promise<void> {
    await page.click('.add button:first-of-type');
    await page.click('#save');
    await notice('bad');
    await press('kokoro', 'edit');
    await press('kokoro', 'verify');
    await page.waitForSelector(`${card('kokoro')} .verdict`);
    await press('local', 'edit');
    await press('local', 'speak');
    // flite knows no Chinese, which it says.
    await page.waitForSelector(`${card('local')} :is(audio, .try .problem)`);
    await page.evaluate(`for (const folded of document.querySelectorAll('details')) folded.open = true`);
  }

  async function axeFindings(): Promise<string[]> {
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate<AxeResults>('axe.run()');
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }
});

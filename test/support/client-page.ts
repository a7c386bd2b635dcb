import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import type { Browser, Page } from 'playwright-core';

const CLIENT = fileURLToPath(new URL('../../dist/client', import.meta.url));

/**
 * What the page has before its own scripts. A headless browser has no voice, so that the voice is a stand-in, which says what it is
 * given at once; everything else is the browser's own. Object URLs are counted, with what they stand for.
 */
const BEFORE = `
  window.spoken = [];
  window.urls = new Set();
  window.kinds = [];
  window.refusals = 0;
  window.log = [];
  window.reported = [];
  window.addEventListener('error', (event) => { reported.push(event.message); event.preventDefault(); });
  speechSynthesis.getVoices = () => [{ name: 'Stand-in', lang: 'en' }];
  speechSynthesis.cancel = () => {};
  speechSynthesis.speak = (utterance) => {
    spoken.push({ text: utterance.text, lang: utterance.lang, rate: utterance.rate });
    setTimeout(() => {
      utterance.dispatchEvent(new Event('start'));
      utterance.dispatchEvent(new Event('end'));
    });
  };
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    urls.add(url);
    kinds.push(object.constructor.name);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  const { appendBuffer } = SourceBuffer.prototype;
  SourceBuffer.prototype.appendBuffer = function (bytes) {
    try {
      appendBuffer.call(this, bytes);
    } catch (error) {
      if (error.name === 'QuotaExceededError') refusals += 1;
      throw error;
    }
  };
`;

/** The page, with a script that speaks as soon as it is there, where its address asks for that. */
const HTML = `<!doctype html>
<html lang="en-GB">
  <link rel="icon" href="data:," />
  <button>Go on</button>
  <script type="module">
    import { speak } from '/client/index.js';
    window.speeches = [];
    window.start = (text, options) => {
      const speech = { events: [], ...options };
      const on = (event) => {
        speech.events.push(event.type);
        log.push(\`\${text} \${event.type}\`);
        console.debug(event.type);
      };
      Object.assign(speech, speak(text, { on, ...options }));
      speeches.push(speech);
      return speech;
    };
    document.querySelector('button').onclick = () => speeches.at(-1).resume();
    console.debug('ready');
    if (location.search) start('Spoken before anybody has clicked.');
  </script>
</html>`;

/** Serves the page and the built client. */
export function serveClient(app: Express): void {
  app.use('/client', express.static(CLIENT));
  app.get('/', (_request, response) => {
    response.type('html').send(HTML);
  });
}

/** A page in which `speak()` is called. */
export interface ClientPage {
  readonly page: Page;
  /** Calls it, and resolves when it has returned. The options may be an expression, as functions do not travel. */
  speak(text: string, options?: Record<string, unknown> | string): Promise<void>;
  /** Runs an expression in the page; `speech` in it is the last one. */
  run(expression: string): Promise<unknown>;
  /** Resolves when the last speech has told of something. */
  told(type: string): Promise<void>;
  /** What it has told so far. */
  events(): Promise<string[]>;
  /** Resolves with what became of the last speech. */
  outcome(): Promise<Record<string, unknown>>;
  /** What the browser's voice was given. */
  spoken(): Promise<{ readonly text: string; readonly lang: string; readonly rate: number }[]>;
  /** Object URLs that hold something in memory. */
  urls(): Promise<number>;
}

/**
 * Opens the page.
 *
 * @param event that a page which speaks by itself is to tell of first. It is heard over the console: what a test evaluates in a page
 *   counts as a click
 */
export async function openClientPage(browser: Browser, url: string, event?: string): Promise<ClientPage> {
  const page = await browser.newPage();
  await page.addInitScript(BEFORE);
  const told = page.waitForEvent('console', (message) => message.text() === (event ?? 'ready'));
  await page.goto(url);
  await told;
  return clientPage(page);
}

function clientPage(page: Page): ClientPage {
  const run = (expression: string): Promise<unknown> =>
    page.evaluate(`(async (speech) => (${expression}))(speeches.at(-1))`);
  return {
    page,
    run,
    async speak(text, options = {}) {
      const given = typeof options === 'string' ? options : JSON.stringify(options);
      await page.evaluate(`void start(${JSON.stringify(text)}, ${given})`);
    },
    async told(type) {
      await page.waitForFunction(`speeches.at(-1).events.includes('${type}')`);
    },
    events: () => run('speech.events') as Promise<string[]>,
    outcome: () => run('speech.finished') as Promise<Record<string, unknown>>,
    spoken: () => run('spoken') as ReturnType<ClientPage['spoken']>,
    urls: () => run('urls.size') as Promise<number>,
  };
}

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import express from 'express';
import type { Browser } from 'playwright-core';
import { speechRouter, type SpeechRouter } from '../../../lib/index.js';
import { startBrowser } from '../../support/browser.js';
import { readmeExample, runExample } from '../../support/run-example.js';
import { needsTools } from '../../support/tools.js';

const CLIENT = fileURLToPath(new URL('../../../dist/client', import.meta.url));
/** What the example tells helmet. */
const TOLD = /(?<=helmet\()\{.*\}(?=\)\);)/;

describe('the README’s Content Security Policy in Chromium', function () {
  let browser: Browser;
  let server: Server;
  let speech: SpeechRouter;

  before(async function () {
    needsTools(this, 'chromium');
    browser = await startBrowser();
  });

  after(() => browser.close());

  afterEach(async () => {
    await speech.close();
    server.closeAllConnections();
    server.close();
  });

  /** Has a page speak in an app that has the example before its routes, and tells what was heard. */
  async function hear(example: string): Promise<unknown> {
    const app = express();
    app.use((request, _response, next) => {
      Object.assign(request, { session: { user: { id: 'anna' } } });
      next();
    });
    speech = speechRouter({ logger: false });
    runExample(example, { app, speech });
    app.use('/client', express.static(CLIENT));
    app.get('/', (_request, response) => {
      response.send('<!doctype html><title>A page</title>');
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    const heard = await page.evaluate(`import('/client/index.js')
      .then(({ speak }) => speak('Good morning.').finished)
      .then(({ spoken, complete }) => ({ spoken, complete }))`);
    await page.close();
    return heard;
  }

  it('lets the client play', async () => {
    expect(await hear(readmeExample('helmet('))).to.deep.equal({ spoken: 'audio', complete: true });
  });

  it('is needed for that: helmet’s own does not', async () => {
    const example = readmeExample('helmet(');
    const withoutIt = example.replace(TOLD, '');
    expect(withoutIt).to.contain('app.use(helmet());');
    expect(await hear(withoutIt)).not.to.have.property('spoken', 'audio');
  });
});

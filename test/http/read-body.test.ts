import { expect } from 'chai';
import express from 'express';
import { startApp, type TestApp } from '../support/app.js';
import { speaker } from '../support/fake-provider.js';

const JSON_TEXT = '{"input":"Hello there.","response_format":"pcm"}';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the body of a speech request', () => {
  let app: TestApp;
  afterEach(() => app.close());

  const start = async (prepare?: (own: express.Express) => void): Promise<TestApp> => {
    app = await startApp({ fallback: [speaker('own')] }, prepare);
    return app;
  };
  const post = (body: Uint8Array | string, headers: Record<string, string>): Promise<Response> =>
    fetch(app.speechUrl, { method: 'POST', headers, body });

  it('may begin with a byte order mark', async () => {
    await start();
    expect((await post(`\uFEFF${JSON_TEXT}`, JSON_TYPE)).status).to.equal(200);
  });

  it('may be in another charset that Express’s own parser knows, and is a 415 in one that it does not', async () => {
    await start();
    const utf16 = { 'content-type': 'application/json; charset=utf-16le' };
    expect((await post(Buffer.from(JSON_TEXT, 'utf16le'), utf16)).status).to.equal(200);
    const unknown = { 'content-type': 'application/json; charset=klingon' };
    expect((await post(JSON_TEXT, unknown)).status).to.equal(415);
  });

  it('may say in any case that it is not encoded', async () => {
    await start();
    expect((await post(JSON_TEXT, { ...JSON_TYPE, 'content-encoding': 'Identity' })).status).to.equal(200);
  });

  it('may have been read by the application, as an object or as bytes', async () => {
    await start((own) => own.use(express.json()));
    expect((await post(JSON_TEXT, JSON_TYPE)).status).to.equal(200);
    await app.close();
    await start((own) => own.use(express.raw({ type: () => true })));
    expect((await post(JSON_TEXT, JSON_TYPE)).status).to.equal(200);
    expect((await post('{', JSON_TYPE)).status).to.equal(400);
  });

  it('keeps its type where the application’s parser left an empty object behind, as Express 4’s do', async () => {
    await start((own) => {
      own.use((request, _response, next) => {
        request.body = {};
        next();
      });
    });
    expect((await post(JSON_TEXT, { 'content-type': 'text/plain' })).status).to.equal(415);
    expect((await post(JSON_TEXT, JSON_TYPE)).status).to.equal(200);
  });
});

import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { speechAdmin, speechRouter, type SpeechRouter } from '../../lib/index.js';
import { CHANGE, startAdmin } from '../support/admin-app.js';
import { fakeControl, SNAPSHOT } from '../support/fake-control.js';

const KEY = 'sk-planted-secret';
const REMOTE = { type: 'remote', name: 'kokoro', baseUrl: 'http://127.0.0.1:1/v1', apiKey: KEY } as const;

interface Snapshot {
  readonly revision: string;
  readonly canUndo: boolean;
  readonly options: { readonly fallback: Record<string, unknown>[] };
}

describe('the configuration by the admin API', () => {
  let speech: SpeechRouter;
  let app: express.Express;
  beforeEach(() => {
    speech = speechRouter({ fallback: [{ ...REMOTE, health: false }, { type: 'text' }] });
    app = express().use('/admin', speechAdmin(speech, { authorize: () => true }));
  });
  afterEach(() => speech.close());

  const read = async (): Promise<Snapshot> => (await request(app).get('/admin/api/config')).body as Snapshot;
  const put = (body: object, headers: object = {}): request.Test =>
    request(app)
      .put('/admin/api/config')
      .set({ ...CHANGE, ...headers })
      .send(body);

  it('is shown with its revision, and without its key', async () => {
    const reply = await request(app).get('/admin/api/config');
    const { options, revision } = reply.body as Snapshot;
    expect(options.fallback[0]).to.deep.include({ name: 'kokoro', apiKey: { set: true } });
    expect(reply.headers['etag']).to.equal(`"${revision}"`);
    expect(JSON.stringify([reply.body, reply.headers])).not.to.contain(KEY);
  });

  it('is shown with the schema of its options, from which the page has its fields', async () => {
    const reply = await request(app).get('/admin/api/schema');
    expect(reply.status).to.equal(200);
    expect(reply.body).to.have.nested.property('properties.deadline.default', 10_000);
  });

  it('is saved over the revision that If-Match names, keeps the key, and is in use at once', async () => {
    const { options, revision } = await read();
    const reply = await put(
      { options: { fallback: [...options.fallback].reverse() } },
      { 'If-Match': `"${revision}"` },
    );
    expect(reply.status).to.equal(200);
    expect((reply.body as Snapshot).canUndo).to.equal(true);
    expect(reply.text).not.to.contain(KEY);
    expect(speech.status().providers.map(({ name }) => name)).to.deep.equal(['text', 'kokoro']);
  });

  it('is not saved over what somebody else has saved, which is shown instead', async () => {
    const { options, revision } = await read();
    expect((await put({ options: { ...options, maxInput: 100 }, revision })).status).to.equal(200);
    const reply = await put({ options: { ...options, maxInput: 200 }, revision });
    expect(reply.status).to.equal(409);
    expect(reply.body).to.have.nested.property('error.code', 'revision_conflict');
    expect(reply.body).to.have.nested.property('current.options.maxInput', 100);
    expect(reply.text).not.to.contain(KEY);
  });

  it('is not saved without saying over what', async () => {
    expect((await put({ options: {} })).status).to.equal(428);
  });

  it('is refused with every problem and its path', async () => {
    const { revision } = await read();
    const fallback = [{ ...REMOTE, baseUrl: 'ftp://x', tiemout: {} }];
    const reply = await put({ options: { fallback }, revision });
    expect(reply.status).to.equal(422);
    const { problems } = reply.body as { problems: { path: string; message: string }[] };
    expect(problems.map(({ path }) => path)).to.have.members(['fallback[0]', 'fallback[0].baseUrl']);
    expect(reply.text).to.contain('did you mean').and.not.contain(KEY);
    expect(await read()).to.have.property('revision', revision);
  });

  it('goes back to what was before', async () => {
    const { options, revision } = await read();
    const saved = (await put({ options: { ...options, maxInput: 100 }, revision })).body as Snapshot;
    const undo = (over: string): request.Test =>
      request(app).post('/admin/api/undo').set(CHANGE).set('If-Match', `"${over}"`).send({});
    expect((await undo(revision)).status).to.equal(409);
    const reply = await undo(saved.revision);
    expect(reply.status).to.equal(200);
    expect(reply.body).to.deep.include({ options, canUndo: false });
  });

  const bodies: [string, string, number, string][] = [
    ['no JSON', '{', 400, 'invalid_json'],
    ['a list', '[]', 400, 'invalid_request'],
    ['a megabyte', JSON.stringify({ options: 'x'.repeat(1024 * 1024) }), 413, 'body_too_large'],
  ];
  for (const [what, body, status, code] of bodies) {
    it(`refuses ${what} as a body`, async () => {
      const reply = await request(app).put('/admin/api/config').set(CHANGE).send(body);
      expect(reply.status).to.equal(status);
      expect(reply.body).to.have.nested.property('error.code', code);
    });
  }

  it('says that it could not be written, but not where', async () => {
    const fault = Object.assign(new Error('EACCES: permission denied, open /etc/speech.json'), { code: 'EACCES' });
    const admin = await startAdmin(fakeControl({ save: () => Promise.reject(fault), read: () => SNAPSHOT }).control);
    const reply = await admin.change('PUT', 'config', { options: {}, revision: 'first' });
    const text = await reply.text();
    await admin.close();
    expect(reply.status).to.equal(500);
    expect(text).to.contain('EACCES').and.contain('not_saved').and.not.contain('/etc');
  });
});

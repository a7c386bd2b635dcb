import { expect } from 'chai';
import { CHANGE, startAdmin, type AdminApp } from '../support/admin-app.js';
import { fakeControl, SNAPSHOT } from '../support/fake-control.js';

describe('the check that a request comes from the page', () => {
  let app: AdminApp;
  let saved: number;
  before(async () => {
    const { control } = fakeControl({
      read: () => SNAPSHOT,
      save: () => {
        saved += 1;
        return Promise.resolve(SNAPSHOT);
      },
    });
    app = await startAdmin(control);
  });
  beforeEach(() => {
    saved = 0;
  });
  after(() => app.close());

  const put = (headers: Record<string, string>): Promise<Response> =>
    app.api('config', { method: 'PUT', headers, body: '{"options":{},"revision":"first"}' });

  it('lets the page and programs through', async () => {
    const origins = [{}, { 'sec-fetch-site': 'same-origin', origin: 'null' }, { origin: app.origin }];
    for (const headers of origins) expect((await put({ ...CHANGE, ...headers })).status).to.equal(200);
    expect(saved).to.equal(3);
  });

  const refused: [string, Record<string, string>, number, string][] = [
    ['another site', { ...CHANGE, 'sec-fetch-site': 'cross-site' }, 403, 'cross_site'],
    ['another host of this site', { ...CHANGE, 'sec-fetch-site': 'same-site' }, 403, 'cross_site'],
    ['another origin on plain http', { ...CHANGE, origin: 'http://evil.example' }, 403, 'cross_site'],
    ['an origin that is none', { ...CHANGE, origin: 'null' }, 403, 'cross_site'],
    ['a form', { 'content-type': 'text/plain', 'x-speech-admin': '1' }, 415, 'not_json'],
    [
      'a form with JSON in its type',
      { 'content-type': 'text/plain; x=application/json', 'x-speech-admin': '1' },
      415,
      'not_json',
    ],
    ['a type that only begins alike', { 'content-type': 'application/jsonp', 'x-speech-admin': '1' }, 415, 'not_json'],
    ['JSON of another kind', { 'content-type': 'text/json', 'x-speech-admin': '1' }, 415, 'not_json'],
    ['a script without the header', { 'content-type': 'application/json' }, 403, 'cross_site'],
  ];
  for (const [who, headers, status, code] of refused) {
    it(`refuses a change sent by ${who}`, async () => {
      const reply = await put(headers);
      expect(reply.status).to.equal(status);
      expect(await reply.json()).to.have.nested.property('error.code', code);
      expect(saved).to.equal(0);
    });
  }

  it('refuses to be read by another site', async () => {
    expect((await app.api('config', { headers: { 'sec-fetch-site': 'cross-site' } })).status).to.equal(403);
    expect((await app.api('config')).status).to.equal(200);
  });
});

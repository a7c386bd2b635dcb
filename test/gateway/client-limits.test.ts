import { expect } from 'chai';
import express, { type Express } from 'express';
import request from 'supertest';
import { requireApiKey } from '../../lib/gateway/api-keys.js';
import { limitLogins, limitRequests, limitText } from '../../lib/gateway/client-limits.js';
import { errorReply } from '../../lib/gateway/error-reply.js';
import { FakeClock } from '../support/fake-clock.js';

const KEYS = ['the-key-of-one-client', 'the-key-of-the-other'];

function appOf(...handlers: express.RequestHandler[]): Express {
  const app = express();
  app.use(...handlers);
  app.use((_request, response) => {
    response.json({ ok: true });
  });
  app.use(errorReply);
  return app;
}

const say = (app: Express, text: string, key?: string) =>
  request(app)
    .post('/')
    .set(key === undefined ? {} : { authorization: `Bearer ${key}` })
    .send({ input: text });

describe('the limits of a client', () => {
  it('let so many requests through in a window and no more, for each key by itself', async () => {
    const app = appOf(requireApiKey(KEYS), limitRequests({ window: 60_000, requests: 2, bytes: 0 }));
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await say(app, 'a', KEYS[0])).status);
    expect(statuses).to.deep.equal([200, 200, 429]);
    expect((await say(app, 'a', KEYS[1])).status).to.equal(200);
    const refused = await say(app, 'a', KEYS[0]);
    expect(refused.body).to.deep.equal({
      error: {
        message: 'More than 2 requests in 60 seconds.',
        type: 'rate_limit_error',
        param: null,
        code: 'rate_limited',
      },
    });
    expect(Number(refused.headers['retry-after'])).to.be.within(1, 60);
  });

  it('tell clients by their address where there are no keys', async () => {
    const app = appOf(limitRequests({ window: 60_000, requests: 1, bytes: 0 }));
    app.set('trust proxy', true);
    const from = (address: string) => request(app).get('/').set('x-forwarded-for', address);
    expect((await from('192.0.2.1')).status).to.equal(200);
    expect((await from('192.0.2.2')).status).to.equal(200);
    expect((await from('192.0.2.1')).status).to.equal(429);
    // One customer has a whole network of these.
    expect((await from('2001:db8::1')).status).to.equal(200);
    expect((await from('2001:db8::2')).status).to.equal(429);
  });

  it('let so much text through in a window, and again in the next', async () => {
    const clock = new FakeClock();
    const app = appOf(requireApiKey(KEYS), limitText({ window: 10_000, requests: 0, bytes: 100 }, 1_000, clock));
    expect((await say(app, 'a'.repeat(60), KEYS[0])).status).to.equal(200);
    await clock.advance(4_000);
    const refused = await say(app, 'a'.repeat(60), KEYS[0]);
    expect(refused.status).to.equal(429);
    expect(refused.headers['retry-after']).to.equal('6');
    expect((await say(app, 'a', KEYS[0])).status).to.equal(200);
    expect((await say(app, 'a'.repeat(60), KEYS[1])).status).to.equal(200);
    await clock.advance(6_000);
    expect((await say(app, 'a'.repeat(60), KEYS[0])).status).to.equal(200);
  });

  it('count the text in an address, and what comes without a length as the most that it may be', async () => {
    const clock = new FakeClock();
    const app = appOf(limitText({ window: 10_000, requests: 0, bytes: 1_500 }, 1_000, clock));
    expect((await request(app).get(`/?input=${'a'.repeat(400)}`)).status).to.equal(200);
    const chunked = request(app).post('/').type('json');
    chunked.write('{"input":');
    chunked.write('"a"}');
    expect((await chunked).status).to.equal(200);
    expect((await request(app).get(`/?input=${'a'.repeat(200)}`)).status).to.equal(429);
  });

  it('let nobody go on trying passwords, and those who know it go on', async () => {
    const app = express();
    app.use(limitLogins());
    app.use((incoming, response) => response.sendStatus(incoming.headers.authorization === 'right' ? 200 : 401));
    app.use(errorReply);
    const statuses = new Set<number>();
    for (let count = 0; count < 30; count += 1)
      statuses.add((await request(app).get('/').set('authorization', 'right')).status);
    expect([...statuses]).to.deep.equal([200]);
    for (let count = 0; count < 20; count += 1) expect((await request(app).get('/')).status).to.equal(401);
    expect((await request(app).get('/')).status).to.equal(429);
  });
});

describe('the keys of a gateway', () => {
  const app = appOf(requireApiKey(KEYS));
  const refused: [what: string, header: string | undefined][] = [
    ['no key', undefined],
    ['another key', 'Bearer no-key-of-this-gateway'],
    ['the beginning of a key', `Bearer ${(KEYS[0] ?? '').slice(0, -1)}`],
    ['a key and more', `Bearer ${KEYS[0] ?? ''}x`],
    ['two keys', `Bearer ${KEYS.join(' ')}`],
    ['another scheme', `Basic ${KEYS[0] ?? ''}`],
    ['a key alone', KEYS[0]],
    ['a header without end', `Bearer ${'a'.repeat(8_000)}`],
  ];
  for (const [what, header] of refused) {
    it(`do not let in who shows ${what}`, async () => {
      const response = await request(app)
        .get('/')
        .set(header === undefined ? {} : { authorization: header });
      expect(response.status).to.equal(401);
      expect(response.headers['www-authenticate']).to.equal('Bearer');
      expect(response.body).to.have.nested.property('error.code', 'invalid_api_key');
      expect(response.text).not.to.include(KEYS[0]);
    });
  }

  for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
    it(`let in who shows one as "${scheme} KEY"`, async () => {
      for (const key of KEYS) {
        expect((await request(app).get('/').set('authorization', `${scheme} ${key}`)).status).to.equal(200);
      }
    });
  }
});

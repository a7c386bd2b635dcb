import type { OutgoingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import type { SpeechProvider } from '../../lib/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { speaker } from '../support/fake-provider.js';
import { askRaw } from '../support/raw-reply.js';

const CROSS = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'audio', 'sec-fetch-mode': 'no-cors' };
const FRIEND = 'https://friend.example';
const STRANGER = 'https://stranger.example';

/** What an application's CORS middleware puts on a reply to a request of this origin, where it puts anything. */
type Allow = (origin: string | undefined) => string | string[] | undefined;

describe('GET by a page of another site', () => {
  let app: TestApp;
  let made: number;

  async function start(allow: Allow = () => undefined): Promise<void> {
    made = 0;
    const own: SpeechProvider = {
      ...speaker('own'),
      synthesize(request, context) {
        made += 1;
        return speaker('own').synthesize(request, context);
      },
    };
    app = await startApp({ get: true, cache: false, fallback: [own] }, (host) => {
      host.use((request, response, next) => {
        const allowed = allow(request.headers.origin);
        if (allowed !== undefined) response.setHeader('Access-Control-Allow-Origin', allowed);
        response.vary('Origin');
        next();
      });
    });
  }

  afterEach(() => app.close());

  async function statusOf(headers: OutgoingHttpHeaders, method = 'GET'): Promise<number> {
    const { status } = await askRaw(`${app.speechUrl}?input=Hello&response_format=pcm`, { method, headers });
    return status;
  }

  const fixed: Allow = () => FRIEND;
  const reflecting: Allow = (origin) => origin;
  const answers: [string, Allow, string | undefined, number][] = [
    ['nobody', () => undefined, STRANGER, 403],
    ['a fixed origin, and that one asks', fixed, FRIEND, 200],
    ['a fixed origin, and another asks', fixed, STRANGER, 403],
    ['a fixed origin, and an <audio> asks, which names none', fixed, undefined, 403],
    ['a fixed origin, and a frame without one asks', fixed, 'null', 403],
    ['a fixed origin, and one with a port asks', fixed, `${FRIEND}:8443`, 403],
    ['a fixed origin, and the same host asks over plain http', fixed, 'http://friend.example', 403],
    ['a fixed origin, and one that begins like it asks', fixed, `${FRIEND}.evil.example`, 403],
    ['a fixed origin, and one below it asks', fixed, 'https://evil.friend.example', 403],
    ['a fixed origin in capitals, which no browser would take', () => FRIEND.toUpperCase(), FRIEND, 403],
    ['a fixed origin with a slash, which no browser would take', () => `${FRIEND}/`, FRIEND, 403],
    ['everybody', () => '*', STRANGER, 200],
    ['everybody, and an <audio> asks', () => '*', undefined, 200],
    ['everybody, and a frame without an origin asks', () => '*', 'null', 200],
    ['everybody, by a list of one', () => ['*'], undefined, 200],
    ['whoever asks', reflecting, STRANGER, 200],
    ['whoever asks, and an <audio> asks, which does not say', reflecting, undefined, 403],
    ['two origins, in one header', () => `${FRIEND}, ${STRANGER}`, FRIEND, 403],
    ['two origins, in two headers', () => [FRIEND, STRANGER], FRIEND, 403],
    ['everybody and an origin', () => ['*', FRIEND], STRANGER, 403],
    ['nobody, by an empty name', () => '', undefined, 403],
  ];
  for (const [what, allow, origin, status] of answers) {
    for (const method of ['GET', 'HEAD']) {
      it(`is a ${String(status)} for ${method} where the application lets in ${what}`, async () => {
        await start(allow);
        expect(await statusOf(origin === undefined ? CROSS : { ...CROSS, origin }, method)).to.equal(status);
        expect(made).to.equal(status === 200 && method === 'GET' ? 1 : 0);
      });
    }
  }

  it('is refused whatever it is to be used as', async () => {
    await start(fixed);
    const uses =
      'audio audioworklet embed empty font frame iframe image manifest object report script style track video worker';
    for (const use of uses.split(' ')) {
      expect(await statusOf({ ...CROSS, 'sec-fetch-dest': use }), use).to.equal(403);
    }
    expect(await statusOf({ 'sec-fetch-site': 'cross-site' }), 'unsaid').to.equal(403);
    expect(made).to.equal(0);
  });

  it('is answered where a person follows a link, and not where a page has one fetched ahead', async () => {
    await start();
    const link = { ...CROSS, 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
    expect(await statusOf(link)).to.equal(200);
    for (const ahead of [
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
      { 'x-moz': 'prefetch' },
    ]) {
      expect(await statusOf({ ...link, ...ahead }), JSON.stringify(ahead)).to.equal(403);
    }
    expect(made).to.equal(1);
  });

  it('is another matter from a page of the same site, the bar of the browser, or a program', async () => {
    await start();
    for (const site of ['same-site', 'same-origin', 'none']) {
      expect(await statusOf({ ...CROSS, 'sec-fetch-site': site }), site).to.equal(200);
    }
    expect(await statusOf({}), 'a program').to.equal(200);
  });
});

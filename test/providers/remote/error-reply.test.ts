import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { failureOfStatus, messageOf } from '../../../lib/providers/remote/error-reply.js';

const SAID = 'the model is not there';

describe('failureOfStatus', () => {
  const reply = (statusCode: number, headers: IncomingHttpHeaders): IncomingMessage =>
    Object.assign(Object.create(null) as IncomingMessage, { statusCode, headers });

  const waits: [headers: IncomingHttpHeaders, milliseconds: number | undefined][] = [
    [{ 'retry-after': '20' }, 20_000],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1_500],
    [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7s' }, 7_000],
    [{ ratelimit: '"default";r=0;t=9' }, 9_000],
    [{ 'x-ratelimit-remaining-requests': '4', 'x-ratelimit-reset-requests': '7s' }, undefined],
    [{}, undefined],
  ];
  for (const [headers, milliseconds] of waits) {
    it(`says to wait ${String(milliseconds)} ms for ${JSON.stringify(headers)}`, () => {
      const { code, retryAfter, retryHelps, blamesProvider } = failureOfStatus(reply(429, headers));
      expect({ code, retryAfter, retryHelps, blamesProvider }).to.deep.equal({
        code: 'rate_limited',
        retryAfter: milliseconds,
        retryHelps: milliseconds !== undefined,
        // Nothing is wrong with a server that says when it takes the next call.
        blamesProvider: milliseconds === undefined,
      });
    });
  }

  it('blames a server that limits the rate and wants to be asked at once, over and over', () => {
    expect(failureOfStatus(reply(429, { 'retry-after': '0' })).blamesProvider).to.equal(true);
  });

  it('takes what a server says of its rate for no wish to rest where the failure is another', () => {
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7s' };
    expect(failureOfStatus(reply(503, headers))).to.include({ retryAfter: undefined, blamesProvider: true });
  });
});

describe('messageOf', () => {
  const shapes: [string, unknown][] = [
    ['OpenAI’s', { error: { message: SAID, type: 'x', code: null } }],
    ['an error that is a string', { error: SAID }],
    ['a detail that is a string', { detail: SAID }],
    ['a detail that is an object', { detail: { error: 'no', message: SAID } }],
    ['a list of details', { detail: [{ loc: ['body'], msg: SAID, type: 'missing' }] }],
    ['a message and a code', { message: SAID, code: 7 }],
  ];
  for (const [what, body] of shapes) {
    it(`finds the message in ${what}`, () => {
      expect(messageOf(JSON.stringify(body), [])).to.be.oneOf([SAID, 'no']);
    });
  }

  it('finds none in anything else', () => {
    for (const body of ['', 'Not Found', '<html>', '[]', '7', 'null', '{"error":null}', '{"error":{"a":{"b":1}}}']) {
      expect(messageOf(body, []), body).to.equal('');
    }
  });

  it('is one short line', () => {
    expect(messageOf(JSON.stringify({ error: `a\r\nb\u0000c ${'x'.repeat(500)}` }), [])).to.match(/^a b c x{194}$/);
  });

  it('is kept back where the server repeats what it was sent, whole, cut or quoted', () => {
    const text = 'The quick brown fox\njumps over the "lazy" dog.';
    const echoes = [
      `cannot say ${text}`,
      `cannot say ${text.slice(0, 20)}…`,
      `cannot say ${JSON.stringify(text)}`,
      'bad key sk-abcdefghijkl',
      'tenant a7 is unknown',
      'upstream 127.0.0.1:8880 failed',
    ];
    const secrets = [text, 'sk-abcdefghijklmnop', 'a7', '127.0.0.1:8880', ''];
    for (const echo of echoes) expect(messageOf(JSON.stringify({ error: echo }), secrets), echo).to.equal('');
    expect(messageOf(JSON.stringify({ error: SAID }), secrets)).to.equal(SAID);
  });
});

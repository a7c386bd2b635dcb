import { expect } from 'chai';
import { messageOf } from '../../../lib/providers/remote/error-reply.js';

const SAID = 'the model is not there';

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

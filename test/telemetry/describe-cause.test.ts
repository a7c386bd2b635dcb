import { expect } from 'chai';
import { describeCause } from '../../lib/telemetry/describe-cause.js';

describe('describeCause()', () => {
  it('tells an error with its stack, and what led to it', () => {
    const told = describeCause(new TypeError('it broke', { cause: new Error('because of this', { cause: 'a word' }) }));
    expect(told).to.match(/^TypeError: it broke\n +at .*describe-cause\.test\.ts/);
    expect(told).to.match(/\ncaused by: Error: because of this\n +at /);
    expect(told).to.match(/\ncaused by: a word$/);
  });

  it('keeps what else hangs on an error to itself', () => {
    const error = Object.assign(new Error('it broke'), { options: { headers: { authorization: 'Bearer secret' } } });
    expect(describeCause(error)).not.to.contain('secret');
  });

  const strange: [string, unknown, RegExp][] = [
    ['nothing', undefined, /^undefined$/],
    ['null', null, /^null$/],
    ['a word', 'word', /^word$/],
    ['a symbol', Symbol('sign'), /sign/],
    ['an object', { secret: 1 }, /^\[object Object\]$/],
    ['one without a prototype', Object.create(null), /^something that cannot be told$/],
    [
      'one that throws',
      Object.defineProperty(new Error('x'), 'stack', { get: () => expect.fail('no') }),
      /cannot be told/,
    ],
    ['one without a stack', Object.assign(new Error('bare'), { stack: undefined }), /^Error: bare$/],
  ];
  for (const [what, thrown, expected] of strange) {
    it(`survives ${what}`, () => {
      expect(describeCause(thrown)).to.match(expected);
    });
  }

  it('comes to an end with causes that go in a circle', () => {
    const one = new Error('one');
    one.cause = new Error('other', { cause: one });
    expect(describeCause(one).match(/caused by/g)).to.have.length(4);
  });
});

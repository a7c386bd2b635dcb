import { expect } from 'chai';
import { customFailure } from '../../lib/chain/custom-failure.js';
import { SpeechError } from '../../lib/index.js';
import { speechRequest } from '../support/speech-request.js';

const throwing = (): never => {
  throw new Error('not to be read');
};

describe('customFailure', () => {
  it('keeps what an error of ours says, and the error as its cause', () => {
    const error = new SpeechError('status.503', 'busy', { retryHelps: true, retryAfter: 1_500, blamesProvider: false });
    const failure = customFailure(error);
    expect(failure).to.include({
      code: 'status.503',
      message: 'busy',
      fallbackHelps: true,
      retryHelps: true,
      retryAfter: 1_500,
      blamesProvider: false,
      cause: error,
    });
    expect(customFailure(new SpeechError('unsupported', 'no', { fallbackHelps: false })).fallbackHelps).to.equal(false);
  });

  it('tells in words what a stranger says, and of an error of ours what it has told already', () => {
    expect(customFailure(new RangeError('no such voice')).detail).to.equal('RangeError: no such voice');
    expect(customFailure(customFailure(new RangeError('no such voice'))).detail).to.equal('RangeError: no such voice');
    const request = speechRequest({ input: 'a text that is spoken' });
    expect(customFailure(new Error('not “a text that is spoken”'), undefined, request).detail).not.to.contain('spoken');
    expect(customFailure(new SpeechError('reset', 'gone')).detail).to.equal(undefined);
  });

  const strangers: [string, unknown][] = [
    ['an error', new Error('a bug')],
    ['an error with a code of its own', Object.assign(new Error('a bug'), { code: 'ECONNREFUSED' })],
    ['an error of ours with a code that is none', Object.assign(new SpeechError('reset', 'a'), { code: 'made_up' })],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'a bug'],
    ['a symbol', Symbol('a bug')],
    ['an object', {}],
    ['an object without a prototype', Object.create(null)],
    ['a function', () => undefined],
  ];
  for (const [what, thrown] of strangers) {
    it(`makes an internal failure of ${what}`, () => {
      const failure = customFailure(thrown);
      expect(failure).to.include({ code: 'internal', fallbackHelps: true, retryHelps: false, blamesProvider: true });
      expect(failure.cause).to.equal(thrown);
    });
  }

  const unreadable: [string, unknown][] = [
    ['a getter', Object.defineProperty(new SpeechError('reset', 'a'), 'code', { get: throwing })],
    ['a message', Object.defineProperty(new SpeechError('reset', 'a'), 'message', { get: throwing })],
    [
      'a message that is no text',
      Object.defineProperty(new SpeechError('reset', 'a'), 'message', { value: Symbol('a') }),
    ],
    ['a proxy', new Proxy({}, { has: throwing, get: throwing, getPrototypeOf: throwing })],
  ];
  for (const [what, thrown] of unreadable) {
    it(`bears an error that throws when it is read: ${what}`, () => {
      expect(customFailure(thrown)).to.be.instanceOf(SpeechError).with.property('code', 'internal');
    });
  }

  it('lets no provider say that the caller has left, which only the signal knows', () => {
    const aborted = new SpeechError('aborted', 'my own signal aborted');
    expect(customFailure(aborted)).to.include({ code: 'internal', fallbackHelps: true });
    expect(customFailure(aborted, new AbortController().signal)).to.include({ code: 'internal', fallbackHelps: true });
    expect(customFailure(aborted, AbortSignal.abort())).to.include({ code: 'aborted', fallbackHelps: false });
  });

  it('leaves nobody alone for longer than a minute, and not at all for what is no time', () => {
    const resting = (retryAfter: number) =>
      customFailure(new SpeechError('rate_limited', 'a', { retryAfter })).retryAfter;
    expect([0, 5_000, 60_001, Infinity, -1, Number.NaN].map(resting)).to.deep.equal([
      0,
      5_000,
      60_000,
      60_000,
      undefined,
      undefined,
    ]);
  });
});

import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { failureFrom, nameOf, plainFailure } from '../../../lib/engines/worker/worker-failure.js';
import { SpeechError } from '../../../lib/speech/error.js';

const there = (error: SpeechError): SpeechError => failureFrom(structuredClone(plainFailure(error)));

describe('a failure that goes from one thread to another', () => {
  it('keeps its code, its message, whom it blames, and what led to it', () => {
    const root = Object.assign(new RangeError('the disk'), { code: 'EIO' });
    const cause = new Error('could not read', { cause: root });
    const error = there(new SpeechError('engine_failed', 'it failed', { blamesProvider: false, cause }));
    expect(error).to.include({ code: 'engine_failed', message: 'it failed', blamesProvider: false });
    expect(error.cause).to.include({ name: 'Error', message: 'could not read', stack: cause.stack });
    const { cause: last } = error.cause as Error;
    expect(last).to.be.instanceOf(Error);
    expect(last).to.include({ name: 'RangeError', message: 'the disk', code: 'EIO' });
  });

  it('has no cause where there was none', () => {
    expect(there(new SpeechError('empty', 'nothing'))).not.to.have.property('cause');
  });

  it('bears whatever was thrown, and a chain that is a circle', () => {
    const circle = new Error('again');
    circle.cause = circle;
    expect(there(new SpeechError('internal', 'x', { cause: circle })).cause).to.have.property('message', 'again');
    for (const [thrown, message] of [
      ['a string', 'a string'],
      [7, '7'],
      [Symbol('sign'), 'Symbol(sign)'],
    ] as const) {
      expect(there(new SpeechError('internal', 'x', { cause: thrown })).cause).to.have.property('message', message);
    }
  });
});

describe('nameOf', () => {
  it('names an error without its message, of whatever realm', () => {
    expect(nameOf(new TypeError('the text'))).to.equal('TypeError');
    expect(nameOf(runInNewContext('new RangeError("the text")'))).to.equal('RangeError');
    expect(nameOf(Object.assign(new Error('the text'), { code: 'ENOENT' }))).to.equal('Error (ENOENT)');
    expect(nameOf('the text')).to.equal('string');
    expect(nameOf(null)).to.equal('object');
  });
});

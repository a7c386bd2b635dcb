import { expect } from 'chai';
import { LoadGate } from '../../../lib/engines/worker/load-gate.js';
import { createLoad, reasonOf } from '../../../lib/engines/worker/load.js';
import { SpeechError } from '../../../lib/speech/error.js';
import { failureOf } from '../../support/provider-conformance.js';

describe('load', () => {
  it('keeps the gate entered while it loads, well or badly, and no longer', async () => {
    const gate = new LoadGate();
    const load = createLoad(gate);
    const seen: boolean[] = [];
    const look = async (): Promise<string> => {
      await Promise.resolve();
      seen.push(gate.isLoading);
      return 'loaded';
    };
    expect(await Promise.all([load('one', look), load('another', look)])).to.deep.equal(['loaded', 'loaded']);
    await failureOf(load('a third', () => look().then(() => Promise.reject(new Error('no')))));
    expect(seen).to.deep.equal([true, true, true]);
    expect(gate.isLoading).to.equal(false);
  });

  it('says what could not be loaded and why, and keeps the cause', async () => {
    const load = createLoad();
    const cause = Object.assign(new Error('Cannot find package x'), { code: 'ERR_MODULE_NOT_FOUND' });
    const failure = await failureOf(load('the encoder', () => Promise.reject(cause)));
    expect(failure).to.include({
      code: 'engine_failed',
      message: 'the encoder could not be loaded: Cannot find package x',
      cause,
    });
    expect((await failureOf(load('it', () => Promise.reject(cause), 'unsupported'))).code).to.equal('unsupported');
  });

  it('leaves an error of ours as it is', async () => {
    const error = new SpeechError('unsupported', 'there is no MP3 at 7 Hz');
    expect(await failureOf(createLoad()('the encoder', () => Promise.reject(error)))).to.equal(error);
  });
});

describe('reasonOf', () => {
  for (const [thrown, reason] of [
    [new Error('no model'), 'no model'],
    [new TypeError(''), 'TypeError'],
    [Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }), 'EACCES: permission denied'],
    [Object.assign(new Error('Cannot find it\nRequire stack:\n- x'), { code: 'MODULE_NOT_FOUND' }), 'Cannot find it'],
    [new Error('x'.repeat(5_000)), 'x'.repeat(300)],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [{}, 'no reason'],
  ] as const) {
    it(`says ${reason.slice(0, 40)}`, () => {
      expect(reasonOf(thrown)).to.equal(reason);
    });
  }
});

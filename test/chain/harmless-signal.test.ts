import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { harmlessSignal } from '../../lib/chain/harmless-signal.js';
import { settle } from '../support/fake-clock.js';

describe('harmlessSignal', () => {
  const fail = (): never => {
    throw new Error('the provider’s own reason');
  };

  it('aborts with the other one, for its reason, before or after it was made', () => {
    const reason = new Error('the caller has left');
    expect(harmlessSignal(AbortSignal.abort(reason))).to.include({ aborted: true, reason });
    const controller = new AbortController();
    const own = harmlessSignal(controller.signal);
    expect(own).to.be.instanceOf(AbortSignal).and.include({ aborted: false });
    controller.abort(reason);
    expect(own).to.include({ aborted: true, reason });
  });

  it('lets no listener that throws do harm, nor keep another one from hearing of it', async () => {
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    const heard: string[] = [];
    const controller = new AbortController();
    const own = harmlessSignal(controller.signal);
    own.addEventListener('abort', fail);
    own.addEventListener('abort', { handleEvent: fail }, { once: true });
    own.onabort = fail;
    own.addEventListener('abort', function (this: AbortSignal) {
      heard.push(this === own ? 'on itself' : 'elsewhere');
    });
    controller.abort();
    await settle();
    await settle();
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect([uncaught, heard]).to.deep.equal([[], ['on itself']]);
  });

  it('takes a listener off again, once it was added, and what onabort was', () => {
    const heard: string[] = [];
    const controller = new AbortController();
    const own = harmlessSignal(controller.signal);
    const listener = (): unknown => heard.push('taken off');
    const before = getEventListeners(own, 'abort').length;
    own.addEventListener('abort', listener);
    own.addEventListener('abort', listener);
    own.removeEventListener('abort', listener);
    expect(getEventListeners(own, 'abort')).to.have.length(before);
    own.onabort = listener;
    expect(own.onabort).to.equal(listener);
    own.onabort = null;
    controller.abort();
    expect(heard).to.deep.equal([]);
  });

  it('ends what Node itself does with a signal', async () => {
    const controller = new AbortController();
    const { setTimeout } = await import('node:timers/promises');
    const waiting = setTimeout(60_000, undefined, { signal: harmlessSignal(controller.signal) });
    controller.abort();
    expect(await waiting.catch((error: unknown) => (error as Error).name)).to.equal('AbortError');
    const any = AbortSignal.any([harmlessSignal(controller.signal)]);
    expect(any.aborted).to.equal(true);
  });
});

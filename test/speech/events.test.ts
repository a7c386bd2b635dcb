import { expect } from 'chai';
import { SpeechEvents, type SpeechEventMap } from '../../lib/speech/events.js';
import { unhandledRejections } from '../support/unhandled.js';

const STATUS: SpeechEventMap['status'] = { from: 'ok', to: 'degraded' };

describe('SpeechEvents', () => {
  it('calls a listener that takes itself off and on again once for each event', () => {
    const events = new SpeechEvents();
    let calls = 0;
    const listener = (): void => {
      calls += 1;
      events.off('status', listener);
      if (calls < 100) events.on('status', listener);
    };
    events.on('status', listener);
    events.emit('status', STATUS);
    expect(calls).to.equal(1);
    events.emit('status', STATUS);
    expect(calls).to.equal(2);
  });

  it('tells a listener that another one adds of the next event, and not of this one', () => {
    const events = new SpeechEvents();
    const heard: string[] = [];
    events.on('status', () => {
      events.on('status', () => heard.push('added'));
    });
    events.on('status', () => heard.push('second'));
    events.emit('status', STATUS);
    expect(heard).to.deep.equal(['second']);
    events.emit('status', STATUS);
    expect(heard).to.deep.equal(['second', 'second', 'added']);
  });

  it('bears a listener that takes off itself, all others, or one that never listened', () => {
    const events = new SpeechEvents();
    let calls = 0;
    const last = (): void => {
      calls += 1;
    };
    const first = (): void => {
      events.off('status', first);
      events.off('status', last);
      events.off('status', () => undefined);
    };
    events.on('status', first);
    events.on('status', last);
    events.emit('status', STATUS);
    events.emit('status', STATUS);
    expect(calls).to.be.at.most(1);
    expect(events.hasListeners('status')).to.equal(false);
  });

  it('bears one that emits the same event', () => {
    const events = new SpeechEvents();
    let calls = 0;
    events.on('status', () => {
      calls += 1;
      if (calls < 3) events.emit('status', STATUS);
    });
    events.emit('status', STATUS);
    expect(calls).to.equal(3);
  });

  const faults: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('a listener’s bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a listener’s bug'))],
    ['rejects later', () => new Promise((_resolve, reject) => setImmediate(reject, new Error('a listener’s bug')))],
    ['never settles', () => new Promise(() => undefined)],
    [
      'returns what looks like a promise and rejects',
      () => ({
        then: (_done: unknown, fail: () => void) => {
          fail();
        },
      }),
    ],
    [
      'returns what looks like a promise and throws',
      () => ({
        get then() {
          throw new Error('a listener’s bug');
        },
      }),
    ],
  ];
  for (const [fault, listener] of faults) {
    it(`goes on to the next listener when one ${fault}, and no rejection is left alone`, async () => {
      const events = new SpeechEvents();
      let calls = 0;
      events.on('status', listener);
      events.on('status', () => (calls += 1));
      const rejections = await unhandledRejections(() => {
        events.emit('status', STATUS);
      });
      expect(calls).to.equal(1);
      expect(rejections).to.deep.equal([]);
    });
  }

  it('knows no events but its own', () => {
    const events = new SpeechEvents();
    expect(() => {
      events.on('toString' as never, () => undefined);
    }).to.throw(TypeError, /there is no event "toString"/);
  });
});

import { expect } from 'chai';
import { createConsoleLogger } from '../../lib/telemetry/console-logger.js';
import { FakeClock } from '../support/fake-clock.js';

const HOUR = 3_600_000;

describe('createConsoleLogger', () => {
  let lines: string[];
  let clock: FakeClock;
  const start = (): ReturnType<typeof createConsoleLogger> =>
    createConsoleLogger(
      {
        warn: (line: string) => lines.push(`warn ${line}`),
        error: (line: string) => lines.push(`error ${line}`),
      },
      clock,
    );

  beforeEach(() => {
    lines = [];
    clock = new FakeClock();
  });

  it('says what is wrong in one line, and nothing of what is well', () => {
    const logger = start();
    logger.debug({}, 'a health check passed');
    logger.info({}, 'a speech request ended');
    logger.warn({ event: 'close', provider: 'own', code: 'internal', requestId: 'r', more: {} }, 'it did\nnot close');
    logger.error({ event: 'x' }, 'the worst');
    expect(lines).to.deep.equal([
      'warn express-speech: it did not close (provider: own, code: internal)',
      'error express-speech: the worst',
    ]);
  });

  it('says the same of the same thing once an hour, however often it comes', async () => {
    const logger = start();
    for (let index = 0; index < 100; index += 1) {
      logger.warn(
        { event: 'worker', provider: 'a', code: 'engine_failed', detail: `thread ${String(index)}` },
        'it died',
      );
    }
    logger.warn({ event: 'worker', provider: 'b', code: 'engine_failed' }, 'it died');
    logger.warn({ event: 'worker', provider: 'a', code: 'timeout.total' }, 'it died');
    expect(lines).to.have.length(3);
    await clock.advance(HOUR);
    logger.warn({ event: 'worker', provider: 'a', code: 'engine_failed', detail: 'again' }, 'it died');
    expect(lines[3]).to.match(/detail: again\) \(and 99 more like it\)$/);
  });

  it('says news that was said before, by the time since which it is so', () => {
    const logger = start();
    for (const since of [1, 2, 2]) logger.warn({ event: 'notice', since }, 'a is down');
    expect(lines).to.deep.equal(Array(2).fill('warn express-speech: a is down'));
  });

  it('keeps no more lines in mind than it says', () => {
    const logger = start();
    for (let index = 0; index < 5_000; index += 1) logger.warn({ event: 'x' }, `line ${String(index)}`);
    logger.warn({ event: 'x' }, 'line 0');
    expect(lines).to.have.length(5_001);
  });
});

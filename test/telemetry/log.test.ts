import { expect } from 'chai';
import { SpeechEvents } from '../../lib/events.js';
import { SpeechError, type SpeechLogger } from '../../lib/index.js';
import { harmless, logEvents } from '../../lib/telemetry/log.js';

function recorder(): { readonly lines: unknown[]; readonly logger: SpeechLogger } {
  const lines: unknown[] = [];
  const at = (level: string) => (object: object, message?: string) => lines.push([level, object, message]);
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe('harmless', () => {
  it('bears a logger that throws, and one whose promise is rejected', async () => {
    const rejected: unknown[] = [];
    const onRejection = (reason: unknown): void => {
      rejected.push(reason);
    };
    process.on('unhandledRejection', onRejection);
    const throws = (): never => {
      throw new Error('no disk');
    };
    const rejects = (): unknown => Promise.reject(new Error('no network'));
    const logger = harmless({ debug: throws, info: rejects, warn: throws, error: rejects });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, 'line');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onRejection);
    expect(rejected).to.deep.equal([]);
  });

  it('calls the logger’s methods as its own', () => {
    class Logger {
      readonly lines: string[] = [];
      info(_object: object, message = ''): void {
        this.lines.push(message);
      }
      debug(): void {
        this.lines.push('debug');
      }
      warn(): void {
        this.lines.push('warn');
      }
      error(): void {
        this.lines.push('error');
      }
    }
    const logger = new Logger();
    harmless(logger).info({}, 'line');
    expect(logger.lines).to.deep.equal(['line']);
  });
});

describe('logEvents', () => {
  it('writes a line with fixed keys for each event, as loud as it matters', () => {
    const { lines, logger } = recorder();
    const events = new SpeechEvents();
    logEvents(events, logger);
    const attempt = { requestId: 'r', provider: 'a', type: 'remote', ms: 1.4 };
    const error = new SpeechError('reset', 'the server died');
    events.emit('attempt', { ...attempt, code: null });
    events.emit('attempt', { ...attempt, code: 'aborted', error });
    events.emit('attempt', { ...attempt, code: 'reset', error });
    events.emit('attempt', { ...attempt, code: 'reset', error, committed: true });
    events.emit('circuit', { provider: 'a', from: 'closed', to: 'open' });
    events.emit('health', { provider: 'a', ok: false, code: 'refused', at: 0, ms: 2 });
    const line = { event: 'attempt', requestId: 'r', provider: 'a', ms: 1 };
    expect(lines).to.deep.equal([
      ['debug', { ...line, code: null }, 'a provider answered'],
      ['debug', { ...line, code: 'aborted' }, 'the client left'],
      ['warn', { ...line, code: 'reset', detail: 'the server died' }, 'a provider did not answer'],
      ['warn', { ...line, code: 'reset', detail: 'the server died' }, 'a provider broke off'],
      ['warn', { event: 'circuit', provider: 'a', from: 'closed', to: 'open' }, 'a circuit breaker changed its state'],
      ['warn', { event: 'health', provider: 'a', ok: false, code: 'refused', ms: 2 }, 'a health check failed'],
    ]);
  });
});

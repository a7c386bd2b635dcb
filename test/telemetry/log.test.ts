import { expect } from 'chai';
import { SpeechError } from '../../lib/index.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import { harmless, logEvents } from '../../lib/telemetry/log.js';
import { startApp } from '../support/app.js';
import { provider } from '../support/fake-provider.js';
import { keepingLogger, requestEnd } from '../support/telemetry.js';

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
    const { lines, logger } = keepingLogger();
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

  it('says what led to a failure that says nothing itself, and never the text', async () => {
    const { lines, logger } = keepingLogger();
    const says = (message: string) => provider('own', () => Promise.reject(new RangeError(message)));
    const request = { input: 'A text that is spoken.', response_format: 'pcm' };
    for (const message of ['no such voice', `cannot say “${request.input}”`]) {
      const app = await startApp({ fallback: [says(message), { type: 'text' }], logger });
      await app.speak(request);
      await app.close();
    }
    const details = (lines as [string, Record<string, unknown>][])
      .filter(([, { event, code }]) => event === 'attempt' && code === 'internal')
      .map(([, { detail }]) => detail);
    expect(details).to.deep.equal(['RangeError: no such voice', 'RangeError: what it says repeats what it was sent']);
  });

  it('writes one line a request at info, none for a client that left, and cries out for what is our own fault', () => {
    const { lines, logger } = keepingLogger();
    const events = new SpeechEvents();
    logEvents(events, logger);
    events.emit('fallback', { requestId: 'test', from: 'first', to: 'second', code: 'reset' });
    events.emit('request', requestEnd({ firstByteMs: 50.4, totalMs: 100.6, degraded: true }));
    events.emit('request', requestEnd({ outcome: 'aborted', code: 'aborted' }));
    events.emit('request', requestEnd({ outcome: 'error', code: 'internal' }));
    expect(lines.map((line) => (line as [string])[0])).to.deep.equal(['debug', 'info', 'debug', 'error']);
    expect(lines[1]).to.deep.equal([
      'info',
      { event: 'request', ...requestEnd({ firstByteMs: 50, totalMs: 101, degraded: true }) },
      'a speech request ended',
    ]);
  });

  it('writes lines for alerts, and stops when it is told to', () => {
    const { lines, logger } = keepingLogger();
    const events = new SpeechEvents();
    const stop = logEvents(events, logger);
    events.emit('alert', { kind: 'text_only', state: 'firing', code: 'refused', since: 0, at: 0 });
    events.emit('alert', { kind: 'text_only', state: 'resolved', since: 0, at: 0 });
    stop();
    events.emit('alert', { kind: 'text_only', state: 'firing', since: 0, at: 0 });
    const line = { event: 'alert', kind: 'text_only', provider: null };
    expect(lines).to.deep.equal([
      ['warn', { ...line, state: 'firing', code: 'refused' }, 'somebody should look at this'],
      ['info', { ...line, state: 'resolved', code: null }, 'all is well again'],
    ]);
  });
});

import { expect } from 'chai';
import { LOG_LEVELS } from '../../lib/config/gateway-options.js';
import { createJsonLogger } from '../../lib/gateway/json-logger.js';

function linesAt(level: (typeof LOG_LEVELS)[number], object: object): string[] {
  const lines: string[] = [];
  const logger = createJsonLogger({ level, write: (line) => lines.push(line), now: () => 0 });
  for (const each of LOG_LEVELS) logger[each](object, `said at ${each}`);
  return lines.map((line) => (JSON.parse(line) as { readonly message: string }).message.slice('said at '.length));
}

describe('the JSON logger of a gateway', () => {
  it('writes an object a line', () => {
    const lines: string[] = [];
    createJsonLogger({ level: 'info', write: (line) => lines.push(line), now: () => 1_000 }).warn(
      { event: 'x' },
      'a\nb',
    );
    expect(lines).to.deep.equal(['{"time":"1970-01-01T00:00:01.000Z","level":"warn","message":"a\\nb","event":"x"}\n']);
  });

  for (const [index, level] of LOG_LEVELS.entries()) {
    it(`writes at ${level} what is as urgent or more`, () => {
      expect(linesAt(level, { event: 'setup' })).to.deep.equal(LOG_LEVELS.slice(0, index + 1));
    });
  }

  it('keeps what happens with each request to debug, but for what is wrong inside', () => {
    for (const event of ['attempt', 'fallback', 'request', 'health', 'circuit', 'status', 'alert']) {
      expect(linesAt('info', { event }), event).to.deep.equal(['error']);
      expect(linesAt('debug', { event }), event).to.deep.equal([...LOG_LEVELS]);
    }
  });
});

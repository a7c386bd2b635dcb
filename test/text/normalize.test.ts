import { expect } from 'chai';
import { Deadline } from '../../lib/resilience/index.js';
import type { SpeechRequest } from '../../lib/speech/request.js';
import { createPrepare, type PrepareOptions } from '../../lib/text/normalize.js';
import { FakeClock } from '../support/fake-clock.js';
import { raise, rejection } from '../support/hostile-providers.js';
import { silentLogger, speechRequest } from '../support/speech-request.js';
import { unhandledRejections } from '../support/unhandled.js';

const MARKED = speechRequest({ input: '**Hello** there' });

describe('createPrepare', () => {
  let clock: FakeClock;
  let lines: object[];

  /** Makes a request ready with a second to go. */
  function prepare(
    request: SpeechRequest,
    options: Partial<PrepareOptions> = {},
    signal = new AbortController().signal,
  ): SpeechRequest | Promise<SpeechRequest> {
    const logger = { ...silentLogger, warn: (line: object) => void lines.push(line) };
    const ready = createPrepare({ prepare: 'markdown', maxInput: 100, clock, logger, ...options });
    return ready(request, { deadline: new Deadline(1_000, clock), signal });
  }

  beforeEach(() => {
    clock = new FakeClock();
    lines = [];
  });

  it('hands a request without mark-up back at once, the same one', () => {
    const request = speechRequest();
    expect(prepare(request)).to.equal(request);
  });

  it('changes the text of a request and nothing else', async () => {
    expect(await prepare(MARKED)).to.deep.equal({ ...MARKED, input: 'Hello there' });
    const { input } = await prepare(speechRequest({ input: 'no *emphasis' }));
    expect(input).to.equal('no *emphasis');
  });

  it('keeps SSML beside its words, and reads no Markdown into them', async () => {
    const ssml = '<speak>2 *3* <break time="2s"/>4</speak>';
    expect(await prepare(speechRequest({ input: ssml }))).to.deep.equal(speechRequest({ input: '2 *3*\n\n4', ssml }));
  });

  it('leaves everything alone where it is told to', () => {
    for (const input of ['**Hello**', '<speak>Hello</speak>']) {
      const request = speechRequest({ input });
      expect(prepare(request, { prepare: 'none' })).to.equal(request);
    }
  });

  it('says no more than four times what may be asked for', async () => {
    const table = `| ${'word '.repeat(11)}| |\n|-|-|\n${'|1|2|\n'.repeat(40)}`;
    const { input } = await prepare(speechRequest({ input: table }));
    expect(input.length).to.be.below(table.length);
    expect(input).to.contain('word').and.not.to.contain('|');
  });

  it('takes what was thought out of SSML as well', async () => {
    const ready = await prepare(speechRequest({ input: '<speak><think>Hm.</think>Hello.</speak>' }));
    expect(ready).to.include({ input: 'Hello.' });
    expect(ready.ssml).not.to.contain('Hm');
  });

  describe('with a function', () => {
    it('takes what it returns, now or later', async () => {
      const upper = (text: string): string => text.toUpperCase();
      for (const own of [upper, (text: string) => Promise.resolve(upper(text))]) {
        expect(await prepare(MARKED, { prepare: own })).to.have.property('input', '**HELLO** THERE');
      }
      expect(clock.pendingTimers).to.equal(0);
      expect(lines).to.deep.equal([]);
    });

    it('gives it the words of SSML', async () => {
      const request = speechRequest({ input: '<speak>a<break/>b</speak>' });
      const ready = await prepare(request, { prepare: (text) => `${text}!` });
      expect(ready).to.include({ input: 'a, b!', ssml: request.input });
    });

    it('takes an empty text from it, which somebody else refuses', async () => {
      expect(await prepare(MARKED, { prepare: () => '' })).to.have.property('input', '');
    });

    it('drops what cannot be sent', async () => {
      expect(await prepare(MARKED, { prepare: () => 'a\ud800b\0c' })).to.have.property('input', 'abc');
    });

    const broken: [string, string, () => unknown][] = [
      [
        'throws',
        'threw',
        () => {
          throw new Error('Hello');
        },
      ],
      ['rejects', 'threw', () => Promise.reject(new Error('Hello'))],
      ['throws nothing', 'threw', () => raise(undefined)],
      ['rejects with a text', 'threw', () => rejection('Hello')],
      [
        'throws when it is awaited',
        'threw',
        () => ({
          get then() {
            return raise(new Error('Hello'));
          },
        }),
      ],
      ['returns nothing', 'no_string', () => undefined],
      ['returns something else', 'no_string', () => Promise.resolve(42)],
      ['returns far too much', 'too_long', () => 'word '.repeat(81)],
    ];
    for (const [what, code, own] of broken) {
      it(`reads Markdown in place of one that ${what}, and logs it without the text`, async () => {
        const ready = await prepare(MARKED, { prepare: own as () => string });
        expect(ready).to.have.property('input', 'Hello there');
        expect(lines).to.deep.equal([{ event: 'prepare', requestId: 'test', code }]);
      });
    }

    it('waits for half of what is left of the deadline', async () => {
      const ready = prepare(MARKED, { prepare: () => new Promise<string>(() => undefined) });
      await clock.advance(499);
      expect(lines).to.deep.equal([]);
      await clock.advance(1);
      expect(await ready).to.have.property('input', 'Hello there');
      expect(lines).to.deep.equal([{ event: 'prepare', requestId: 'test', code: 'timeout' }]);
    });

    it('leaves no rejection behind, whenever it comes and whoever has left', async () => {
      for (const own of [
        (client: AbortController) => {
          client.abort();
          return rejection('Hello');
        },
        (client: AbortController) =>
          new Promise((_resolve, reject) => {
            client.signal.addEventListener('abort', reject);
            setImmediate(() => {
              client.abort();
            });
          }),
      ]) {
        const client = new AbortController();
        const rejections = await unhandledRejections(async () => {
          const ready = await prepare(MARKED, { prepare: () => own(client) as never }, client.signal);
          expect(ready).to.equal(MARKED);
        });
        expect(rejections).to.deep.equal([]);
      }
    });

    it('waits no longer than the client, and reports no fault then', async () => {
      const client = new AbortController();
      const ready = prepare(MARKED, { prepare: () => new Promise<string>(() => undefined) }, client.signal);
      client.abort();
      expect(await ready).to.equal(MARKED);
      expect(lines).to.deep.equal([]);
      expect(clock.pendingTimers).to.equal(0);
    });
  });
});

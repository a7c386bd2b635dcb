import { AssertionError } from 'node:assert';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { SpeechError, type SpeechProvider } from '../../lib/index.js';
import { providerConformance, type ConformanceOptions } from '../../lib/testing/index.js';

const PCM = Buffer.alloc(4_800, Buffer.of(0, 16, 0, 240));

/** A provider that keeps the contract, but for what is changed of it. */
function provider(changed: Partial<SpeechProvider> = {}): SpeechProvider {
  return {
    name: 'own',
    type: 'own',
    capabilities: { formats: ['pcm'] },
    synthesize({ format }, { signal }) {
      if (signal.aborted) return Promise.reject(new SpeechError('aborted', 'the caller has left'));
      if (format !== 'pcm') return Promise.reject(new SpeechError('unsupported', 'it makes PCM alone'));
      return Promise.resolve({ kind: 'audio', contentType: 'audio/pcm', stream: soundUntil(signal) });
    },
    ...changed,
  };
}

function soundUntil(signal: AbortSignal): Readable {
  const stream = new Readable({
    read() {
      setImmediate(() => {
        this.push(PCM);
        this.push(null);
      });
    },
  });
  const stop = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', stop);
  stream.once('close', () => {
    signal.removeEventListener('abort', stop);
  });
  return stream;
}

/** Runs the suite and returns the titles of what failed. */
async function failures(options: ConformanceOptions): Promise<string[]> {
  const conformance = providerConformance(options);
  const failed: string[] = [];
  for (const { title, run } of conformance.tests) {
    await run().catch(() => failed.push(title));
  }
  await conformance.close();
  return failed;
}

describe('the conformance of a provider', () => {
  it('is stated by tests that a provider passes which keeps the contract', async () => {
    let closed = 0;
    const create = (): SpeechProvider => provider({ close: () => Promise.resolve(void (closed += 1)) });
    expect(await failures({ create })).to.deep.equal([]);
    // The one that most tests share, and twice the one that is closed in the middle.
    expect(closed).to.equal(3);
  });

  const wrong: readonly (readonly [what: string, changed: Partial<SpeechProvider>, title: RegExp])[] = [
    ['whose name does not fit into a header', { name: 'mine and yours' }, /^has a name/],
    [
      'that sends text in place of sound',
      {
        synthesize: () =>
          Promise.resolve({
            kind: 'audio',
            contentType: 'audio/pcm',
            stream: Readable.from([Buffer.from('{"error":1}')]),
          }),
      },
      /^resolves with proven sound/,
    ],
    [
      'that names another type',
      {
        synthesize: (_, { signal }) =>
          Promise.resolve({ kind: 'audio', contentType: 'audio/mpeg', stream: soundUntil(signal) }),
      },
      /^resolves with proven sound/,
    ],
    [
      'that leaves a listener on the signal',
      {
        synthesize(request, context) {
          context.signal.addEventListener('abort', () => undefined);
          return provider().synthesize(request, context);
        },
      },
      /^leaves no listener/,
    ],
    [
      'that goes on when nobody waits for it',
      {
        synthesize(request, { signal: _, ...context }) {
          return provider().synthesize(request, { ...context, signal: new AbortController().signal });
        },
      },
      /^refuses at once/,
    ],
    [
      'whose stream goes on when nobody waits for it',
      {
        synthesize: () =>
          Promise.resolve({ kind: 'audio', contentType: 'audio/pcm', stream: Readable.from([PCM, PCM]) }),
      },
      /^destroys its stream/,
    ],
    [
      'that makes a format which it says it does not make',
      {
        synthesize: (request, context) => provider().synthesize({ ...request, format: 'pcm' }, context),
      },
      /^says unsupported/,
    ],
    ['whose voices have no id', { voices: () => Promise.resolve([{ id: '', name: 'Nobody' }]) }, /^lists voices/],
    [
      'that fails its own check',
      { check: () => Promise.reject(new SpeechError('refused', 'nobody is there')) },
      /^passes/,
    ],
    ['that cannot be closed', { close: () => Promise.reject(new Error('it is in use')) }, /^closes in the middle/],
  ];
  for (const [what, changed, title] of wrong) {
    it(`is not that of one ${what}`, async () => {
      const { tests } = providerConformance({ create: () => provider(changed) });
      const test = tests.find((one) => title.test(one.title)) ?? expect.fail('there is no such test');
      const error: unknown = await test.run().catch((thrown: unknown) => thrown);
      // What the provider itself has thrown goes through as it is.
      const own = /passes|closes/.test(title.source);
      expect(error).to.be.instanceOf(own ? Error : AssertionError);
    });
  }

  it('says what is wrong by Node’s own assertions', async () => {
    const [first] = providerConformance({ create: () => provider({ name: '' }) }).tests;
    const error = await first?.run().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AssertionError);
  });

  it('does not wait for ever for one that hangs', async () => {
    const createHanging = (): SpeechProvider => provider({ synthesize: () => new Promise(() => undefined) });
    const error = await providerConformance({ create: provider, createHanging })
      .tests.at(-1)
      ?.run()
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AssertionError).with.property('message', 'it goes on when the signal aborts');
  });

  it('asks one that hangs to stop, and one that fails to say so by a SpeechError', async () => {
    const createHanging = (): SpeechProvider => provider({ synthesize: () => Promise.reject(new Error('at once')) });
    const createFailing = (): SpeechProvider => provider({ synthesize: () => Promise.reject(new Error('not ours')) });
    expect(await failures({ create: provider, createHanging, createFailing })).to.deep.equal([
      'settles as soon as the signal aborts while it is at work',
      'rejects with a SpeechError when it fails',
    ]);
  });
});

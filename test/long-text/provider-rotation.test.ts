import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { ProviderRotation, type AskSegment, type SegmentAnswer } from '../../lib/long-text/provider-rotation.js';
import type { Passage } from '../../lib/long-text/segment-plan.js';
import { pcm } from '../support/fake-provider.js';
import { failureOf } from '../support/provider-conformance.js';
import { speechRequest } from '../support/speech-request.js';

const PASSAGE: Passage = { index: 1, length: 1, text: 'Hello.', weight: 6 };

const by = (provider: string, stream = new PassThrough()): SegmentAnswer => ({
  result: pcm(stream),
  provider,
  attempts: [{ step: provider, code: null, ms: 5 }],
});

describe('ProviderRotation', () => {
  let left: string[];
  let call: AbortController;

  beforeEach(() => {
    left = [];
  });

  function rotation(ask: AskSegment, first = 'a'): ProviderRotation {
    return new ProviderRotation(first, {
      providers: ['a', 'b', 'c'],
      requestFor: ({ text }) => speechRequest({ input: text, format: 'pcm' }),
      ask,
      nextCall: () => (call = new AbortController()).signal,
      onRefused: () => undefined,
      onLeave: (provider) => left.push(provider),
    });
  }

  it('gives up the place of whoever spoke, once somebody else does', async () => {
    const asked: (readonly string[])[] = [];
    const speaking = rotation((_request, { order }) => {
      asked.push(order);
      return Promise.resolve(by('b'));
    });
    await speaking.ask(PASSAGE, { order: speaking.orderWithout(new Set()) });
    expect([speaking.current, left]).to.deep.equal(['b', ['a']]);
    await speaking.ask(PASSAGE, { order: speaking.orderWithout(new Set()) });
    expect(left).to.deep.equal(['a']);
    expect(asked).to.deep.equal([
      ['a', 'b', 'c'],
      ['b', 'c', 'a'],
    ]);
  });

  it('lets go of sound that comes when nobody wants it any more', async () => {
    const stream = new PassThrough();
    const speaking = rotation(() => {
      call.abort();
      return Promise.resolve(by('b', stream));
    });
    expect((await failureOf(speaking.ask(PASSAGE, { order: ['a'] }))).code).to.equal('aborted');
    expect(stream.destroyed).to.equal(true);
    expect([speaking.current, left]).to.deep.equal(['a', []]);
  });

  it('lets go of the sound by which somebody shows that he can speak', async () => {
    const stream = new PassThrough();
    expect(await rotation(() => Promise.resolve(by('a', stream))).canSpeak(PASSAGE)).to.equal(true);
    expect(stream.destroyed).to.equal(true);
  });
});

import { expect } from 'chai';
import { cacheKey } from '../../lib/cache/cache-key.js';
import type { SpeechRequest } from '../../lib/index.js';
import { speechRequest } from '../support/speech-request.js';

describe('the key of the cache', () => {
  const REVISION = 'abc';
  const key = (fields: Partial<SpeechRequest> = {}): string => cacheKey(REVISION, speechRequest(fields));

  const differences: Partial<SpeechRequest>[] = [
    {},
    { input: 'Hello there' },
    { input: 'Hello there. ' },
    { format: 'mp3' },
    { speed: 1.25 },
    { voice: 'alloy' },
    { model: 'alloy' },
    { instructions: 'alloy' },
    { ssml: '<speak/>' },
    { extra: { lang: 'a' } },
    { extra: { lang: 'b' } },
    { extra: { lang: 'a', more: 'b' } },
    { extra: { voice: 'alloy' } },
  ];

  it('differs with everything that changes the sound', () => {
    const keys = differences.map(key);
    expect(new Set(keys).size).to.equal(differences.length);
    expect(cacheKey('other', speechRequest())).not.to.equal(keys[0]);
  });

  it('does not differ with the request’s id, nor with the order of unknown fields', () => {
    expect(key({ requestId: 'other' })).to.equal(key());
    expect(key({ extra: { b: 1, a: { c: [2] } } })).to.equal(key({ extra: { a: { c: [2] }, b: 1 } }));
  });

  it('is short, and shows nothing of the text', () => {
    expect(key({ input: 'secret '.repeat(500) })).to.match(/^[\w-]{43}$/);
  });
});

import { expect } from 'chai';
import { RequestTraits } from '../../lib/chain/request-traits.js';
import { speechRequest } from '../support/speech-request.js';

const BASE = { input: 'Good morning.', voice: 'alloy', model: 'tts-1', instructions: 'calm', extra: { lang: 'en' } };

function traitsOf(fields: Parameters<typeof speechRequest>[0] = {}): readonly string[] {
  return new RequestTraits(speechRequest({ ...BASE, ...fields })).traits;
}

describe('RequestTraits', () => {
  it('are the same for the same request', () => {
    expect(traitsOf({ requestId: 'one' })).to.deep.equal(traitsOf({ requestId: 'another' }));
  });

  const OTHERS: [what: string, fields: Parameters<typeof speechRequest>[0], differing: number][] = [
    ['text', { input: 'Good evening.' }, 1],
    ['text of another length', { input: `${BASE.input} ${'And so on. '.repeat(30)}` }, 2],
    ['text in another script', { input: '早上好朋友们大家好' }, 2],
    ['SSML', { ssml: '<speak>Good morning.</speak>' }, 1],
    ['format', { format: 'flac' }, 1],
    ['speed', { speed: 4 }, 1],
    ['voice', { voice: undefined }, 1],
    ['model', { model: 'tts-9' }, 1],
    ['instructions', { instructions: 'angry' }, 1],
    ['field', { extra: { lang: 'fr' } }, 1],
    ['events', { events: true }, 1],
  ];
  for (const [what, fields, differing] of OTHERS) {
    it(`differ in a ${what}, and in nothing else`, () => {
      const base = traitsOf();
      const others = traitsOf(fields).filter((trait) => !base.includes(trait));
      expect(others).to.have.length(differing);
    });
  }

  it('have nothing of what the client sent in them', () => {
    const words = JSON.stringify(traitsOf({ voice: 'my secret', extra: { password: 'hunter2' } }));
    for (const word of ['morning', 'secret', 'hunter2', 'password', 'calm', 'tts-1'])
      expect(words).not.to.include(word);
  });
});

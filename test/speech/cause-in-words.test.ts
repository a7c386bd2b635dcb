import { expect } from 'chai';
import fc from 'fast-check';
import { causeInWords } from '../../lib/speech/cause-in-words.js';

describe('causeInWords', () => {
  const told: [what: string, thrown: unknown, words: string | undefined][] = [
    ['a bug', new TypeError('voice is not a function'), 'TypeError: voice is not a function'],
    ['a text', 'no such voice', 'no such voice'],
    ['nothing', undefined, undefined],
    ['an object', { message: 'a' }, undefined],
    ['an error without words', new RangeError(), 'RangeError'],
    ['several lines', new Error('one\n\ttwo'), 'Error: one two'],
    [
      'what led to it',
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 10.0.0.5:8880') }),
      'TypeError: fetch failed, caused by Error: connect ECONNREFUSED <address>',
    ],
    [
      'a name that is not found',
      new Error('getaddrinfo ENOTFOUND tts.internal'),
      'Error: getaddrinfo ENOTFOUND <address>',
    ],
    [
      'an address with a key in it',
      new Error('GET https://a:b@tts.example/v1?key=k1 failed'),
      'Error: GET <address> failed',
    ],
    [
      'a host and its port',
      new Error('no route to tts.internal:8880 or [::1]:80'),
      'Error: no route to <address> or <address>',
    ],
    [
      'credentials',
      new Error('401 for Authorization: Bearer abc.def'),
      'Error: 401 for Authorization: Bearer <secret>',
    ],
    ['a key by its name', new Error('bad api_key=abc123, sorry'), 'Error: bad api_key=<secret>, sorry'],
    ['a key in quotes', new Error('{"apiKey":"k9"}'), 'Error: {"apiKey":<secret>"}'],
    ['a key by its looks', new Error('wrong key sk-proj-Ab12Cd34Ef56Gh78'), 'Error: wrong key <secret>'],
    [
      'words about keys',
      new Error('the token expired, the key is wrong'),
      'Error: the token expired, the key is wrong',
    ],
    [
      'long names',
      new Error('synthesizeSpeechStreaming is undefined'),
      'Error: synthesizeSpeechStreaming is undefined',
    ],
  ];
  for (const [what, thrown, words] of told) {
    it(`tells of ${what}`, () => {
      expect(causeInWords(thrown, [])).to.equal(words);
    });
  }

  it('leaves out a message that repeats what it was sent, whole, cut or quoted', () => {
    const sent = ['A secret sentence that is spoken.', 'short'];
    for (const message of ['cannot say "A secret sentence"', 'sentence that is spok', 'too short']) {
      const error = new Error('it failed', { cause: new RangeError(message) });
      expect(causeInWords(error, sent), message).to.equal(
        'Error: it failed, caused by RangeError: what it says repeats what it was sent',
      );
    }
  });

  it('stays short, whatever it is told of', () => {
    const circle = new Error('a');
    circle.cause = circle;
    expect(causeInWords(circle, [])).to.equal('Error: a, caused by Error: a, caused by Error: a');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.integer({ min: 1, max: 4_000 }), (unit, count) => {
        expect(causeInWords(new Error(unit.repeat(count)), [])?.length).to.be.at.most(200);
      }),
    );
  });
});

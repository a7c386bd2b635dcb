import { expect } from 'chai';
import fc from 'fast-check';
import { credentialHeaderProblem, keyProblem } from '../../lib/options/key-problem.js';

const KEY = 'sk-proj-4f_9A.b~c+d/e=';

describe('keyProblem', () => {
  const refused: [string, string, RegExp][] = [
    ['a scheme before it', `Bearer ${KEY}`, /"Bearer" is put before it/],
    ['a scheme in small letters', `bearer ${KEY}`, /"Bearer" is put before it/],
    ['a scheme alone', 'Bearer', /"Bearer" is put before it/],
    ['another scheme', `Token ${KEY}`, /"Bearer" is put before it/],
    ['the whole header', `Authorization: Bearer ${KEY}`, /without the name of the header/],
    ['another header', `x-api-key: ${KEY}`, /without the name of the header/],
    ['a space at its end', `${KEY} `, /space or a line break/],
    ['a line break at its end', `${KEY}\n`, /space or a line break/],
    ['a line break of Windows', `${KEY}\r\n`, /space or a line break/],
    ['a space before it', ` ${KEY}`, /space or a line break/],
    ['a space that does not break', `\u{a0}${KEY}`, /space or a line break/],
    ['a mark of byte order', `\u{feff}${KEY}`, /space or a line break/],
    ['quotation marks', `"${KEY}"`, /quotation marks/],
    ['single ones', `'${KEY}'`, /quotation marks/],
    ['those of a word processor', `“${KEY}”`, /quotation marks/],
    ['one that was left behind', `${KEY}"`, /quotation marks/],
    ['nothing', '', /there is no key/],
    ['undefined', 'undefined', /there is no key/],
    ['null', 'null', /there is no key/],
    ['an object', '[object Object]', /there is no key/],
    // eslint knows this as a slip, which is what it is.
    ['a variable of a shell', ['$', '{TTS_API_KEY}'].join(''), /name of a variable/],
    ['another one', '$TTS_API_KEY', /name of a variable/],
    ['a variable of Windows', '%TTS_API_KEY%', /name of a variable/],
    ['a template', '{{ tts_api_key }}', /name of a variable/],
    ['a gap to be filled in', '<your key>', /name of a variable/],
  ];
  for (const [what, key, problem] of refused) {
    it(`refuses ${what}, without showing it`, () => {
      expect(keyProblem(key)).to.match(problem);
      expect(keyProblem(key)).not.to.contain(KEY);
    });
  }

  it('takes keys as servers make them, and words for a server that wants any', () => {
    for (const key of [
      KEY,
      'EMPTY',
      'not-needed',
      'not needed',
      'sk-bearer',
      'tokenizer',
      'a',
      '$2b$10$abc/def',
      'nullable',
    ]) {
      expect(keyProblem(key), key).to.equal(undefined);
    }
    const token = fc.stringMatching(/^[\w.~+/-]{16,60}$/);
    fc.assert(
      fc.property(token, (key) => {
        expect(keyProblem(`k${key}`)).to.equal(undefined);
      }),
    );
  });
});

describe('credentialHeaderProblem', () => {
  it('refuses credentials that are none', () => {
    for (const value of ['Bearer undefined', 'Bearer', 'Bearer ', 'undefined', 'Bearer null', 'Bearer $TTS_KEY']) {
      expect(credentialHeaderProblem('Authorization', value), value).to.be.a('string');
    }
    expect(credentialHeaderProblem('authorization', `Bearer Bearer ${KEY}`)).to.contain('twice');
    expect(credentialHeaderProblem('x-api-key', `"${KEY}"`)).to.contain('quotation marks');
    expect(credentialHeaderProblem('X-Auth-Token', 'undefined')).to.be.a('string');
  });

  it('takes good ones, and leaves all other headers alone', () => {
    for (const value of [`Bearer ${KEY}`, `Basic ${KEY}`, KEY]) {
      expect(credentialHeaderProblem('authorization', value), value).to.equal(undefined);
    }
    for (const name of ['x-note', 'user-agent', 'monkey']) {
      expect(credentialHeaderProblem(name, 'undefined'), name).to.equal(undefined);
    }
  });
});

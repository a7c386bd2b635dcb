import { expect } from 'chai';
import { parseConfigurationText } from '../../lib/config/config-text.js';

describe('the text of a configuration file', () => {
  it('is JSON, with or without a byte order mark', () => {
    expect(parseConfigurationText('{ "deadline": 1 }')).to.deep.equal({ deadline: 1 });
    expect(parseConfigurationText('\uFEFF{}')).to.deep.equal({});
  });

  const broken: readonly [string, string][] = [
    ['', 'line 1, column 1'],
    ['{', 'line 1, column 2'],
    ['{\n  "a": 1,\n}', 'line 3, column 1'],
    ['{\n  "apiKey": sk-secret\n}', 'line 2, column 13'],
    ['{ "apiKey": "sk-secret }', 'line 1, column 25'],
    ["{ 'apiKey': 'sk-secret' }", 'line 1, column 3'],
    ['{}\n{}', 'line 2, column 1'],
    ['# speech\n{}', 'line 1, column 1'],
  ];
  for (const [text, place] of broken) {
    it(`says where it stops to be one: ${JSON.stringify(text)}`, () => {
      expect(() => parseConfigurationText(text))
        .to.throw(TypeError, `the file is not JSON: see ${place}`)
        .with.property('message')
        .that.does.not.contain('secret');
    });
  }

  for (const text of ['[]', 'null', '7', '"x"']) {
    it(`refuses ${text}`, () => {
      expect(() => parseConfigurationText(text)).to.throw(TypeError, 'must have an object');
    });
  }
});

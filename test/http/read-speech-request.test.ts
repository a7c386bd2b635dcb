import { expect } from 'chai';
import { z } from 'zod';
import { isSpeechHttpError } from '../../lib/http/problems.js';
import { readSpeechRequest } from '../../lib/http/read-speech-request.js';

const read = (body: unknown) => readSpeechRequest(body, 4_096, 'id');

function refusalOf(body: unknown): unknown {
  try {
    read(body);
  } catch (error) {
    if (isSpeechHttpError(error)) return [error.body.param, error.body.code];
    throw error;
  }
  return 'taken';
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}

describe('readSpeechRequest', () => {
  it('says what is missing in the host’s language too', () => {
    z.config(z.locales.fr());
    try {
      expect(refusalOf({})).to.deep.equal(['input', 'missing_required_parameter']);
      expect(refusalOf({ input: 5 })).to.deep.equal(['input', 'invalid_type']);
    } finally {
      z.config(z.locales.en());
    }
  });

  it('passes on what it does not know, unless that is nested too deeply to be written again', () => {
    const given = { input: 'a', lang: 'en', options: nested(20) };
    expect(read(given).speech.extra).to.deep.equal({ lang: 'en', options: nested(20) });
    expect(refusalOf({ input: 'a', options: nested(5_000) })).to.deep.equal([null, 'invalid_value']);
  });

  it('refuses a text in which nothing can be seen or said', () => {
    for (const input of ['\u200b\u200b', '\u0001', ' \uFEFF\n', '\u00AD']) {
      expect(refusalOf({ input }), JSON.stringify(input)).to.deep.equal(['input', 'invalid_value']);
    }
    expect(refusalOf({ input: '😀' })).to.equal('taken');
  });

  it('counts instructions in characters', () => {
    expect(refusalOf({ input: 'a', instructions: '😀'.repeat(4_096) })).to.equal('taken');
    expect(refusalOf({ input: 'a', instructions: '😀'.repeat(4_097) })).to.deep.equal([
      'instructions',
      'invalid_value',
    ]);
  });
});

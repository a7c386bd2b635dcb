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

  it('takes a voice and a model in which nothing can be seen for none', () => {
    for (const empty of ['', ' ', '\t\n', '\u00a0', '\u200b', '\ufeff', ' '.repeat(500), null, undefined]) {
      const { speech } = read({ input: 'a', voice: empty, model: empty });
      expect([speech.voice, speech.model], JSON.stringify(empty)).to.deep.equal([undefined, undefined]);
      const named = read({ input: 'a', voice: { id: empty ?? null, lang: 'en' } });
      expect([named.speech.voice, named.speech.verbatim], JSON.stringify(empty)).to.deep.equal([undefined, undefined]);
    }
    expect(read({ input: 'a', voice: ' alloy ', model: 'tts-1' }).speech).to.include({
      voice: ' alloy ',
      model: 'tts-1',
    });
  });

  it('refuses a voice and a model that no header or line could carry', () => {
    for (const bad of ['a\nb', 'a\u0000', 'x'.repeat(257), 'a\ud800', 7, true, [], ['alloy']]) {
      for (const param of ['voice', 'model'] as const) {
        expect(refusalOf({ input: 'a', [param]: bad })?.toString(), JSON.stringify(bad)).to.match(
          new RegExp(`^${param},invalid_(value|type)$`),
        );
      }
      if (!Array.isArray(bad)) {
        expect(refusalOf({ input: 'a', voice: { id: bad } })).to.deep.equal(['voice', 'invalid_value']);
      }
    }
    expect(refusalOf({ input: 'a', voice: {} })).to.deep.equal(['voice', 'invalid_value']);
  });

  it('keeps the words of what it has read where they tell more', () => {
    const voice = { id: 'voice_1234', provider: 'own', style: { calm: 1 } };
    expect(read({ input: 'a', voice }).speech).to.deep.include({ voice: 'voice_1234', verbatim: { voice } });
    expect(read({ input: 'a', speed: 1 }).speech).to.deep.include({ speed: 1, verbatim: { speed: 1 } });
    for (const body of [{}, { speed: 2 }, { speed: null }, { voice: 'alloy' }]) {
      expect(read({ input: 'a', ...body }).speech, JSON.stringify(body)).not.to.have.property('verbatim');
    }
    expect(refusalOf({ input: 'a', voice: { id: 'v', more: nested(5_000) } })).to.deep.equal([null, 'invalid_value']);
  });

  it('takes every known field that is null for one that is absent, and no other', () => {
    const names = ['model', 'voice', 'instructions', 'response_format', 'speed', 'stream_format', 'fallback'];
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    expect(read({ input: 'a', ...nulls, lang: null })).to.deep.equal({
      ...read({ input: 'a' }),
      speech: { ...read({ input: 'a' }).speech, extra: { lang: null } },
    });
    expect(refusalOf({ input: null })).to.deep.equal(['input', 'invalid_type']);
  });

  it('reads the wish for the first provider or nothing, and keeps it from remotes', () => {
    expect(read({ input: 'a' }).fallback).to.equal('chain');
    const { speech, fallback } = read({ input: 'a', fallback: 'none', lang: 'en' });
    expect([fallback, speech.extra]).to.deep.equal(['none', { lang: 'en' }]);
    for (const bad of ['chain', 'NONE', ' none', '', true, false, 0, [], {}]) {
      expect(refusalOf({ input: 'a', fallback: bad }), JSON.stringify(bad)).to.deep.equal([
        'fallback',
        'invalid_value',
      ]);
    }
  });
});

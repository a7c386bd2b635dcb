import { expect } from 'chai';
import { readModels, readVoices } from '../../../lib/providers/remote/lists.js';

const ids = (body: unknown): string[] => readVoices(body).map(({ id }) => id);

describe('readVoices', () => {
  const dialects: [string, unknown, { id: string; name: string }[]][] = [
    [
      'strings under `voices` (kokoro-fastapi to 0.3, AllTalk)',
      { status: 'success', voices: ['a', 'b'] },
      same('a', 'b'),
    ],
    [
      'objects under `voices` (kokoro-fastapi from 0.4)',
      { voices: [{ id: 'a', name: 'A' }] },
      [{ id: 'a', name: 'A' }],
    ],
    ['objects that have only a name (Chatterbox, Edge)', { voices: [{ name: 'a', filename: 'a.wav' }] }, same('a')],
    ['OpenAI’s list form', { object: 'list', data: [{ id: 'a', object: 'voice' }] }, same('a')],
    ['ElevenLabs', { voices: [{ voice_id: 'x1', name: 'Rachel' }] }, [{ id: 'x1', name: 'Rachel' }]],
    [
      'Azure, whose Name is a description',
      [{ Name: 'Microsoft Server Voice (de-DE, KatjaNeural)', ShortName: 'de-DE-KatjaNeural', DisplayName: 'Katja' }],
      [{ id: 'de-DE-KatjaNeural', name: 'Katja' }],
    ],
    [
      'Amazon Polly',
      { Voices: [{ Id: 'Joanna', Name: 'Joanna', LanguageCode: 'en-US' }] },
      [{ id: 'Joanna', name: 'Joanna' }],
    ],
    ['a bare list', ['a', { voice: 'b' }], same('a', 'b')],
    ['a bare map from id to description (Piper)', { en_US_amy: { name: 'amy' } }, [{ id: 'en_US_amy', name: 'amy' }]],
    ['a map under `voices`', { voices: { a: null, b: { label: 'B' } } }, [...same('a'), { id: 'b', name: 'B' }]],
    ['groups by language', { voices: { en: ['a'], de: [{ id: 'b' }] } }, same('a', 'b')],
    ['bare groups by model (Rime)', { mist: ['a', 'b'], arcana: ['c'] }, same('a', 'b', 'c')],
    ['a list in an envelope', { status: 'ok', data: { voices: [{ id: 'a' }] } }, same('a')],
    ['numbers', { voices: [0, { id: 7, name: 'Seven' }] }, [...same('0'), { id: '7', name: 'Seven' }]],
    ['nothing', { voices: [] }, []],
  ];
  for (const [name, body, expected] of dialects) {
    it(`reads ${name}`, () => {
      expect(readVoices(body)).to.deep.equal(expected);
    });
  }

  it('keeps the first of several with the same id, and all that share no more than a name', () => {
    const voices = [
      { id: 'a', name: 'Anna' },
      { id: 'a', name: 'Anne' },
      { id: 'b', name: 'Anna' },
    ];
    expect(readVoices({ voices })).to.deep.equal([voices[0], voices[2]]);
  });

  it('takes no text beside an id for a name, as it may be the path of a file', () => {
    expect(readVoices({ voices: { a: '/srv/voices/a.wav' } })).to.deep.equal(same('a'));
  });

  it('leaves out what nobody could ask for', () => {
    expect(ids({ voices: ['', ' ', null, {}, { id: '' }, 'x'.repeat(257), 'a\nb', [], 1.5] })).to.deep.equal([]);
  });

  it('takes no other reply for a list', () => {
    const replies = [
      { error: { message: 'no' } },
      { detail: [{ msg: 'no' }] },
      { status: 'ok' },
      { object: 'list' },
      { version: { major: 1 }, name: 'server' },
      'text',
      7,
      null,
      {},
    ];
    for (const reply of replies) expect(ids(reply), JSON.stringify(reply)).to.deep.equal([]);
  });

  it('has an end where the list has none', () => {
    const nested = Array.from({ length: 50 }).reduce<unknown>((inner) => ({ data: inner }), ['deep']);
    expect(ids(nested)).to.deep.equal([]);
    expect(ids(Array.from({ length: 5_000 }, (_, index) => `v${String(index)}`))).to.have.length(2_000);
  });
});

describe('readModels', () => {
  const dialects: [string, unknown][] = [
    ['OpenAI’s form', { object: 'list', data: [{ id: 'a' }, { id: 'b', object: 'model' }] }],
    ['objects under `models`', { models: [{ id: 'a' }, { name: 'b' }] }],
    ['strings', { models: ['a', 'b', 'a'] }],
    ['ElevenLabs', [{ model_id: 'a', name: 'Eleven' }, { model_id: 'b' }]],
  ];
  for (const [name, body] of dialects) {
    it(`reads ${name}`, () => {
      expect(readModels(body)).to.deep.equal([{ id: 'a' }, { id: 'b' }]);
    });
  }

  it('leaves out the models that a server has for another task (speaches)', () => {
    const data = [
      { id: 'whisper', task: 'automatic-speech-recognition' },
      { id: 'kokoro', task: 'text-to-speech' },
      { id: 'voices', task: 'tts' },
      { id: 'unsaid' },
    ];
    expect(readModels({ data }).map(({ id }) => id)).to.deep.equal(['kokoro', 'voices', 'unsaid']);
  });
});

function same(...names: string[]): { id: string; name: string }[] {
  return names.map((name) => ({ id: name, name }));
}

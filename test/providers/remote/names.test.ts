import { expect } from 'chai';
import { KnownNames } from '../../../lib/providers/remote/known-names.js';
import { namesFor, NOTHING_KNOWN } from '../../../lib/providers/remote/names.js';

const KNOWN = { voices: new KnownNames(['af_bella', 'af_nova', 'Sky']), models: new KnownNames(['kokoro']) };
const PLAIN = { voices: {} };

const asks = (voice?: string, model?: string) => ({ voice, model });

describe('namesFor', () => {
  it('sends the entry’s own names to a server that was asked for none, or else OpenAI’s', () => {
    expect(namesFor(asks(), { voices: {}, voice: 'v', model: 'm' }, KNOWN)).to.include({ voice: 'v', model: 'm' });
    expect(namesFor(asks(), PLAIN, NOTHING_KNOWN)).to.include({ voice: 'alloy', model: 'tts-1' });
  });

  it('makes no choice for who asked for nothing, though the server does not list the default', () => {
    const names = namesFor(asks(), PLAIN, KNOWN);
    expect(names).to.deep.include({ voice: 'alloy', model: 'tts-1', warnings: [], isUnlisted: false });
  });

  it('sends a mapped voice as it is mapped, whatever the server lists, and the defaults too', () => {
    const options = { voices: { nova: 'secret_voice', alloy: 'af_bella' } };
    expect(namesFor(asks('nova'), options, KNOWN)).to.deep.include({ voice: 'secret_voice', warnings: [] });
    expect(namesFor(asks(), options, KNOWN).voice).to.equal('af_bella');
    expect(namesFor(asks(), { ...options, voice: 'nova' }, KNOWN).voice).to.equal('secret_voice');
  });

  it('sends what is asked for where the server lists it, as it spells it', () => {
    const options = { voices: {}, voice: 'af_bella', model: 'kokoro' };
    const names = namesFor(asks('sky', 'Kokoro'), options, KNOWN);
    expect(names).to.deep.equal({ voice: 'Sky', model: 'kokoro', warnings: [], isUnlisted: false });
  });

  it('sends what is asked for where no list is known', () => {
    const options = { voices: {}, voice: 'af_bella', model: 'kokoro' };
    const names = namesFor(asks('nobody', 'nothing'), options, NOTHING_KNOWN);
    expect(names).to.deep.equal({ voice: 'nobody', model: 'nothing', warnings: [], isUnlisted: true });
  });

  it('sends the entry’s own in place of what the server does not list, and says so', () => {
    const options = { voices: { own: 'af_nova' }, voice: 'own', model: 'kokoro' };
    expect(namesFor(asks('nobody', 'tts-1'), options, KNOWN)).to.deep.equal({
      voice: 'af_nova',
      model: 'kokoro',
      warnings: ['voice-substituted', 'model-substituted'],
      isUnlisted: true,
    });
    expect(namesFor(asks('af_bella', 'tts-1'), options, KNOWN).warnings).to.deep.equal(['model-substituted']);
    expect(namesFor(asks('nobody', 'kokoro'), options, KNOWN).warnings).to.deep.equal(['voice-substituted']);
  });

  it('lets the server decide on an unknown name where the entry has none of its own', () => {
    const names = namesFor(asks('nobody', 'nothing'), PLAIN, KNOWN);
    expect(names).to.deep.equal({ voice: 'nobody', model: 'nothing', warnings: [], isUnlisted: true });
  });

  it('does not call it a substitution when the entry’s own, unlisted as well, is the one that was asked for', () => {
    const names = namesFor(asks('alias'), { voices: {}, voice: 'alias' }, KNOWN);
    expect(names).to.deep.include({ voice: 'alias', warnings: [] });
  });

  it('takes no name for a member of every object', () => {
    expect(namesFor(asks('constructor'), PLAIN, NOTHING_KNOWN).voice).to.equal('constructor');
  });

  describe('for a voice that the client named by an object', () => {
    const object = { id: 'nova', style: { calm: 1 } };
    const named = { voice: 'nova', model: undefined, verbatim: { voice: object } };

    it('sends the object as it came where the server says nothing against it', () => {
      const listed = { ...KNOWN, voices: new KnownNames(['nova']) };
      for (const known of [NOTHING_KNOWN, listed, KNOWN])
        expect(namesFor(named, PLAIN, known).voice).to.deep.equal(object);
    });

    it('sends it as the server spells its name', () => {
      const known = { ...KNOWN, voices: new KnownNames(['Nova']) };
      expect(namesFor(named, PLAIN, known).voice).to.deep.equal({ ...object, id: 'Nova' });
    });

    it('sends the name that it is mapped to, or that stands in for it', () => {
      expect(namesFor(named, { voices: { nova: 'af_nova' } }, NOTHING_KNOWN).voice).to.equal('af_nova');
      const names = namesFor(named, { voices: {}, voice: 'af_bella' }, KNOWN);
      expect(names).to.deep.include({ voice: 'af_bella', warnings: ['voice-substituted'] });
    });
  });
});

import { expect } from 'chai';
import { KnownNames } from '../../../lib/providers/remote/known-names.js';

describe('KnownNames', () => {
  const names = new KnownNames(['af_bella', 'af_sky', 'Nova', 'Twin', 'twin', 'en-US-AvaNeural']);

  it('finds a name as it is spelled', () => {
    for (const name of ['af_bella', 'Nova', 'Twin', 'twin']) expect(names.find(name)).to.equal(name);
  });

  it('finds the only one that differs in capital letters alone, and says how it is spelled', () => {
    expect(names.find('nova')).to.equal('Nova');
    expect(names.find('EN-us-AVANEURAL')).to.equal('en-US-AvaNeural');
  });

  it('does not choose between two', () => {
    expect(names.find('TWIN')).to.equal(undefined);
  });

  it('knows the mixtures of kokoro, if it knows their parts', () => {
    for (const name of ['af_bella+af_sky', 'af_bella(2)+af_sky(1)', 'af_bella(0.5) + af_sky', 'af_bella(2)']) {
      expect(names.find(name), name).to.equal(name);
    }
    for (const name of ['af_bella+af_nobody', 'af_bella+', '+', 'af_bella(x)+af_sky']) {
      expect(names.find(name), name).to.equal(undefined);
    }
  });

  it('does not know what it was not told', () => {
    for (const name of ['alloy', '', '__proto__', 'constructor']) expect(names.find(name)).to.equal(undefined);
  });
});

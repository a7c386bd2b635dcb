import { expect } from 'chai';
import { loadOptional } from '../../lib/telemetry/optional-package.js';

describe('loadOptional', () => {
  it('loads what is installed', () => {
    expect(loadOptional('prom-client')).to.have.property('Counter');
  });

  it('has nothing for what is not', () => {
    expect(loadOptional('express-speech-no-such-package')).to.equal(undefined);
  });
});

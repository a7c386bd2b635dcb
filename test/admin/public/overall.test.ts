import { expect } from 'chai';
import type { ProviderStatus, SpeechStatus } from '../../../lib/index.js';
import { pageModule } from '../../support/page-module.js';
import { providerStatus } from '../../support/telemetry.js';

interface Sum {
  readonly name: string;
  readonly kind: string;
  readonly blanks: Readonly<Record<string, string>>;
}
const { sumUp } = (await pageModule('overall.js')) as { sumUp: (status: SpeechStatus | null) => Sum };

const TEXT = providerStatus('text', { type: 'text' });
const of = (status: SpeechStatus['status'], ...providers: Partial<ProviderStatus>[]): Sum =>
  sumUp({
    status,
    providers: [...providers.map((fields, index) => providerStatus(['one', 'two'][index] ?? '', fields)), TEXT],
  });

describe('the first line of the admin page', () => {
  it('is green only where everybody is well', () => {
    expect(of('ok', {}, {})).to.deep.equal({ name: 'ok', kind: 'good', blanks: {} });
    expect(of('ok', {}, { state: 'down' })).to.deep.equal({
      name: 'partly',
      kind: 'warn',
      blanks: { first: 'one', names: 'two' },
    });
    expect(of('ok', {}, { circuit: 'open' }).name).to.equal('partly');
    expect(of('ok', {}, { state: 'unknown' })).to.deep.include({ name: 'unchecked', kind: '' });
  });

  it('says of a circuit that is half open that its provider is tried, and not that it is down', () => {
    expect(of('degraded', { circuit: 'half-open' }, {})).to.deep.equal({
      name: 'trial',
      kind: 'warn',
      blanks: { name: 'one' },
    });
    expect(of('degraded', { circuit: 'half-open', state: 'down' }, {}).name).to.equal('degraded');
  });

  it('says who speaks for the first', () => {
    expect(of('degraded', { state: 'down' }, {}).blanks).to.deep.equal({ name: 'one', next: 'two' });
    expect(of('degraded', { circuit: 'open' }, { state: 'down' }).blanks['next']).to.equal('text');
  });

  it('says that nobody can speak, and that it does not know yet', () => {
    expect(of('text-only', { state: 'down' })).to.deep.include({ name: 'text-only', kind: 'bad' });
    expect(sumUp({ status: 'text-only', providers: [TEXT] }).name).to.equal('text-only');
    expect(sumUp(null).name).to.equal('unknown');
  });
});

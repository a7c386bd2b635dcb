import { expect } from 'chai';
import { pageModule } from '../../support/page-module.js';

type Entry = Readonly<Record<string, unknown>>;
interface Item {
  readonly entry: Entry;
  readonly ui: object;
}
interface Warning {
  readonly key: string;
  readonly blanks: Readonly<Record<string, string>>;
}
const { itemsToTry, orderWarnings } = (await pageModule('review.js')) as {
  itemsToTry: (items: readonly Item[], before: readonly Entry[], now: number) => Item[];
  orderWarnings: (entries: readonly Entry[], before: readonly Entry[]) => Warning[];
};
const { canonical } = (await pageModule('draft.js')) as { canonical: (value: unknown) => string };

const KOKORO = { type: 'remote', name: 'kokoro', baseUrl: 'http://a/v1' };
const LOCAL = { type: 'local' };
const TEXT = { type: 'text' };

describe('what is looked at before the admin page saves', () => {
  const keys = (entries: readonly Entry[], before: readonly Entry[] = [KOKORO, LOCAL, TEXT]): string[] =>
    orderWarnings(entries, before).map(({ key }) => key);

  it('is whether text comes before sound, and whether there is a last resort', () => {
    expect(keys([LOCAL, KOKORO, TEXT])).to.deep.equal([]);
    expect(orderWarnings([KOKORO, TEXT, LOCAL], [KOKORO, LOCAL, TEXT])).to.deep.equal([
      { key: 'review.textFirst', blanks: { name: 'text', others: 'local' } },
    ]);
    expect(keys([KOKORO, LOCAL])).to.deep.equal(['review.noLastResort']);
    expect(keys([TEXT])).to.deep.equal([]);
  });

  it('is not said again of what was so before', () => {
    expect(keys([LOCAL, KOKORO], [KOKORO, LOCAL])).to.deep.equal([]);
    expect(keys([TEXT, LOCAL, KOKORO], [TEXT, LOCAL])).to.deep.equal(['review.textFirst']);
  });

  const item = (entry: Entry, ui: object = {}): Item => ({ entry, ui });
  const tried = (items: readonly Item[], now = 0): unknown[] =>
    itemsToTry(items, [KOKORO, LOCAL, TEXT], now).map(({ entry }) => entry['name'] ?? entry['type']);

  it('is whether what is new or was changed speaks, and nothing else', () => {
    expect(tried([item(LOCAL), item(KOKORO), item(TEXT)])).to.deep.equal([]);
    const changed = { ...KOKORO, baseUrl: 'http://b/v1' };
    const fresh = { type: 'remote', name: 'new', baseUrl: 'http://c/v1' };
    expect(tried([item(changed), item(fresh), item(LOCAL), item({ type: 'text', status: 503 })])).to.deep.equal([
      'kokoro',
      'new',
    ]);
    expect(tried([item({ type: 'custom', name: 'own' })])).to.deep.equal([]);
  });

  it('is known where the very entry was found well a moment ago', () => {
    const changed = { ...KOKORO, baseUrl: 'http://b/v1' };
    const verification = { ok: true, entry: canonical(changed), at: 1_000 };
    expect(tried([item(changed, { verification })], 2_000)).to.deep.equal([]);
    expect(tried([item(changed, { verification })], 1_000_000)).to.deep.equal(['kokoro']);
    expect(tried([item(changed, { verification: { ...verification, ok: false } })], 2_000)).to.deep.equal(['kokoro']);
    expect(tried([item({ ...changed, voice: 'nova' }, { verification })], 2_000)).to.deep.equal(['kokoro']);
  });
});

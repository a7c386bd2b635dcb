import { expect } from 'chai';
import { forms, type Field } from '../../support/forms.js';
import { pageModule } from '../../support/page-module.js';

interface Item {
  readonly id: string;
  readonly savedName: string | null;
  readonly entry: Record<string, unknown>;
}
interface Draft {
  readonly items: Item[];
}
// The page's modules are JavaScript; these are the shapes of what is tested.
const draft = (await pageModule('draft.js')) as {
  createDraft(options: object): Draft;
  optionsOf(of: Draft): { fallback: Record<string, unknown>[] };
  isChanged(of: Draft, options: object): boolean;
  move(of: Draft, id: string, place: number): number;
  add(to: Draft, type: string): Item;
  canAdd(to: Draft): boolean;
  remove(from: Draft, id: string): void;
  setAt(object: object, path: string[], value: unknown): void;
  restOf(object: object, fields: Field[]): object;
  withRest(object: object, fields: Field[], rest: object): object;
  problemsOfEntry(problems: object[], index: number): object[];
};
const { fieldsOf } = forms;

const OPTIONS = {
  deadline: 5_000,
  alerts: { webhook: { set: true } },
  fallback: [{ type: 'remote', name: 'kokoro', baseUrl: 'http://a/v1' }, { type: 'local' }, { type: 'text' }],
};
const namesOf = ({ items }: Draft): unknown[] => items.map(({ entry }) => entry['name'] ?? entry['type']);

describe('the draft of the admin page', () => {
  it('is the same options until something is changed, and does not change those it came from', () => {
    const made = draft.createDraft(OPTIONS);
    expect(draft.optionsOf(made)).to.deep.equal(OPTIONS);
    expect(draft.isChanged(made, OPTIONS)).to.equal(false);
    if (made.items[0] !== undefined) made.items[0].entry['voice'] = 'nova';
    expect(draft.isChanged(made, OPTIONS)).to.equal(true);
    expect(OPTIONS.fallback[0]).not.to.have.property('voice');
  });

  it('is unchanged when a value is taken out and put back, whatever that does to the order of keys', () => {
    const made = draft.createDraft(OPTIONS);
    const entry = made.items[0]?.entry ?? {};
    draft.setAt(entry, ['name'], undefined);
    draft.setAt(entry, ['name'], 'kokoro');
    expect(Object.keys(entry)[2]).to.equal('name');
    expect(draft.isChanged(made, OPTIONS)).to.equal(false);
  });

  it('shows the chain that a router has which was told of none', () => {
    const made = draft.createDraft({});
    expect(namesOf(made)).to.deep.equal(['local', 'text']);
    expect(draft.isChanged(made, {})).to.equal(false);
  });

  it('moves an entry, and no further than there are places', () => {
    const made = draft.createDraft(OPTIONS);
    const id = made.items[0]?.id ?? '';
    expect(draft.move(made, id, 1)).to.equal(1);
    expect(namesOf(made)).to.deep.equal(['local', 'kokoro', 'text']);
    expect(draft.move(made, id, 9)).to.equal(2);
    expect(draft.move(made, id, -1)).to.equal(0);
    expect(draft.isChanged(made, OPTIONS)).to.equal(false);
  });

  it('adds servers before local engines and those before text, under names that are free', () => {
    const made = draft.createDraft(OPTIONS);
    expect(draft.add(made, 'remote').entry).to.deep.equal({ type: 'remote', name: 'remote', baseUrl: '' });
    draft.add(made, 'local');
    draft.add(made, 'text');
    expect(namesOf(made)).to.deep.equal(['kokoro', 'remote', 'local', 'local-2', 'text', 'text-2']);
    expect(made.items[1]?.savedName).to.equal(null);
    draft.add(made, 'remote');
    expect(draft.canAdd(made)).to.equal(true);
    draft.add(made, 'remote');
    expect(draft.canAdd(made)).to.equal(false);
  });

  it('leaves no empty object where the last value of one was taken out', () => {
    const entry = { timeout: { connect: 1 }, health: false };
    draft.setAt(entry, ['timeout', 'connect'], undefined);
    draft.setAt(entry, ['health', 'interval'], undefined);
    expect(entry).to.deep.equal({ health: false });
    draft.setAt(entry, ['health', 'interval'], 5);
    expect(entry).to.deep.equal({ health: { interval: 5 } });
  });

  it('loses nothing between the fields and the advanced JSON', () => {
    const entry = {
      type: 'remote',
      name: 'kokoro',
      apiKey: { set: true },
      headers: { 'X-A': { set: true } },
      timeout: { connect: 1, new: 2 },
      health: { interval: 3, newer: 4 },
      voices: { alloy: 'af_bella' },
    };
    const fields = fieldsOf('remote');
    const rest = draft.restOf(entry, fields);
    expect(rest).to.deep.equal({
      headers: { 'X-A': { set: true } },
      timeout: { new: 2 },
      health: { newer: 4 },
      voices: { alloy: 'af_bella' },
    });
    expect(draft.withRest(entry, fields, rest)).to.deep.equal(entry);
    expect(draft.withRest(entry, fields, { voice: 'nova' })).to.deep.equal({
      type: 'remote',
      name: 'kokoro',
      apiKey: { set: true },
      timeout: { connect: 1 },
      health: { interval: 3 },
      voice: 'nova',
    });
  });

  it('shows an engine of the user’s own among the rest, as no list has it', () => {
    const entry = { type: 'local', engine: { module: 'my-engine' } };
    expect(draft.restOf(entry, fieldsOf('local'))).to.deep.equal({ engine: { module: 'my-engine' } });
    expect(draft.restOf({ type: 'local', engine: 'piper', health: false }, fieldsOf('local'))).to.deep.equal({});
  });

  it('finds the problems of an entry by their paths', () => {
    const problems = ['deadline', 'fallback[1]', 'fallback[1].timeout.connect', 'fallback[10].name'].map((path) => ({
      path,
      message: 'wrong',
    }));
    expect(draft.problemsOfEntry(problems, 1)).to.deep.equal([
      { path: '', message: 'wrong' },
      { path: 'timeout.connect', message: 'wrong' },
    ]);
  });
});

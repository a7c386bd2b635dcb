import { expect } from 'chai';
import { Shared } from '../../lib/collections/shared.js';

describe('Shared', () => {
  let made: string[];
  let closed: string[];
  let shared: Shared<string>;

  beforeEach(() => {
    made = [];
    closed = [];
    shared = new Shared();
  });

  const acquire = (key: string) =>
    shared.acquire(
      key,
      () => {
        const value = `${key}${made.length}`;
        made.push(value);
        return value;
      },
      async (value) => {
        await Promise.resolve();
        closed.push(value);
      },
    );

  it('makes one thing for all owners of a key, and another for another key', () => {
    expect([acquire('a'), acquire('a'), acquire('b')].map(({ value }) => value)).to.deep.equal(['a0', 'a0', 'b1']);
    expect(made).to.deep.equal(['a0', 'b1']);
  });

  it('lets it go with the last owner, who waits for its end', async () => {
    const [one, other] = [acquire('a'), acquire('a')];
    await one.release();
    expect(closed).to.deep.equal([]);
    await other.release();
    expect(closed).to.deep.equal(['a0']);
    expect(shared.size).to.equal(0);
  });

  it('counts an owner once, however often it lets go', async () => {
    const [one, other] = [acquire('a'), acquire('a')];
    await Promise.all([one.release(), one.release()]);
    expect(closed).to.deep.equal([]);
    await other.release();
    expect(closed).to.deep.equal(['a0']);
  });

  it('makes another one for whoever comes while the last one goes', async () => {
    const one = acquire('a');
    const going = one.release();
    expect(acquire('a').value).to.equal('a1');
    await going;
    expect(closed).to.deep.equal(['a0']);
    expect(shared.size).to.equal(1);
  });

  it('keeps nothing where it could not be made', () => {
    expect(() =>
      shared.acquire(
        'a',
        () => {
          throw new Error('no');
        },
        () => undefined,
      ),
    ).to.throw('no');
    expect(shared.size).to.equal(0);
    expect(acquire('a').value).to.equal('a0');
  });
});

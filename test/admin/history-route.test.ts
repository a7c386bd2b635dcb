import { expect } from 'chai';
import type { SpeechAdminOptions } from '../../lib/index.js';
import { speechAdmin } from '../../lib/index.js';
import { CHANGE } from '../support/admin-app.js';
import { startApp, type TestApp } from '../support/app.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

interface History {
  readonly at: number;
  readonly day: { readonly width: number; readonly slots: number; readonly last: number };
  readonly traffic: { readonly fallbackShare: number };
  readonly providers: Readonly<Record<string, { readonly share: number; readonly passed: number | null }>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

describe('what the admin API tells of the past', () => {
  let upstream: Upstream;
  let app: TestApp;

  beforeEach(async () => {
    upstream = await startUpstream('speaks');
    app = await startApp({
      fallback: [{ type: 'remote', name: 'kokoro', baseUrl: upstream.baseUrl }, { type: 'text' }],
    });
    await app.speech.ready;
  });
  afterEach(async () => {
    await app.close();
    await upstream.close();
  });

  const mount = (options: Partial<SpeechAdminOptions> = {}): void => {
    app.app.use('/admin', speechAdmin(app.speech, { authorize: () => true, ...options }));
  };
  const read = async (path: string): Promise<unknown> => (await fetch(`${app.origin}/admin/api/${path}`)).json();
  const history = async (): Promise<History> => (await read('history')) as History;

  async function save(): Promise<void> {
    const { options, revision } = (await read('config')) as { options: object; revision: string };
    const body = JSON.stringify({ options: { ...options, deadline: 5_000 }, revision });
    const reply = await fetch(`${app.origin}/admin/api/config`, { method: 'PUT', headers: CHANGE, body });
    expect(reply.status).to.equal(200);
  }

  it('has what was spoken, and by whom', async () => {
    mount();
    for (let number = 0; number < 3; number += 1) await (await app.speak({ input: 'Hello there.' })).arrayBuffer();
    upstream.behave('resets before its headers');
    await (await app.speak({ input: 'Hello there.' })).arrayBuffer();
    const { at, day, traffic, providers } = await history();
    expect(day).to.include({ width: 300_000, slots: 288 });
    expect(day.last).to.be.within(at - 300_000, at);
    expect(traffic.fallbackShare).to.equal(0.25);
    expect([providers['kokoro']?.share, providers['text']?.share]).to.deep.equal([0.75, 0.25]);
  });

  const people: [string, SpeechAdminOptions['identify'], string | null][] = [
    ['a name', () => '  Ada\u0007 Lovelace ', 'Ada Lovelace'],
    ['no name', () => undefined, null],
    ['something that is no name', (() => ({ id: 7 })) as never, null],
    ['an error', () => { throw new Error('no session'); }, null],
  ]; // prettier-ignore
  for (const [what, identify, by] of people) {
    it(`says who has saved where the application answers ${what}`, async () => {
      mount({ identify });
      await save();
      const { events } = await history();
      expect(events).to.have.length(1);
      const changes = [{ change: 'changed', provider: null, keys: ['deadline'] }];
      expect(events[0]).to.deep.include({ event: 'configuration', origin: 'admin', by, changes });
    });
  }

  it('lists the voices of the running chain with their providers', async () => {
    mount();
    let voices: readonly { readonly provider: string }[] = [];
    // The lists are fetched in the background.
    while (voices.length === 0) ({ voices } = (await read('voices')) as { voices: typeof voices });
    expect(voices.every(({ provider }) => provider === 'kokoro')).to.equal(true);
  });
});

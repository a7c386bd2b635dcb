import { expect } from 'chai';
import { speechAdmin } from '../../lib/index.js';
import { CHANGE } from '../support/admin-app.js';
import { startApp, type TestApp } from '../support/app.js';
import { settle } from '../support/fake-clock.js';
import { stopwatch } from '../support/stopwatch.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

/** Milliseconds within which a page has to be there to be of use in an incident. */
const AT_ONCE = 100;
/** Milliseconds after which somebody has waited for a backend; the shortest of their limits is longer. */
const WAITING = 1_000;

describe('the admin page while every backend is frozen', () => {
  let upstreams: Upstream[];
  let app: TestApp;
  const leaving = new AbortController();

  before(async () => {
    upstreams = await Promise.all([startUpstream('stays silent'), startUpstream('stays silent')]);
    app = await startApp({
      fallback: upstreams.map(({ baseUrl }, index) => ({
        type: 'remote' as const,
        name: `frozen-${String(index)}`,
        baseUrl,
        health: false as const,
      })),
    });
    app.app.use('/admin', speechAdmin(app.speech, { authorize: () => true }));
    // People are waiting for speech, and an operator for a sentence he tries.
    const post = (path: string, body: object): void => {
      const init = { method: 'POST', headers: CHANGE, body: JSON.stringify(body), signal: leaving.signal };
      void fetch(`${app.origin}${path}`, init).catch(() => undefined);
    };
    for (let number = 0; number < 20; number += 1) post('/v1/audio/speech', { input: 'Hello there.' });
    for (const provider of ['frozen-0', 'frozen-1']) post('/admin/api/try', { provider, input: 'Hello.' });
    while (upstreams.some(({ requests }) => requests.length === 0)) await settle();
  });

  after(async () => {
    leaving.abort();
    await app.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  for (const path of ['', 'admin.js', 'api/status', 'api/history', 'api/voices', 'api/config']) {
    it(`answers /${path} at once`, async () => {
      const times: number[] = [];
      for (let number = 0; number < 20; number += 1) {
        const elapsed = stopwatch();
        const reply = await fetch(`${app.origin}/admin/${path}`);
        await reply.arrayBuffer();
        times.push(elapsed());
        expect(reply.status).to.equal(200);
      }
      // A busy machine may be late once; a backend that is waited for is late each time, and by more.
      times.sort((one, other) => one - other);
      expect(times[times.length / 2]).to.be.below(AT_ONCE);
      expect(times.at(-1)).to.be.below(WAITING);
    });
  }

  it('begins its stream of events at once, with who is busy', async () => {
    const elapsed = stopwatch();
    const reply = await fetch(`${app.origin}/admin/api/events`, { signal: leaving.signal });
    const first = await reply.body?.getReader().read();
    expect(elapsed()).to.be.below(WAITING);
    expect(new TextDecoder().decode(first?.value as Uint8Array)).to.match(
      /^event: snapshot\n.*"running":5,"queued":1\d/m,
    );
  });

  it('saves a chain without them at once, and it is in use', async () => {
    const { revision } = (await (await fetch(`${app.origin}/admin/api/config`)).json()) as { revision: string };
    const elapsed = stopwatch();
    const reply = await fetch(`${app.origin}/admin/api/config`, {
      method: 'PUT',
      headers: CHANGE,
      body: JSON.stringify({ options: { fallback: [{ type: 'text' }] }, revision }),
    });
    expect(reply.status).to.equal(200);
    expect(elapsed()).to.be.below(WAITING);
    expect((await app.speak({ input: 'Hello there.' })).headers.get('x-speech-provider')).to.equal('text');
  });
});

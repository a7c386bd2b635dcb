import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { expect } from 'chai';
import type { Response as ExpressResponse } from 'express';
import { AttemptHistory } from '../../lib/admin/attempt-history.js';
import { LiveEvents } from '../../lib/admin/live-events.js';
import { SpeechError } from '../../lib/index.js';
import { startAdmin, type AdminApp } from '../support/admin-app.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { fakeControl, type FakeControl } from '../support/fake-control.js';
import { providerStatus } from '../support/telemetry.js';

/** Events of the router that are listened to while somebody watches. */
const WATCHED = ['alert', 'circuit', 'configuration', 'health', 'status'];

/** Reads a stream of events as a browser does, without its coming back. */
class Watcher {
  readonly #leaving = new AbortController();
  text = '';
  status = 0;
  hasEnded = false;

  async open(app: AdminApp): Promise<this> {
    const reply = await app.api('events', { signal: this.#leaving.signal });
    this.status = reply.status;
    void this.#read(reply).catch(() => undefined);
    return this;
  }

  async #read(reply: Response): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of reply.body ?? []) this.text += decoder.decode(chunk as Uint8Array, { stream: true });
    this.hasEnded = true;
  }

  /** What came under a name. */
  events(name: string): unknown[] {
    const pattern = new RegExp(`^event: ${name}\\ndata: (.*)$`, 'gm');
    return [...this.text.matchAll(pattern)].map(([, data = '']) => JSON.parse(data) as unknown);
  }

  leave(): void {
    this.#leaving.abort();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await settle();
}

describe('live events of the admin API', () => {
  let clock: FakeClock;
  let fake: FakeControl;
  let app: AdminApp;
  /** Names of the events that are listened to for the history, whoever watches. */
  let always: string[];
  beforeEach(async () => {
    clock = new FakeClock();
    fake = fakeControl();
    app = await startAdmin(fake.control, clock);
    always = [...fake.listened];
  });
  afterEach(() => app.close());

  it('lose a page whose response throws, and no other: the tick goes on', async () => {
    const fails = (): never => {
      throw new Error('the host’s own reason');
    };
    const live = new LiveEvents(fake.control, new AttemptHistory(), clock);
    const responses = ['throws', 'is well'].map((how) => {
      const response = new ServerResponse(new IncomingMessage(new Socket())) as ExpressResponse;
      const written: string[] = [];
      Object.assign(response, { status: () => response, set: () => response, req: { method: 'GET' } });
      live.open(Object.assign(response, { write: (text: string) => written.push(text) }));
      if (how === 'throws') Object.assign(response, { write: fails, end: fails });
      return { response, written };
    });
    const [broken, well] = responses;
    fake.providers = [providerStatus('kokoro', { state: 'down' })];
    await clock.advance(1_000);
    expect(broken?.response.destroyed).to.equal(true);
    expect(well?.written.filter((text) => text.startsWith('event: snapshot'))).to.have.length(2);
    fake.closing.abort();
  });

  const attempt = (code: 'refused' | 'aborted' | null, ms: number): void => {
    const error = code === null ? {} : { error: new SpeechError(code, 'the secret of it') };
    fake.events.emit('attempt', { requestId: 'r-1', provider: 'kokoro', type: 'remote', code, ms, ...error });
  };

  it('begin with the state, and tell it again when it has changed', async () => {
    const watcher = await new Watcher().open(app);
    await until(() => watcher.events('snapshot').length === 1);
    await clock.advance(3_000);
    fake.providers = [providerStatus('kokoro', { running: 2 })];
    await clock.advance(1_000);
    await until(() => watcher.events('snapshot').length === 2);
    expect(watcher.events('snapshot')[1]).to.have.nested.property('providers[0].running', 2);
  });

  it('tell the calls of a second at once, and of each no more than provider, code and time', async () => {
    const watcher = await new Watcher().open(app);
    attempt(null, 12.4);
    attempt('refused', 3);
    attempt('aborted', 5);
    await clock.advance(1_000);
    await until(() => watcher.events('attempts').length === 1);
    const [[first, second]] = watcher.events('attempts') as [[Record<string, unknown>, Record<string, unknown>]];
    expect({ ...first, at: 0 }).to.deep.equal({ provider: 'kokoro', at: 0, code: null, ms: 12 });
    expect({ ...second, at: 0 }).to.deep.equal({ provider: 'kokoro', at: 0, code: 'refused', ms: 3 });
    expect(watcher.text).not.to.contain('secret').and.not.contain('r-1').and.not.contain('aborted');
  });

  it('tell no more calls than the chart shows, however many there were', async () => {
    const watcher = await new Watcher().open(app);
    for (let number = 0; number < 5_000; number += 1) attempt(null, number);
    await clock.advance(1_000);
    await until(() => watcher.events('attempts').length === 1);
    expect(watcher.events('attempts')[0]).to.have.length(60);
  });

  it('pass on what happens to circuits, checks, state and configuration as it comes', async () => {
    const watcher = await new Watcher().open(app);
    const happened = [
      ['circuit', { provider: 'kokoro', from: 'closed', to: 'open' }],
      ['health', { provider: 'kokoro', ok: false, code: 'refused', at: 1, ms: 2 }],
      ['status', { from: 'ok', to: 'degraded' }],
      ['configuration', { revision: 'second', origin: 'file', problem: null }],
      ['alert', { kind: 'provider_down', state: 'firing', provider: 'kokoro', code: 'refused', since: 1, at: 2 }],
    ] as const;
    for (const [name, event] of happened) fake.events.emit(name, event);
    await until(() => watcher.events('alert').length === 1);
    for (const [name, event] of happened) expect(watcher.events(name)).to.deep.equal([event]);
  });

  it('show a sign of life every 15 seconds, and end after five minutes, so that authorize is asked anew', async () => {
    const watcher = await new Watcher().open(app);
    await clock.advance(15_000);
    await until(() => watcher.text.includes(': still here'));
    await clock.advance(285_000);
    await until(() => watcher.hasEnded);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('listen and look only while somebody watches', async () => {
    const watcher = await new Watcher().open(app);
    expect(fake.listened.slice(always.length).sort()).to.deep.equal(WATCHED);
    expect(clock.pendingTimers).to.equal(1);
    watcher.leave();
    await until(() => fake.listened.length === always.length);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('have room for sixteen pages', async () => {
    const watchers = await Promise.all(Array.from({ length: 16 }, () => new Watcher().open(app)));
    expect(watchers.every(({ status }) => status === 200)).to.equal(true);
    expect((await new Watcher().open(app)).status).to.equal(429);
    watchers[0]?.leave();
    let status = 429;
    while (status !== 200) ({ status } = await new Watcher().open(app));
  });

  it('keep no place for who leaves while it is asked who may come in', async () => {
    const asked: ((mayEnter: boolean) => void)[] = [];
    const slow = await startAdmin(fake.control, clock, () => new Promise((resolve) => asked.push(resolve)));
    for (let count = 1; count <= 16; count += 1) {
      const client = connect(Number(new URL(slow.origin).port), '127.0.0.1');
      client.write('GET /admin/api/events HTTP/1.1\r\nHost: a\r\n\r\n');
      await until(() => asked.length === count);
      client.resetAndDestroy();
      await until(() => slow.connections() === 0);
      asked.at(-1)?.(true);
      await settle();
    }
    const opening = new Watcher().open(slow);
    await until(() => asked.length === 17);
    asked.at(-1)?.(true);
    expect((await opening).status).to.equal(200);
    await slow.close();
  });

  it('keep no place for who only asks for the head', async () => {
    for (let count = 0; count < 17; count += 1) {
      const reply = await app.api('events', { method: 'HEAD' });
      expect([reply.status, await reply.text()]).to.deep.equal([200, '']);
    }
    expect((await new Watcher().open(app)).status).to.equal(200);
  });

  it('drop a page that does not read, in place of keeping all of it', async () => {
    const socket: Socket = connect(Number(new URL(app.origin).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET /admin/api/events HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => fake.listened.length > always.length);
    socket.pause();
    let told = 0;
    // The system takes a few megabytes before it lets anything wait here.
    for (; told < 100_000 && fake.listened.length > always.length; told += 1) {
      fake.events.emit('status', { from: 'ok', to: 'x'.repeat(10_000) as never });
      if (told % 100 === 0) await settle();
    }
    expect(fake.listened).to.have.length(always.length);
    expect(told).to.be.below(10_000);
    socket.destroy();
  });

  it('end when the router closes, let go of everything, and begin no more', async () => {
    const watcher = await new Watcher().open(app);
    fake.closing.abort();
    await until(() => watcher.hasEnded);
    expect(fake.listened).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(0);
    expect((await new Watcher().open(app)).status).to.equal(503);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { HookClient } from '../../../lib/telemetry/alerts/hook-client.js';
import { TRUSTED } from '../../support/certificates.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { startHookServer, type HookBehaviour, type HookServer } from '../../support/hook-server.js';

describe('HookClient', () => {
  let server: HookServer;
  let clock: FakeClock;
  let client: HookClient;

  async function start(behaviour: HookBehaviour): Promise<void> {
    server = await startHookServer(behaviour);
    clock = new FakeClock();
    client = new HookClient(
      { url: `${server.origin}/hook/SECRET?a=b`, headers: { authorization: 'Bearer key' } },
      clock,
    );
  }

  afterEach(async () => {
    client.close();
    await server.close();
  });

  async function noSockets(): Promise<void> {
    while (server.openSockets.size > 0) await settle();
  }

  it('posts JSON with the headers it was given', async () => {
    await start('takes');
    expect(await client.post('{"text":"x"}')).to.deep.equal({ code: null, mayPass: false });
    const [{ path, headers, body } = { path: '', headers: {}, body: {} }] = server.messages;
    expect(path).to.equal('/hook/SECRET?a=b');
    expect(headers).to.include({ 'content-type': 'application/json', authorization: 'Bearer key' });
    expect(body).to.deep.equal({ text: 'x' });
    await noSockets();
  });

  for (const [behaviour, code, mayPass] of [
    ['fails', 'status.500', true],
    ['refuses the message', 'status.400', false],
    ['redirects', 'status.302', false],
    ['resets', 'reset', true],
    ['answers without end', null, false],
  ] as const) {
    it(`knows what to think of a server that ${behaviour}`, async () => {
      await start(behaviour);
      expect(await client.post('{}')).to.deep.equal({ code, mayPass });
      expect(clock.pendingTimers).to.equal(0);
      await noSockets();
    });
  }

  for (const behaviour of ['hangs', 'switches protocols'] as const) {
    it(`gives up a server that ${behaviour} after ten seconds`, async () => {
      await start(behaviour);
      const posted = client.post('{}');
      await server.received(1);
      await clock.advance(10_000);
      expect(await posted).to.deep.equal({ code: 'timeout.total', mayPass: true });
      await noSockets();
    });
  }

  it('says that nothing listens, and nothing of the address', async () => {
    await start('takes');
    await server.close();
    expect(await client.post('{}')).to.deep.equal({ code: 'refused', mayPass: true });
  });

  it('goes by the name of a host too', async () => {
    await start('takes');
    const named = new HookClient({ url: server.origin.replace('127.0.0.1', 'localhost'), headers: {} }, clock);
    expect(await named.post('{}')).to.deep.equal({ code: null, mayPass: false });
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    await start('takes');
    const secure = createServer(TRUSTED).listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const { port } = secure.address() as AddressInfo;
    const own = new HookClient({ url: `https://127.0.0.1:${String(port)}`, headers: {} }, clock);
    expect(await own.post('{}')).to.deep.equal({ code: 'tls', mayPass: true });
    secure.close();
  });

  it('ends its call when it is closed', async () => {
    await start('hangs');
    const posted = client.post('{}');
    await server.received(1);
    client.close();
    expect(await posted).to.deep.equal({ code: 'aborted', mayPass: false });
    expect(clock.pendingTimers).to.equal(0);
    await noSockets();
  });

  for (const host of ['169.254.169.254', '[fe80::1]']) {
    it(`does not connect to ${host}`, async () => {
      await start('takes');
      const blocked = new HookClient({ url: `http://${host}/latest`, headers: {} }, clock);
      expect(await blocked.post('{}')).to.deep.equal({ code: 'blocked_address', mayPass: false });
    });
  }
});

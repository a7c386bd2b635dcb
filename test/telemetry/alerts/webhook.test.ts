import { expect } from 'chai';
import { Webhook, type Delivery } from '../../../lib/telemetry/alerts/webhook.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { startHookServer, type HookBehaviour, type HookServer } from '../../support/hook-server.js';

describe('Webhook', () => {
  let server: HookServer;
  let clock: FakeClock;
  let webhook: Webhook;
  let deliveries: Delivery[];

  async function start(behaviour: HookBehaviour): Promise<void> {
    server = await startHookServer(behaviour);
    clock = new FakeClock();
    deliveries = [];
    webhook = new Webhook({
      url: `${server.origin}/hook`,
      headers: {},
      clock,
      onDelivery: (delivery) => deliveries.push(delivery),
    });
  }

  afterEach(async () => {
    webhook.close();
    await server.close();
  });

  async function delivered(count: number): Promise<void> {
    while (deliveries.length < count) await settle();
  }

  /** Waits until a call has failed and the pause before the next one has begun, and lets it pass. */
  async function afterPause(milliseconds: number): Promise<void> {
    while (server.openSockets.size > 0 || clock.pendingTimers !== 1) await settle();
    await clock.advance(milliseconds);
  }

  const sent = (): unknown[] => server.messages.map(({ body }) => body['number']);

  it('sends messages one after the other', async () => {
    await start('takes');
    for (const number of [1, 2, 3]) webhook.send({ number });
    await delivered(3);
    expect(sent()).to.deep.equal([1, 2, 3]);
    expect(deliveries).to.deep.equal([{ result: 'sent' }, { result: 'sent' }, { result: 'sent' }]);
  });

  it('tries again after one, five and twenty-five seconds, then goes on to the next', async () => {
    await start('fails');
    webhook.send({ number: 1 });
    webhook.send({ number: 2 });
    for (const [index, pause] of [1_000, 5_000, 25_000].entries()) {
      await server.received(index + 1);
      await afterPause(pause - 1);
      expect(server.messages).to.have.lengthOf(index + 1);
      await clock.advance(1);
    }
    await server.received(4);
    server.behave('takes');
    await delivered(2);
    expect(sent()).to.deep.equal([1, 1, 1, 1, 2]);
    expect(deliveries).to.deep.equal([{ result: 'failed', code: 'status.500' }, { result: 'sent' }]);
  });

  it('delivers a message that a later try is taken for', async () => {
    await start('resets');
    webhook.send({ number: 1 });
    await server.received(1);
    server.behave('takes');
    await afterPause(1_000);
    await delivered(1);
    expect(deliveries).to.deep.equal([{ result: 'sent' }]);
  });

  it('does not try again what was refused as it is', async () => {
    await start('refuses the message');
    webhook.send({ number: 1 });
    await delivered(1);
    expect(sent()).to.deep.equal([1]);
    expect(deliveries).to.deep.equal([{ result: 'failed', code: 'status.400' }]);
  });

  it('drops the oldest of more than thirty-two that wait', async () => {
    await start('hangs');
    for (let number = 0; number <= 34; number += 1) webhook.send({ number });
    expect(deliveries).to.deep.equal([{ result: 'dropped' }, { result: 'dropped' }]);
    await server.received(1);
    server.behave('takes');
    await clock.advance(10_000);
    await afterPause(1_000);
    await delivered(35);
    expect(sent()).to.deep.equal([0, 0, ...Array.from({ length: 32 }, (_, index) => index + 3)]);
  });

  for (const moment of ['call', 'pause']) {
    it(`leaves nothing behind when it is closed in a ${moment}`, async () => {
      await start(moment === 'call' ? 'hangs' : 'fails');
      webhook.send({ number: 1 });
      webhook.send({ number: 2 });
      await server.received(1);
      if (moment === 'pause') while (server.openSockets.size > 0) await settle();
      webhook.close();
      webhook.send({ number: 3 });
      while (server.openSockets.size > 0) await settle();
      await clock.advance(60_000);
      expect(clock.pendingTimers).to.equal(0);
      expect(sent()).to.deep.equal([1]);
      expect(deliveries).to.deep.equal([]);
    });
  }
});

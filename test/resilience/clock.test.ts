import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '../../lib/resilience/index.js';

/** Stops the event loop, as a large `JSON.parse` of the host application does. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A connection with both of its ends here. */
async function connection() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  const close = (): void => {
    near.destroy();
    far.destroy();
    server.close();
  };
  return { near, far, close };
}

describe('systemClock', () => {
  it('calls back after its time, on a clock that goes on', async () => {
    const started = systemClock.now();
    await new Promise<void>((resolve) => systemClock.schedule(resolve, 20.4));
    expect(systemClock.now() - started).to.be.at.least(20);
  });

  it('lets data that has waited for a blocked event loop go before a timer that has, too', async () => {
    const { near, far, close } = await connection();
    const order: string[] = [];
    near.once('data', () => order.push('data'));
    const fired = new Promise<void>((resolve) => {
      systemClock.schedule(() => {
        order.push('timer');
        resolve();
      }, 10);
    });
    far.write('the answer, in time');
    block(100);
    await fired;
    close();
    expect(order).to.deep.equal(['data', 'timer']);
  });

  it('can still be cancelled by that data', async () => {
    const { near, far, close } = await connection();
    let isFired = false;
    const cancel = systemClock.schedule(() => {
      isFired = true;
    }, 10);
    near.once('data', cancel);
    far.write('the answer, in time');
    block(100);
    await once(near, 'data');
    await nextTurn();
    await nextTurn();
    close();
    expect(isFired).to.equal(false);
  });

  it('keeps no process alive', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const cancel = systemClock.schedule(() => undefined, 60_000);
    expect(timers()).to.equal(before);
    cancel();
  });
});

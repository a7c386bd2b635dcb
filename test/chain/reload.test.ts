import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { ReloadableService } from '../../lib/chain/reloadable-service.js';
import { ConfigStore } from '../../lib/config/config-store.js';
import { createSpeechRoute } from '../../lib/http/speech-route.js';
import { speechRouter } from '../../lib/index.js';
import { systemClock } from '../../lib/resilience/index.js';
import { SpeechEvents } from '../../lib/speech/events.js';
import { SILENT_LOGGER } from '../../lib/speech/silent-logger.js';
import { eventually } from '../faults/eventually.js';
import { LeakWatch } from '../faults/leak-watch.js';
import { FakeClock } from '../support/fake-clock.js';
import { makeFolder } from '../support/folder.js';
import { startUpstream } from '../support/upstream.js';

const RELOADS = 100;
const CALLERS = 8;

/** The same servers and a local engine in another order, under other names and with other limits each time. */
function configuration(round: number, baseUrls: readonly string[]): object {
  const remotes = baseUrls.map((baseUrl, index) => ({
    type: 'remote',
    name: `remote-${String(index)}`,
    baseUrl,
    health: { interval: 1_000 + (round % 3) },
    // One of them is another one each time, one stays the same for ten rounds.
    timeout: { total: 60_000 + (index === 0 ? round : Math.floor(round / 10)) },
  }));
  const local = { type: 'local', workers: 1 + (Math.floor(round / 25) % 2) };
  const entries = [...remotes, local];
  return { deadline: 10_000 + round, fallback: [...entries.slice(round % 3), ...entries.slice(0, round % 3)] };
}

describe('a configuration file that changes a hundred times under load', function () {
  this.timeout(120_000);

  it('fails no request and leaves no worker, socket, timer or descriptor behind', async () => {
    const upstreams = [await startUpstream(), await startUpstream()];
    // What the first server and the first worker of a process leave behind is no leak.
    const first = speechRouter();
    await first.ready;
    await first.close();
    const watch = await LeakWatch.start();
    const folder = makeFolder();
    const configFile = folder.path('speech.json');
    const baseUrls = upstreams.map(({ baseUrl }) => baseUrl);
    const write = (round: number): void => {
      writeFileSync(configFile, JSON.stringify(configuration(round, baseUrls)));
    };
    write(0);

    // What the router does, with a clock of its own for the looks at the file.
    const events = new SpeechEvents();
    const looks = new FakeClock();
    let reloads = 0;
    const live = new ConfigStore(
      { configFile },
      {
        clock: looks,
        apply: (next) => {
          speech.reconfigure(next);
          reloads += 1;
        },
        notify: ({ problem }) => {
          expect(problem).to.equal(null);
        },
      },
    );
    const speech = new ReloadableService(live.initial, {
      events,
      logger: SILENT_LOGGER,
      clock: systemClock,
      random: Math.random,
    });
    const app = express();
    app.post(
      '/v1/audio/speech',
      createSpeechRoute({
        service: () => speech.current,
        clock: systemClock,
        isClosing: () => false,
        watch: () => undefined,
        onInternal: (_requestId, thrown) => {
          throw thrown;
        },
      }),
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/audio/speech`;
    await speech.start();
    live.watch();

    let isLoaded = true;
    const providers = new Set<string | null>();
    const call = async (): Promise<number> => {
      let calls = 0;
      while (isLoaded) {
        const reply = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ input: 'Hello.', response_format: 'wav' }),
        });
        expect(reply.status).to.equal(200);
        expect(reply.headers.get('content-type')).to.equal('audio/wav');
        expect((await reply.arrayBuffer()).byteLength).to.be.greaterThan(1_000);
        providers.add(reply.headers.get('x-speech-provider'));
        calls += 1;
      }
      return calls;
    };
    const callers = Array.from({ length: CALLERS }, call);

    try {
      for (let round = 1; round <= RELOADS; round += 1) {
        write(round);
        await eventually(() => {
          expect(looks.pendingTimers).to.equal(1);
        });
        await looks.advance(1_000);
        await eventually(() => {
          expect(reloads).to.equal(round);
        });
      }
    } finally {
      isLoaded = false;
    }
    const calls = (await Promise.all(callers)).reduce((sum, count) => sum + count, 0);
    expect(calls).to.be.greaterThan(RELOADS / 4);
    expect([...providers].sort()).to.deep.equal(['local', 'remote-0', 'remote-1']);

    live.close();
    await speech.close(5_000);
    server.closeAllConnections();
    server.close();
    for (const upstream of upstreams) await upstream.close();
    folder.remove();
    expect(looks.pendingTimers).to.equal(0);
    await watch.check();
    watch.stop();
  });
});

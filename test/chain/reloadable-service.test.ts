import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { SpeechProvider, SpeechRouterOptions } from '../../lib/index.js';
import { eventually } from '../faults/eventually.js';
import { startApp, type TestApp } from '../support/app.js';
import { pcm, PCM, provider, speaker } from '../support/fake-provider.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const TEXT = { type: 'text' } as const;
const PCM_REQUEST = { input: 'Hello there.', response_format: 'pcm' };

/** A provider whose sound the test sends when it likes, and that tells what became of it. */
function slowSpeaker(name: string) {
  const streams: PassThrough[] = [];
  const closed: string[] = [];
  const own: SpeechProvider = {
    ...provider(name, () => {
      const stream = new PassThrough();
      stream.write(PCM);
      streams.push(stream);
      return Promise.resolve(pcm(stream));
    }),
    close: () => {
      closed.push(name);
    },
  };
  return { own, streams, closed };
}

describe('reconfigure', () => {
  let app: TestApp;
  const upstreams: Upstream[] = [];

  async function start(options: SpeechRouterOptions): Promise<TestApp> {
    app = await startApp(options);
    return app;
  }

  async function upstream(): Promise<Upstream> {
    const server = await startUpstream('speaks');
    upstreams.push(server);
    return server;
  }

  afterEach(async () => {
    await app.close();
    for (const server of upstreams.splice(0)) await server.close();
  });

  const nameOf = async (): Promise<string | null> => (await app.speak(PCM_REQUEST)).headers.get('x-speech-provider');

  it('swaps the chain at once', async () => {
    const { speech } = await start({ fallback: [speaker('first'), TEXT] });
    expect(await nameOf()).to.equal('first');
    speech.reconfigure({ fallback: [speaker('second'), TEXT] });
    expect(await nameOf()).to.equal('second');
    expect(speech.status().providers.map(({ name }) => name)).to.deep.equal(['second', 'text']);
  });

  it('changes nothing when the options cannot be used', async () => {
    const { speech } = await start({ fallback: [speaker('first'), TEXT] });
    expect(() => {
      speech.reconfigure({ fallback: [], deadlin: 5 } as never);
    }).to.throw(TypeError, /fallback: expected at least one provider/);
    expect(await nameOf()).to.equal('first');
  });

  it('changes the limits of the next request', async () => {
    const { speech, speak } = await start({ fallback: [speaker('first')] });
    speech.reconfigure({ fallback: [speaker('first')], maxInput: 5, bodyLimit: 100 });
    expect((await speak({ input: 'Hello!' })).status).to.equal(400);
    expect((await speak({ input: 'x', extra: 'x'.repeat(100) })).status).to.equal(413);
  });

  it('lets a running reply end on the old chain, and closes what only that had after it', async () => {
    const remote = await upstream();
    const { own, streams, closed } = slowSpeaker('own');
    const { speech, speak } = await start({ fallback: [own, { type: 'remote', baseUrl: remote.baseUrl }], hold: 0 });
    const running = await speak(PCM_REQUEST);
    speech.reconfigure({ fallback: [speaker('next')] });
    expect(await nameOf()).to.equal('next');
    streams[0]?.end(PCM);
    expect((await running.arrayBuffer()).byteLength).to.equal(2 * PCM.length);
    await speech.close();
    expect(closed).to.deep.equal(['own']);
  });

  it('counts requests on the old chain against the limit of all', async () => {
    const { own, streams } = slowSpeaker('own');
    const { speech, speak } = await start({ fallback: [own], maxConcurrent: 2, hold: 0 });
    const running = await speak(PCM_REQUEST);
    speech.reconfigure({ fallback: [slowSpeaker('next').own], maxConcurrent: 2, hold: 0 });
    const second = await speak(PCM_REQUEST);
    expect([running.status, second.status]).to.deep.equal([200, 200]);
    expect((await speak(PCM_REQUEST)).status).to.equal(503);
    streams[0]?.end();
    await running.arrayBuffer();
    await eventually(() => {
      expect(speech.status().providers[0]).to.include({ running: 1 });
    });
    expect((await speak(PCM_REQUEST)).status).to.equal(200);
  });

  it('keeps the connections and the circuit of an entry that stays the same, wherever it stands', async () => {
    const remote = await upstream();
    const entry = { type: 'remote', baseUrl: remote.baseUrl, circuitBreaker: { consecutive: 1 } } as const;
    const dead = {
      type: 'remote',
      name: 'dead',
      baseUrl: 'http://127.0.0.1:1/v1',
      circuitBreaker: { consecutive: 1 },
    } as const;
    const { speech, speak } = await start({ fallback: [dead, entry] });
    expect((await speak({ input: 'Hi.' })).status).to.equal(200);
    expect(speech.status().providers[0]).to.include({ name: 'dead', circuit: 'open' });
    const connections = new Set(remote.openSockets);
    speech.reconfigure({ fallback: [entry, dead, TEXT] });
    expect(speech.status().providers[1]).to.include({ name: 'dead', circuit: 'open' });
    await (await speak({ input: 'Hi.' })).arrayBuffer();
    expect([...remote.openSockets].filter((socket) => !connections.has(socket))).to.deep.equal([]);
    // Whoever is changed begins anew.
    speech.reconfigure({ fallback: [entry, { ...dead, maxInput: 100 }] });
    expect(speech.status().providers[1]).to.include({ name: 'dead', circuit: 'closed' });
  });

  it('closes the connections of an entry that goes, once nothing runs over them', async () => {
    const remote = await upstream();
    const { speech, speak } = await start({ fallback: [{ type: 'remote', baseUrl: remote.baseUrl }] });
    await (await speak({ input: 'Hi.' })).arrayBuffer();
    expect(remote.openSockets.size).to.be.greaterThan(0);
    speech.reconfigure({ fallback: [TEXT] });
    await eventually(() => {
      expect(remote.openSockets.size).to.equal(0);
    });
  });

  it('keeps what three chains in a row have in common while any of them is used', async () => {
    const remote = await upstream();
    const entry = { type: 'remote', baseUrl: remote.baseUrl } as const;
    const { own, streams } = slowSpeaker('own');
    const { speech, speak } = await start({ fallback: [own, entry], hold: 0 });
    const running = await speak(PCM_REQUEST);
    speech.reconfigure({ fallback: [entry] });
    await (await speak({ input: 'Hi.' })).arrayBuffer();
    speech.reconfigure({ fallback: [TEXT] });
    expect((await speak({ input: 'Hi.' })).headers.get('x-speech-provider')).to.equal('text');
    expect(remote.openSockets.size, 'while the first chain has a request').to.be.greaterThan(0);
    streams[0]?.end();
    await running.arrayBuffer();
    await eventually(() => {
      expect(remote.openSockets.size).to.equal(0);
    });
  });

  it('tells of a state that another chain changes', async () => {
    const { speech } = await start({ fallback: [speaker('first'), TEXT] });
    const seen: unknown[] = [];
    speech.on('status', (event) => seen.push(event));
    speech.on('configuration', ({ origin, problem }) => seen.push({ origin, problem }));
    speech.reconfigure({ fallback: [TEXT] });
    expect(seen).to.deep.equal([
      { from: 'ok', to: 'text-only' },
      { origin: 'code', problem: null },
    ]);
  });

  it('closes an object of the user’s own once, whatever came and went', async () => {
    const { own, closed } = slowSpeaker('own');
    const { speech } = await start({ fallback: [own] });
    speech.reconfigure({ fallback: [TEXT] });
    speech.reconfigure({ fallback: [{ ...TEXT, name: 'before' }, own] });
    speech.reconfigure({ fallback: [Object.assign(own, { bulkhead: { maxConcurrent: 1 } })] });
    await speech.close();
    expect(closed).to.deep.equal(['own']);
  });

  it('is refused by a router that is closed', async () => {
    const { speech } = await start({ fallback: [TEXT] });
    await speech.close();
    expect(() => {
      speech.reconfigure({});
    }).to.throw('the speech router is closed');
  });
});

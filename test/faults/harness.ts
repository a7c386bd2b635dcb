import { once } from 'node:events';
import type { Server } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { stopwatch } from '../support/stopwatch.js';
import { ask } from './client.js';
import { eventually } from './eventually.js';
import { startFaultApp } from './fault-app.js';
import type { Answer, AskOptions, Fault, FaultApp, FaultAppOptions, FaultServer, FaultStage } from './fault.js';
import { Gauge } from './gauge.js';
import { LeakWatch } from './leak-watch.js';

/** Milliseconds that the other route may take. */
const OTHER_ROUTE_LIMIT = 1_000;
/** Milliseconds that `close()` may take with nothing under way. */
const CLOSE_LIMIT = 1_500;

/** Runs one row for real, and asserts what is the same for all of them. */
export async function playRow(fault: Fault): Promise<void> {
  const watch = await LeakWatch.start();
  try {
    await playOnStage(fault);
    await watch.check();
  } finally {
    watch.stop();
  }
}

async function playOnStage(fault: Fault): Promise<void> {
  const stage = new RowStage(fault);
  try {
    await fault.run(stage);
    await stage.checkRow();
    await stage.closeApps();
  } finally {
    await stage.end();
  }
}

class RowStage implements FaultStage {
  readonly #fault: Fault;
  readonly #apps: FaultApp[] = [];
  readonly #answers: Answer[] = [];
  readonly #servers: FaultServer[] = [];
  readonly #gauges: Gauge[] = [];
  readonly #cleanups: (() => unknown)[] = [];
  #reported: { readonly code: string | null; readonly circuit: string } | undefined;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  get code(): string | null {
    return this.#fault.code;
  }

  async startApp(options: FaultAppOptions): Promise<FaultApp> {
    const app = await startFaultApp({ code: this.code, ...options });
    this.#apps.push(app);
    this.defer(() => app.close());
    this.watchRoute(`${app.origin}/other`);
    return app;
  }

  async listen(server: Server, host = '127.0.0.1'): Promise<FaultServer> {
    const openSockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      openSockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => openSockets.delete(socket));
    });
    server.listen(0, host);
    await once(server, 'listening');
    this.defer(async () => {
      for (const socket of openSockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    });
    const { port } = server.address() as AddressInfo;
    const listening = { port, baseUrl: `http://127.0.0.1:${String(port)}/v1`, openSockets };
    this.#servers.push(listening);
    return listening;
  }

  async ask(options: AskOptions = {}): Promise<Answer> {
    const url = options.url ?? this.#apps.at(-1)?.speechUrl;
    if (url === undefined) throw new Error('no app has been started');
    const answer = await ask(url, options);
    this.#answers.push(answer);
    return answer;
  }

  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  watchRoute(url: string): void {
    this.#gauges.push(new Gauge(url, this.#fault.otherRouteLimit ?? OTHER_ROUTE_LIMIT));
  }

  report(seen: { readonly code: string | null; readonly circuit: string }): void {
    this.#reported = seen;
  }

  /** States what the table says of the row, and that the app has come through it. */
  async checkRow(): Promise<void> {
    if (this.#reported !== undefined) this.#checkReported(this.#reported);
    for (const app of this.#apps) {
      // An abort at the end of the row is told a turn later.
      await eventually(() => {
        this.#checkCode(app);
        expect(app.underTest().circuit, 'circuit').to.equal(circuitAfter(this.#fault));
      });
      this.#checkHeaders(app);
      if (!(await isServing(app))) continue;
      await this.#checkNextRequest(app);
      await eventually(() => {
        const held = app.speech.status().providers.map(({ running, queued }) => running + queued);
        expect(Math.max(...held), 'permits held').to.equal(0);
      });
    }
    for (const gauge of this.#gauges) await gauge.stop();
    for (const gauge of this.#gauges) expect(gauge.problems).to.deep.equal([]);
    if (this.#apps.length === 0) expect(this.#reported, 'a row without an app reports').not.to.equal(undefined);
  }

  async closeApps(): Promise<void> {
    for (const app of this.#apps) {
      const elapsed = stopwatch();
      await app.speech.close();
      expect(elapsed(), 'milliseconds to close').to.be.below(CLOSE_LIMIT);
    }
    await eventually(() => {
      const upstream = this.#servers.reduce((sum, { openSockets }) => sum + openSockets.size, 0);
      expect(upstream, 'connections to the servers').to.equal(0);
      const clients = this.#apps.reduce((sum, { openSockets }) => sum + openSockets.size, 0);
      expect(clients, 'connections of clients').to.equal(0);
    });
  }

  async end(): Promise<void> {
    for (const gauge of this.#gauges) await gauge.stop();
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }

  #checkReported({ code, circuit }: { readonly code: string | null; readonly circuit: string }): void {
    expect(code, 'code').to.equal(this.#fault.code);
    expect(circuit, 'circuit').to.equal(circuitAfter(this.#fault));
  }

  #checkCode(app: FaultApp): void {
    const codes = app.attempts.filter(({ provider }) => provider === app.under).map(({ code }) => code);
    if (this.#fault.code === null)
      expect(
        codes.filter((code) => code !== null),
        'failures',
      ).to.deep.equal([]);
    else expect(codes, 'codes of the attempts').to.include(this.#fault.code);
    expect(codes, 'attempts').not.to.have.length(0);
  }

  /** The headers and the events tell the same story. */
  #checkHeaders(app: FaultApp): void {
    for (const { headers, timings } of this.#answers) {
      const told = app.attempts.filter(({ requestId }) => requestId === headers['x-request-id']);
      if (told.length === 0) continue;
      // Who broke off after the headers had gone stands in them as the one that answered.
      const isTold = (broken: string): boolean => headers['x-speech-provider'] !== broken;
      const codes = told
        .filter(({ committed }) => committed !== true)
        .map(({ provider, code }) => {
          const broken = told.find((other) => other.committed === true && other.provider === provider);
          return { provider, code: code === null && broken && isTold(provider) ? broken.code : code };
        });
      expect(timings, 'Server-Timing').to.deep.equal(codes);
    }
  }

  /** The app answers the next one, whatever has happened. */
  async #checkNextRequest(app: FaultApp): Promise<void> {
    const answer = await ask(app.speechUrl);
    const { asProbe, counts } = this.#fault;
    if (asProbe === true && counts === 'nothing') expect(answer.provider, 'who probes next').to.equal(app.under);
    // A server that breaks off in mid-sound does so again where its circuit is still closed.
    if (answer.status !== 200) throw new Error(`the next request got ${String(answer.status)}`);
  }
}

/** Which state the circuit is in when the row is over, with a single failure opening it. */
function circuitAfter({ counts, asProbe }: Fault): string {
  if (counts === 'failure') return 'open';
  return counts === 'nothing' && asProbe === true ? 'half-open' : 'closed';
}

/** Says whether the app takes requests; a row may have closed it. */
async function isServing(app: FaultApp): Promise<boolean> {
  if (!app.server.listening) return false;
  const response = await ask(app.speechUrl, { fields: { response_format: 'no such format' } });
  return response.status !== 503;
}

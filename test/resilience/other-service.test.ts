import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import {
  ChainExhaustedError,
  Deadline,
  failureOf,
  Guard,
  HealthCheck,
  Retry,
  runFallbackChain,
  systemClock,
  type ChainStep,
  type StepContext,
} from '../../lib/resilience/index.js';

/** What a weather service says. */
interface Weather {
  readonly city: string;
  readonly celsius: number;
}

/** An error of this client: a code for the guards to read, and whether trying again helps. */
class WeatherError extends Error {
  readonly code: string;
  readonly retryHelps: boolean;

  constructor(code: string, retryHelps = false) {
    super(code);
    this.code = code;
    this.retryHelps = retryHelps;
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const tells: Handler = (_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"celsius":21}');
};
const hangs: Handler = () => undefined;
const resets: Handler = (_request, response) => {
  response.socket?.resetAndDestroy();
};
const breaksOff: Handler = (_request, response) => {
  response.writeHead(200, { 'content-length': 100 });
  response.write('{"cel', () => response.socket?.resetAndDestroy());
};

/** A client that anybody could write: fetch behind a guard, a retry, a second source and what was known last. */
class WeatherClient {
  readonly guard: Guard;
  readonly #retry = new Retry({ limit: 1, budget: 0.1, floor: 1, random: () => 0 });
  readonly #known = new Map<string, Weather>();
  readonly #origin: string;

  constructor(origin: string) {
    const clock = systemClock;
    this.#origin = origin;
    this.guard = new Guard({
      circuitBreaker: {
        ...{ consecutive: 3, window: 20, minimum: 10, rate: 0.5, openFor: 100, maxOpenFor: 1_000 },
        clock,
        random: Math.random,
      },
      bulkhead: { maxConcurrent: 2, maxQueue: 2, maxWait: 50, clock },
    });
  }

  async weatherIn(city: string, caller: AbortSignal = new AbortController().signal) {
    const steps: ChainStep<string, Weather>[] = [this.#service(), this.#memory()];
    return runFallbackChain(steps, city, {
      deadline: new Deadline(400, systemClock),
      signal: caller,
      clock: systemClock,
    });
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#fetch('health', signal);
  }

  #service(): ChainStep<string, Weather> {
    return {
      name: 'service',
      reserve: 100,
      attempt: (city, { signal, tries }: StepContext) =>
        this.guard.execute(async (context) => {
          if (tries === 1) this.#retry.began(1);
          const { celsius } = (await this.#fetch(city, context.signal)) as { celsius: number };
          const weather = { city, celsius };
          this.#known.set(city, weather);
          return weather;
        }, signal),
      retryDelay: (thrown, _city, { tries, remaining }) =>
        this.#retry.delay({ failure: failureOf(thrown), tries, work: 1, remaining }),
    };
  }

  #memory(): ChainStep<string, Weather> {
    return {
      name: 'memory',
      reserve: 0,
      attempt: async (city) => {
        const known = this.#known.get(city);
        if (known === undefined) throw new WeatherError('not_known');
        return known;
      },
    };
  }

  async #fetch(path: string, signal: AbortSignal): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.#origin}/${path}`, { signal });
    } catch (cause) {
      throw signal.aborted ? cause : new WeatherError('unreachable', true);
    }
    if (!response.ok) throw new WeatherError(`status.${response.status}`, response.status === 503);
    return response.json();
  }
}

async function startService() {
  let handler = tells;
  let seen = 0;
  const server: Server = createServer((request, response) => {
    seen += 1;
    handler(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: (next: Handler) => (handler = next),
    seen: () => seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('express-speech/resilience around a service that does not speak', () => {
  let service: Awaited<ReturnType<typeof startService>>;
  let client: WeatherClient;

  beforeEach(async () => {
    service = await startService();
    client = new WeatherClient(service.origin);
  });

  afterEach(() => service.close());

  async function openCircuit(): Promise<void> {
    service.behave(breaksOff);
    for (let count = 0; count < 3; count += 1) await client.weatherIn('Ulm').catch(() => undefined);
    expect(client.guard.circuit).to.equal('open');
  }

  it('answers from the service while that is well', async () => {
    const { value, step } = await client.weatherIn('Ulm');
    expect([value, step]).to.deep.equal([{ city: 'Ulm', celsius: 21 }, 'service']);
  });

  it('tries once more when the connection is reset', async () => {
    service.behave((request, response) => {
      (service.seen() === 1 ? resets : tells)(request, response);
    });
    const { step, attempts } = await client.weatherIn('Ulm');
    expect([step, attempts.map(({ code }) => code)]).to.deep.equal(['service', ['unreachable', null]]);
  });

  it('answers from memory within its deadline while the service hangs, and at once when the circuit has opened', async () => {
    await client.weatherIn('Ulm');
    service.behave(hangs);
    const started = performance.now();
    const { step, attempts } = await client.weatherIn('Ulm');
    expect(performance.now() - started).to.be.within(350, 2_000);
    expect([step, attempts[0]?.code]).to.deep.equal(['memory', 'deadline']);
    await openCircuit();
    const before = service.seen();
    const late = await client.weatherIn('Ulm');
    expect([late.step, late.attempts[0]?.code, service.seen()]).to.deep.equal(['memory', 'circuit_open', before]);
  });

  it('opens the circuit of a service that hangs', async () => {
    await client.weatherIn('Ulm');
    service.behave(hangs);
    for (let count = 0; count < 3; count += 1) await client.weatherIn('Ulm');
    expect(client.guard.circuit).to.equal('open');
  });

  it('counts a body that breaks off as a failure, and comes back by one probe', async () => {
    await openCircuit();
    service.behave(tells);
    await wait(150);
    const before = service.seen();
    expect((await client.weatherIn('Ulm')).step).to.equal('service');
    expect([client.guard.circuit, service.seen()]).to.deep.equal(['closed', before + 1]);
  });

  it('bounds the calls to it, and holds none of that against it', async () => {
    await client.weatherIn('Ulm');
    service.behave(hangs);
    const all = await Promise.all(Array.from({ length: 8 }, () => client.weatherIn('Ulm')));
    const codes = all.map(({ attempts }) => attempts[0]?.code).sort();
    expect(codes).to.deep.equal([
      ...Array.from({ length: 4 }, () => 'bulkhead_full'),
      ...Array.from({ length: 2 }, () => 'deadline'),
      ...Array.from({ length: 2 }, () => 'timeout.queue'),
    ]);
    expect([client.guard.running, client.guard.queued]).to.deep.equal([0, 0]);
    expect(service.seen()).to.equal(3);
  });

  it('says what happened when nobody knows', async () => {
    service.behave(resets);
    const error: unknown = await client.weatherIn('Atlantis').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainExhaustedError);
    expect((error as ChainExhaustedError).attempts.at(-1)).to.include({ step: 'memory', code: 'not_known' });
  });

  it('is tried early when a health check has seen it well', async () => {
    await openCircuit();
    client.guard.open(60_000);
    service.behave(tells);
    const checks = new HealthCheck({
      check: ({ signal }) => client.check(signal),
      interval: 1_000,
      timeout: 500,
      clock: systemClock,
      random: Math.random,
      onResult: ({ ok }) => {
        if (ok) client.guard.halfOpen();
      },
    });
    await checks.start();
    checks.stop();
    expect((await client.weatherIn('Ulm')).step).to.equal('service');
  });
});

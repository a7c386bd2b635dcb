import { OWN_SHAPE } from '../audio/formats.js';
import { startPrivately, type PrivateGateway } from '../gateway/private-gateway.js';
import { readSettings } from '../gateway/read-settings.js';
import { table, type Output } from './terminal.js';

/** Bytes of one second of bare samples, which every server's sound is made into. */
const BYTES_PER_SECOND = OWN_SHAPE.sampleRate * OWN_SHAPE.channels * 2;

/** Milliseconds for one answer: a bench is to see how slow it is, not to give up on it. */
const PATIENCE = 60_000;

/** What the parts of the server's entry are called on the command line. */
const NAMES = new Map([
  ['fallback[0].baseUrl', 'the base URL'],
  ['fallback[0].model', '--model'],
  ['fallback[0].voice', '--voice'],
  ['fallback[0].apiKey', '--api-key-env'],
  ['fallback[0].apiKey.env', '--api-key-env'],
]);

/** A sentence as people have read to them. It has a number, as some servers keep what they have said. */
const sentence = (number: number): string =>
  `Number ${String(number)}: the ships hung in the sky in much the same way that bricks do not, and nobody looked up.`;

export interface BenchArguments {
  readonly url: string;
  readonly model?: string | undefined;
  readonly voice?: string | undefined;
  readonly apiKeyEnv?: string | undefined;
  /** How many are asked at once, one row each. */
  readonly concurrency: readonly number[];
  /** Requests of each row. */
  readonly requests: number;
  readonly json: boolean;
}

/** One request. */
interface Sample {
  /** Milliseconds until the first sound. */
  readonly firstSound: number;
  /** Milliseconds until all of it. */
  readonly total: number;
  /** Seconds of sound. */
  readonly seconds: number;
}

/** What came of one row; times are milliseconds. */
export interface BenchRow {
  readonly concurrency: number;
  readonly requests: number;
  readonly failed: Readonly<Record<string, number>>;
  readonly firstSound: { readonly p50: number; readonly p95: number } | null;
  readonly total: { readonly p50: number; readonly p95: number } | null;
  /** Time that a second of sound took, in seconds: below 1 it comes faster than it is heard. */
  readonly realTimeFactor: number | null;
  /** Seconds of sound that the server made in a second. */
  readonly throughput: number;
}

/** Measures how fast a server speaks, and to how many at once. Resolves with the exit status: 1 where it answered nobody. */
export async function benchCommand(given: BenchArguments, output: Output): Promise<number> {
  const { gateway, overruled } = readSettings({ flags: {}, environment: {}, configFile: undefined });
  const fallback = [entryOf(given)];
  const speech = { fallback, deadline: PATIENCE, hold: 0, segments: false, maxConcurrent: 1_000 } as const;
  const server = await startPrivately({ gateway, speech, overruled, names: NAMES });
  try {
    // The first answer may wait for a model to be loaded.
    const cold = await ask(server, 0);
    if (typeof cold !== 'string' && !given.json) {
      output.remark(`first answer of all: sound after ${String(Math.round(cold.firstSound))} ms\n`);
    }
    const rows: BenchRow[] = [];
    for (const concurrency of given.concurrency) rows.push(await measure(server, concurrency, given.requests));
    output.result.write(given.json ? `${JSON.stringify(rows, undefined, 2)}\n` : tableOf(rows));
    return rows.some(({ firstSound }) => firstSound !== null) ? 0 : 1;
  } finally {
    await server.stop();
  }
}

/** Without guards: a server that is too slow is to be seen as it is. */
function entryOf({ url, model, voice, apiKeyEnv }: BenchArguments) {
  return {
    type: 'remote' as const,
    name: 'server',
    baseUrl: url,
    ...(model === undefined ? {} : { model }),
    ...(voice === undefined ? {} : { voice }),
    ...(apiKeyEnv === undefined ? {} : { apiKey: { env: apiKeyEnv } }),
    timeout: { firstByte: PATIENCE, idle: PATIENCE },
    circuitBreaker: { consecutive: 1_000, window: 1_000, minimum: 1_000 },
    bulkhead: { maxConcurrent: 1_000 },
    retry: { limit: 0 },
    health: false as const,
  };
}

async function measure(server: PrivateGateway, concurrency: number, requests: number): Promise<BenchRow> {
  const samples: Sample[] = [];
  const failed: Record<string, number> = {};
  const begun = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < requests) {
      next += 1;
      const result = await ask(server, next);
      if (typeof result === 'string') failed[result] = (failed[result] ?? 0) + 1;
      else samples.push(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = samples.reduce((sum, sample) => sum + sample.seconds, 0);
  return {
    concurrency,
    requests,
    failed,
    firstSound: spreadOf(samples.map(({ firstSound }) => firstSound)),
    total: spreadOf(samples.map(({ total }) => total)),
    realTimeFactor: quantile(
      samples.map((sample) => sample.total / 1_000 / sample.seconds),
      0.5,
    ),
    throughput: seconds / ((performance.now() - begun) / 1_000),
  };
}

/** Has one sentence spoken. A failure is a result here: its code. */
async function ask(server: PrivateGateway, number: number): Promise<Sample | string> {
  const begun = performance.now();
  try {
    const response = await server.ask('/v1/audio/speech', {
      body: { input: sentence(number), response_format: 'pcm', fallback: 'none' },
      signal: AbortSignal.timeout(2 * PATIENCE),
    });
    if (!response.ok) {
      const { error } = (await response.json()) as { readonly error?: { readonly code?: string } };
      return error?.code ?? `status.${String(response.status)}`;
    }
    let firstSound: number | undefined;
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      firstSound ??= performance.now() - begun;
      bytes += (chunk as Uint8Array).length;
    }
    if (firstSound === undefined) return 'empty';
    return { firstSound, total: performance.now() - begun, seconds: bytes / BYTES_PER_SECOND };
  } catch {
    // It broke off, and the gateway closed the connection.
    return 'broken_off';
  }
}

function spreadOf(values: readonly number[]): BenchRow['total'] {
  const [p50, p95] = [quantile(values, 0.5), quantile(values, 0.95)];
  return p50 === null || p95 === null ? null : { p50, p95 };
}

/** The smallest value that so many of them do not exceed. */
function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null;
}

function tableOf(rows: readonly BenchRow[]): string {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : String(Math.round(value)));
  const head = [
    'AT ONCE',
    'SPOKE',
    'FIRST SOUND ms',
    'p95',
    'WHOLE ms',
    'p95',
    'REAL-TIME FACTOR',
    'SOUND s/s',
    'FAILED',
  ];
  const lines = rows.map(({ concurrency, requests, failed, firstSound, total, realTimeFactor, throughput }) => {
    const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
    const codes = Object.entries(failed).map(([code, count]) => `${String(count)} ${code}`);
    return [
      String(concurrency),
      `${String(requests - failures)}/${String(requests)}`,
      ms(firstSound?.p50),
      ms(firstSound?.p95),
      ms(total?.p50),
      ms(total?.p95),
      realTimeFactor === null ? '–' : realTimeFactor.toFixed(3),
      throughput.toFixed(1),
      codes.join(', '),
    ];
  });
  return table([head, ...lines]);
}

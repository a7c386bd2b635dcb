import type { LoadResult, Sample } from './messages.js';

/** Everything that was seen. */
export interface Evidence {
  readonly seconds: number;
  readonly seed: number;
  /** The app before the load, during it, and when it had calmed down. */
  readonly idle: readonly Sample[];
  readonly samples: readonly Sample[];
  readonly calm: Sample;
  readonly load: LoadResult;
  /** Milliseconds of the app's other route. */
  readonly other: {
    readonly p50: number;
    readonly p99: number;
    readonly worst: number;
    readonly count: number;
    readonly failures: number;
  };
  /** How often each thing was done to each backend. */
  readonly done: readonly Readonly<Record<string, number>>[];
  readonly troubles: readonly string[];
}

interface Check {
  readonly what: string;
  readonly seen: string;
  readonly holds: boolean;
}

const MEBIBYTE = 1024 * 1024;
/** Share of the run that compilers and caches get to warm up. */
const WARM_UP = 0.2;
/** Growth from the first third to the last that is noise: what happens to be under way at the moments of looking. */
const HEAP_NOISE = 3 * MEBIBYTE;
const DESCRIPTOR_NOISE = 15;
/** Milliseconds within which the other route answers 99 of 100 times, on a machine whose two cores have six other processes to run. */
const OTHER_P99 = 300;

/** What a thread has open for its event loop: one to poll, one to be woken by, and a pipe. */
const OF_A_THREAD = 4;

/** Counts what is open beside the threads, of which there may be more afterwards: a converter stays once it was needed. */
export function besideThreads(descriptors: readonly string[]): number {
  return descriptors.length - OF_A_THREAD * descriptors.filter((path) => path.includes('eventpoll')).length;
}

/** Says of each promise whether it was kept. */
export function judge({ idle, samples, calm, load, other, troubles }: Evidence): Check[] {
  const total = (end: string): number => sum(Object.values(load.ends).map((tally) => tally[end] ?? 0));
  const heap = thirds(samples, ({ heap: bytes }) => bytes);
  // At the least: what is under way at a moment is the load's, and what has leaked is open at every one.
  const descriptors = thirds(samples, (sample) => besideThreads(sample.descriptors), least);
  // Node reads a module and closes it; a thread that ends in the middle does not.
  const files = calm.descriptors.filter((path) => /\.(m?js|cjs|wasm|json)$/.test(path));
  const idleDescriptors = Math.max(...idle.map(({ descriptors: open }) => besideThreads(open)));
  return [
    check('hung requests', total('HUNG'), total('HUNG') === 0),
    check('invalid replies', total('INVALID'), total('INVALID') === 0 && load.violations.length === 0),
    check('unhandled errors, warnings and noise of the app', troubles.length, troubles.length === 0),
    check(
      'heap, median of the first and the last third',
      `${megabytes(heap.first)} → ${megabytes(heap.last)}`,
      heap.last - heap.first <= HEAP_NOISE,
    ),
    check(
      'descriptors beside those of threads, least of the same',
      `${descriptors.first} → ${descriptors.last}`,
      descriptors.last - descriptors.first <= DESCRIPTOR_NOISE,
    ),
    check(
      'descriptors beside those of threads, idle before and after',
      `${idleDescriptors} → ${besideThreads(calm.descriptors)}`,
      besideThreads(calm.descriptors) <= idleDescriptors,
    ),
    check('files of modules left open', files.length, files.length === 0),
    check('calls still running or queued', calm.running + calm.queued, calm.running + calm.queued === 0),
    check('requests to the other route that failed', `${other.failures} of ${other.count}`, other.failures === 0),
    check(
      'the other route, p50 / p99 / worst',
      [other.p50, other.p99, other.worst].map(milliseconds).join(' / '),
      other.p99 <= OTHER_P99,
    ),
  ];
}

/** Prints all of it. */
export function print(evidence: Evidence): void {
  const { load, done, samples, calm, troubles } = evidence;
  table(
    'clients',
    'what became of them',
    Object.entries(load.ends).map(([name, tally]) => [name, list(tally)]),
  );
  table('answers', 'times', rows(load.answers));
  table('failed attempts', 'times', rows(load.codes));
  table('done to the backends', 'times', rows(merge(done)));
  console.log(
    `\nuntil the head, p50 / p99 / worst: ${[load.head.p50, load.head.p99, load.head.worst].map(milliseconds).join(' / ')}`,
  );
  const rss = samples.map((sample) => sample.rss);
  console.log(
    `memory of the process: ${megabytes(rss[0] ?? 0)} → ${megabytes(calm.rss)}, at most ${megabytes(Math.max(...rss))}`,
  );
  console.log(`decoded with ffmpeg: ${load.decoded}; ticks held back: ${load.heldBack}`);
  console.log(`open at the end: ${list(tally(calm.descriptors))}`);
  for (const line of [...load.violations, ...troubles]) console.log(`  ! ${line}`);
  table(
    'promise',
    'seen',
    judge(evidence).map(({ what, seen, holds }) => [what, `${seen} ${holds ? '✔' : '✘ BROKEN'}`]),
  );
}

function check(what: string, seen: string | number, holds: boolean): Check {
  return { what, seen: String(seen), holds };
}

function thirds(
  samples: readonly Sample[],
  read: (sample: Sample) => number,
  of: (values: readonly number[]) => number = median,
): { first: number; last: number } {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP)).map(read);
  const third = Math.max(1, Math.floor(warm.length / 3));
  return { first: of(warm.slice(0, third)), last: of(warm.slice(-third)) };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function merge(tallies: Evidence['done']): Record<string, number> {
  const all: Record<string, number> = {};
  for (const [name, times] of tallies.flatMap((tally) => Object.entries(tally))) all[name] = (all[name] ?? 0) + times;
  return all;
}

function rows(tally: Readonly<Record<string, number>>): string[][] {
  return Object.entries(tally)
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => [name, String(times)]);
}

function tally(names: readonly string[]): Record<string, number> {
  return merge(names.map((name) => ({ [name]: 1 })));
}

function list(times: Readonly<Record<string, number>>): string {
  return rows(times)
    .map(([name, count]) => `${String(count)} ${String(name)}`)
    .join(', ');
}

function table(left: string, right: string, lines: readonly (readonly string[])[]): void {
  console.log(`\n| ${left} | ${right} |\n| --- | --- |`);
  for (const line of lines) console.log(`| ${line.join(' | ')} |`);
}

function megabytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MB`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

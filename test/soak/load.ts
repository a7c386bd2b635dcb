// Sends clients of every kind at a bounded rate, and tells in the end what became of them.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpeechFormat } from '../../lib/audio/formats.js';
import { decodingErrors } from '../support/tools.js';
import { CLIENTS, type Visit } from './clients.js';
import { agent } from './exchange.js';
import { MOST_IN_FLIGHT, RATE } from './limits.js';
import type { LoadResult } from './messages.js';
import { Random } from './random.js';

/** One in so many sounds of the local engine goes through ffmpeg, which costs more than making it. Remote ones are compared as they are. */
const DECODED_SHARE = 3;
const MOST_VIOLATIONS = 30;

const [, , origin = '', seconds, seed] = process.argv;
const random = new Random(Number(seed));
const hasDecoder = spawnSync('ffmpeg', ['-version']).status === 0;
const folder = await mkdtemp(join(tmpdir(), 'soak-'));

const ends: Record<string, Record<string, number>> = {};
const answers: Record<string, number> = {};
const codes: Record<string, number> = {};
const violations: string[] = [];
const heads: number[] = [];
const inFlight = new Set<Promise<void>>();
let decoded = 0;
let heldBack = 0;
let isDecoding = false;

function count(tally: Record<string, number>, what: string): void {
  tally[what] = (tally[what] ?? 0) + 1;
}

function violation(what: string): void {
  if (violations.length < MOST_VIOLATIONS) violations.push(`${new Date().toISOString()} ${what}`);
}

const heard: Visit['heard'] = (reply, sound) => {
  heads.push(reply.headAfter);
  const provider = String(reply.headers['x-speech-provider']);
  count(answers, `${provider}: ${reply.status} ${String(reply.headers['content-type']).replace(/;.*/, '')}`);
  const timing = String(reply.headers['server-timing'] ?? '');
  for (const [, name = '', code = ''] of timing.matchAll(/([\w-]+);dur=[\d.]+;desc="([^"]*)"/g))
    count(codes, `${name}: ${code}`);
  if (sound !== undefined && provider === 'local' && heads.length % DECODED_SHARE === 0) void decode(sound);
};

/** One at a time: the machine has other things to do. */
async function decode({ bytes, format }: { bytes: Buffer; format: SpeechFormat }): Promise<void> {
  if (!hasDecoder || isDecoding || format === 'pcm') return;
  isDecoding = true;
  const path = join(folder, `sound.${format}`);
  try {
    await writeFile(path, bytes);
    const complaints = await decodingErrors(path);
    decoded += 1;
    if (complaints !== '') violation(`ffmpeg on ${format}: ${complaints.slice(0, 200)}`);
  } catch (error) {
    violation(`ffmpeg on ${format}: ${String(error).slice(0, 200)}`);
  } finally {
    isDecoding = false;
  }
}

async function send(): Promise<void> {
  const [name, visit] = random.weighted(CLIENTS);
  const tally = (ends[name] ??= {});
  try {
    count(tally, await visit({ origin, random, heard }));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    count(tally, what.startsWith('HUNG') ? 'HUNG' : 'INVALID');
    violation(`${name}: ${what}`);
  }
}

function tick(): void {
  if (inFlight.size >= MOST_IN_FLIGHT) {
    heldBack += 1;
    return;
  }
  const sent = send().finally(() => inFlight.delete(sent));
  inFlight.add(sent);
}

const timer = setInterval(tick, 1_000 / RATE);
setTimeout(() => void finish(), Number(seconds) * 1_000);

async function finish(): Promise<void> {
  clearInterval(timer);
  await Promise.all(inFlight);
  agent.destroy();
  await rm(folder, { recursive: true });
  heads.sort((one, other) => one - other);
  const at = (share: number): number => heads[Math.min(heads.length - 1, Math.floor(heads.length * share))] ?? 0;
  const head = { p50: at(0.5), p99: at(0.99), worst: at(1) };
  const result: LoadResult = { ends, answers, codes, violations, decoded, heldBack, head };
  process.send?.(result);
  process.disconnect();
}
process.once('disconnect', () => process.exit());

// Measures long speech: when its first sound comes, and what readers that stop to read cost.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { speechRouter } from 'express-speech';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';
const LONG = `${SENTENCE} `.repeat(60).slice(0, 4_000);
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 2 : 15;
/** Readers that stop at the same time, and how often so many more do. */
const READERS = isQuick ? 20 : 100;
const HUNDREDS = isQuick ? 2 : 4;
/** KiB of a segment, which is a sentence. */
const SEGMENT = Math.round((SENTENCE.length * 48 * 60) / 1_024);
/** KiB that wait at most: no other segment is begun behind 256. */
const LOOK_AHEAD = 256 + SEGMENT;

const outside = fork(new URL('long-outside.js', import.meta.url));
const [{ port: upstream }] = await once(outside, 'message');

console.log(
  '\n| first sound, median of ' + ROUNDS + ' | one sentence | 4,000 characters | ratio |\n| --- | --- | --- | --- |',
);
for (const [name, entry] of [
  ['remote that sends a text when all of it is spoken', { type: 'remote', baseUrl: `http://127.0.0.1:${upstream}/v1` }],
  ['local', { type: 'local', workers: 1 }],
]) {
  const app = await start({ fallback: [entry, { type: 'text' }] });
  await firstSound(app.port, SENTENCE);
  const times = { sentence: [], long: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.sentence.push(await firstSound(app.port, SENTENCE));
    times.long.push(await firstSound(app.port, LONG));
  }
  const [sentence, long] = [median(times.sentence), median(times.long)];
  console.log(`| ${name} | ${sentence.toFixed(0)} ms | ${long.toFixed(0)} ms | ${(long / sentence).toFixed(2)} |`);
  await app.close();
}

const app = await start({
  maxConcurrent: 2 * READERS * HUNDREDS,
  fallback: [
    { type: 'remote', baseUrl: `http://127.0.0.1:${upstream}/v1`, bulkhead: { maxConcurrent: READERS } },
    { type: 'text' },
  ],
});
// As many that are read, so that what a process needs for any traffic does not count: room for garbage until it is collected.
await speeches(true);
await settled();
const memories = [memory()];
for (let hundred = 0; hundred < HUNDREDS; hundred += 1) {
  await speeches(false);
  // Until all has gone that the kernel takes in, which is several sentences.
  await setTimeout(isQuick ? 2_000 : 12_000);
  await settled();
  memories.push(memory());
}
// The first hundred find some room that the others before them have left, those behind them none.
const [before, first] = memories;
const last = memories.at(-1);
const row = (name, growth) => {
  console.log(`| ${name} | ${growth(before, first, 1)} | ${growth(first, last, HUNDREDS - 1)} |`);
};
const each = (kind) => (from, to, hundreds) =>
  `${((to[kind] - from[kind]) / (hundreds * READERS) / 1_024).toFixed(0)} KiB`;
console.log(
  `\n| long speeches whose readers have stopped, each | of the first ${READERS} | of ${(HUNDREDS - 1) * READERS} more |`,
);
console.log('| --- | --- | --- |');
row('look-ahead, at most', () => `${LOOK_AHEAD} KiB`);
row('in use, JavaScript’s heap and buffers', each('used'));
row('RSS', each('rss'));
outside.kill();
await app.close();

async function start(options) {
  const speech = speechRouter(options);
  const server = createServer(express().use('/v1', speech)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await speech.ready;
  return {
    port: server.address().port,
    async close() {
      await speech.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Has speeches begun at the same time, by clients that read them to the end or stop to read. */
async function speeches(reads) {
  const body = JSON.stringify({ input: LONG, response_format: 'pcm' });
  outside.send({ port: app.port, count: READERS, body, reads });
  await once(outside, 'message');
}

async function firstSound(port, input) {
  const leaving = new AbortController();
  const started = performance.now();
  const reply = await fetch(`http://127.0.0.1:${port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input, response_format: 'pcm' }),
    signal: leaving.signal,
  });
  const reader = reply.body.getReader();
  const { done } = await reader.read();
  const took = performance.now() - started;
  if (reply.status !== 200 || done) throw new Error(`status ${reply.status}`);
  leaving.abort();
  await reader.closed.catch(() => undefined);
  // What is still being made is given up, and its place cools down.
  await setTimeout(600);
  return took;
}

function memory() {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}

async function settled() {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc();
    await setTimeout(100);
  }
}

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

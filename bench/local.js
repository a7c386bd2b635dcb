// Measures the embedded engine: the first sound, how much faster than real time it is, and what a worker weighs.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import express from 'express';
import { speechRouter } from 'express-speech';

const SENTENCE = 'It was a bright cold day in April, and the clocks were striking thirteen.';
const isQuick = process.argv.includes('--quick');
const LONG = `${SENTENCE} `.repeat(60).slice(0, isQuick ? 1_000 : 4_096);
const ROUNDS = isQuick ? 1 : 9;
const BYTES_PER_SECOND = 48_000;

const started = performance.now();
const rssBefore = process.memoryUsage.rss();
const speech = speechRouter({ fallback: [{ type: 'local', workers: 1, health: false }] });
const server = createServer(express().use('/v1', speech)).listen(0, '127.0.0.1');
await once(server, 'listening');

const cold = await speak(SENTENCE);
const coldTotal = performance.now() - started;
const warm = [];
for (let round = 0; round < ROUNDS; round += 1) warm.push((await speak(SENTENCE)).first);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const long = await speak(LONG);
delay.disable();
const rss = process.memoryUsage.rss() - rssBefore;
const aborts = [];
for (let round = 0; round < ROUNDS; round += 1) aborts.push(await firstSoundAfterLeaving());

console.log('\n| embedded engine | |\n| --- | --- |');
console.log(
  `| first sound, nothing loaded yet | ${cold.first.toFixed(0)} ms (${coldTotal.toFixed(0)} ms after the router was made) |`,
);
console.log(`| first sound, warm, median of ${ROUNDS} | ${median(warm).toFixed(0)} ms |`);
console.log(`| first sound of ${LONG.length} characters | ${long.first.toFixed(0)} ms |`);
console.log(
  `| ${LONG.length} characters | ${(long.total / 1_000).toFixed(1)} s for ${long.seconds.toFixed(0)} s of sound, ${((long.seconds * 1_000) / long.total).toFixed(0)} × real time |`,
);
console.log(`| largest delay of the main event loop meanwhile | ${(delay.max / 1e6).toFixed(1)} ms |`);
console.log(`| memory of one worker and all else that speaking took | ${(rss / 1e6).toFixed(0)} MB |`);

console.log(
  `| first sound for the next, right after a client has left in the middle, median of ${ROUNDS} | ${median(aborts).toFixed(0)} ms |`,
);

await speech.close();
server.close();

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Has a long text spoken, leaves at its first sound, when the engine is at the next, and says how long it then takes to hear another. */
async function firstSoundAfterLeaving() {
  const leaving = new AbortController();
  const reply = await ask(LONG, leaving.signal);
  const reader = reply.body.getReader();
  await reader.read();
  leaving.abort();
  await reader.closed.catch(() => undefined);
  return (await speak(SENTENCE)).first;
}

function ask(input, signal) {
  return fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input, response_format: 'pcm' }),
    signal,
  });
}

async function speak(input) {
  const asked = performance.now();
  const reply = await ask(input);
  let first;
  let bytes = 0;
  for await (const chunk of reply.body) {
    first ??= performance.now() - asked;
    bytes += chunk.length;
  }
  return { first, total: performance.now() - asked, seconds: bytes / BYTES_PER_SECOND };
}

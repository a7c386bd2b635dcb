// Measures how long sound takes to become whole after its first byte, which is what `hold` is chosen by: for the embedded engine, and for
// servers that send their sound as fast as it is made, fifty and three times as fast as it is heard.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { speechRouter } from 'express-speech';

const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 1 : 7;
const HOLDS = [300, 500, 1_000];
const WORDS = 'It was a bright cold day in April and the clocks were striking thirteen as he came home from work ';
const TEXTS = (isQuick ? [20, 80] : [5, 20, 40, 80, 120, 200, 300]).map((length) =>
  WORDS.repeat(4)
    .slice(0, length - 1)
    .trim()
    .concat('.'),
);
/** What English takes, about. */
const SECONDS_PER_LETTER = 0.06;
const BYTES_PER_SECOND = 48_000;
/** Seconds of sound that a server gathers before it sends them. */
const PIECE = 0.25;

/** Starts a server that makes sound so many times as fast as it is heard, the first of it after `wait` milliseconds. */
async function startServer(speed, wait) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const { input } = JSON.parse(Buffer.concat(chunks));
    await pause(wait);
    response.setHeader('content-type', 'audio/pcm');
    for (let left = input.length * SECONDS_PER_LETTER; left > 0; left -= PIECE) {
      const seconds = Math.min(left, PIECE);
      // As even as an oscillator: no silence, which would be no sound.
      response.write(Buffer.alloc(Math.round(seconds * BYTES_PER_SECOND) & ~1, 7));
      await pause((seconds * 1_000) / speed);
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const fast = await startServer(50, 120);
const slow = await startServer(3, 150);
const remote = (server) => ({
  type: 'remote',
  baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
  health: false,
});
const ENGINES = [
  ['embedded engine', { type: 'local', workers: 1, health: false }, 'mp3'],
  ['embedded engine', { type: 'local', workers: 1, health: false }, 'wav'],
  ['server, 50 × real time', remote(fast), 'pcm'],
  ['server, 3 × real time', remote(slow), 'pcm'],
];

console.log('\n| spoken by | letters | first byte, ms | whole after it, ms | whole within ' + HOLDS.join(', ') + ' |');
console.log('| --- | --- | --- | --- | --- |');
for (const [name, entry, format] of ENGINES) {
  const speech = speechRouter({ hold: 0, fallback: [entry] });
  const server = createServer(express().use('/v1', speech)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await speech.ready;
  await speak(server, TEXTS[0], format);
  for (const input of TEXTS) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await speak(server, input, format));
    const first = median(rounds.map((round) => round.first));
    const rest = median(rounds.map((round) => round.total - round.first));
    const within = HOLDS.map((hold) => (rest <= hold ? 'yes' : 'no')).join(', ');
    const row = [`${name}, ${format}`, input.length, first.toFixed(0), rest.toFixed(0), within];
    console.log(`| ${row.join(' | ')} |`);
  }
  await speech.close();
  server.close();
}
for (const server of [fast, slow]) server.close();

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function speak(server, input, format) {
  const asked = performance.now();
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input, response_format: format }),
  });
  let first;
  for await (const _chunk of reply.body) first ??= performance.now() - asked;
  return { first, total: performance.now() - asked };
}

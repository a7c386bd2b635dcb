// Measures what becomes of many requests at once in front of a TTS server that speaks one sentence after the other, two in a second,
// as Piper does on two cores: how many are answered by whom, after how long, and whether anybody gets an error. Then the server has
// to be well in our eyes, and to answer the next request.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { speechRouter } from 'express-speech';

const isQuick = process.argv.includes('--quick');
const BURSTS = isQuick ? [8] : [8, 12, 20, 40];
/** Milliseconds that the server takes for a sentence. */
const SENTENCE = isQuick ? 100 : 500;
const SOUND = Buffer.alloc(48_000, 1);

const upstream = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method !== 'POST') response.end('{"data":[{"id":"tts-1"}]}');
    else speak(response);
  });
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');

/** Resolves when the server is done with everything that came before. */
let free = Promise.resolve();

function speak(response) {
  free = free.then(async () => {
    // Nobody is there any more, or it is spoken.
    if (response.destroyed) return;
    await wait(SENTENCE);
    response.setHeader('content-type', 'audio/pcm').end(SOUND);
  });
}

const remote = { type: 'remote', name: 'server', baseUrl: `http://127.0.0.1:${upstream.address().port}/v1` };
const local = { type: 'local' };
const text = { type: 'text' };
const CHAINS = [
  [remote, local, text],
  [remote, text],
  [local, text],
];

const rows = [];
for (const chain of CHAINS) {
  for (const burst of BURSTS) rows.push(...(await measure(chain, burst)));
}

console.log(
  `\nA server that speaks one sentence at a time, ${1_000 / SENTENCE} a second; its first burst, and one after it on the same router:\n`,
);
console.log(
  '| chain | at once | | by the server | local | text | errors | first, ms | median, ms | last, ms | circuit | limit | next by |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

upstream.closeAllConnections();
upstream.close();

async function measure(chain, burst) {
  const speech = speechRouter({ fallback: chain });
  const server = createServer(express().use('/v1', speech)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await speech.ready;
  const measured = [];
  for (const which of ['first', 'second']) {
    const replies = await Promise.all(Array.from({ length: burst }, (_, number) => ask(server, number)));
    const by = (provider) => replies.filter((reply) => reply.provider === provider).length;
    const times = replies.map(({ ms }) => ms).sort((one, other) => one - other);
    const errors = replies.filter(({ status }) => status !== 200).length;
    await free;
    const { provider } = await ask(server, burst);
    const [{ circuit, limit }] = speech.status().providers;
    const ms = [times[0], times[Math.floor(burst / 2)], times.at(-1)].map((time) => time.toFixed(0));
    const name = chain.map(({ type }) => type).join(', ');
    measured.push([name, burst, which, by('server'), by('local'), by('text'), errors, ...ms, circuit, limit, provider]);
  }
  await speech.close();
  server.close();
  return measured;
}

async function ask(server, number) {
  const asked = performance.now();
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: `This is caller number ${number}.`, response_format: 'pcm' }),
  });
  await reply.arrayBuffer();
  return { status: reply.status, provider: reply.headers.get('x-speech-provider'), ms: performance.now() - asked };
}

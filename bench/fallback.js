// Measures what a dead server costs: the first callers wait one first-byte limit, everybody after them next to nothing, and when the
// server comes back it is used again within one health interval, without a herd.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import express from 'express';
import { speechRouter } from 'express-speech';

const FIRST_BYTE = 1_000;
const INTERVAL = 2_000;
const SOUND = Buffer.alloc(48_000, 1);

let isFrozen = true;
const atOnce = { now: 0, most: 0 };
const upstream = createServer((request, response) => {
  request.resume();
  if (isFrozen) return;
  if (request.method === 'GET') {
    response.end('{"data":[]}');
    return;
  }
  atOnce.now += 1;
  atOnce.most = Math.max(atOnce.most, atOnce.now);
  setTimeout(() => {
    atOnce.now -= 1;
    response.setHeader('content-type', 'audio/pcm').end(SOUND);
  }, 50);
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');

let askedAt = 0;
const own = [];
const local = {
  name: 'local',
  type: 'bench',
  bulkhead: { maxConcurrent: 100 },
  synthesize() {
    own.push(performance.now() - askedAt);
    return Promise.resolve({ kind: 'audio', contentType: 'audio/pcm', stream: Readable.from([SOUND]) });
  },
};
const speech = speechRouter({
  fallback: [
    {
      type: 'remote',
      baseUrl: `http://127.0.0.1:${upstream.address().port}/v1`,
      timeout: { firstByte: FIRST_BYTE },
      health: { interval: INTERVAL, timeout: 500 },
    },
    local,
  ],
});
const app = express();
app.use((_request, _response, next) => {
  askedAt = performance.now();
  next();
});
app.use('/v1', speech);
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');

const first = await Promise.all(Array.from({ length: 8 }, speak));
own.length = 0;
for (let count = 0; count < 500; count += 1) {
  const { provider } = await speak();
  if (provider !== 'local') throw new Error(`expected local, got ${provider}`);
}
const times = [...own].sort((one, other) => one - other);

isFrozen = false;
const thawed = performance.now();
let back;
while (back === undefined) {
  const replies = await Promise.all(Array.from({ length: 20 }, speak));
  if (replies.some(({ provider }) => provider === 'remote')) back = performance.now() - thawed;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 40 }, speak));

console.log('\n| a server that hangs | |\n| --- | --- |');
const waits = first.map(({ ms }) => ms).sort((one, other) => one - other);
console.log(`| limit for the first byte | ${FIRST_BYTE} ms |`);
console.log(`| first eight callers, all at once | ${waits[0].toFixed(0)} to ${waits.at(-1).toFixed(0)} ms |`);
console.log(
  `| from Express to the next provider with an open circuit, median and p99 of 500 | ${at(0.5)} ms, ${at(0.99)} ms |`,
);
console.log(`| used again after the server came back (health interval ${INTERVAL} ms) | ${back.toFixed(0)} ms |`);
console.log(
  `| most calls at once that reached it from then on, of 40 callers at once (bulkhead 10) | ${atOnce.most} |`,
);

await speech.close();
server.close();
upstream.closeAllConnections();
upstream.close();

function at(share) {
  return times[Math.floor(times.length * share)].toFixed(2);
}

async function speak() {
  const asked = performance.now();
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'It was a bright cold day in April.', response_format: 'pcm' }),
  });
  await reply.arrayBuffer();
  return { provider: reply.headers.get('x-speech-provider'), ms: performance.now() - asked };
}

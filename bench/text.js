// Measures how long one text may stop the event loop: the longest turn while a request for it is read, made ready, cut and sent on.
// A turn is told in milliseconds of CPU of this process, which others on the machine cannot lengthen.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import express from 'express';
import { speechRouter } from 'express-speech';
import { hostileTexts } from './hostile-texts.js';

const isQuick = process.argv.includes('--quick');
const LENGTHS = isQuick ? [4_096] : [4_096, 100_000];
/** The best of some rounds: what the machine does beside it is not ours. */
const ROUNDS = isQuick ? 1 : 3;
/** Milliseconds that no turn of the loop may take, by length. */
const LIMITS = { 4_096: 25, 100_000: 50 };
const SHOWN = 8;

const silent = {
  name: 'silent',
  type: 'bench',
  synthesize: () =>
    Promise.resolve({ kind: 'audio', contentType: 'audio/pcm', stream: Readable.from([Buffer.alloc(4_800, 1)]) }),
};
const speech = speechRouter({
  fallback: [silent, { type: 'text' }],
  maxInput: 1_000_000,
  bodyLimit: 8 * 1024 * 1024,
  deadline: 60_000,
});
const server = createServer(express().use('/v1', speech)).listen(0, '127.0.0.1');
await once(server, 'listening');
await speech.ready;

// The client is a process of its own, so that its work is none of what is measured.
const client = fork(new URL('text-client.js', import.meta.url), [
  `http://127.0.0.1:${server.address().port}/v1/audio/speech`,
]);

/** Asks for a text, and returns the longest turn of the loop until it is answered, in milliseconds. */
async function longestTurn(input) {
  let longest = 0;
  let isOver = false;
  let last = cpuMilliseconds();
  const turn = () => {
    const now = cpuMilliseconds();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  client.send(JSON.stringify({ input, response_format: 'pcm' }));
  await once(client, 'message');
  isOver = true;
  return longest;
}

function cpuMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

let isTooLong = false;
for (const length of LENGTHS) {
  // As any server has been for a while, it is warm.
  await longestTurn('**The quick** brown fox.\n\n- jumps\n- over\n\n'.repeat(80));
  const turns = [];
  for (const [name, text] of hostileTexts(length)) {
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) best = Math.min(best, await longestTurn(text));
    turns.push({ name, best });
  }
  turns.sort((one, other) => other.best - one.best);
  const median = turns[Math.floor(turns.length / 2)].best;
  console.log(`\n| longest turn of the loop, ${length} characters | ms |\n| --- | --- |`);
  for (const { name, best } of turns.slice(0, SHOWN)) console.log(`| ${name} | ${best.toFixed(1)} |`);
  console.log(`| median of ${turns.length} shapes | ${median.toFixed(1)} |`);
  if (turns[0].best > LIMITS[length]) isTooLong = true;
}

client.disconnect();
await speech.close();
server.closeAllConnections();
server.close();
if (isTooLong && !isQuick) process.exitCode = 1;

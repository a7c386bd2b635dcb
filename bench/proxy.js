// Measures what a request costs that goes through to a TTS server: this package beside a raw pipe and beside Express with got as
// everybody writes it. All are measured in turns within one run, as the machine is never the same twice. The server under test has
// one core, load and upstream the other.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { load } from './load.js';

const VARIANTS = ['raw', 'express-http', 'express-got', 'express-speech'];
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 2 : 7;
const REQUESTS = { 1: isQuick ? 100 : 600, 64: isQuick ? 600 : 4_000 };
const canPin = spawnSync('taskset', ['--version']).status === 0;

if (canPin) spawnSync('taskset', ['-p', '-c', '1', String(process.pid)]);
const upstream = await start('upstream.js', '1');
const servers = new Map();
for (const variant of VARIANTS)
  servers.set(variant, await start(`servers/${variant}.js`, '0', `http://127.0.0.1:${upstream.port}`));

const results = new Map(VARIANTS.map((variant) => [variant, { cpu: [], rate1: [], rate64: [], p99: [], rss: [] }]));
for (let round = -1; round < ROUNDS; round += 1) {
  // Another order each time: who comes first pays for what the last one left behind.
  const order = VARIANTS.map((_, index) => VARIANTS[(index + round + VARIANTS.length) % VARIANTS.length]);
  for (const variant of order) {
    const measured = await measure(servers.get(variant));
    // The first round is for the compilers.
    if (round < 0) continue;
    for (const [key, value] of Object.entries(measured)) results.get(variant)[key].push(value);
  }
}
for (const { child } of [upstream, ...servers.values()]) child.kill();

const base = median(results.get('raw').cpu);
console.log(
  `\n48 KB of MP3 through each, ${ROUNDS} rounds, medians${canPin ? ', server on a core of its own' : ''}:\n`,
);
console.log(
  '| server | CPU per request, µs (64 at once) | × raw (lowest to highest round) | requests/s, 1 at once | 64 at once | p99 of 64, ms | RSS, MB |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const variant of VARIANTS) {
  const { cpu, rate1, rate64, p99, rss } = results.get(variant);
  const ratios = cpu.map((value, round) => value / results.get('raw').cpu[round]);
  const range = `${(median(cpu) / base).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  const row = [
    variant,
    median(cpu).toFixed(0),
    range,
    median(rate1).toFixed(0),
    median(rate64).toFixed(0),
    median(p99).toFixed(1),
    (median(rss) / 1e6).toFixed(0),
  ];
  console.log(`| ${row.join(' | ')} |`);
}
const ours = median(
  results.get('express-speech').cpu.map((value, round) => value / results.get('express-got').cpu[round]),
);
console.log(`\nexpress-speech takes ${ours.toFixed(2)} of the CPU of Express with got as everybody writes it.`);

async function measure(server) {
  const alone = await load(server.port, { requests: REQUESTS[1], concurrent: 1 });
  const before = await usage(server);
  const crowd = await load(server.port, { requests: REQUESTS[64], concurrent: 64 });
  const after = await usage(server);
  return {
    cpu: (after.cpu - before.cpu) / REQUESTS[64],
    rate1: REQUESTS[1] / alone.seconds,
    rate64: REQUESTS[64] / crowd.seconds,
    p99: crowd.times[Math.floor(crowd.times.length * 0.99)],
    rss: after.rss,
  };
}

async function usage({ child }) {
  child.send('usage');
  const [answer] = await once(child, 'message');
  return answer;
}

async function start(program, core, ...args) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const command = canPin ? ['taskset', '-c', core, process.execPath] : [process.execPath];
  const child = spawn(command[0], [...command.slice(1), path, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [{ port }] = await once(child, 'message');
  return { child, port };
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

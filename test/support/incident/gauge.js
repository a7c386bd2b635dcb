// Asks a route every ten milliseconds, over a connection of its own, and tells how long it took.
import { Agent, get } from 'node:http';

const INTERVAL = 10;
const [, , url, milliseconds] = process.argv;
const agent = new Agent({ keepAlive: true });
const times = [];
let failures = 0;
const pending = new Set();

function ask() {
  const started = performance.now();
  const request = get(url, { agent }, (response) => {
    response.resume();
    response.once('end', () => {
      times.push(performance.now() - started);
      pending.delete(request);
    });
  });
  pending.add(request);
  request.once('error', () => {
    failures += 1;
    pending.delete(request);
  });
}

const timer = setInterval(ask, INTERVAL);
setTimeout(() => {
  clearInterval(timer);
  // What has not been answered by now counts as a failure.
  setTimeout(() => {
    times.sort((one, other) => one - other);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
    process.send({
      p50: at(0.5),
      p99: at(0.99),
      worst: times.at(-1),
      count: times.length,
      failures: failures + pending.size,
    });
    process.disconnect();
    agent.destroy();
  }, 500);
}, Number(milliseconds));

// The application under fire: speech as it is published, with shortened limits, and a route of its own. It tells its parent what goes
// wrong in it, and how much it holds when asked.
import { readdirSync, readlinkSync } from 'node:fs';
import express from 'express';
import { speechRouter } from '../../dist/index.js';

const [, , deadline, total, ...urls] = process.argv;

for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
  process.on(event, (error) => process.send({ kind: 'trouble', what: `${event}: ${error?.stack ?? error}` }));
}

const timeout = { lookup: 300, connect: 300, secureConnect: 300, send: 300, firstByte: 400, idle: 400 };
const circuitBreaker = { openFor: 500, maxOpenFor: 2_000 };
const remote = (name, baseUrl) => ({
  type: 'remote',
  name,
  baseUrl,
  timeout: { ...timeout, total: Number(total) },
  circuitBreaker,
  health: { interval: 1_000, timeout: 300 },
  maxBytes: 8 * 1024 * 1024,
});
const speech = speechRouter({
  logger: false,
  deadline: Number(deadline),
  fallback: [remote('first', urls[0]), remote('second', urls[1]), { type: 'local', circuitBreaker }, { type: 'text' }],
});

// The local engine with nobody before it: who leaves here meets its workers at every moment of their lives.
const local = speechRouter({
  logger: false,
  deadline: Number(deadline),
  fallback: [{ type: 'local', workers: 2, circuitBreaker }, { type: 'text' }],
});

const app = express();
app.use('/v1', speech);
app.use('/local', local);
app.get('/other', (_request, response) => {
  response.json({ ok: true });
});
const server = app.listen(0, '127.0.0.1', async () => {
  await Promise.all([speech.ready, local.ready]);
  process.send({ kind: 'ready', port: server.address().port });
});
// Longer than any client keeps a connection, so that no request meets one that is just being closed.
server.keepAliveTimeout = 60_000;

function sample() {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const providers = [speech, local].flatMap((router) => router.status().providers);
  return {
    heap: heapUsed,
    rss,
    descriptors: descriptors(),
    running: providers.reduce((sum, { running }) => sum + running, 0),
    queued: providers.reduce((sum, { queued }) => sum + queued, 0),
  };
}

/** What is open, as `ls -l /proc/self/fd` says it, without the numbers. */
function descriptors() {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).replace(/:?\[?\d+\]?$/, '');
    } catch {
      // The one that lists them has been closed by now.
      return [];
    }
  });
}

async function close() {
  server.close();
  server.closeIdleConnections();
  await Promise.all([speech.close(), local.close()]);
  process.disconnect();
}

process.on('message', (message) => {
  if (message === 'sample') process.send({ kind: 'sample', sample: sample() });
  else if (message === 'close') void close();
});

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import express from 'express';

const PROGRAM = fileURLToPath(new URL('demo-backend.js', import.meta.url));
const START_LIMIT = 15_000;
const ACTIONS = ['freeze', 'thaw', 'kill', 'start'];

/** Starts the demo backend. Signals go to the process that was started here, and to no other. */
export async function startBackend() {
  let child;
  let exited = Promise.resolve();
  let state = 'stopped';
  let port = 0;

  /** Resolves when the backend listens, or has ended instead: killed by the page, by us for taking too long, or by itself. */
  async function start() {
    if (state !== 'stopped') return;
    state = 'starting';
    child = fork(PROGRAM, { env: { ...process.env, PORT: String(port) } });
    exited = endOf(child).then(() => {
      state = 'stopped';
    });
    const message = new Promise((resolve) => child.once('message', resolve));
    const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT);
    const ready = await Promise.race([message, exited]);
    clearTimeout(limit);
    if (ready === undefined || state !== 'starting') return;
    port = ready.port;
    state = 'running';
  }

  const actions = {
    start,
    freeze: () => state === 'running' && child.kill('SIGSTOP') && (state = 'frozen'),
    thaw: () => state === 'frozen' && child.kill('SIGCONT') && (state = 'running'),
    async kill() {
      if (state !== 'stopped') child.kill('SIGKILL');
      await exited;
    },
  };

  await start();
  if (state !== 'running') throw new Error('it ended before it was ready');
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get state() {
      return state;
    },
    async act(action) {
      await actions[action]();
    },
    async stop() {
      if (state === 'stopped') return;
      // A stopped process hears SIGTERM only when it goes on.
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      await exited;
    },
  };
}

/** Resolves when a process has ended, or could not even be started. */
function endOf(child) {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

/** Makes the routes behind the page's buttons. They signal a process, so only the page itself may use them. */
export function backendRouter(backend) {
  const router = express.Router();
  router.get('/', (_request, response) => {
    response.json({ state: backend?.state ?? 'none' });
  });
  router.post('/:action', async (request, response) => {
    const { action } = request.params;
    const isFromPage = request.get('sec-fetch-site') === 'same-origin' || request.get('x-example-app') === 'page';
    if (!isFromPage) return response.status(403).json({ error: 'Only the page may do that.' });
    if (backend === undefined || !ACTIONS.includes(action)) {
      return response.status(404).json({ error: 'There is no such thing to do.' });
    }
    await backend.act(action);
    return response.json({ state: backend.state });
  });
  return router;
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import express from 'express';

const PROGRAM = fileURLToPath(new URL('demo-backend.js', import.meta.url));
const START_LIMIT = 15_000;

/** Starts the demo backend. Signals go to the process that was started here, and to no other. */
export async function startBackend() {
  let child;
  let state = 'stopped';
  let port = 0;

  async function start() {
    if (state !== 'stopped') return;
    child = fork(PROGRAM, { env: { ...process.env, PORT: String(port) } });
    const current = child;
    state = 'starting';
    current.once('exit', () => {
      if (child === current) state = 'stopped';
    });
    const [message] = await once(current, 'message', { signal: AbortSignal.timeout(START_LIMIT) });
    port = message.port;
    state = 'running';
  }

  const signals = {
    freeze: () => state === 'running' && child.kill('SIGSTOP') && (state = 'frozen'),
    thaw: () => state === 'frozen' && child.kill('SIGCONT') && (state = 'running'),
    kill: () => state !== 'stopped' && child.kill('SIGKILL'),
    start,
  };

  await start();
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get pid() {
      return child.pid;
    },
    get state() {
      return state;
    },
    async act(action) {
      const exited = action === 'kill' && state !== 'stopped' ? once(child, 'exit') : undefined;
      await signals[action]();
      await exited;
    },
    async stop() {
      if (state === 'stopped') return;
      const exited = once(child, 'exit');
      // A stopped process hears SIGTERM only when it goes on.
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      await exited;
    },
  };
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
    if (backend === undefined || !['freeze', 'thaw', 'kill', 'start'].includes(action)) {
      return response.status(404).json({ error: 'There is no such thing to do.' });
    }
    await backend.act(action);
    return response.json({ state: backend.state });
  });
  return router;
}

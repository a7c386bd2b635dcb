import { createApp } from './app.js';
import { startBackend } from './backend-control.js';

const { TTS_URL, TTS_API_KEY, PORT = '3000' } = process.env;

/** Answers within two seconds on any machine, so that a frozen backend is noticed while one watches. */
const DEMO = { name: 'demo', timeout: { connect: 500, firstByte: 2_000 }, health: { interval: 2_000, timeout: 1_000 } };

const backend = TTS_URL ? undefined : await startDemo();
const { app, speech } = createApp({ remote: remoteOptions(), backend });
const server = app.listen(Number(PORT), async (error) => {
  if (error) {
    console.error(`Cannot listen on port ${PORT}: ${error.code}. Set PORT to another one.`);
    await stop();
    return;
  }
  const { port } = server.address();
  await speech.ready;
  console.log(
    `The example app speaks on http://localhost:${port} (${speech
      .status()
      .providers.map(({ name }) => name)
      .join(' → ')})`,
  );
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);

function remoteOptions() {
  if (TTS_URL) return { baseUrl: TTS_URL, ...(TTS_API_KEY ? { apiKey: { env: 'TTS_API_KEY' } } : {}) };
  return backend && { ...DEMO, baseUrl: backend.baseUrl };
}

/** Starts the demo backend. Without it there is one voice less, and that is all. */
async function startDemo() {
  try {
    return await startBackend();
  } catch (error) {
    console.warn(`The demo backend did not start (${error.message}); the local voice goes first.`);
    return undefined;
  }
}

async function stop() {
  server.close();
  await Promise.all([speech.close(), backend?.stop()]);
  server.closeAllConnections();
  process.exit();
}

import { createApp } from './app.js';
import { startBackend } from './backend-control.js';
import { makePassword } from './login.js';
import { speechOptions } from './options.js';

const { TTS_URL, ADMIN_PASSWORD, PORT } = process.env;

const backend = TTS_URL ? undefined : await startDemo();
// An empty variable is one that nobody has set: `ADMIN_PASSWORD=` must not be a password.
const password = ADMIN_PASSWORD || makePassword();
const { app, speech } = createApp({ options: speechOptions(backend), backend, password });
const server = app.listen(Number(PORT || 3000), async (error) => {
  if (error) {
    console.error(`Cannot listen on port ${PORT || 3000}: ${error.code}. Set PORT to another one.`);
    process.exitCode = 1;
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
  const secret = ADMIN_PASSWORD ? 'the password in ADMIN_PASSWORD' : `the password ${password}`;
  console.log(`Its admin page: http://localhost:${port}/admin (user admin, ${secret})`);
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);

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

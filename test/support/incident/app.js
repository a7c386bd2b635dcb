// An application with a route of its own, and speech with the default limits.
import express from 'express';
import { speechRouter } from '../../../dist/index.js';

const app = express();
const speech = speechRouter({
  fallback: [{ type: 'remote', baseUrl: process.argv[2] }, { type: 'local' }, { type: 'text' }],
});
app.use('/v1', speech);
app.get('/other', (_request, response) => {
  response.json({ ok: true });
});
const server = app.listen(0, '127.0.0.1', async () => {
  await speech.ready;
  console.log(`http://127.0.0.1:${server.address().port}`);
});
process.once('SIGTERM', async () => {
  server.close();
  await speech.close();
  process.exit();
});

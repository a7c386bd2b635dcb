// A TTS server in a process of its own, for the app to lean on and for you to freeze and kill. It speaks as many such servers do: OpenAI's
// API, one format whatever is asked for, and a rate of its own. What clients ask for is made of that in the app.
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { speechRouter } from 'express-speech';

/** How much lower than the app's own voice this one is, so that one can hear who speaks: like a tape that runs slower. */
const LOWER = 0.78;
/** Hertz of what the package calls `pcm`. */
const RATE = 24_000;

const app = express();
const speech = speechRouter({ fallback: [{ type: 'local', workers: 1 }] });
app.use('/engine', speech);

app.post('/v1/audio/speech', express.json(), async (request, response) => {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const { speed = 1, ...asked } = request.body;
  // Spoken that much quicker, and said to be of a lower rate, it is as long as it would have been, and lower.
  const body = JSON.stringify({ ...asked, speed: speed / LOWER, response_format: 'pcm', stream_format: 'audio' });
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/engine/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: leaving.signal,
  });
  response.status(reply.status);
  response.set('Content-Type', reply.ok ? `audio/pcm;rate=${RATE * LOWER}` : reply.headers.get('content-type'));
  await pipeline(reply.body, response, { signal: leaving.signal });
});
app.use('/v1', speech);
app.get('/v1/models', (_request, response) => {
  response.json({ object: 'list', data: [{ id: 'tts-1', object: 'model' }] });
});
// Whoever asked has left, or the sound has broken off and the connection with it.
app.use((_error, _request, response, _next) => {
  response.destroy();
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', async (error) => {
  if (error) throw error;
  // A voice that is still being loaded keeps its first listener waiting, and the app has little patience with this server.
  await speech.ready;
  process.send?.({ port: server.address().port });
});

async function stop() {
  server.close();
  await speech.close();
  process.exit();
}
process.once('SIGTERM', stop);
// The app that started this process is gone, and nobody else knows of it.
process.once('disconnect', stop);

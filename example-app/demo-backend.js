// A real OpenAI-compatible TTS server in a process of its own, for the app to lean on and for you to freeze and kill. The package
// itself serves that role: what it speaks to its clients is what it speaks to its servers.
import express from 'express';
import { speechRouter } from 'express-speech';

// Slower than the app's own voice, so that one can hear who speaks.
const PACE = 0.85;

const app = express();
app.use(express.json());
app.use((request, _response, next) => {
  if (request.body) request.body.speed = (request.body.speed ?? 1) * PACE;
  next();
});
const speech = speechRouter({ fallback: [{ type: 'local', workers: 1 }] });
app.use('/v1', speech);
app.get('/v1/models', (_request, response) => {
  response.json({ object: 'list', data: [{ id: 'tts-1', object: 'model' }] });
});

const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1', (error) => {
  if (error) throw error;
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

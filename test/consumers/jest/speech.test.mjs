import express from 'express';
import { speechRouter } from 'express-speech';

test('an application speaks in a test that is ESM', async () => {
  const app = express();
  const speech = speechRouter();
  app.use('/v1', speech);
  const server = app.listen(0);
  await speech.ready;
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'Hello from Jest.', response_format: 'wav' }),
  });
  expect(reply.headers.get('x-speech-provider')).toBe('local');
  expect((await reply.arrayBuffer()).byteLength).toBeGreaterThan(20_000);
  await speech.close();
  server.close();
});

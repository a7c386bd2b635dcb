import express from 'express';
import { SpeechError, speechAdmin, speechRouter } from 'express-speech';
import { runFallbackChain } from 'express-speech/resilience';

if (typeof runFallbackChain !== 'function' || typeof SpeechError !== 'function')
  throw new Error('an export is missing');

const app = express();
const speech = speechRouter();
app.use('/v1', speech);
app.use('/admin', speechAdmin(speech, { authorize: ({ headers }) => headers['x-admin'] === 'yes' }));
const server = app.listen(0, async () => {
  await speech.ready;
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'Hello from a package.', response_format: 'wav' }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  if (
    reply.headers.get('x-speech-provider') !== 'local' ||
    bytes.subarray(0, 4).toString() !== 'RIFF' ||
    bytes.length < 20_000
  ) {
    throw new Error(`this is no speech: ${reply.status}, ${bytes.length} bytes`);
  }
  // The page, a file of a dependency's and the API, to those who may see them.
  for (const path of ['', 'lit-html/lit-html.js', 'api/config']) {
    const admin = `http://127.0.0.1:${server.address().port}/admin/${path}`;
    const [open, shut] = [await fetch(admin, { headers: { 'x-admin': 'yes' } }), await fetch(admin)];
    if (open.status !== 200 || shut.status !== 403) throw new Error(`/admin/${path}: ${open.status}, ${shut.status}`);
  }
  await speech.close();
  server.close();
  console.log('spoke');
});

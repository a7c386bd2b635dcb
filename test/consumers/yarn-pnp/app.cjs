// Node's require() of ESM does not look into Yarn's archives; its import() does.
const express = require('express');

import('express-speech').then(async ({ speechRouter }) => {
  const app = express();
  const speech = speechRouter();
  app.use('/v1', speech);
  const server = app.listen(0);
  await speech.ready;
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'Hello from an archive.', response_format: 'wav' }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  await speech.close();
  server.close();
  if (reply.headers.get('x-speech-provider') === 'local' && bytes.length > 20_000) console.log('spoke');
});

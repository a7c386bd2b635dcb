// What the tests of an application have in it: a provider that is well, breaks off or never ends, and a client that stays or leaves.
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const PIECE = Buffer.alloc(24_000, 7);

/** Makes a provider that does as `behaviour` says, and counts the streams that it has open. */
export function peer(behaviour) {
  const own = {
    name: 'own',
    type: 'test',
    open: 0,
    async synthesize() {
      const stream = Readable.from(sound(behaviour), { objectMode: false });
      own.open += 1;
      stream.once('close', () => (own.open -= 1));
      return { kind: 'audio', contentType: 'audio/pcm', stream };
    },
  };
  return own;
}

async function* sound(behaviour) {
  yield PIECE;
  if (behaviour === 'breaks off after a while') await pause(150);
  if (behaviour.startsWith('breaks off')) throw new Error('it broke off');
  for (; behaviour === 'never ends';) {
    yield PIECE;
    await pause(1);
  }
  yield PIECE;
}

/** Serves an application with the router in it while `ask` is asking, which is given a function that asks. */
export async function serve({ express, speechRouter }, own, ask) {
  const speech = speechRouter({ hold: 50, fallback: [own, { type: 'text' }] });
  const server = express().use('/v1', speech).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await ask((options) => send(server.address().port, options));
  } finally {
    const end = performance.now() + 5_000;
    while (own.open > 0 && performance.now() < end) await pause(10);
    await speech.close();
    server.closeAllConnections();
    server.close();
  }
}

function send(port, { input = 'It says one sentence.', leaves = false } = {}) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ port, host: '127.0.0.1', path: '/v1/audio/speech', method: 'POST', agent: false, headers });
    let reply;
    let bytes = 0;
    call.on('error', () => undefined);
    call.once('response', (response) => {
      reply = response;
      response.on('error', () => undefined);
      response.on('data', (chunk) => {
        bytes += chunk.length;
        if (leaves) call.destroy();
      });
    });
    call.once('close', () => {
      const type = reply?.headers['content-type'];
      resolve({ status: reply?.statusCode, type, bytes, isWhole: reply?.complete === true });
    });
    call.end(JSON.stringify({ input, response_format: 'pcm' }));
  });
}

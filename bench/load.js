// Sends so many requests, so many at a time, and tells how long each took.
import { Agent, request } from 'node:http';

const BODY = JSON.stringify({
  model: 'tts-1',
  voice: 'alloy',
  input: 'It was a bright cold day in April, and the clocks were striking thirteen.',
});
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) };

/** @returns seconds in all, and the milliseconds of each request in rising order */
export async function load(port, { requests, concurrent }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrent });
  const times = [];
  let left = requests;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      times.push(await once(port, agent));
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrent }, worker));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  return { seconds, times: times.sort((one, other) => one - other) };
}

function once(port, agent) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const call = request(
      { port, host: '127.0.0.1', path: '/v1/audio/speech', method: 'POST', headers: HEADERS, agent },
      (reply) => {
        let bytes = 0;
        reply.on('data', (chunk) => (bytes += chunk.length));
        reply.once('error', reject);
        reply.once('end', () => {
          if (reply.statusCode !== 200 || bytes !== 49_152)
            reject(new Error(`status ${reply.statusCode}, ${bytes} bytes`));
          else resolve(performance.now() - started);
        });
      },
    );
    call.once('error', reject);
    call.end(BODY);
  });
}

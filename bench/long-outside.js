// What is outside while long speech is measured, in a process of its own: a server that has a text spoken as a whole before it sends
// anything of it, and clients that stop to read.
import { createServer, request } from 'node:http';

const BYTES_PER_CHARACTER = 48 * 60;
const MILLISECONDS = 40;
const MILLISECONDS_PER_CHARACTER = 1;

const server = createServer((incoming, response) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.once('end', () => {
    if (incoming.method !== 'POST') {
      response.end('{"data":[]}');
      return;
    }
    const { input } = JSON.parse(Buffer.concat(chunks).toString());
    setTimeout(
      () => response.setHeader('content-type', 'audio/pcm').end(Buffer.alloc(input.length * BYTES_PER_CHARACTER, 0x81)),
      MILLISECONDS + input.length * MILLISECONDS_PER_CHARACTER,
    );
  });
}).listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

const stopped = [];

// Opens so many speeches more. Reads all of them to their end and says so, or the head of each reply and nothing else.
process.on('message', ({ port, count, body, reads }) => {
  let left = count;
  const done = () => {
    left -= 1;
    if (left === 0) process.send({ done: count });
  };
  for (let index = 0; index < count; index += 1) {
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/v1/audio/speech',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    sent.once('response', (response) => {
      response.on('error', () => undefined);
      if (reads) response.resume().once('close', done);
      else {
        stopped.push(response);
        done();
      }
    });
    sent.on('error', () => undefined);
    sent.end(body);
  }
});

// Speaks on an address and a port, in a process of its own.
import { createServer, type ServerResponse } from 'node:http';
import { soundIn } from '../audio.js';

const [, , host, port, how = 'at once'] = process.argv;

/** Bytes of a piece, and milliseconds between two, for sound that takes seconds to come. */
const PIECE = 512;
const PAUSE = 50;

const server = createServer((request, response) => {
  if (how === 'and closes') response.setHeader('connection', 'close');
  request.resume().once('end', () => {
    if (request.method === 'POST') speak(response);
    else response.end('{"data":[],"voices":[]}');
  });
});
// The rows decide when a connection ends.
server.keepAliveTimeout = 60_000;
server.listen(Number(port), host, () => {
  console.log('listening');
});

function speak(response: ServerResponse): void {
  const sound = soundIn('wav');
  response.setHeader('content-type', 'audio/wav');
  if (how === 'slowly') drip(response, sound);
  else response.end(sound);
}

function drip(response: ServerResponse, rest: Buffer): void {
  if (rest.length <= PIECE) {
    response.end(rest);
    return;
  }
  response.write(rest.subarray(0, PIECE));
  setTimeout(() => {
    drip(response, rest.subarray(PIECE));
  }, PAUSE);
}

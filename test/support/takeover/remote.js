// A server that sends sentences from a folder of sounds, piece by piece, until it has sent so many bytes of sound in all. Then it is
// killed, in the middle of whatever it does; where it has a channel to its test, it says so and holds back the rest, until the test
// kills it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder = '', killAfter = 'Infinity'] = process.argv.slice(2);
const PIECE = 2_048;
const TYPES = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};
let left = Number(killAfter);

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.once('end', () => {
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const { input, response_format: format } = JSON.parse(Buffer.concat(chunks).toString());
    const sound = readFileSync(join(folder, `${createHash('sha1').update(input).digest('hex')}.${format}`));
    response.setHeader('content-type', TYPES[format]);
    send(response, sound, 0);
  });
}).listen(0, '127.0.0.1', function () {
  console.log(`http://127.0.0.1:${this.address().port}`);
});

function send(response, sound, at) {
  if (at >= sound.length) {
    response.end();
    return;
  }
  const piece = sound.subarray(at, at + Math.min(PIECE, left));
  left -= piece.length;
  response.write(piece, () => {
    // A turn, so that what was written leaves.
    if (left <= 0) setImmediate(stop);
    else setImmediate(send, response, sound, at + piece.length);
  });
}

function stop() {
  if (process.send === undefined) process.kill(process.pid, 'SIGKILL');
  else process.send('holds back');
}

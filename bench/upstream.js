// A TTS server that answers at once with 48 KB of MP3 in one piece.
import { createServer } from 'node:http';

/** One frame of MPEG 2 layer III at 64 kbit/s and 24 kHz, 192 bytes long, with silence in it. */
const FRAME = Buffer.alloc(192);
FRAME.set([0xff, 0xf3, 0x84, 0xc4]);
const BODY = Buffer.concat(Array.from({ length: 256 }, () => FRAME));

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': BODY.length });
    response.end(BODY);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

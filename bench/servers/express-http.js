// Express with its JSON parser, and node:http behind it.
import { Agent, createServer, request } from 'node:http';
import express from 'express';
import { serve, UPSTREAM } from './serve.js';

const agent = new Agent({ keepAlive: true });
const app = express();
app.post('/v1/audio/speech', express.json(), (incoming, outgoing) => {
  const body = JSON.stringify(incoming.body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = request(UPSTREAM, { agent, method: 'POST', path: incoming.url, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode, reply.headers);
    reply.pipe(outgoing);
  });
  call.end(body);
});
serve(createServer(app));

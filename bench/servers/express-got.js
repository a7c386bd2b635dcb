// Express and got as everybody writes it.
import { Agent, createServer } from 'node:http';
import express from 'express';
import got from 'got';
import { serve, UPSTREAM } from './serve.js';

const agent = { http: new Agent({ keepAlive: true }) };
const app = express();
app.post('/v1/audio/speech', express.json(), (incoming, outgoing) => {
  got.stream.post(`${UPSTREAM}/v1/audio/speech`, { json: incoming.body, agent }).pipe(outgoing);
});
serve(createServer(app));

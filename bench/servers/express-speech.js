// This package, with the guards it always has.
import { createServer } from 'node:http';
import express from 'express';
import { speechRouter } from 'express-speech';
import { serve, UPSTREAM } from './serve.js';

const app = express();
const pool = { maxSockets: 64 };
app.use(
  '/v1',
  speechRouter({
    maxConcurrent: 128,
    fallback: [{ type: 'remote', baseUrl: `${UPSTREAM}/v1`, pool }, { type: 'text' }],
  }),
);
serve(createServer(app));

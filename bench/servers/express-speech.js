// This package, with the guards it always has.
import { createServer } from 'node:http';
import express from 'express';
import { speechRouter } from 'express-speech';
import { serve, UPSTREAM } from './serve.js';

const app = express();
// The load has 64 under way at once. A server is given five at first, and more as it bears them; the others wait meanwhile.
const bulkhead = { maxConcurrent: 64, maxQueue: 64 };
app.use(
  '/v1',
  speechRouter({
    maxConcurrent: 128,
    fallback: [{ type: 'remote', baseUrl: `${UPSTREAM}/v1`, bulkhead }, { type: 'text' }],
  }),
);
serve(createServer(app));

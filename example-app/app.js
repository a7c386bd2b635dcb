import { fileURLToPath } from 'node:url';
import express from 'express';
import { speechRouter } from 'express-speech';
import { backendRouter } from './backend-control.js';
import { notesRouter } from './notes.js';

const PUBLIC = fileURLToPath(new URL('public', import.meta.url));
const POLICY = "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Makes the application.
 *
 * @param remote options of the TTS server to ask first, if there is one
 * @param backend the demo backend, if the app started one
 */
export function createApp({ remote, backend } = {}) {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' });
    next();
  });

  // This is all that it takes to speak.
  const speech = speechRouter({
    fallback: [...(remote ? [{ type: 'remote', ...remote }] : []), { type: 'local' }, { type: 'text' }],
  });
  app.use('/v1', speech);

  app.use('/notes', notesRouter());
  app.use('/backend', backendRouter(backend));
  app.use(express.static(PUBLIC));
  return { app, speech };
}

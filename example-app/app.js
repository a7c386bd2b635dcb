import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { speechAdmin, speechRouter } from 'express-speech';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { alertsRouter } from './alerts.js';
import { backendRouter } from './backend-control.js';
import { adminLogin } from './login.js';
import { notesRouter } from './notes.js';

const PUBLIC = fileURLToPath(new URL('public', import.meta.url));
/** The browser's side of the package: one module, which the page imports from here. */
const CLIENT = dirname(fileURLToPath(import.meta.resolve('express-speech/client')));
const POLICY = "default-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Makes the application.
 *
 * @param options of the speech router
 * @param backend the demo backend, if the app started one
 * @param password of the admin page
 */
export function createApp({ options, backend, password }) {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({ 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' });
    next();
  });

  // This is all that it takes to speak, to be watched, and to be steered.
  const register = new Registry();
  const speech = speechRouter({ ...options, metrics: { register } });
  app.use('/v1', speech);
  app.use('/admin', speechAdmin(speech, { authorize: adminLogin(password), challenge: 'Basic realm="admin"' }));

  collectDefaultMetrics({ register });
  app.get('/metrics', async (_request, response) => {
    response.type(register.contentType).send(await register.metrics());
  });
  app.use('/alerts', alertsRouter(speech));
  app.use('/notes', notesRouter());
  app.use('/backend', backendRouter(backend));
  app.use('/client', express.static(CLIENT));
  app.use(express.static(PUBLIC));
  return { app, speech };
}

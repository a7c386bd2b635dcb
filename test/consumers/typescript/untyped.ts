// An application without @types/express: nothing of the package's types may ask for them.
import { createServer } from 'node:http';
import { speechAdmin, speechRouter, type Middleware, type SpeechRouter } from 'express-speech';

const speech: SpeechRouter = speechRouter({ fallback: [{ type: 'text' }], logger: false });
const admin: Middleware = speechAdmin(speech, { authorize: ({ headers }) => headers['x-admin'] === 'yes' });
createServer((request, response) => {
  speech(request, response, () => {
    admin(request, response, (error) => response.writeHead(error === undefined ? 404 : 500).end());
  });
});

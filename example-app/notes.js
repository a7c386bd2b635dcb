import express from 'express';

const MOST_NOTES = 100;
const MOST_CHARACTERS = 2_000;

/** Makes the routes of a small notebook in memory. They know nothing of speech. */
export function notesRouter() {
  const notes = [
    { id: 1, text: 'Buy oat milk, coffee and a new light bulb for the hall.' },
    { id: 2, text: 'Call Ada about the analytical engine. She had an idea about the notes on note G.' },
    { id: 3, text: '记得给奶奶打电话,祝她生日快乐。' },
  ];
  let nextId = 4;

  const router = express.Router();
  router.get('/', (_request, response) => {
    response.json({ notes });
  });
  router.post('/', express.json(), (request, response) => {
    const text = typeof request.body?.text === 'string' ? request.body.text.trim() : '';
    if (text === '' || text.length > MOST_CHARACTERS || notes.length >= MOST_NOTES) {
      response.status(400).json({ error: 'A note is 1 to 2000 characters, and there is room for a hundred.' });
      return;
    }
    const note = { id: nextId, text };
    nextId += 1;
    notes.push(note);
    response.status(201).json(note);
  });
  router.delete('/:id', (request, response) => {
    const index = notes.findIndex(({ id }) => String(id) === request.params.id);
    if (index >= 0) notes.splice(index, 1);
    response.sendStatus(index >= 0 ? 204 : 404);
  });
  return router;
}

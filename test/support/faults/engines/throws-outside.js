// Throws where nobody can catch it, and never answers.
import { engineThat, forever } from './engine.js';

export const createEngine = () =>
  engineThat(() => {
    setImmediate(() => {
      throw new Error('outside of everything');
    });
    return forever();
  });

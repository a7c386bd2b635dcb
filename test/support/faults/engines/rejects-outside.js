// Leaves a rejection that nobody handles, and never answers.
import { engineThat, forever } from './engine.js';

export const createEngine = () =>
  engineThat(() => {
    void Promise.reject(new Error('outside of everything'));
    return forever();
  });

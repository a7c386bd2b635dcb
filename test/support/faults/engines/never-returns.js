// Computes for ever, deaf to its signal.
import { engineThat } from './engine.js';

export const createEngine = () =>
  engineThat(() => {
    for (;;);
  });

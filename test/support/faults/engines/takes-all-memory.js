// Takes memory until there is none left.
import { engineThat } from './engine.js';

export const createEngine = () =>
  engineThat(() => {
    const hoard = [];
    for (;;) hoard.push(new Array(1_000).fill({}));
  });

import { PATIENCE } from '../support/patience.js';

/** Milliseconds between two looks. */
const PAUSE = 20;

/** Waits until an assertion holds. The limit is for those alone that wait for something to be done by then and not later by itself. */
export async function eventually(assertion: () => void, within = PATIENCE): Promise<void> {
  const end = performance.now() + within;
  for (;;) {
    try {
      assertion();
      return;
    } catch (error) {
      if (performance.now() >= end) throw error;
    }
    await pause(PAUSE);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

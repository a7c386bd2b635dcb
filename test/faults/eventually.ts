/** Milliseconds between two looks. */
const PAUSE = 20;

/** Waits until an assertion holds, which it must do within so many milliseconds. */
export async function eventually(assertion: () => void, within = 2_000): Promise<void> {
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

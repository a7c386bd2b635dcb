/** Resolves when an event is next dispatched. Once the signal aborts it never does, and holds nothing. */
export function once(target: EventTarget, type: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    target.addEventListener(
      type,
      () => {
        resolve();
      },
      { once: true, signal },
    );
  });
}

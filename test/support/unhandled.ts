import { settle } from './fake-clock.js';

/** Does something, lets its promises settle, and returns the rejections that nobody heard: each would have ended the process. */
export async function unhandledRejections(work: () => unknown): Promise<unknown[]> {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => {
    rejections.push(reason);
  };
  process.on('unhandledRejection', onRejection);
  try {
    await work();
    for (let turn = 0; turn < 5; turn += 1) await settle();
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return rejections;
}

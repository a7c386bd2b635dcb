import type { WorkerTask } from '../../engines/worker/messages.js';
import { SpeechError } from '../../speech/error.js';
import type { JobListener, JobPool, PooledJob } from './worker-pool.js';

/** What is done with the messages of a job until one of them, or the end, is the answer. */
export type Listen<Value> = (answer: (value: Value) => void, job: () => PooledJob) => Omit<JobListener, 'failed'>;

/** Has a pool do a job that has one answer. The signal's abort cancels it; then, and when it fails, the promise rejects. */
export async function awaitJob<Value>(
  pool: JobPool,
  task: WorkerTask,
  signal: AbortSignal,
  listen: Listen<Value>,
): Promise<Value> {
  if (signal.aborted) throw new SpeechError('aborted', 'the caller has left');
  let cancel = (): void => undefined;
  const answer = new Promise<Value>((resolve, reject) => {
    const job: PooledJob = pool.submit(task, { ...listen(resolve, () => job), failed: reject });
    cancel = () => {
      job.cancel();
    };
  });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Keeps a failure of our own worker from counting against the provider whose sound it had. */
export function blameless(error: SpeechError): SpeechError {
  if (error.code !== 'engine_failed') return error;
  return new SpeechError(error.code, 'the sound could not be converted', { cause: error, blamesProvider: false });
}

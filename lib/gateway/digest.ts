import { createHash } from 'node:crypto';

/** What stands for a secret when it is compared: digests are all of one length, and how far two of them agree tells nothing. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

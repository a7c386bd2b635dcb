import type { Request } from 'express';
import { cleanText } from '../text/clean-text.js';
import type { AdminRequest } from './admin-request.js';

/** Says who sends this request, for the list of what happened. Written as a method for the same reason as `Authorize`. */
export type Identify = { method(request: AdminRequest): string | undefined }['method'];

/** Longer than most names and addresses of mail. */
const MOST_LETTERS = 64;

/** Names who sends a request, as far as the application says so. A name is not worth a failure. */
export function nameOf(request: Request, identify: Identify | undefined): string | undefined {
  try {
    const name: unknown = identify?.(request);
    const clean = typeof name === 'string' ? cleanText(name).trim().slice(0, MOST_LETTERS) : '';
    return clean === '' ? undefined : clean;
  } catch {
    return undefined;
  }
}

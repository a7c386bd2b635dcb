/** A reply that breaks a promise. */
export class InvalidReplyError extends Error {}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new InvalidReplyError(what);
}

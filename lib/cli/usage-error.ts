/** Says that a command was used in a way that makes no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Errors of a chain of causes that are told of; more are a circle, as a rule. */
const MOST_CAUSES = 5;

/**
 * Says what was thrown, with its stack and what led to it, for the log of whoever runs the application. It has nothing but names, messages
 * and stacks: what else hangs on an error may be a request's text, or a key. Never throws, whatever was thrown.
 */
export function describeCause(thrown: unknown): string {
  try {
    return causesOf(thrown).map(describe).join('\ncaused by: ');
  } catch {
    return 'something that cannot be told';
  }
}

function causesOf(thrown: unknown): unknown[] {
  const causes = [thrown];
  for (let cause = thrown; cause instanceof Error && cause.cause !== undefined; cause = cause.cause) {
    if (causes.push(cause.cause) === MOST_CAUSES) break;
  }
  return causes;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? `${thrown.name}: ${thrown.message}`) : String(thrown);
}

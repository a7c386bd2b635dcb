/**
 * A guard around a task, such as a circuit breaker or a bulkhead. Guards nest: the task of one may be another's `execute`.
 *
 * Every policy makes its own abort controller, links it to the given signal and removes that link before it settles.
 */
export interface Policy {
  execute<Value>(
    task: (context: { readonly signal: AbortSignal }) => Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value>;
}

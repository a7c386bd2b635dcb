import type { Policy } from './policy.js';

/**
 * Makes one policy of several, the outermost first: in `wrap(retry(), circuitBreaker(), timeout(2_000))` each try passes the circuit
 * breaker and has two seconds.
 *
 * @throws {TypeError} when there is none, or something else among them
 */
export function wrap(...policies: readonly Policy[]): Policy {
  for (const [index, policy] of policies.entries()) checkPolicy(policy, index + 1);
  const [innermost, ...outer] = [...policies].reverse();
  if (innermost === undefined) throw new TypeError('wrap(): expected policies, the outermost first; got none');
  return outer.reduce((inner, policy) => around(policy, inner), innermost);
}

function around(outer: Policy, inner: Policy): Policy {
  return { execute: (task, signal) => outer.execute((context) => inner.execute(task, context.signal), signal) };
}

function checkPolicy(policy: unknown, place: number): void {
  const { execute, name } = Object(policy) as { readonly execute?: unknown; readonly name?: unknown };
  if (typeof execute === 'function') return;
  const advice = typeof policy === 'function' && name !== '' ? `; did you mean ${String(name)}()?` : '';
  throw new TypeError(`wrap(): expected a policy, with execute(), at place ${String(place)}${advice}`);
}

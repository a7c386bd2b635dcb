import { inspect, type InspectOptions } from 'node:util';
import type { ProviderStatus, SpeechStatus } from '../speech/status.js';

/**
 * Has `console.log()` print a status whole, with the reason beside each state: by itself it stops at the second level, which is where the
 * failures are. As data it stays what it is.
 */
export function printable(status: SpeechStatus): SpeechStatus {
  return Object.defineProperty(status, inspect.custom, {
    enumerable: false,
    value: (_depth: number, options: InspectOptions) => inspect(explained(status), { ...options, depth: null }),
  });
}

function explained({ status, providers }: SpeechStatus): object {
  return {
    status,
    reason: reasonOfAll({ status, providers }),
    providers: providers.map(({ name, type, state, circuit, ...rest }) => ({
      name,
      type,
      state,
      circuit,
      reason: reasonOf({ name, type, state, circuit, ...rest }),
      ...rest,
    })),
  };
}

function reasonOfAll({ status, providers }: SpeechStatus): string {
  if (status === 'text-only') return 'no provider can make sound';
  const [first] = providers;
  return status === 'ok' || first === undefined
    ? 'the first provider can speak'
    : `another than ${first.name} has to speak`;
}

function reasonOf({ type, state, circuit, lastError, lastCheck }: ProviderStatus): string {
  if (type === 'text') return 'it cannot fail';
  const check =
    lastCheck === null
      ? undefined
      : lastCheck.ok
        ? 'its last check passed'
        : `its last check failed: ${lastCheck.code ?? ''}`;
  const failure = lastError === null ? undefined : `it failed: ${lastError.code}`;
  if (circuit !== 'closed') return failure ?? check ?? 'it failed';
  if (state === 'down') return check ?? failure ?? 'it failed';
  return check ?? failure ?? 'it was not checked yet';
}

import { BulkheadRefusedError } from './bulkhead.js';
import { CallBudgetError } from './call-budget.js';
import { CircuitOpenError } from './circuit-permit.js';

/** Says whether a guard refused a call, so that no service was asked: that tells nothing of how the service is. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BulkheadRefusedError || error instanceof CircuitOpenError || error instanceof CallBudgetError;
}

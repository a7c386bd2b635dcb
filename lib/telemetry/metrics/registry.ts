import { hasMethods } from '../../speech/has-methods.js';

/** A prom-client registry, as far as it is used. Written down here, as published types must not name a package that may not be there. */
export interface MetricsRegister {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

export function isMetricsRegister(value: unknown): boolean {
  return hasMethods(value, ['registerMetric', 'getSingleMetric', 'removeSingleMetric']);
}

import { hasMethods } from '../../speech/has-methods.js';

/** A prom-client registry, as far as it is used. Written down here, as published types must not name a package that may not be there. */
export interface MetricsRegister {
  /** Takes a metric in. */
  registerMetric(metric: never): void;
  /** Finds the metric of a name, such as one that another router has put there. */
  getSingleMetric(name: string): unknown;
  /** Takes the metric of a name out. */
  removeSingleMetric(name: string): void;
}

export function isMetricsRegister(value: unknown): boolean {
  return hasMethods(value, ['registerMetric', 'getSingleMetric', 'removeSingleMetric']);
}

/** A prom-client registry, as far as it is used. Written down here, as published types must not name a package that may not be there. */
export interface MetricsRegister {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

export function isMetricsRegister(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['registerMetric', 'getSingleMetric', 'removeSingleMetric'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}

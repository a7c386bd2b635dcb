/** Says whether a value is an object that has these methods; one that cannot be read has none. */
export function hasMethods<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Readonly<Record<Name, (...given: never) => unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return names.every((name) => typeof Reflect.get(value, name) === 'function');
  } catch {
    return false;
  }
}

type Options = Readonly<Record<string, unknown>>;

/** What a new configuration does to the one before, without any value of it. */
export interface ConfigChange {
  /** `order`: those that stay are asked in another order. */
  readonly change: 'added' | 'removed' | 'changed' | 'order';
  /** The provider that it is about; null for the options of all requests, and for the order. */
  readonly provider: string | null;
  /** The options that are others now, of what was changed. */
  readonly keys?: readonly string[];
}

/** What a router has that was told nothing of `fallback`. */
const DEFAULT_FALLBACK = [{ type: 'local' }, { type: 'text' }];

/**
 * Compares two configurations as somebody may see them: a key that was replaced by another looks alike in both.
 *
 * @param before with secrets masked, as `after`
 */
export function compareConfigs(before: Options, after: Options): readonly ConfigChange[] {
  const { fallback: oldChain, ...oldGeneral } = before;
  const { fallback: newChain, ...newGeneral } = after;
  const old = entriesByName(oldChain);
  const now = entriesByName(newChain);
  const staying = [...now.keys()].filter((name) => old.has(name));
  const general = changedKeys(oldGeneral, newGeneral);
  return [
    ...[...now.keys()].filter((name) => !old.has(name)).map((provider) => ({ change: 'added' as const, provider })),
    ...[...old.keys()].filter((name) => !now.has(name)).map((provider) => ({ change: 'removed' as const, provider })),
    ...staying.flatMap((provider) => {
      const keys = changedKeys(old.get(provider) ?? {}, now.get(provider) ?? {});
      return keys.length === 0 ? [] : [{ change: 'changed' as const, provider, keys }];
    }),
    ...(isSame(
      staying,
      [...old.keys()].filter((name) => now.has(name)),
    )
      ? []
      : [{ change: 'order' as const, provider: null }]),
    ...(general.length === 0 ? [] : [{ change: 'changed' as const, provider: null, keys: general }]),
  ];
}

function entriesByName(fallback: unknown): ReadonlyMap<string, Options> {
  const entries = (Array.isArray(fallback) ? fallback : DEFAULT_FALLBACK) as readonly Options[];
  return new Map(entries.map((entry) => [String(entry['name'] ?? entry['type']), entry]));
}

function changedKeys(before: Options, after: Options): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isSame(before[key], after[key])).sort();
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

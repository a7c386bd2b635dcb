/** The names that a server lists, to hold one against that somebody asks for. */
export class KnownNames {
  readonly #names: ReadonlySet<string>;
  /** The names by themselves in small letters; null for those that differ from another in nothing else. */
  readonly #byLowerCase = new Map<string, string | null>();

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
    for (const name of this.#names) {
      const lowerCase = name.toLowerCase();
      this.#byLowerCase.set(lowerCase, this.#byLowerCase.has(lowerCase) ? null : name);
    }
  }

  /**
   * Finds the name as the server spells it: as it is, as a mixture of known voices, or else the only one that differs in nothing
   * but capital letters.
   */
  find(name: string): string | undefined {
    if (this.#names.has(name) || isMixtureOf(name, (part) => this.#names.has(part))) return name;
    return this.#byLowerCase.get(name.toLowerCase()) ?? undefined;
  }
}

/** Says whether a name is a mixture as kokoro understands it, such as `af_bella(2)+af_sky(1)`: it lists the parts only. */
export function isMixtureOf(name: string, isKnown: (part: string) => boolean): boolean {
  return name.split('+').every((part) => isKnown(part.trim().replace(/\([\d.]+\)$/, '')));
}

type HostileTexts = (length: number) => readonly (readonly [name: string, text: string])[];

/** Makes the texts that the benchmark measures, of a length: those that parsers, expressions and segmenters are slow at. */
export const { hostileTexts } = (await import(new URL('../../bench/hostile-texts.js', import.meta.url).href)) as {
  readonly hostileTexts: HostileTexts;
};

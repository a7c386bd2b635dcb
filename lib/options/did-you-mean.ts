import leven from 'leven';

/** Says `did you mean "connect"?` where one of the names is near enough, else nothing. */
export function didYouMean(given: string, known: readonly string[]): string {
  const best = known
    .map((name) => ({ name, distance: leven(given.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)[0];
  // A third of the letters wrong still reads as a slip; more than that is another word.
  const isNear = best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 3));
  return isNear ? `; did you mean "${best.name}"?` : '';
}

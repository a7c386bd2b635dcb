// What the state of the chain comes to, for the first line of the page. No DOM in here, so that it can be tested without a browser.

/**
 * Sums a status up. `name` is a sentence of the dictionary, with what is to be filled in; `kind` is how good that is.
 *
 * - `ok`: everybody is well
 * - `partly`: the first provider speaks, and another one could not take its place
 * - `trial`: the first provider is up, and its circuit breaker lets one request at a time through to see
 * - `degraded`: another one speaks in the place of the first
 * - `text-only`: nobody can speak
 *
 * @param status of the chain; null before it is known
 */
export function sumUp(status) {
  if (status === null) return { name: 'unknown', kind: '', blanks: {} };
  const { providers } = status;
  const [first] = providers;
  const ill = providers.filter((provider) => !isWell(provider));
  if (status.status === 'text-only') return { name: 'text-only', kind: 'bad', blanks: {} };
  if (isOnTrial(first)) return { name: 'trial', kind: 'warn', blanks: { name: first.name } };
  if (status.status === 'degraded') {
    const next = providers.find((provider) => provider !== first && isWell(provider));
    return { name: 'degraded', kind: 'warn', blanks: { name: first.name, next: next?.name ?? '–' } };
  }
  if (ill.length > 0) return { name: 'partly', kind: 'warn', blanks: { first: first.name, names: namesOf(ill) } };
  const unknown = providers.filter(({ state, type }) => state === 'unknown' && type !== 'text');
  if (unknown.length > 0) return { name: 'unchecked', kind: '', blanks: { names: namesOf(unknown) } };
  return { name: 'ok', kind: 'good', blanks: {} };
}

const namesOf = (providers) => providers.map(({ name }) => name).join(', ');

const isWell = ({ state, circuit }) => state !== 'down' && circuit !== 'open';

const isOnTrial = (provider) => provider?.circuit === 'half-open' && provider.state !== 'down';

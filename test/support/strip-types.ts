/** What lets `node` run a `.ts` file as it stands, in front of its name. */
export const STRIP_TYPES = ['--import', new URL('../../scripts/strip-types/register.js', import.meta.url).href];

import type { z } from 'zod';
import { pathToString, type OptionsProblem } from './options-error.js';

/** Says what a schema found wrong, each with its path behind `prefix`. */
export function problemsOf(error: z.ZodError, prefix: readonly PropertyKey[]): OptionsProblem[] {
  return error.issues
    .flatMap(explain)
    .map(({ path, message }) => ({ path: pathToString([...prefix, ...path]), message }));
}

/** Takes apart what fits none of several forms: where it has the shape of one of them, what is wrong lies inside. */
function explain(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((issues) => issues.every(isInside));
  if (meant === undefined) return [issue];
  return meant.flatMap(explain).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function isInside({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === 'unrecognized_keys';
}

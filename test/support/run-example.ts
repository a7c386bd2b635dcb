import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import * as library from '../../lib/index.js';
import { examplesOf } from './examples.js';

const load = createRequire(import.meta.url);

/** Finds the example of the README, in JavaScript, that has some words in it. */
export function readmeExample(words: string): string {
  const found = examplesOf('README.md').find(({ language, code }) => language === 'js' && code.includes(words));
  if (found === undefined) throw new Error(`the README has no example with ${words}`);
  return found.code;
}

/**
 * Runs an example as it stands.
 *
 * @param given what it takes for granted, by name
 * @param modules what an import is to give in place of what it would give
 */
export function runExample(
  code: string,
  given: Readonly<Record<string, unknown>>,
  modules: Readonly<Record<string, unknown>> = {},
): void {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const { outputText } = ts.transpileModule(code, { compilerOptions: options });
  const require = (name: string): unknown => modules[name] ?? (name === 'express-speech' ? library : load(name));
  const program = compileFunction(outputText, ['require', 'exports', ...Object.keys(given)]) as (
    ...values: unknown[]
  ) => void;
  program(require, {}, ...Object.values(given));
}

#!/usr/bin/env node
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { SpeechOptionsError } from './options/options-error.js';
import type { Verification, VerificationStep } from './speech/verification.js';
import { verifyEntry } from './verify/verify.js';

const HELP = `Usage: express-speech verify <base URL> [options]

Tries an OpenAI-compatible text-to-speech server step by step, and says what to do where it does not speak.

  express-speech verify http://127.0.0.1:8880/v1 --voice af_bella

Options:
  --model <name>        the model that is to be used
  --voice <name>        the voice that is to be used
  --api-key-env <NAME>  the environment variable that the key is in; a key on the command line could be read by others
  --timeout <ms>        how long the whole may take (30000), and when given, the first byte of sound too (5000)
  --json                write the result as JSON
  --help, --version

Exit status: 0 when every step went well, 1 when something is to be put right, 2 when the command cannot be understood.
`;

const DEFAULT_TIMEOUT = 30_000;

/** What an option of the entry is called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  baseUrl: 'the base URL',
  model: '--model',
  voice: '--voice',
  'apiKey.env': '--api-key-env',
  apiKey: '--api-key-env',
  'timeout.firstByte': '--timeout',
};

/** Says that the command was used in a way that makes no sense. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Command {
  readonly entry: object;
  readonly limit: number;
  readonly isJson: boolean;
}

function readCommand(args: readonly string[]): Command | 'help' | 'version' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const [name, baseUrl, ...rest] = positionals;
  if (name !== 'verify') throw new UsageError(name === undefined ? 'no command is given' : `unknown command "${name}"`);
  if (baseUrl === undefined) throw new UsageError('no base URL is given');
  if (rest.length > 0) throw new UsageError('one base URL at a time');
  const { model, voice, timeout, 'api-key-env': env } = values;
  const entry = {
    type: 'remote',
    baseUrl,
    ...(model === undefined ? {} : { model }),
    ...(voice === undefined ? {} : { voice }),
    ...(env === undefined ? {} : { apiKey: { env } }),
    ...(timeout === undefined ? {} : { timeout: { firstByte: Number(timeout) } }),
  };
  return { entry, limit: timeout === undefined ? DEFAULT_TIMEOUT : Number(timeout), isJson: values.json === true };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        voice: { type: 'string' },
        'api-key-env': { type: 'string' },
        timeout: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // Node's advice on dashes in front of positional arguments helps nobody here.
    const [reason] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(reason ?? 'these arguments cannot be read', { cause: error });
  }
}

/** Writes the result for people: a line a step, what to do below it, and what was found in the end. */
function report({ ok, steps, found }: Verification, isColoured: boolean): string {
  const paint = (colour: number, text: string): string =>
    isColoured ? `\u001b[${String(colour)}m${text}\u001b[0m` : text;
  const line = (step: VerificationStep): string => {
    const sign = step.ok ? paint(32, '✓') : paint(31, '✗');
    const code = step.code === undefined ? '' : `  ${step.code}`;
    const hint = step.hint === undefined ? '' : `\n    ${printable(step.hint)}`;
    return `${sign} ${step.step.padEnd(8)}${String(step.ms).padStart(6)} ms${code}${hint}`;
  };
  const facts = [
    found?.firstByte === undefined ? '' : `first byte of sound after ${String(found.firstByte)} ms`,
    found?.formats === undefined ? '' : found.formats.join(', '),
    count(found?.voices, 'voice'),
    count(found?.models, 'model'),
  ].filter((fact) => fact !== '');
  const verdict = [verdictOf(ok, steps), ...(facts.length > 0 ? [facts.join('; ')] : [])];
  return `${steps.map(line).join('\n')}\n${verdict.join(': ')}.\n`;
}

function verdictOf(ok: boolean, steps: readonly VerificationStep[]): string {
  if (ok) return 'It speaks';
  const spoke = steps.some((step) => step.step === 'speak' && step.ok);
  return spoke ? 'It speaks, but something is to be put right' : 'It would not speak as it is';
}

function count(names: readonly string[] | undefined, what: string): string {
  if (names === undefined || names.length === 0) return '';
  return `${String(names.length)} ${what}${names.length === 1 ? '' : 's'}`;
}

/** Keeps what a server says from steering the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

function version(): string {
  const { version: number } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
  return number;
}

/** Runs the command and returns its exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readCommand(args);
    if (typeof command === 'string') {
      process.stdout.write(command === 'help' ? HELP : `${version()}\n`);
      return 0;
    }
    const { entry, limit, isJson } = command;
    // Ctrl-C ends the process, and with it all that is open.
    const { signal } = new AbortController();
    const result = await verifyEntry(entry, { signal, limit });
    const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
    process.stdout.write(isJson ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, isColoured));
    return result.ok ? 0 : 1;
  } catch (error) {
    if (error instanceof SpeechOptionsError) {
      const problems = error.problems.map(({ path, message }) => `${FLAGS[path] ?? path}: ${message}`);
      process.stderr.write(`express-speech: ${problems.join('\n')}\n`);
    } else if (error instanceof UsageError) {
      process.stderr.write(`express-speech: ${error.message}\nTry express-speech --help.\n`);
    } else throw error;
    return 2;
  }
}

// The status is set and not forced, so that what was written is out before the end.
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

import type { Verification, VerificationStep } from '../speech/verification.js';
import { verifyEntry } from '../verify/verify.js';
import { printable, type Output } from './terminal.js';

const DEFAULT_TIMEOUT = 30_000;

export interface VerifyArguments {
  readonly url: string;
  readonly model?: string | undefined;
  readonly voice?: string | undefined;
  readonly apiKeyEnv?: string | undefined;
  readonly timeout?: number | undefined;
  readonly json: boolean;
}

/** Tries a server step by step. Resolves with the exit status: 0 when every step went well. */
export async function verifyCommand(given: VerifyArguments, output: Output): Promise<number> {
  const { url: baseUrl, model, voice, apiKeyEnv, timeout, json } = given;
  const entry = {
    type: 'remote',
    baseUrl,
    ...(model === undefined ? {} : { model }),
    ...(voice === undefined ? {} : { voice }),
    ...(apiKeyEnv === undefined ? {} : { apiKey: { env: apiKeyEnv } }),
    ...(timeout === undefined ? {} : { timeout: { firstByte: timeout } }),
  };
  // Ctrl-C ends the process, and with it all that is open.
  const { signal } = new AbortController();
  const result = await verifyEntry(entry, { signal, limit: timeout ?? DEFAULT_TIMEOUT });
  output.result.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : report(result, output.isColoured));
  return result.ok ? 0 : 1;
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

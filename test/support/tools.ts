import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is no program, but something that this machine allows or does not: asked for by name like a tool. */
const ALLOWED: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  // Root in a container often may not.
  namespaces: ['unshare', '--net', '--mount', 'true'],
};

/**
 * Skips the tests of a suite whose system tools are missing, saying which. In CI, where they are all installed, a missing one is a
 * failure instead.
 */
export function needsTools(suite: Mocha.Suite | Mocha.Context, ...tools: string[]): void {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length === 0) return;
  if (process.env['CI_REQUIRE_TOOLS'] === '1') throw new Error(`missing tools: ${missing.join(', ')}`);
  if ('skip' in suite) {
    console.log(`    skipped: no ${missing.join(', no ')} here`);
    suite.skip();
  }
}

function isThere(tool: string): boolean {
  const [program, ...args] = ALLOWED[tool] ?? ['which', tool];
  return spawnSync(program, args).status === 0;
}

/** Runs a program and returns what it wrote to its standard output and error. */
export async function output(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return run(program, args, { maxBuffer: 64 * 1024 * 1024 });
}

/** Returns what ffmpeg complains about when it decodes a file: nothing, for a good one. */
export async function decodingErrors(path: string, inputOptions: readonly string[] = []): Promise<string> {
  return (await output('ffmpeg', ['-v', 'error', ...inputOptions, '-i', path, '-f', 'null', '-'])).stderr;
}

/** Returns the words that pocketsphinx hears in a file. */
export async function wordsHeard(path: string, inputOptions: readonly string[] = []): Promise<string[]> {
  const wav = `${path}.16k.wav`;
  await output('ffmpeg', ['-v', 'error', '-y', ...inputOptions, '-i', path, '-ar', '16000', '-ac', '1', wav]);
  // With fewer guesses followed at a time it hears the same, in half the time.
  const options = ['-infile', wav, '-logfn', '/dev/null', '-maxhmmpf', '2000'];
  const { stdout } = await output('pocketsphinx_continuous', options);
  return wordsOf(stdout);
}

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}

/** Word error rate: insertions, deletions and substitutions per word that was said. */
export function wordErrorRate(said: readonly string[], heard: readonly string[]): number {
  let row = Array.from({ length: heard.length + 1 }, (_, index) => index);
  for (const [index, word] of said.entries()) {
    const next = [index + 1];
    for (const [column, other] of heard.entries()) {
      const substitution = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(substitution, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? 0) / said.length;
}

import { readFile, writeFile } from 'node:fs/promises';
import { output } from '../tools.js';

export const RATE = 16_000;

/** Sound that was decoded by ffmpeg, 16 kHz mono, and what ffmpeg had to say to it. */
export interface Decoded {
  readonly samples: Int16Array;
  readonly complaints: string;
}

export async function decode(path: string, inputOptions: readonly string[] = []): Promise<Decoded> {
  const raw = `${path}.s16`;
  const args = ['-v', 'error', '-y', ...inputOptions, '-i', path, '-f', 's16le', '-ar', String(RATE), '-ac', '1', raw];
  const { stderr } = await output('ffmpeg', args);
  const bytes = await readFile(raw);
  return { samples: new Int16Array(Uint8Array.from(bytes).buffer), complaints: stderr };
}

/** The longest quiet between two moments, in seconds; below 1 % of the full level is quiet. */
export function longestQuiet(samples: Int16Array, from: number, to: number): number {
  let longest = 0;
  let current = 0;
  for (let at = Math.max(0, Math.round(from * RATE)); at < Math.min(samples.length, to * RATE); at += 1) {
    current = Math.abs(samples[at] ?? 0) < 328 ? current + 1 : 0;
    longest = Math.max(longest, current);
  }
  return longest / RATE;
}

/** The largest step from one sample to the next between two moments. */
export function largestStep(samples: Int16Array, from = 0, to = Infinity): number {
  let largest = 0;
  for (let at = Math.max(1, Math.round(from * RATE)); at < Math.min(samples.length, to * RATE); at += 1) {
    largest = Math.max(largest, Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0)));
  }
  return largest;
}

/** Writes sounds into one file, so far apart that a recogniser takes each by itself. */
export async function writeApart(sounds: readonly Int16Array[], path: string): Promise<string> {
  const quiet = new Int16Array(RATE);
  const raw = `${path}.raw`;
  const parts = sounds.flatMap((sound) => [quiet, sound, quiet]);
  await writeFile(raw, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  await output('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', String(RATE), '-ac', '1', '-i', raw, path]);
  return path;
}

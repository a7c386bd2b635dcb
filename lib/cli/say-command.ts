import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { SPEECH_FORMATS, type SpeechFormat } from '../audio/formats.js';
import { startPrivately } from '../gateway/private-gateway.js';
import type { Settings } from '../gateway/read-settings.js';
import { findPlayer, play } from './player.js';
import { printable, type Output } from './terminal.js';
import { UsageError } from './usage-error.js';

export interface SayArguments {
  /** What is said; without it, what comes in at standard input. */
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
  readonly model?: string | undefined;
  readonly speed?: number | undefined;
  readonly format?: string | undefined;
  /** File that the sound is written to. */
  readonly output?: string | undefined;
  readonly json: boolean;
}

interface Spoken {
  readonly provider: string;
  readonly degraded: boolean;
  readonly format: SpeechFormat;
  readonly bytes: number;
  readonly ms: number;
}

/** Has a text spoken into a file, to whoever reads standard output, or aloud. Resolves with the exit status. */
export async function sayCommand(given: SayArguments, settings: Settings, output: Output): Promise<number> {
  const input = given.text ?? (await readInput());
  if (input.trim() === '') throw new UsageError('there is nothing to say');
  if (Number.isNaN(given.speed)) throw new UsageError('--speed: expected a number from 0.25 to 4');
  const isForProgram = given.output === undefined && !process.stdout.isTTY;
  const player = given.output === undefined && !isForProgram ? findPlayer() : undefined;
  if (given.output === undefined && !isForProgram && player === undefined) {
    throw new UsageError('there is no program here that plays sound; write it to a file: -o speech.mp3');
  }
  const format = player === undefined ? formatOf(given) : 'wav';
  const gateway = await startPrivately(settings);
  try {
    const begun = performance.now();
    const { voice, model, speed } = given;
    const body = { input, response_format: format, voice, model, speed };
    const response = await gateway.ask('/v1/audio/speech', { body });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !type.startsWith('audio/')) {
      output.remark(`express-speech: ${printable(await whyNot(response))}`);
      return 1;
    }
    const bytes = await deliver(response, given.output, player).catch((error: unknown) => error as Error);
    if (typeof bytes !== 'number') {
      output.remark(`express-speech: the speech was not delivered: ${printable(bytes.message)}`);
      return 1;
    }
    const spoken: Spoken = {
      provider: response.headers.get('x-speech-provider') ?? '',
      degraded: response.headers.get('x-speech-degraded') === 'true',
      format,
      bytes,
      ms: Math.round(performance.now() - begun),
    };
    tell(spoken, given, isForProgram, output);
    return 0;
  } finally {
    await gateway.stop();
  }
}

function tell(spoken: Spoken, { json, output: file }: SayArguments, isForProgram: boolean, output: Output): void {
  if (json) {
    const line = JSON.stringify({ ...spoken, ...(file === undefined ? {} : { file }) });
    if (isForProgram) output.remark(line);
    else output.result.write(`${line}\n`);
    return;
  }
  const { provider, degraded, format, bytes, ms } = spoken;
  const instead = degraded ? ', as the first did not answer' : '';
  const where = file === undefined ? '' : ` → ${file}`;
  output.remark(`${provider} spoke${instead}: ${format}, ${String(bytes)} bytes in ${String(ms)} ms${where}`);
}

async function readInput(): Promise<string> {
  if (process.stdin.isTTY)
    throw new UsageError('say what? Give a text, or hand one in: echo "Hello" | express-speech say');
  return readAll(process.stdin);
}

function formatOf({ format, output }: SayArguments): SpeechFormat {
  const named = format ?? (output === undefined ? 'mp3' : extname(output).slice(1).toLowerCase());
  const meant = named === 'ogg' ? 'opus' : named;
  const found = SPEECH_FORMATS.find((known) => known === meant);
  if (found !== undefined) return found;
  throw new UsageError(
    `expected a file that ends in ${SPEECH_FORMATS.map((known) => `.${known}`).join(', ')}, or --format`,
  );
}

async function whyNot(response: Response): Promise<string> {
  const reply = (await response.json().catch(() => ({}))) as {
    readonly error?: { readonly message?: string };
    readonly attempts?: readonly { readonly provider: string; readonly code: string }[];
  };
  const attempts = (reply.attempts ?? []).map(({ provider, code }) => `${provider}: ${code}`);
  return [reply.error?.message ?? 'nobody could say that', ...attempts].join('; ');
}

/** Writes the sound where it is wanted, and counts it. */
async function deliver(response: Response, file: string | undefined, player: string | undefined): Promise<number> {
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of response.body ?? []) {
      const piece = chunk as Uint8Array;
      bytes += piece.length;
      yield piece;
    }
  };
  if (player !== undefined) {
    const folder = await mkdtemp(join(tmpdir(), 'express-speech-'));
    try {
      const sound = join(folder, 'speech.wav');
      await pipeline(Readable.from(counted()), createWriteStream(sound));
      await play(player, sound);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } else if (file === undefined) await pipeline(Readable.from(counted()), process.stdout, { end: false });
  else await writeWhole(Readable.from(counted()), file);
  return bytes;
}

/** What breaks off leaves no file behind, and no harm to the one that was there. */
async function writeWhole(sound: Readable, file: string): Promise<void> {
  const unfinished = `${file}.part`;
  try {
    await pipeline(sound, createWriteStream(unfinished));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

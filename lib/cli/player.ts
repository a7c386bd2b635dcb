import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that play a WAV file and end, those that come with a system first. */
const PLAYERS: Readonly<Record<string, (file: string) => readonly string[]>> = {
  afplay: (file) => [file],
  'pw-play': (file) => [file],
  paplay: (file) => [file],
  aplay: (file) => ['-q', file],
  ffplay: (file) => ['-nodisp', '-autoexit', '-loglevel', 'error', file],
  mpv: (file) => ['--really-quiet', file],
  'powershell.exe': (file) => ['-NoProfile', '-Command', `(New-Object Media.SoundPlayer '${file}').PlaySync()`],
};

/** Finds a program that plays sound on this machine. */
export function findPlayer(path = process.env['PATH'] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return Object.keys(PLAYERS).find((name) => folders.some((folder) => isProgram(join(folder, name))));
}

/** Plays a WAV file to its end. */
export async function play(player: string, file: string): Promise<void> {
  const child = spawn(player, PLAYERS[player]?.(file) ?? [file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`${player} did not play it: status ${String(status)}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

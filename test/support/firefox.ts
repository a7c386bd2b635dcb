import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { launch, type Browser } from 'puppeteer-core';
import { pause } from '../faults/eventually.js';
import { makeFolder, type Folder } from './folder.js';

/** A Firefox that plays to nobody. */
export interface Firefox {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts Debian’s Firefox by WebDriver BiDi, and a sound device for it, unless there is to be none: then it fails to play. */
export async function startFirefox({ device = true }: { readonly device?: boolean } = {}): Promise<Firefox> {
  const folder = makeFolder();
  const socket = folder.path('native');
  const sound = device ? startDevice(folder, socket) : undefined;
  const end = async (): Promise<void> => {
    if (sound !== undefined) await stop(sound);
    folder.remove();
  };
  try {
    while (sound !== undefined && !existsSync(socket) && sound.exitCode === null) await pause(20);
    const browser = await launch({
      browser: 'firefox',
      executablePath: spawnSync('which', ['firefox-esr']).stdout.toString().trim(),
      headless: true,
      env: { ...process.env, PULSE_SERVER: `unix:${socket}` },
      // Nobody clicks.
      extraPrefsFirefox: { 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0 },
    });
    return {
      browser,
      async close() {
        await browser.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function startDevice(folder: Folder, socket: string): ChildProcess {
  return spawn(
    'pulseaudio',
    [
      ...['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no'],
      ...['-L', 'module-null-sink', '-L', `module-native-protocol-unix socket=${socket} auth-anonymous=1`],
    ],
    { env: { ...process.env, HOME: folder.path('.'), XDG_RUNTIME_DIR: folder.path('.') }, stdio: 'ignore' },
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

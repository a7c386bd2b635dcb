import { createJsonLogger } from '../gateway/json-logger.js';
import { readSettings } from '../gateway/read-settings.js';
import { serve } from '../gateway/serve.js';
import { UsageError } from './usage-error.js';

/** Signals by which a service is told to stop. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs a gateway until it is told to stop. Told again, it stops at once. */
export async function serveCommand(
  flags: Readonly<Record<string, unknown>>,
  configFile: string | undefined,
): Promise<number> {
  const settings = readSettings({ flags, environment: process.env, configFile });
  // Whoever reads the log may go away; that ends nobody's speech.
  process.stdout.on('error', () => undefined);
  const logger = createJsonLogger({
    level: settings.gateway.logLevel,
    write: (line) => void process.stdout.write(line),
    now: () => Date.now(),
  });
  const told = whenTold();
  const running = await serve(settings, logger).catch((error: unknown) => {
    throw whyNotListening(error, settings.gateway.port) ?? error;
  });
  await told;
  await running.stop();
  return 0;
}

/**
 * Resolves when the process is told to stop; told again, it ends at once. It listens from here to the end: where nobody does, a signal
 * ends the process in the middle of whatever it does.
 */
function whenTold(): Promise<void> {
  return new Promise((resolve) => {
    let isTold = false;
    const onSignal = (): void => {
      if (isTold) process.exit(1);
      isTold = true;
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

/** Says in words why a port cannot be had. */
function whyNotListening(error: unknown, port: number): UsageError | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new UsageError(`port ${String(port)} is taken; set PORT to another one`);
  if (code === 'EACCES') return new UsageError(`port ${String(port)} is not for everybody; set PORT to one above 1023`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UsageError('HOST is no address of this machine; 0.0.0.0 is all of them');
  }
  return undefined;
}

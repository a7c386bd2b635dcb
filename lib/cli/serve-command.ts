import { once } from 'node:events';
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
  // Heard from here on: whoever starts it may change his mind before it listens.
  const told = Promise.race(SIGNALS.map((signal) => once(process, signal)));
  const running = await serve(settings, logger).catch((error: unknown) => {
    throw whyNotListening(error, settings.gateway.port) ?? error;
  });
  await told;
  for (const signal of SIGNALS) process.once(signal, () => process.exit(1));
  await running.stop();
  return 0;
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

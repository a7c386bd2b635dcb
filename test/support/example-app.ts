import { fileURLToPath } from 'node:url';
import { startProgram } from './process.js';

const FOLDER = fileURLToPath(new URL('../../example-app', import.meta.url));

/** The example app in a process of its own, on a port of its own. */
export interface ExampleApp {
  readonly origin: string;
  stop(): Promise<void>;
}

export async function startExampleApp(env: Record<string, string>): Promise<ExampleApp> {
  const app = await startProgram(['server.js'], /speaks on/, { cwd: FOLDER, env: { PORT: '0', ...env } });
  return { origin: new URL(/http:\/\/\S+/.exec(app.line)?.[0] ?? '').origin, stop: () => app.stop() };
}

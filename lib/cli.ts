#!/usr/bin/env node
import { createRequire } from 'node:module';
import { runCommandLine } from './cli/command-line.js';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

// The status is set and not forced, so that what was written is out before the end.
void runCommandLine(process.argv.slice(2), version).then((status) => {
  process.exitCode = status;
});

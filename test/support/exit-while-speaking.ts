// An application that ends while a program speaks for it. Its argument is a file for fake-synthesiser.js.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLocalProvider } from '../../lib/providers/local/provider.js';
import { processIdsIn } from './programs.js';
import { context, speechRequest } from './speech-request.js';

const facts = process.argv[2] ?? '';
const program = fileURLToPath(new URL('fake-synthesiser.js', import.meta.url));
const local = createLocalProvider({
  name: 'local',
  engine: 'embedded',
  command: { program: process.execPath, args: [program, 'hangs with a child', facts], output: 'wav' },
  voices: {},
  workers: 1,
});
local.synthesize(speechRequest(), context()).catch(() => undefined);
await processIdsIn(facts, 2);
const terminated = once(process, 'SIGTERM');
console.log('speaking');
await terminated;
process.exit();

// Speaks in a directory, its argument, where the optional peer is installed and broken. Says which voice it was.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalProvider } from '../../lib/providers/local/provider.js';
import { context, speechRequest } from './speech-request.js';

const root = process.argv[2] ?? '';
const peer = join(root, 'node_modules/@echogarden/espeak-ng-emscripten');
mkdirSync(peer, { recursive: true });
writeFileSync(
  join(peer, 'package.json'),
  '{ "name": "@echogarden/espeak-ng-emscripten", "type": "module", "main": "index.js" }',
);
writeFileSync(join(peer, 'index.js'), 'export default () => Promise.reject(new Error("broken"));');
process.chdir(root);
const local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
const { signal } = new AbortController();
try {
  const result = await local.synthesize(speechRequest(), context({ signal }));
  if (result.kind === 'audio') result.stream.destroy();
  const [voice] = (await local.voices?.({ signal })) ?? [];
  console.log(`spoke with ${voice?.id ?? 'none'}`);
} catch (error) {
  console.log(`failed: ${String(error)}`);
}
await local.close?.();

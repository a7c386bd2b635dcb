import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('the fences between the rooms', function () {
  this.timeout(30_000);
  // Fences need no types; and where CI is set, the typed parser reads the file on the disk in place of the code it is given.
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked] });

  async function complaints(file: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: `${ROOT}/${file}` });
    return (result?.messages ?? [])
      .map(({ ruleId }) => ruleId ?? '')
      .filter((rule) => rule.startsWith('no-restricted'));
  }

  const trespasses: [string, string][] = [
    ['lib/resilience/clock.ts', "import '../speech/error.js';"],
    ['lib/resilience/clock.ts', "import 'got';"],
    ['lib/speech/error.ts', "import '../http/accept.js';"],
    ['lib/speech/error.ts', "import 'node:fs/promises';"],
    ['lib/providers/text.ts', "import '../resilience/index.js';"],
    ['lib/providers/text.ts', "import 'express';"],
    ['lib/engines/engine.ts', "import '../providers/local.js';"],
    ['lib/http/accept.ts', "import '../providers/text.js';"],
    ['lib/http/accept.ts', "import 'got';"],
    ['lib/telemetry/log.ts', "import '../http/accept.js';"],
    ['lib/telemetry/log.ts', "import '../providers/remote.js';"],
    ['lib/cache/cache-key.ts', "import '../http/accept.js';"],
    ['lib/cache/cache-key.ts', "import '../resilience/index.js';"],
    ['lib/cache/cache-key.ts', "import '../router.js';"],
    ['lib/http/accept.ts', "import '../cache/cache-key.js';"],
    ['lib/speech/error.ts', "import '../cache/cache-key.js';"],
    ['lib/network/address-guard.ts', "import '../providers/text.js';"],
    ['lib/client/speak.ts', "import '../speech/error.js';"],
    ['lib/client/speak.ts', "import 'got';"],
    ['lib/http/accept.ts', "import '../client/speak.js';"],
    ['lib/router.ts', "import './client/speak.js';"],
    ['lib/router.ts', "import 'got';"],
    ['lib/router.ts', 'export default 1;'],
    ['lib/router.ts', 'let state = 0;'],
    ['lib/packages/optional-package.ts', "import '../telemetry/log.js';"],
    ['lib/providers/local/worker-pool.ts', 'export const end = (worker) => worker.terminate();'],
    ['lib/engines/encoders/encoder.ts', "export const late = () => import('./mp3-encoder.js');"],
    ['lib/engines/encoders/encoder.ts', "export const late = async () => unload(await import('./mp3-encoder.js'));"],
    ['lib/streams/discard.ts', "import '../speech/error.js';"],
    ['lib/streams/discard.ts', 'let state = 0;'],
    ['lib/resilience/clock.ts', "import '../streams/discard.js';"],
    ['lib/http/accept.ts', 'result.stream.destroy();'],
    ['lib/providers/remote/client.ts', 'socket?.resetAndDestroy();'],
    ['lib/router.ts', 'socket.destroySoon();'],
  ];
  for (const [file, code] of trespasses) {
    it(`keep ${code} out of ${file}`, async () => {
      expect(await complaints(file, code)).to.have.length.greaterThan(0);
    });
  }

  it('let a room use its own and what it may', async () => {
    expect(await complaints('lib/providers/text.ts', "import '../speech/error.js';")).to.deep.equal([]);
    expect(await complaints('lib/http/accept.ts', "import 'express';")).to.deep.equal([]);
    expect(await complaints('lib/client/speak.ts', "import './ask.js';")).to.deep.equal([]);
    expect(await complaints('lib/router.ts', "import './providers/text.js';")).to.deep.equal([]);
    expect(await complaints('lib/providers/local/engine-thread.ts', 'worker.terminate();')).to.deep.equal([]);
    const late = "export const late = (load) => load('it', async () => import('./mp3-encoder.js'));";
    expect(await complaints('lib/engines/encoders/encoder.ts', late)).to.deep.equal([]);
    expect(await complaints('lib/http/accept.ts', "import '../streams/discard.js';")).to.deep.equal([]);
    expect(await complaints('lib/streams/discard.ts', 'stream.destroy();')).to.deep.equal([]);
    expect(await complaints('lib/http/accept.ts', 'this.destroy();')).to.deep.equal([]);
  });
});

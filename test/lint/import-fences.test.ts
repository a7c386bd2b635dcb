import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { FENCED, ROOMS, ROOT_FILES } from '../../scripts/rooms.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMES = Object.keys(ROOMS);

describe('the fences between the rooms', function () {
  this.timeout(60_000);
  // Fences need no types; and where CI is set, the typed parser reads the file on the disk in place of the code it is given.
  const eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked] });

  async function complaints(file: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: `${ROOT}/${file}` });
    return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? '').filter((rule) => rule.includes('no-restricted'));
  }

  it('are drawn for every room that there is, and for every file at the root', () => {
    const entries = readdirSync(`${ROOT}/lib`, { withFileTypes: true });
    expect(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)).to.have.members(NAMES);
    expect(entries.filter((entry) => entry.isFile()).map(({ name }) => name)).to.have.members(ROOT_FILES);
    expect(ROOT_FILES.length).to.be.at.most(4);
  });

  it('lead one way: of two rooms, one at most may import the other', () => {
    const both = NAMES.flatMap((room) =>
      (ROOMS[room]?.may ?? [])
        .filter((other) => ROOMS[other]?.may.includes(room) === true)
        .map((other) => [room, other]),
    );
    expect(both).to.deep.equal([]);
  });

  for (const room of NAMES) {
    const may = ROOMS[room]?.may ?? [];
    // A file of each other room, one deep in it, and those at the root.
    const elsewhere = [
      ...NAMES.filter((other) => other !== room).flatMap((other) => [`${other}/x.js`, `${other}/deep/down/x.js`]),
      ...ROOT_FILES.map((name) => name.replace(/ts$/, 'js')),
    ];
    const isAllowed = (path: string): boolean => may.includes((path.split('/')[0] ?? '').replace(/js$/, 'ts'));

    it(`let ${room}/ have what it may, and nothing else, from its nested files as from its others`, async () => {
      const wrong: string[] = [];
      for (const path of elsewhere) {
        for (const [file, up] of [
          [`lib/${room}/trespasser.ts`, '../'],
          [`lib/${room}/deep/down/trespasser.ts`, '../../../'],
        ] as const) {
          const found = await complaints(file, `import '${up}${path}';`);
          if (found.length > 0 === isAllowed(path)) wrong.push(`${file} → ${path}`);
        }
      }
      expect(wrong).to.deep.equal([]);
    });

    it(`keep the packages of other rooms out of ${room}/`, async () => {
      const packages = ROOMS[room]?.packages ?? [];
      for (const name of FENCED) {
        const found = await complaints(`lib/${room}/deep/trespasser.ts`, `import '${name}';`);
        const isFree = packages.includes(name) && room !== 'client';
        expect(found, name).to.have.length(isFree ? 0 : 1);
      }
    });
  }

  it('let a room have single files of another, and not those beside them', async () => {
    expect(await complaints('lib/audio/x.ts', "import '../speech/error.js';")).to.deep.equal([]);
    expect(await complaints('lib/audio/x.ts', "import '../speech/request.js';")).to.deep.equal([
      'import-x/no-restricted-paths',
    ]);
  });

  it('hold for types, for what is handed on, and for what is imported late', async () => {
    for (const code of [
      "import type { Accept } from '../http/accept.js';",
      "export { accept } from '../http/accept.js';",
      "export const late = (load) => load('it', () => import('../http/accept.js'));",
    ]) {
      expect(await complaints('lib/providers/x.ts', code), code).to.have.length(1);
    }
  });

  const others: [string, string][] = [
    ['lib/router.ts', "import './client/speak.js';"],
    ['lib/router.ts', "import 'got';"],
    ['lib/router.ts', 'export default 1;'],
    ['lib/router.ts', 'let state = 0;'],
    ['lib/client/speak.ts', "import 'eventsource-parser';"],
    ['lib/providers/local/worker-pool.ts', 'export const end = (worker) => worker.terminate();'],
    ['lib/engines/encoders/encoder.ts', "export const late = () => import('./mp3.js');"],
    ['lib/engines/encoders/encoder.ts', "export const late = async () => unload(await import('./mp3.js'));"],
    ['lib/streams/discard.ts', 'let state = 0;'],
    ['lib/http/accept.ts', 'result.stream.destroy();'],
    ['lib/providers/remote/client.ts', 'socket?.resetAndDestroy();'],
    ['lib/router.ts', 'socket.destroySoon();'],
  ];
  for (const [file, code] of others) {
    it(`keep ${code} out of ${file}`, async () => {
      expect(await complaints(file, code)).to.have.length.greaterThan(0);
    });
  }

  it('let each have its own', async () => {
    expect(await complaints('lib/client/speak.ts', "import './request.js';")).to.deep.equal([]);
    expect(await complaints('lib/router.ts', "import './providers/text.js';")).to.deep.equal([]);
    expect(await complaints('lib/router.ts', "import 'express';")).to.deep.equal([]);
    expect(await complaints('lib/providers/local/engine-thread.ts', 'worker.terminate();')).to.deep.equal([]);
    const late = "export const late = (load) => load('it', async () => import('./mp3.js'));";
    expect(await complaints('lib/engines/encoders/encoder.ts', late)).to.deep.equal([]);
    expect(await complaints('lib/streams/discard.ts', 'stream.destroy();')).to.deep.equal([]);
    expect(await complaints('lib/http/accept.ts', 'this.destroy();')).to.deep.equal([]);
  });
});

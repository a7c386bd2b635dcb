import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { buildCode } from '../../scripts/build.js';
import { makeFolder, type Folder } from '../support/folder.js';

/** What loads with a file of the package: by their paths its own, by their names those of others. */
function loadedWith(file: string, folder: Folder, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(folder.path(file), 'utf8');
  for (const [, name = ''] of code.matchAll(/^(?:import|export) (?:[^'"\n]* from )?'([^'\n]+)';$/gm)) {
    if (name.startsWith('./')) loadedWith(name.slice(2), folder, found);
    else if (!name.startsWith('node:')) found.add(name);
  }
  return found;
}

describe('the files of the package', function () {
  this.timeout(60_000);
  let folder: Folder;

  before(async () => {
    folder = makeFolder();
    await buildCode(folder.path('.'));
  });

  after(() => {
    folder.remove();
  });

  it('that a thread loads leave to the application what is of no use there', () => {
    const packages: Readonly<Record<string, readonly string[]>> = {
      'worker.js': [],
      'serve.js': [],
      'mp3.js': ['wasm-media-encoders'],
      'opus.js': ['@evan/opus/wasm/index.mjs'],
      'engine-module.js': ['zod'],
    };
    for (const [file, expected] of Object.entries(packages)) {
      const others = [...loadedWith(file, folder)].filter(
        (name) => !/^(worker|serve|express-speech-common)\.js$/.test(name),
      );
      expect(others, file).to.have.members([file, ...expected].filter((name) => !/^(worker|serve)\.js$/.test(name)));
    }
  });

  it('that a test of a provider loads leave the router out', () => {
    expect([...loadedWith('testing.js', folder)]).to.have.members(['testing.js', 'express-speech-common.js']);
  });

  it('that an application loads leave the commands and the gateway out', () => {
    const loaded = loadedWith('index.js', folder);
    expect([...loaded]).to.include.members(['speech.js', 'got', 'express']);
    for (const name of ['yargs', 'express-rate-limit', 'cors', 'command-line.js', 'commands.js']) {
      expect([...loaded]).not.to.include(name);
    }
    expect([...loadedWith('cli.js', folder)]).to.include.members(['yargs', 'command-line.js']);
  });

  it('that have the guards need no other package', () => {
    expect([...loadedWith('resilience.js', folder)]).to.have.members(['resilience.js', 'guards.js']);
  });
});

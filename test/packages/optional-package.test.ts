import { mkdirSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { requireOptional } from '../../lib/packages/optional-package.js';
import { findModule } from '../../lib/packages/own-files.js';
import { Scratch } from '../support/programs.js';

const MISSING = '@opentelemetry/no-such-api';
const internals = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };

describe('an optional package', () => {
  const resolve = internals._resolveFilename;
  const folder = process.cwd();
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => {
    internals._resolveFilename = resolve;
    process.chdir(folder);
    scratch.remove();
  });

  /** Has Node find a package no more, in somebody's words. */
  function hide(name: string, error: () => unknown): void {
    internals._resolveFilename = (request, ...rest) => {
      if (request === name) throw error();
      return resolve(request, ...rest);
    };
  }

  /** Installs a package where the application is. */
  function install(name: string, code: string): void {
    const place = join(scratch.path, 'node_modules', name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, main: 'index.cjs' }));
    writeFileSync(join(place, 'index.cjs'), code);
    process.chdir(scratch.path);
  }

  it('is loaded where it is installed', () => {
    expect(requireOptional('prom-client')).to.have.property('Counter');
    expect(findModule('prom-client')).to.match(/prom-client/);
  });

  it('is found beside the application, where this package is linked or bundled into it', () => {
    install('beside-the-application', 'module.exports = { isIt: true };');
    expect(requireOptional('beside-the-application')).to.deep.equal({ isIt: true });
  });

  const coded = (error: object, code: string): object => Object.assign(error, { code });
  for (const [who, error] of [
    ['npm', () => coded(new Error(`Cannot find module '${MISSING}'`), 'MODULE_NOT_FOUND')],
    ['an import', () => coded(new Error(`Cannot find package '${MISSING}'`), 'ERR_MODULE_NOT_FOUND')],
    ['Yarn PnP', () => coded(new Error(`tried to access ${MISSING} (a peer dependency)`), 'MODULE_NOT_FOUND')],
    ['pnpm', () => coded(new Error('no such thing'), 'MODULE_NOT_FOUND')],
    ['Jest', () => coded(runInNewContext(`new Error("Cannot find module")`) as object, 'MODULE_NOT_FOUND')],
    ['nobody we know', () => ({ code: 'MODULE_NOT_FOUND' })],
  ] as const) {
    it(`is missing where ${who} says so, in whatever words`, () => {
      hide(MISSING, error);
      expect(requireOptional(MISSING)).to.equal(undefined);
      expect(findModule(MISSING)).to.equal(undefined);
    });
  }

  it('is not taken for missing where it is there and broken', () => {
    install('broken-package', 'throw new TypeError("broken");');
    expect(() => requireOptional('broken-package')).to.throw(TypeError, 'broken');
    install('half-a-package', 'require("its-own-dependency");');
    expect(() => requireOptional('half-a-package')).to.throw('its-own-dependency');
    hide(MISSING, () => coded(new Error('bad exports'), 'ERR_PACKAGE_PATH_NOT_EXPORTED'));
    expect(() => findModule(MISSING)).to.throw('bad exports');
  });
});

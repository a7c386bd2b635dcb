import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { embeddedVoice, findModule, moduleFile, MissingFileError, ownFile } from '../../lib/packages/own-files.js';
import { buildCode } from '../../scripts/build.js';
import { makeFolder, type Folder } from '../support/folder.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('ownFile', () => {
  it('finds what lies beside the code', () => {
    expect(existsSync(ownFile('admin/public/'))).to.equal(true);
    expect(ownFile('worker.js')).to.equal(
      fileURLToPath(new URL('../../lib/engines/worker/worker.js', import.meta.url)),
    );
    expect(existsSync(embeddedVoice())).to.equal(true);
  });

  it('says of a package that is not there what to do', () => {
    expect(findModule('express-speech-no-such-package')).to.equal(undefined);
    expect(() => moduleFile('express-speech-no-such-package')).to.throw(
      MissingFileError,
      /^the package express-speech-no-such-package is missing .*npm install express-speech$/,
    );
  });
});

describe('a bundle of an application', function () {
  this.timeout(60_000);
  let folder: Folder;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    folder.remove();
  });

  /** Installs the package, in which alone what it needs can be seen. */
  async function install(): Promise<void> {
    const home = 'node_modules/express-speech';
    await buildCode(folder.path(`${home}/dist`));
    cpSync(`${ROOT}package.json`, folder.path(`${home}/package.json`));
    symlinkSync(`${ROOT}node_modules`, folder.path(`${home}/node_modules`));
  }

  /** Bundles an application with everything in it, runs it where nothing is installed, and returns what it wrote. */
  async function run(
    format: 'cjs' | 'esm',
    code: string,
  ): Promise<{ readonly out: string[]; readonly errors: string[] }> {
    const outfile = folder.path(format === 'cjs' ? 'server.cjs' : 'server.mjs');
    await build({
      stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'silent',
      // Express itself asks for modules of Node by require().
      ...(format === 'esm' && {
        banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
      }),
    });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', cwd: folder.path('.') });
    return { out: linesOf(stdout), errors: linesOf(stderr) };
  }

  const APP = `
    import express from 'express';
    import { speechRouter, speechAdmin } from './lib/index.js';
    const app = express();
    const speech = speechRouter();
    app.use('/v1', speech);
    app.use('/admin', speechAdmin(speech, { authorize: () => true }));
    const server = app.listen(0, async () => {
      await speech.ready;
      const origin = 'http://127.0.0.1:' + server.address().port;
      for (let index = 0; index < 3; index += 1) {
        const reply = await fetch(origin + '/v1/audio/speech', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ input: 'Hello.', response_format: 'wav' }),
        });
        console.log(reply.status, reply.headers.get('x-speech-provider'), (await reply.arrayBuffer()).byteLength > 10_000);
      }
      const page = await fetch(origin + '/admin/');
      console.log(page.status, (await page.text()).includes('admin/public/'));
      console.log((await fetch(origin + '/admin/api/status')).status);
      await speech.close();
      server.close();
    });`;

  for (const format of ['cjs', 'esm'] as const) {
    it(`as ${format} starts, answers with text, and says once which file is missing and what to do`, async () => {
      const { out, errors } = await run(format, APP);
      expect(errors.filter((line) => line.includes('worker.js'))).to.have.length(1);
      expect(errors.filter((line) => line.includes('admin/public/'))).to.have.length(1);
      expect(errors[0]).to.contain('--external:express-speech').and.contain('npm install express-speech');
      expect(errors.filter((line) => line.startsWith('express-speech: '))).to.deep.equal(errors);
      expect(errors.length).to.be.below(4);
      expect(out).to.deep.equal([...Array<string>(3).fill('200 text false'), '503 true', '200']);
    });

    it(`as ${format} speaks, and shows the page, where the package is installed for it`, async () => {
      await install();
      const { out, errors } = await run(format, APP);
      expect(errors).to.deep.equal([]);
      expect(out).to.deep.equal([...Array<string>(3).fill('200 local true'), '200 false', '200']);
    });
  }
});

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { workerUrl } from '../../../lib/engines/worker/worker-url.js';
import { createLocalProvider } from '../../../lib/providers/local/provider.js';
import { workerEnvironment } from '../../../lib/providers/local/worker-environment.js';
import { startProgram } from '../../support/process.js';
import { Scratch } from '../../support/programs.js';
import { bytesOf } from '../../support/provider-conformance.js';
import { context, speechRequest } from '../../support/speech-request.js';

const SPEAKS = fileURLToPath(new URL('../../support/speak-once.js', import.meta.url));
/** The package as JavaScript, where its workers are. */
const LIB = new URL('../..', workerUrl()).href;
const TELLS = fileURLToPath(new URL('../../support/tell-environment.js', import.meta.url));

describe('a speech worker', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  const before = { ...process.env };

  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => {
    scratch.remove();
    delete process.env['NODE_OPTIONS'];
    delete process.env['OF_THE_APPLICATION'];
    Object.assign(process.env, before);
  });

  describe('runs nothing that the application has Node load first', () => {
    /** What applications preload: it opens a port, or may be there once only. It notes in which thread it runs. */
    const preload = (): { readonly module: string; readonly script: string; readonly seen: () => string } => {
      const seen = scratch.file('seen');
      const code = 'if (!isMainThread) throw new Error("the second of us");';
      const note = `appendFileSync(${JSON.stringify(seen)}, isMainThread ? 'main ' : 'worker ');`;
      const module = scratch.file('preload.mjs');
      const script = scratch.file('preload.cjs');
      writeFileSync(
        module,
        `import { appendFileSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads'; ${note} ${code}`,
      );
      writeFileSync(
        script,
        `const { appendFileSync } = require('node:fs'); const { isMainThread } = require('node:worker_threads'); ${note} ${code}`,
      );
      return { module: pathToFileURL(module).href, script, seen: () => readFileSync(seen, 'utf8') };
    };

    for (const [how, options] of [
      ['by --import', ({ module }) => ({ args: ['--import', module], env: {} })],
      ['by --require', ({ script }) => ({ args: ['--require', script], env: {} })],
      [
        'by NODE_OPTIONS',
        ({ module, script }) => ({ args: [], env: { NODE_OPTIONS: `--import ${module} -r ${script}` } }),
      ],
    ] as const satisfies readonly (readonly [
      string,
      (files: { module: string; script: string }) => { args: string[]; env: Record<string, string> },
    ])[]) {
      it(how, async () => {
        const files = preload();
        const { args, env } = options(files);
        const child = await startProgram([...args, SPEAKS, LIB], /^(spoke|failed)/, { env });
        expect(child.line).to.equal('spoke');
        expect(files.seen()).to.match(/^(main ){1,2}$/);
        await child.stop();
      });
    }
  });

  it('gives its programs the environment of the application, but for what Node would load first', async () => {
    process.env['NODE_OPTIONS'] = '--no-warnings';
    process.env['OF_THE_APPLICATION'] = 'yes';
    const file = scratch.file('environment');
    const command = { program: process.execPath, args: [TELLS, file], output: 'pcm' } as const;
    const local = createLocalProvider({ name: 'local', engine: 'embedded', command, voices: {}, workers: 1 });
    const result = await local.synthesize(speechRequest({ format: 'pcm' }), context());
    if (result.kind === 'audio') await bytesOf(result);
    await local.close?.();
    const environment = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    expect(environment).to.include({ PATH: process.env['PATH'], OF_THE_APPLICATION: 'yes' });
    expect(environment).not.to.have.property('NODE_OPTIONS');
    // The application's own is as it was.
    expect(process.env['NODE_OPTIONS']).to.equal('--no-warnings');
  });

  it('has the environment of the moment in which it is started', () => {
    process.env['OF_THE_APPLICATION'] = 'first';
    const first = workerEnvironment();
    process.env['OF_THE_APPLICATION'] = 'second';
    expect([first['OF_THE_APPLICATION'], workerEnvironment()['OF_THE_APPLICATION']]).to.deep.equal(['first', 'second']);
  });
});

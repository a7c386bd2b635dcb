// Writes dist/: one bundled file for each entry and for each part that is loaded late, with its source map, and one file of types for
// each entry. Inside of a bundle files may be cut as ideas are; whoever installs the package gets few.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDtsBundle } from 'dts-bundle-generator';
import { build as bundle, transform } from 'esbuild';
import { rollup } from 'rollup';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIB = `${ROOT}lib/`;
/** Where the compiler's declarations lie until they are rolled up. What lies in node_modules/ would be taken for somebody else's. */
const TYPES = `${ROOT}dist/types/`;

/** What users import, the command, and what threads run. The browser’s side shares nothing with them. */
const ENTRIES = {
  index: 'index.ts',
  resilience: 'resilience/index.ts',
  testing: 'testing/index.ts',
  cli: 'cli.ts',
  worker: 'engines/worker/worker.ts',
};
const TYPED = ['index', 'resilience', 'testing', 'client/index'];
/** Loaded when they are needed: each has a package behind it that takes time to load, or may be missing. */
const LATE = {
  readers: ['text/normalize/markdown-reader.ts', 'text/normalize/ssml-reader.ts'],
  'engine-module': ['engines/engine-module.ts'],
  mp3: ['engines/encoders/mp3.ts'],
  opus: ['engines/encoders/opus.ts'],
  // What an application that mounts the router never loads.
  commands: [
    ...['bench', 'say', 'serve', 'verify', 'voices'].map((name) => `cli/${name}-command.ts`),
    'gateway/settings-table.ts',
    'gateway/read-settings.ts',
  ],
};
/** Those that threads load: with what only the application has, they would load Express, got and zod as well. */
const THREADS_LATE = ['engine-module', 'mp3', 'opus'];
/** What the worker loads with its first job, as one. */
const SERVES = ['serve', 'convert-job', 'convert-stream-job'].map((name) => `engines/worker/${name}.ts`);
const ENCODERS = ['aac', 'flac'].map((name) => `engines/encoders/${name}.ts`);

/** TypeScript, and what it imports as `.js`. The file that says where the files of the package lie says it of dist/. */
const typescript = {
  name: 'typescript',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    return resolve(dirname(importer), source).replace(/\.js$/, '.ts');
  },
  async transform(code, id) {
    if (!id.endsWith('.ts')) return null;
    const source =
      id === `${LIB}packages/file-urls.ts` ? code.replaceAll(/'\.\.\/(?:engines\/worker\/)?/g, "'./") : code;
    return transform(source, { loader: 'ts', target: 'es2022', sourcemap: true, sourcefile: id });
  },
};

/** Leaves out the maps of files that only hand on what others have: there is nothing in them. */
const noEmptyMaps = {
  name: 'no-empty-maps',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk' || Object.values(file.modules).some(({ renderedLength }) => renderedLength > 0))
        continue;
      delete files[`${file.fileName}.map`];
      file.code = file.code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
    }
  },
};

/**
 * Puts what a thread, or a test of a provider, shares with the application into one file, and what belongs to one of them into its own.
 * By the name of the first lib/packages/own-files.ts knows that it lies in this package, and not in somebody's bundle.
 */
function manualChunks(id, { getModuleInfo }) {
  if (Object.values(ENTRIES).some((file) => id === `${LIB}${file}`)) return undefined;
  // Known to nobody but itself, so that whoever imports the guards alone loads nothing else.
  if (id.startsWith(`${LIB}resilience/`)) return 'guards';
  const { application, elsewhere, thread, serving, command, late } = (reach ??= reachOf(getModuleInfo));
  if (application.has(id)) {
    return elsewhere.has(id) ? 'express-speech-common' : 'speech';
  }
  if (thread.has(id)) return undefined;
  if (command.has(id)) return 'command-line';
  if (serving.has(id)) return 'serve';
  return late.find(([, modules]) => modules.has(id))?.[0];
}

let reach;
/** Finds the modules that are loaded with each part. */
function reachOf(getModuleInfo) {
  const from = (...files) => {
    const found = new Set();
    const follow = (id) => {
      if (found.has(id) || !id.startsWith(LIB)) return;
      found.add(id);
      getModuleInfo(id).importedIds.forEach(follow);
    };
    files.forEach((file) => follow(`${LIB}${file}`));
    return found;
  };
  return {
    application: from(ENTRIES.index, ENTRIES.resilience),
    // An application would load what the command is parsed with.
    command: from(ENTRIES.cli),
    elsewhere: from(
      ENTRIES.worker,
      ENTRIES.testing,
      ...SERVES,
      ...ENCODERS,
      ...THREADS_LATE.flatMap((name) => LATE[name]),
    ),
    thread: from(ENTRIES.worker),
    serving: from(...SERVES, ...ENCODERS),
    late: Object.entries(LATE).map(([name, files]) => [name, from(...files)]),
  };
}

/** Bundles the code for Node, with the page of the admin beside it. */
export async function buildCode(outdir) {
  const build = await rollup({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, `${LIB}${file}`])),
    plugins: [typescript, noEmptyMaps],
    external: (id) => !id.startsWith('.') && !id.startsWith(LIB),
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  await build.write({
    dir: outdir,
    format: 'es',
    sourcemap: true,
    chunkFileNames: '[name].js',
    hoistTransitiveImports: false,
    manualChunks,
  });
  await build.close();
  await buildPage(`${outdir}/admin/public`);
}

/** Bundles the modules of the admin page; lit-html is served from its own package. What runs before the first paint stays apart. */
async function buildPage(outdir) {
  const page = `${LIB}admin/public/`;
  await bundle({
    entryPoints: { admin: `${page}admin.js`, style: `${page}style.css` },
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    external: ['./lit-html/*'],
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg', 'appearance.js']) cpSync(`${page}${name}`, `${outdir}/${name}`);
}

/** Bundles the code for browsers, into a folder of its own: applications serve all that lies beside it. */
async function buildClient(outdir) {
  await bundle({
    entryPoints: { 'client/index': `${LIB}client/index.ts` },
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: true,
    logLevel: 'warning',
  });
}

/** Rolls the declarations of each entry up, and writes the entries for those who call `require()`. There is one copy of the code. */
function writeTypes(outdir) {
  const compile = (project, folder) =>
    execFileSync(
      process.execPath,
      [
        `${ROOT}node_modules/typescript/bin/tsc`,
        '-p',
        `${ROOT}${project}`,
        '--emitDeclarationOnly',
        '--outDir',
        folder,
      ],
      { stdio: 'inherit' },
    );
  compile('tsconfig.build.json', TYPES);
  compile('lib/client', `${TYPES}client`);
  const bundles = generateDtsBundle(
    TYPED.map((name) => ({
      filePath: `${TYPES}${name.endsWith('index') ? name : `${name}/index`}.d.ts`,
      output: { noBanner: true, exportReferencedTypes: false, inlineDeclareGlobals: true },
    })),
    { preferredConfigPath: `${ROOT}tsconfig.build.json` },
  );
  for (const [index, name] of TYPED.entries()) {
    for (const end of ['d.ts', 'd.cts']) writeFileSync(`${outdir}/${name}.${end}`, bundles[index]);
    writeFileSync(`${outdir}/${name}.cjs`, `module.exports = require('./${basename(name)}.js');\n`);
  }
  rmSync(TYPES, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = `${ROOT}dist`;
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await buildCode(dist);
  await buildClient(dist);
  if (!process.argv.includes('--code')) writeTypes(dist);
}

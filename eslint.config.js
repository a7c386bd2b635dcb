import { readdirSync } from 'node:fs';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Says which rooms of lib/ a room may import from; a comment is no fence. */
const room = (files, forbidden, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message }] }] },
});

const ROOMS = [
  '**/http/**',
  '**/providers/**',
  '**/engines/**',
  '**/resilience/**',
  '**/telemetry/**',
  '**/admin/**',
  '**/cache/**',
  '**/verify/**',
  '**/speech/**',
  '**/long-text/**',
  '**/streams/**',
  '**/client/**',
];
// What joins the rooms lies beside router.ts, and no room may lean on it. They share the vocabulary of events, of state and of Express,
// and know where the files of the package lie.
const SHARED = ['events.ts', 'status.ts', 'middleware.ts', 'own-files.ts'];
const JOINTS = readdirSync(new URL('lib', import.meta.url))
  .filter((name) => name.endsWith('.ts') && !SHARED.includes(name))
  .map((name) => `../${name.replace(/ts$/, 'js')}`);
const allBut = (...allowed) => [...ROOMS.filter((name) => !allowed.includes(name.slice(3, -3))), ...JOINTS];

/** What no module of the package does. */
const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'Program > ExpressionStatement > AwaitExpression', message: 'Top-level await breaks require().' },
  {
    selector: 'Program > VariableDeclaration[kind="let"]',
    message: 'No state of the module: two routers must not meet.',
  },
];
const TERMINATE = {
  selector: 'CallExpression[callee.property.name="terminate"]',
  message: 'EngineThread.end() ends a thread where nothing stays open.',
};
const LATE_IMPORT = {
  selector: 'ImportExpression:not(CallExpression[callee.name="load"] ImportExpression)',
  message: 'Import late by load() alone, so that the thread is not ended meanwhile.',
};
// A stream that is destroyed with nobody to hear its error ends the process, and so does one that throws at it in a listener.
const DESTROYS = {
  selector:
    'CallExpression[callee.property.name=/^(destroy|destroySoon|resetAndDestroy)$/]:not([callee.object.type="ThisExpression"])',
  message: 'Let go of a stream with discard(), and end a connection with what lib/streams/ has for that.',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'test/consumers/typescript/', 'bench/node_modules/', '**/node_modules/'] },
  {
    files: ['lib/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './test/client/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-misused-spread': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // What packages add to a request of Express they add to `Express.Request`, by declarations that are merged.
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowWithName: '^Request$' }],
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...SYNTAX, TERMINATE, DESTROYS],
    },
  },
  {
    files: ['lib/engines/**'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, TERMINATE, DESTROYS, LATE_IMPORT] },
  },
  {
    files: ['lib/providers/local/engine-thread.ts'],
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, DESTROYS] },
  },
  { files: ['lib/streams/**'], rules: { 'no-restricted-syntax': ['error', ...SYNTAX, TERMINATE] } },
  {
    // What a request says is looked at on the event loop: an expression whose time grows with the square of a text would stop it.
    files: ['lib/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignoreSticky: false }],
    },
  },
  room(
    ['lib/speech/**'],
    [
      ...allBut('speech', 'resilience'),
      'express',
      'got',
      'http-errors',
      'node:fs*',
      'node:net',
      'node:child_process',
      'node:worker_threads',
    ],
    'speech/ is the domain, without I/O.',
  ),
  room(
    ['lib/long-text/**'],
    [...allBut('long-text', 'resilience', 'speech', 'streams'), 'express', 'got', 'http-errors'],
    'long-text/ joins what it is given; it knows speech/ and the vocabulary of resilience/.',
  ),
  room(
    ['lib/resilience/**'],
    [...allBut('resilience'), 'express', 'got', 'http-errors'],
    'resilience/ knows nothing of ours.',
  ),
  room(
    ['lib/streams/**'],
    [...allBut('streams'), 'express', 'got', 'http-errors'],
    'streams/ is ground: it knows nothing of ours.',
  ),
  room(
    ['lib/engines/**'],
    [...allBut('engines', 'speech', 'streams'), 'express', 'got', 'http-errors'],
    'engines/ know speech/ only.',
  ),
  room(
    ['lib/providers/**'],
    [...allBut('providers', 'engines', 'speech', 'streams'), 'express', 'http-errors'],
    'providers/ know speech/ and their engines only.',
  ),
  room(
    ['lib/http/**'],
    [...allBut('http', 'resilience', 'speech', 'streams'), 'got'],
    'http/ knows Express, speech/ and the vocabulary of resilience/.',
  ),
  room(
    ['lib/cache/**'],
    [...allBut('cache', 'speech', 'streams'), 'express', 'got', 'http-errors'],
    'cache/ knows speech/ only.',
  ),
  room(
    ['lib/telemetry/**'],
    [...allBut('telemetry', 'resilience', 'speech', 'streams'), 'express', 'http-errors'],
    'telemetry/ listens; it calls webhooks only.',
  ),
  room(
    ['lib/network/**', 'lib/collections/**', 'lib/packages/**'],
    [...allBut('speech'), 'express', 'got', 'http-errors'],
    'network/, collections/ and packages/ are for all rooms, and know none of them but speech/.',
  ),
  room(
    ['lib/verify/**'],
    [...allBut('verify', 'providers', 'resilience', 'speech', 'streams'), 'express', 'http-errors'],
    'verify/ tries providers, and knows no router.',
  ),
  room(
    ['lib/admin/**'],
    [...allBut('admin', 'resilience', 'speech', 'streams'), 'got'],
    'admin/ knows Express, speech/, the vocabulary of resilience/ and the control that a router gives it.',
  ),
  {
    files: ['lib/client/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\./)', message: 'client/ runs in browsers, alone.' }] },
      ],
    },
  },
  room(
    ['lib/*.ts'],
    ['got', 'http-errors', '**/remote/*', '**/client/*'],
    'got stays in providers/, http-errors in http/, client/ in browsers.',
  ),
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);

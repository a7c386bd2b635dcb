import { dirname, resolve } from 'node:path';
import importX from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { packageFences, zones } from './scripts/rooms.js';

/** Leads from a module to what it imports of ours, as TypeScript does: `.js` is a `.ts` file. */
const ownModules = {
  interfaceVersion: 3,
  name: 'own-modules',
  resolve(source, file) {
    if (!source.startsWith('.')) return { found: false };
    return { found: true, path: resolve(dirname(file), source).replace(/\.js$/, '.ts') };
  },
};

/** What no module of the package does. */
const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'Program > ExpressionStatement > AwaitExpression', message: 'Top-level await breaks require().' },
  {
    selector: 'Program > VariableDeclaration[kind="let"]',
    message: 'No state of the module: two routers must not meet.',
  },
  {
    // V8 gives each such object a description of its own, which keeps it, and all that hangs on it, until the next full collection.
    selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
    message: 'Have a class with the accessor, or a function.',
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
  {
    // The rooms, and which of them may lean on which: scripts/rooms.js.
    files: ['lib/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [ownModules],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: zones() }],
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: ['lib/**/*.ts', 'test/**/*.ts'],
    plugins: { 'import-x': importX },
    rules: {
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', ['parent', 'sibling', 'index']],
          alphabetize: { order: 'asc' },
          'newlines-between': 'never',
        },
      ],
    },
  },
  ...packageFences().map(({ files, forbidden }) => ({
    files,
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: 'Not in this room.' }] }] },
  })),
  {
    files: ['lib/client/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\./)', message: 'client/ runs in browsers, alone.' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);

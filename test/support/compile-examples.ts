import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Example } from './examples.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What an application has besides, which an example takes as known: its page says so in words, or with a comment. */
const GIVEN = `
  import type { Express } from 'express';
  import type { SpeechProvider, SpeechRouter } from 'express-speech';
  declare global {
    const app: Express;
    const speech: SpeechRouter;
    /** An AbortSignal of whoever asks. */
    const signal: AbortSignal;
    /** docs/providers.md: the application's own store of recordings, and its own provider. */
    function findRecording(text: string, options: { signal: AbortSignal }): Promise<Uint8Array | undefined>;
    function myProvider(): SpeechProvider;
    /** docs/resilience.md: two services that can search, and one that streams. */
    const a: object;
    const b: object;
    function find(service: object, query: string, signal: AbortSignal): Promise<object>;
    const url: string;
    function send(chunk: Uint8Array): Promise<void>;
    namespace Express {
      /** Whatever a login has put there. */
      interface Request { session?: any }
    }
  }
`;

/** What the page's own markup has, for a script in it. */
const GIVEN_IN_PAGE = `interface ParentNode { querySelector(selectors: '#read'): HTMLButtonElement }`;

/** What a page imports before its first example, in words. */
const BEFOREHAND: Readonly<Record<string, string>> = {
  'docs/client.md': `import express from 'express';`,
  'docs/gateways.md': `import { speechRouter } from 'express-speech';`,
  'docs/http.md': `import OpenAI from 'openai'; import { createOpenAI } from '@ai-sdk/openai';`,
};

/** Where the imports of an example lead: to the source, as nothing need be built for a look at the types. */
const PATHS = {
  'express-speech': ['./lib/index.ts'],
  'express-speech/resilience': ['./lib/resilience/index.ts'],
  'express-speech/testing': ['./lib/testing/index.ts'],
  '/client/index.js': ['./lib/client/index.ts'],
};

interface Program {
  readonly example: Example;
  readonly isForBrowser: boolean;
  readonly path: string;
  readonly text: string;
}

/** Checks the types of examples, JavaScript too, and says what is wrong with them: `README.md:14: …`. */
export function compileExamples(examples: readonly Example[]): string[] {
  const imports = new Map<string, string>();
  const programs = examples.filter(isCode).map((example): Program => {
    const { page, language, line } = example;
    const code = language === 'html' ? scriptIn(example.code) : example.code;
    const isForBrowser = code.includes("'/client/");
    const known = isForBrowser ? '' : (imports.get(page) ?? BEFOREHAND[page] ?? '');
    const own = importsOf(code).map(([, text]) => text);
    if (!isForBrowser) imports.set(page, [known, ...own].join(' '));
    return {
      example,
      isForBrowser,
      path: `${ROOT}example-${page.replaceAll('/', '-')}-${String(line)}.${language === 'ts' ? 'ts' : 'js'}`,
      text: `${headerFor(code, known)}${code}`,
    };
  });
  return [
    ...problemsIn(
      programs.filter(({ isForBrowser }) => !isForBrowser),
      { lib: ['es2023'], types: ['node', 'mocha'] },
      GIVEN,
    ),
    ...problemsIn(
      programs.filter(({ isForBrowser }) => isForBrowser),
      { lib: ['es2023', 'dom'], types: [] },
      GIVEN_IN_PAGE,
    ),
  ];
}

/** Says whether an example can be compiled. */
export function isCode({ language, code }: Example): boolean {
  return ['js', 'ts'].includes(language) || (language === 'html' && scriptIn(code).trim() !== '');
}

/** The script in a piece of markup, in its place. */
function scriptIn(markup: string): string {
  const [, before = '', script = ''] = /^([^]*?<script type="module">)([^]*)<\/script>/.exec(markup) ?? [];
  return before.replace(/[^\n]/g, '') + script;
}

/** The examples of a page go on from one another: each has what those before it have imported, and it has not declared itself. */
function headerFor(code: string, known: string): string {
  const own = namesIn(code);
  return [...new Map(importsOf(known))].map(([name, text]) => (own.has(name) ? '' : `${text} `)).join('');
}

/** Each name that is imported, with an import of it alone. */
function importsOf(code: string): [string, string][] {
  return ts.createSourceFile('imports.js', code, ts.ScriptTarget.Latest, true).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const from = `from '${statement.moduleSpecifier.text}';`;
    const { name, namedBindings } = statement.importClause ?? {};
    const named = namedBindings !== undefined && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
    return [
      ...(name === undefined ? [] : [[name.text, `import ${name.text} ${from}`] as [string, string]]),
      ...named.map((one): [string, string] => [one.name.text, `import { ${one.getText()} } ${from}`]),
    ];
  });
}

/** What a piece of code imports or declares at its top. */
function namesIn(code: string): Set<string> {
  const { statements } = ts.createSourceFile('names.js', code, ts.ScriptTarget.Latest);
  const declared = statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  return new Set([...importsOf(code).map(([name]) => name), ...declared]);
}

function problemsIn(programs: readonly Program[], extra: object, given: string): string[] {
  if (programs.length === 0) return [];
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.parseJsonConfigFileContent(
    {
      include: [],
      files: [],
      compilerOptions: {
        ...config.compilerOptions,
        ...extra,
        paths: PATHS,
        // JavaScript is checked as far as it says what it is.
        allowJs: true,
        checkJs: true,
        noImplicitAny: false,
        // An example shows what there is, and need not use it.
        noUnusedLocals: false,
        noUnusedParameters: false,
        // Each is a file of its own, whether it imports anything or not.
        moduleDetection: 'force',
      },
    },
    ts.sys,
    ROOT,
  );
  const host = ts.createCompilerHost(options);
  const files = new Map([
    [`${ROOT}example-given.d.ts`, given],
    ...programs.map(({ path, text }) => [path, text] as const),
  ]);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (path) => files.has(path) || ts.sys.fileExists(path),
    readFile: (path) => files.get(path) ?? ts.sys.readFile(path),
    getSourceFile: (path, version) => {
      const text = files.get(path);
      return text === undefined ? host.getSourceFile(path, version) : ts.createSourceFile(path, text, version, true);
    },
  });
  const problemsOf = (path: string): readonly ts.Diagnostic[] => {
    const source = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  };
  const what = ({ messageText }: ts.Diagnostic): string => ts.flattenDiagnosticMessageText(messageText, ' ');
  return [
    ...program.getOptionsDiagnostics().map(what),
    ...problemsOf(`${ROOT}example-given.d.ts`).map((problem) => `what is given: ${what(problem)}`),
    ...programs.flatMap(({ example: { page, line }, path, text }) =>
      problemsOf(path).map((problem) => {
        const at = line + text.slice(0, problem.start).split('\n').length - 1;
        return `${page}:${String(at)}: ${what(problem)}`;
      }),
    ),
  ];
}

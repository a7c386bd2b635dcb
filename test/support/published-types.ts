import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = `${ROOT}dist`;

/** What an editor shows of one name that a user of the package can write. */
export interface Shown {
  /** `SpeechRouterOptions.fallback[remote].timeout.connect` */
  readonly path: string;
  /** What its comment says. */
  readonly text: string;
  /** What stands behind `@default` in it. */
  readonly standard: string | undefined;
  /** What it may be, where it is one of several words. */
  readonly words: readonly string[];
}

/**
 * Reads the types of the package as they are published, in memory, and finds all that can be reached from an entry: its exports, their
 * members, and what these are made of.
 */
export function readPublished(entry: string, build = 'tsconfig.build.json'): Shown[] {
  const program = openTypes(entry, build);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(`${DIST}/${entry}.d.ts`);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`there are no types of ${entry}`);
  const reader = new Reader(checker);
  for (const symbol of checker.getExportsOfModule(module)) reader.readExport(symbol);
  return reader.shown;
}

/** Makes the declarations that the build would write, and a program that knows nothing else. */
function openTypes(entry: string, build: string): ts.Program {
  const file = `${ROOT}${build}`;
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, dirname(file));
  const emitted = { rootDir: `${ROOT}lib`, outDir: DIST, declaration: true, emitDeclarationOnly: true, noEmit: false };
  const files = new Map<string, string>();
  const source = ts.createProgram([`${ROOT}lib/${entry}.ts`], { ...options, ...emitted, noCheck: true });
  source.emit(undefined, (path, text) => files.set(path, text));
  const host = ts.createCompilerHost(options);
  const fileExists = (path: string): boolean => ts.sys.fileExists(path);
  const readFile = (path: string): string | undefined => ts.sys.readFile(path);
  const directoryExists = (path: string): boolean => ts.sys.directoryExists(path);
  return ts.createProgram(
    [`${DIST}/${entry}.d.ts`],
    { ...options, emitDeclarationOnly: false, noEmit: true },
    {
      ...host,
      // Nothing of it is on the disk.
      directoryExists: (path) => path.startsWith(DIST) || directoryExists(path),
      fileExists: (path) => files.has(path) || (!path.startsWith(DIST) && fileExists(path)),
      readFile: (path) => files.get(path) ?? (path.startsWith(DIST) ? undefined : readFile(path)),
      getSourceFile(path, version) {
        const text = files.get(path) ?? (path.startsWith(DIST) ? undefined : readFile(path));
        return text === undefined ? undefined : ts.createSourceFile(path, text, version);
      },
    },
  );
}

class Reader {
  readonly shown: Shown[] = [];
  readonly #checker: ts.TypeChecker;
  /** What has been looked into, with the kind of path that led there. */
  readonly #seen = new Set<ts.Type>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  readExport(exported: ts.Symbol): void {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(exported) : exported;
    const isType = (symbol.flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Class)) !== 0;
    const type = isType ? this.#checker.getDeclaredTypeOfSymbol(symbol) : this.#checker.getTypeOfSymbol(symbol);
    this.#seen.clear();
    this.#show(symbol, exported.name, type);
    if (symbol.flags & ts.SymbolFlags.Class) this.#readMembers(this.#checker.getTypeOfSymbol(symbol), exported.name);
  }

  #show(symbol: ts.Symbol, path: string, type: ts.Type): void {
    const tags = symbol.getJsDocTags(this.#checker);
    const standard = tags.find(({ name }) => name === 'default');
    this.shown.push({
      path,
      text: ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)),
      standard: standard && ts.displayPartsToString(standard.text),
      words: partsOf(type).flatMap((part) => (part.isStringLiteral() ? [part.value] : [])),
    });
    this.#read(type, path);
  }

  /** Looks into a type: the forms that it takes, what a list has in it, what a function is given and returns. */
  #read(type: ts.Type, path: string): void {
    for (const part of partsOf(type)) {
      if (this.#seen.has(part)) continue;
      this.#seen.add(part);
      if (this.#checker.isArrayType(part)) {
        const [element] = this.#checker.getTypeArguments(part as ts.TypeReference);
        for (const each of element === undefined ? [] : partsOf(element))
          this.#read(each, `${path}[${this.#kind(each)}]`);
        continue;
      }
      for (const signature of part.getCallSignatures()) {
        for (const parameter of signature.parameters) this.#read(this.#checker.getTypeOfSymbol(parameter), `${path}()`);
        this.#read(signature.getReturnType(), `${path}()`);
      }
      this.#readMembers(part, path);
    }
  }

  #readMembers(type: ts.Type, path: string): void {
    for (const member of type.getProperties()) {
      if (isOurs(member)) this.#show(member, `${path}.${nameOf(member)}`, this.#checker.getTypeOfSymbol(member));
    }
  }

  /** The `type` of a provider's options. */
  #kind(type: ts.Type): string {
    const kind = type.getProperty('type');
    const value = kind && this.#checker.getTypeOfSymbol(kind);
    return value?.isStringLiteral() === true ? value.value : '';
  }
}

/** The forms that a type takes. */
function partsOf(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function isOurs({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => declaration.getSourceFile().fileName.startsWith(`${DIST}/`));
}

/** A symbol of JavaScript has a number of TypeScript's in its name. */
function nameOf({ name }: ts.Symbol): string {
  return name.replace(/^__@(\w+)@\d+$/, '[$1]');
}

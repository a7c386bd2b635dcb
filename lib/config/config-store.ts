import { resolve } from 'node:path';
import { SpeechOptionsError, type OptionsProblem } from '../options/options-error.js';
import type { Clock } from '../resilience/index.js';
import { RevisionConflictError, type ConfigurationSnapshot } from '../speech/control.js';
import type { SpeechEventMap } from '../speech/events.js';
import { FileChangedError, ConfigFile } from './config-file.js';
import { parseConfigurationText } from './config-text.js';
import { parseOptions, type Configuration } from './parse-options.js';
import { putTogether, takeApart, toProvider, type OptionParts } from './plain-options.js';
import { refuseNewPrograms } from './programs.js';
import { maskSecrets, unmaskEntrySecrets, unmaskSecrets } from './secrets.js';
import { setupWarnings } from './setup-warnings.js';

/** Changes that can be undone. */
const MOST_UNDO = 20;

type Plain = Readonly<Record<string, unknown>>;
type Origin = SpeechEventMap['configuration']['origin'];

export interface ConfigStoreOptions {
  readonly clock: Clock;
  /** Puts a checked configuration to use. */
  readonly apply: (configuration: Configuration) => void;
  readonly notify: (event: SpeechEventMap['configuration']) => void;
  /** Called for each thing that can be used and is hardly meant, when it comes up. */
  readonly warn?: (warning: OptionsProblem) => void;
}

/**
 * The options in use, wherever they come from: code, a file that is watched, or a page. Each change is checked as a whole before any of
 * it is used, and a change that was made without having seen the last one is refused.
 */
export class ConfigStore {
  /** The configuration to begin with. */
  readonly initial: Configuration;
  readonly #options: ConfigStoreOptions;
  readonly #file: ConfigFile | undefined;
  #parts: OptionParts;
  /** What is in use, as plain data. */
  #plain: Plain;
  #revision: string;
  #configuration: Configuration;
  /** What was warned of and is still so. */
  #warned: ReadonlySet<string> = new Set();
  readonly #undo: Plain[] = [];
  /** The file's text as it was last read or written, good or bad. */
  #fileText: string | undefined;
  /** What is wrong with that text. */
  #textProblem: string | null = null;
  /** Why the file cannot be read. */
  #unreadable: string | null = null;
  #saving: Promise<unknown> = Promise.resolve();

  /**
   * @throws {SpeechOptionsError} when the options or the file cannot be used
   */
  constructor(given: unknown, options: ConfigStoreOptions) {
    this.#options = options;
    const parsed = parseOptions(given);
    this.#parts = takeApart(given ?? {});
    this.#plain = this.#parts.plain;
    this.initial = parsed;
    const { configFile } = parsed;
    if (configFile !== undefined) {
      this.#file = new ConfigFile(configFile, options.clock);
      this.#fileText = readAtStart(this.#file);
      if (this.#fileText !== undefined) {
        this.#plain = { ...this.#plain, ...parseConfigurationText(this.#fileText) };
        this.initial = this.#check(this.#plain);
      }
    }
    this.#configuration = this.initial;
    this.#revision = this.initial.revision;
  }

  /** Begins to watch the file, if there is one, and warns of what is hardly meant. */
  watch(): void {
    const file = this.#file;
    this.#warn();
    file?.watch(() => {
      // It is read when its turn has come, or an older text could take the place of one that was saved meanwhile.
      void this.#inTurn(() => this.#takeFile(file));
    });
  }

  close(): void {
    this.#file?.stop();
  }

  read(): ConfigurationSnapshot {
    return {
      options: maskSecrets(withGatewayOf({}, this.#plain)),
      revision: this.#revision,
      persistence: this.#file === undefined ? 'memory' : 'file',
      canUndo: this.#undo.length > 0,
      fileProblem: this.#fileProblem,
    };
  }

  /** Replaces all options by those of the program. What only code can say stays as it was given first. */
  reconfigure(given: unknown): void {
    // Checked as they are first: only what is plain data can be taken apart.
    parseOptions(given);
    const parts = takeApart(given ?? {});
    const { prepare, ...fixed } = parts.code;
    const problems = Object.entries(fixed)
      .filter(([key, value]) => !isSameCode(value, (this.#parts.code as Record<string, unknown>)[key]))
      .map(([path]) => ({ path, message: 'this cannot change; give it when the router is made' }));
    if (problems.length > 0) throw new SpeechOptionsError(problems);
    const providers = new Map([...this.#parts.providers, ...parts.providers]);
    // A function that makes texts ready belongs to the chain, and may change with it.
    const next = { ...this.#parts, providers, code: { ...this.#parts.code, prepare } };
    const configuration = this.#check(parts.plain, next);
    this.#parts = next;
    this.#use(parts.plain, configuration, 'code');
  }

  /** Checks, writes and uses options that came from a page. */
  save(options: unknown, revision: string): Promise<ConfigurationSnapshot> {
    return this.#inTurn(async () => {
      this.#expect(revision);
      if (typeof options !== 'object' || options === null || Array.isArray(options)) {
        throw new SpeechOptionsError([{ path: '', message: 'expected an object with named options' }]);
      }
      if ('gateway' in options) {
        throw new SpeechOptionsError([{ path: 'gateway', message: 'this is changed in the file itself, by hand' }]);
      }
      const plain = unmaskSecrets(options as Plain, this.#plain);
      const { fallback } = plain as { readonly fallback?: unknown };
      const entries: readonly unknown[] = Array.isArray(fallback) ? fallback : [];
      for (const [index, entry] of entries.entries()) refuseNewPrograms(entry, this.#plain, ['fallback', index]);
      return this.#store(plain);
    });
  }

  /** Goes back to the options before the last change. */
  undo(revision: string): Promise<ConfigurationSnapshot> {
    return this.#inTurn(async () => {
      this.#expect(revision);
      const before = this.#undo.at(-1);
      if (before === undefined) return this.read();
      return this.#store(before, () => {
        // Neither the change nor its undoing is gone back to.
        this.#undo.splice(-2);
      });
    });
  }

  /**
   * Fills what is known already into an entry that came from a page: its secrets, and the object of the program's that it names.
   *
   * @throws {SpeechOptionsError} when there is no such thing
   */
  completeEntry(entry: unknown): unknown {
    refuseNewPrograms(entry, this.#plain, []);
    return toProvider(unmaskEntrySecrets(entry, this.#plain), ['name'], this.#parts.providers);
  }

  async #store(changed: Plain, onUsed: () => void = () => undefined): Promise<ConfigurationSnapshot> {
    const plain = withGatewayOf(this.#plain, changed);
    const configuration = this.#check(plain);
    if (this.#file !== undefined) await this.#writeFile(this.#file, plain);
    this.#use(plain, configuration, 'admin');
    onUsed();
    return this.read();
  }

  async #writeFile(file: ConfigFile, plain: Plain): Promise<void> {
    const text = `${JSON.stringify(plain, undefined, 2)}\n`;
    const before = this.#fileText;
    const revision = this.#revision;
    try {
      await file.write(text, before);
      // The program may have changed the options while the disk was busy.
      if (revision !== this.#revision && before !== undefined) await file.write(before, text);
    } catch (error) {
      if (error instanceof FileChangedError) throw new RevisionConflictError();
      throw error;
    }
    this.#expect(revision);
    this.#fileText = text;
    this.#textProblem = null;
  }

  async #takeFile(file: ConfigFile): Promise<void> {
    const before = this.#fileProblem;
    try {
      const text = await file.read();
      this.#unreadable = null;
      if (text !== this.#fileText) this.#takeText(text);
    } catch (error) {
      this.#unreadable = whyUnreadable(error);
    }
    this.#warn();
    const problem = this.#fileProblem;
    if (problem === null || problem === before) return;
    this.#options.notify({ revision: this.#revision, origin: 'file', problem });
  }

  #takeText(text: string | undefined): void {
    this.#fileText = text;
    this.#textProblem = null;
    // Without its file the configuration stays; the next save makes a new one.
    if (text === undefined) return;
    try {
      const plain = { ...this.#parts.plain, ...parseConfigurationText(text) };
      this.#use(plain, this.#check(plain), 'file');
    } catch (error) {
      if (!(error instanceof SpeechOptionsError)) throw error;
      this.#textProblem = describeProblems(error);
    }
  }

  get #fileProblem(): string | null {
    return this.#unreadable ?? this.#textProblem;
  }

  #check(plain: Plain, parts = this.#parts): Configuration {
    return parseOptions(putTogether(plain, parts));
  }

  #use(plain: Plain, configuration: Configuration, origin: Origin): void {
    this.#options.apply(configuration);
    this.#undo.push(this.#plain);
    if (this.#undo.length > MOST_UNDO) this.#undo.shift();
    this.#plain = plain;
    this.#configuration = configuration;
    this.#revision = configuration.revision;
    this.#warn();
    this.#options.notify({ revision: this.#revision, origin, problem: null });
  }

  /** Warns of what has come up since the last time, once. */
  #warn(): void {
    const warnings = setupWarnings(this.#plain, this.#configuration);
    const { configFile } = this.initial;
    if (configFile !== undefined && this.#fileText === undefined) warnings.push(missingFile(configFile));
    const before = this.#warned;
    this.#warned = new Set(warnings.map(describe));
    for (const warning of warnings) if (!before.has(describe(warning))) this.#options.warn?.(warning);
  }

  #expect(revision: string): void {
    if (revision !== this.#revision) throw new RevisionConflictError();
  }

  /** One change after the other, so that none is checked against options that are being replaced. */
  #inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const result = this.#saving.then(change);
    this.#saving = result.catch(() => undefined);
    return result;
  }
}

/** Copies options with what is a gateway's own as it stands in others: who may change how one speaks may not change who is let in. */
function withGatewayOf({ gateway }: Plain, options: Plain): Plain {
  const copy = Object.fromEntries(Object.entries(options).filter(([key]) => key !== 'gateway'));
  return gateway === undefined ? copy : { gateway, ...copy };
}

/** Tells whether an option that only code can give is the one from before: options are often written anew around the same register. */
function isSameCode(value: unknown, before: unknown): boolean {
  return value === before || (registerOf(value) !== undefined && registerOf(value) === registerOf(before));
}

function registerOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'register' in value ? value.register : undefined;
}

function readAtStart(file: ConfigFile): string | undefined {
  try {
    return file.readNow();
  } catch (error) {
    throw new SpeechOptionsError([{ path: 'configFile', message: whyUnreadable(error) }]);
  }
}

/** Says why, by the system's code where there is one: its message has the path twice. */
function whyUnreadable(error: unknown): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  return `the file cannot be read: ${code ?? message}`;
}

function missingFile(configFile: string): OptionsProblem {
  const message = `there is no file ${resolve(configFile)}; what the code says is in use, and the file will be as soon as it is there`;
  return { path: 'configFile', message };
}

function describeProblems({ problems }: SpeechOptionsError): string {
  return problems.map(describe).join('; ');
}

function describe({ path, message }: OptionsProblem): string {
  return path === '' ? message : `${path}: ${message}`;
}

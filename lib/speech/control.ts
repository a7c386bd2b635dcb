import type { SpeechEventListener, SpeechEventName } from './events.js';
import type { SpeechLogger, SpeechModel, SpeechResult } from './provider.js';
import type { SpeechRequest } from './request.js';
import type { ListedVoice } from './service.js';
import type { SpeechStatus } from './status.js';
import type { Verification } from './verification.js';

/** Where a speech router keeps its control; a registered symbol, so that two installed copies of the package understand each other. */
export const CONTROL: unique symbol = Symbol.for('express-speech.control') as never;

/** The configuration as somebody may see it. */
export interface ConfigurationSnapshot {
  /**
   * The options as `configFile` has them, without what is not plain data (`logger`, `metrics`). Secrets are not in it: a key given
   * as text is `{ "set": true }`, one from the environment `{ "env": NAME }`; values of `headers` and `tls.key` are `{ "set": true }`
   * as well. A provider object of the user's own is `{ "type": "custom", "name": NAME }`: it can be moved and taken out, not changed.
   */
  readonly options: Readonly<Record<string, unknown>>;
  /** Changes with every change; opaque. */
  readonly revision: string;
  /** Whether a saved change is written to `configFile`, or lasts until the next start only. */
  readonly persistence: 'file' | 'memory';
  /** Whether there is a configuration to go back to. */
  readonly canUndo: boolean;
  /** What is wrong with the file as it is now, while the configuration before it stays in use. */
  readonly fileProblem: string | null;
}

/** Says that the configuration has changed since it was read; nothing was saved. */
export class RevisionConflictError extends Error {
  override readonly name = 'RevisionConflictError';
  readonly code = 'ERR_SPEECH_REVISION';

  constructor() {
    super('the configuration was changed by somebody else in the meantime; read it again');
  }
}

/** What ends what was begun. */
export interface EndedBy {
  /** Aborts when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What the admin page can do with a router. */
export interface SpeechControl {
  /** Aborts when the router closes, so that a page which watches does not keep the server from closing. */
  readonly closed: AbortSignal;
  /** The router's own, which throws nothing. */
  readonly logger: SpeechLogger;
  /** Reads the configuration that is in use. */
  read(): ConfigurationSnapshot;
  /** Reads the JSON Schema that `configFile` is checked against in an editor, with what each option is, where it is installed. */
  schema(): object;
  /**
   * Checks, writes and uses new options. `{ "set": true }` in place of a secret keeps the one of the provider of that name;
   * `{ "type": "custom" }` keeps the provider object of that name.
   *
   * @throws {SpeechOptionsError} with every problem; nothing is changed then
   * @throws {RevisionConflictError} when `revision` is not the current one
   */
  save(options: unknown, revision: string): Promise<ConfigurationSnapshot>;
  /**
   * Goes back to what was in use before the last change.
   *
   * @throws {RevisionConflictError}
   */
  undo(revision: string): Promise<ConfigurationSnapshot>;
  /** Tries a fallback entry, which need not be saved. Secrets may be kept as in `save`. */
  verify(entry: unknown, options: EndedBy): Promise<Verification>;
  /** Lists the models of those who are up, and what was known last of those who are down; from memory. */
  models(): readonly SpeechModel[];
  /** Takes a snapshot of the chain. */
  status(): SpeechStatus;
  /** Lists the voices of the running chain, as far as they are known at this moment. */
  voices(): readonly ListedVoice[];
  /** Speaks through one provider of the running chain and no other. Rejects with a `SpeechError`. */
  speakThrough(provider: string, request: SpeechRequest, options: EndedBy): Promise<SpeechResult>;
  /** Listens to what happens. */
  on<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void;
  /** Listens no more. */
  off<Name extends SpeechEventName>(name: Name, listener: SpeechEventListener<Name>): void;
}

/** What `speechAdmin()` can steer. */
export interface Steered {
  /** What it is steered with. */
  readonly [CONTROL]: SpeechControl;
}

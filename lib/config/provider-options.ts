import { z } from 'zod';
import { object } from '../options/schemas.js';
import { LOCAL_OPTIONS } from '../providers/local/options.js';
import { REMOTE_OPTIONS } from '../providers/remote/options.js';
import { TEXT_OPTIONS } from '../providers/text.js';
import { guards, remoteGuards, type RemoteGuards, type SpeechGuards } from './guard-options.js';

const remote = object({ type: z.literal('remote'), ...REMOTE_OPTIONS.shape, ...remoteGuards });

const local = object({ type: z.literal('local'), ...LOCAL_OPTIONS.shape, ...guards }).refine(
  ({ engine, command: own, voice }) => engine !== 'piper' || own !== undefined || voice !== undefined,
  { error: 'expected the path of a voice’s .onnx file, which piper cannot do without', path: ['voice'] },
);

const text = object({ type: z.literal('text'), ...TEXT_OPTIONS.shape, ...guards });

/** The schema of each built-in kind of provider, by its `type`. */
export const ENTRY_SCHEMAS = { remote, local, text };

// Each part where it is written, and not `z.input` of the whole: TypeScript publishes the comments of a member in its own file alone.

/** An OpenAI-compatible server. */
export type RemoteEntry = {
  /** An OpenAI-compatible server. */
  type: 'remote';
} & z.input<typeof REMOTE_OPTIONS> &
  RemoteGuards;

/** An engine on this machine, which never speaks on the event loop. */
export type LocalEntry = {
  /** An engine on this machine. */
  type: 'local';
} & z.input<typeof LOCAL_OPTIONS> &
  SpeechGuards;

/** The last resort: it hands the text back, does no I/O and cannot fail. */
export type TextEntry = {
  /** The last resort, which hands the text back. */
  type: 'text';
} & z.input<typeof TEXT_OPTIONS> &
  IgnoredGuards;

/** What a text entry takes, so that every entry may say the same, and does not use: it cannot fail, and there is nothing to wait for. */
export interface IgnoredGuards {
  /** Ignored: text cannot fail, so that there is no circuit to open. */
  circuitBreaker?: SpeechGuards['circuitBreaker'];
  /** Ignored: text is there at once, so that nobody waits for a place. */
  bulkhead?: SpeechGuards['bulkhead'];
  /** Ignored: text cannot fail, so that there is nothing to try again. */
  retry?: SpeechGuards['retry'];
  /** Ignored: text is always there, so that there is nothing to check. */
  health?: SpeechGuards['health'];
}

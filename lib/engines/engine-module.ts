import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { SpeechError } from '../speech/error.js';
import type { EngineModule, SpeechEngine } from './engine.js';
import { reasonOf, type Load } from './worker/load.js';

const isFunction = (value: unknown): boolean => typeof value === 'function';

const MODULE = z.looseObject({ createEngine: z.custom<EngineModule['createEngine']>(isFunction) });

const ENGINE = z.looseObject({
  name: z.string().min(1),
  voices: z.array(z.object({ id: z.string().min(1), name: z.string(), language: z.string().default('und') })),
  voiceFor: z.custom<SpeechEngine['voiceFor']>(isFunction),
  speak: z.custom<SpeechEngine['speak']>(isFunction),
  write: z.custom<SpeechEngine['write']>(isFunction).optional(),
});

/**
 * Loads an engine of the user's own.
 *
 * @param module a package name, an absolute path or a file: URL
 * @throws {SpeechError} `engine_failed`, saying why it cannot be loaded, or naming the member when what it exports or makes is no engine
 */
export async function loadEngineModule(module: string, load: Load): Promise<SpeechEngine> {
  const specifier = isAbsolute(module) ? pathToFileURL(module).href : module;
  const exported = await load<unknown>('the engine’s module', () => import(specifier));
  const made = await create(checked(MODULE, exported, 'the engine’s module'));
  const { name, voices } = checked(ENGINE, made, 'the engine');
  const engine = made as SpeechEngine;
  return {
    name,
    // Copied, because they go to another thread, which takes plain data only.
    voices,
    voiceFor: (text) => engine.voiceFor(text),
    speak: (segment, options) => engine.speak(segment, options),
    ...(engine.write === undefined ? {} : { write: (text) => engine.write?.(text) ?? text }),
  };
}

/** Has a module make its engine, which may take as long as a model takes to be read. */
async function create({ createEngine }: Pick<EngineModule, 'createEngine'>): Promise<unknown> {
  try {
    return await createEngine();
  } catch (cause) {
    if (SpeechError.is(cause)) throw cause;
    throw new SpeechError('engine_failed', `the engine could not be made: ${reasonOf(cause)}`, { cause });
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join('.') ?? '';
  throw new SpeechError('engine_failed', `${what} is not what was expected${path === '' ? '' : ` at ${path}`}`);
}

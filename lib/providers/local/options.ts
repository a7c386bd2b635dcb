import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { Filled } from '../../options/filled.js';
import { NAME_SCHEMA, VOICES_SCHEMA } from '../../options/names.js';
import { nearMiss } from '../../options/options-error.js';
import { nonEmptyString, object, wholeNumber } from '../../options/schemas.js';

const ENGINES = ['embedded', 'espeak-ng', 'piper'] as const;

/** The options of an engine on this machine, without the guards around it. */
export const LOCAL_OPTIONS = object({
  /**
   * What the provider is called in headers, logs, metrics and on the admin page: 1 to 64 letters, digits, dots, dashes and underscores,
   * unique in the chain.
   *
   * @default 'local'
   */
  name: NAME_SCHEMA.default('local'),
  /**
   * What speaks. `'embedded'` comes with this package and needs nothing to be set up; `'espeak-ng'` and `'piper'` run the installed
   * programs; `{ module }` is an engine of your own.
   *
   * @default 'embedded'
   */
  engine: z
    .union(
      [
        z.enum(ENGINES),
        object({
          /** A package name, an absolute path or a `file:` URL. It exports `createEngine()`. */
          module: nonEmptyString('a package name, an absolute path or a file: URL'),
        }),
      ],
      {
        error: ({ input }) =>
          `expected "embedded", "espeak-ng", "piper" or { module }${typeof input === 'string' ? nearMiss(input, ENGINES) : ''}`,
      },
    )
    .default('embedded'),
  /** Another program, in place of `engine`. The text goes to its standard input, and sound comes from its standard output. */
  command: object({
    /** The program: its name, or its path. */
    program: nonEmptyString('the program to run'),
    /**
     * Its arguments. `{voice}`, `{speed}`, `{length}` (1 / speed) and `{rate}` (words a minute) in them are filled in.
     *
     * @default []
     */
    args: z.array(z.string(), { error: 'expected a list of arguments' }).default([]),
    /**
     * What it writes: `'wav'` with any header, or `'pcm'`, bare samples of 16 bits, little-endian, mono. A header says what the sound
     * is, so that nothing else has to be said.
     *
     * @default 'wav'
     */
    output: z.enum(['wav', 'pcm'], { error: 'expected "wav" or "pcm"' }).default('wav'),
    /** Samples a second of its `'pcm'`, in hertz. Without it 24,000 are taken for granted. */
    sampleRate: wholeNumber('hertz', 8_000, 192_000).optional(),
  }).optional(),
  /** The voice where a request names none. For `'piper'` the path of a voice's `.onnx` file, which it cannot do without. */
  voice: nonEmptyString('the name of a voice').optional(),
  /**
   * From the voice that is asked for to this engine's own: `{ alloy: 'en-gb' }`.
   *
   * @default {}
   */
  voices: VOICES_SCHEMA.default({}),
  /**
   * Worker threads, each of which speaks one request at a time. A core is left to the event loop. Each worker takes 80 to 100 MB, so a
   * large machine does not get one per core.
   *
   * @default one less than the machine has cores, 4 at the most
   */
  workers: wholeNumber('workers', 1, 64).default(() => Math.min(4, Math.max(1, availableParallelism() - 1))),
});

/** Options of a local engine, with every default filled in, and what its guards have to say to it. */
export interface LocalOptions extends Filled<z.output<typeof LOCAL_OPTIONS>> {
  /** Whether every health check speaks; else the first does, and then one a minute. */
  readonly healthSpeaks?: boolean;
}

import { z } from 'zod';
import { NAME_SCHEMA } from '../options/names.js';
import { PREPARATIONS } from '../text/normalize/text-kinds.js';
import { GATEWAY_SCHEMA, type GatewayOptions } from './gateway-options.js';
import { HOLD_IN_FILE } from './hold-option.js';
import { OPTIONS_SCHEMA, type SpeechRouterOptions } from './options.js';
import { ENTRY_SCHEMAS, type LocalEntry, type RemoteEntry, type TextEntry } from './provider-options.js';

/** A provider object that the program gave to `speechRouter()`, by its name. */
export interface CustomEntry {
  /** A provider object of the program's. */
  type: 'custom';
  /** The name that it has in the program. */
  name: string;
}

const CUSTOM = z.strictObject({ type: z.literal('custom'), name: NAME_SCHEMA });

/** The options as a file says them. What an editor shows beside its keys are the comments of these members. */
export interface ConfigurationFile extends Omit<SpeechRouterOptions, 'fallback'> {
  /** Where an editor finds this schema. */
  readonly $schema?: string;
  /** What `express-speech serve` is told beside; a router passes over it. It is read at the start. */
  readonly gateway?: GatewayOptions;
  /**
   * The providers, 1 to 8 of them, in the order in which they are asked.
   *
   * @default [{ type: 'local' }, { type: 'text' }]
   */
  readonly fallback?: readonly (RemoteEntry | LocalEntry | TextEntry | CustomEntry)[];
}

/**
 * Makes the JSON Schema of `configFile` from the checks that the options go through, for editors to complete from. The build describes
 * its properties: scripts/describe-schema.js.
 */
export function configurationSchema(): object {
  const entry = z.discriminatedUnion('type', [ENTRY_SCHEMAS.remote, ENTRY_SCHEMAS.local, ENTRY_SCHEMAS.text, CUSTOM]);
  const file = OPTIONS_SCHEMA.omit({ logger: true, metrics: true, configFile: true }).extend({
    $schema: z.string().optional(),
    gateway: GATEWAY_SCHEMA.optional(),
    prepare: z.enum(PREPARATIONS).default('markdown'),
    hold: HOLD_IN_FILE,
    fallback: z.array(entry).min(1).max(8).optional(),
  });
  const schema = z.toJSONSchema(file, { io: 'input', target: 'draft-7', unrepresentable: 'any', override: refine });
  return { ...schema, title: 'express-speech configuration' };
}

interface Written {
  maximum?: number | undefined;
  default?: unknown;
}

function refine({ jsonSchema, path }: { readonly jsonSchema: Written; readonly path: (string | number)[] }): void {
  // zod says this of every whole number, and no reader needs it.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  const key = path.at(-2) === 'properties' ? String(path.at(-1)) : '';
  // It depends on the machine, and would be that of the one that built the package.
  if (key === 'workers') delete jsonSchema.default;
  // zod leaves it out where something inside is transformed.
  if (key === 'fallback') jsonSchema.default = OPTIONS_SCHEMA.shape.fallback.parse(undefined);
}

import { z } from 'zod';
import { NAME_SCHEMA } from '../options/names.js';
import { PREPARATIONS } from '../text/normalize/text-kinds.js';
import { HOLD_IN_FILE } from './hold-option.js';
import { OPTIONS_SCHEMA } from './options.js';
import { ENTRY_SCHEMAS } from './provider-options.js';

const CUSTOM = z
  .strictObject({ type: z.literal('custom'), name: NAME_SCHEMA })
  .describe('A provider object that the program gave to speechRouter(), by its name.');

/** Makes the JSON Schema of `configFile` from the checks that the options go through, for editors to complete from. */
export function configurationSchema(): object {
  const entry = z.discriminatedUnion('type', [ENTRY_SCHEMAS.remote, ENTRY_SCHEMAS.local, ENTRY_SCHEMAS.text, CUSTOM]);
  const file = OPTIONS_SCHEMA.omit({ logger: true, metrics: true, configFile: true }).extend({
    $schema: z.string().describe('Where an editor finds this schema.').optional(),
    prepare: z.enum(PREPARATIONS).default('markdown'),
    hold: HOLD_IN_FILE,
    fallback: z
      .array(entry)
      .min(1)
      .max(8)
      .describe('The providers, in the order in which they are asked.')
      .default([{ type: 'local' }, { type: 'text' }] as never),
  });
  const schema = z.toJSONSchema(file, { io: 'input', target: 'draft-7', unrepresentable: 'any', override: refine });
  return { ...schema, title: 'express-speech configuration' };
}

/** What an editor shows beside a key. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  deadline: 'Milliseconds from a request to the first byte of sound, for the whole chain.',
  maxInput: 'Most characters of an input. Longer ones are refused, never cut.',
  maxCallsPerMinute:
    'Most calls in any minute. A long text is cut into fewer, longer pieces where it has to be, and waits where it can.',
  bodyLimit: 'Most bytes of a request’s body.',
  maxConcurrent:
    'Most speech requests at once; the next one is told to come again. In a bulkhead: most calls to this provider at once; a remote is given fewer where it bears no more.',
  hold: 'Milliseconds for which the sound of a short text is held to become whole, so that another provider can still take over; 0 for none, "whole" until it is.',
  segments:
    'How long text is cut at the ends of sentences to be spoken piece by piece, or false to have it spoken in one call.',
  ahead: 'Segments that are prepared while one is sent.',
  minChars: 'Shorter sentences are joined with the next one.',
  maxChars:
    'Longest segment in letters; a text up to there is one call. A Chinese or Korean character counts as three.',
  get: 'Answers GET on the speech route as well, for <audio src>. Any page can then write an address that makes the server speak.',
  cache:
    'Keeps whole audio in memory for GET, and lets it be asked for in ranges; false for none. It is not used by POST.',
  ttl: 'Milliseconds for which audio is kept.',
  prepare: 'How the text becomes what is said: "markdown" reads Markdown, HTML and SSML, "none" leaves it as it is.',
  errors: '"next" hands errors to the application’s own error handler.',
  baseUrl: 'Address of an OpenAI-compatible server, up to its version: "http://127.0.0.1:8880/v1".',
  apiKey: 'The key, or better { "env": "NAME" }, which keeps it out of the file.',
  voice: 'The voice where a request names none.',
  voices: 'From the voice that is asked for to this provider’s own.',
  ssml: 'The server takes SSML, and is sent the document; others are sent the words in it.',
  marks:
    'Marks within the text that the server understands: "pronunciation" for [Kokoro](/kˈOkəɹO/), "tags" for <laugh> and [laughs]. Others are left out.',
  formats:
    'What the server can make. From wav and pcm the other formats are made here; without these, they are left to the next provider.',
  pcm: 'What the server’s bare samples are, where the type and the headers of its replies do not say it.',
  sampleRate: 'Hertz of bare samples.',
  channels: 'Channels of bare samples.',
  timeout: 'Limits in milliseconds for each phase of a call.',
  firstByte: 'Milliseconds from the request sent to the first byte of the reply.',
  circuitBreaker: 'When a failing provider is left alone, and for how long.',
  bulkhead: 'How many calls a provider gets at once, and how many may wait.',
  maxQueue: 'Most calls that wait for a place; the next one goes on at once.',
  maxWait:
    'Milliseconds that a call waits for a place where another provider with sound stands behind this one. At the last of them it waits for as long as the deadline allows.',
  retry: 'How often a failed call is tried again, and the share of all work that may be.',
  health: 'Regular checks, or false for none.',
  allowAddresses:
    'Addresses and ranges that the server may have; link-local ones are refused unless they are named here.',
  engine: 'What speaks on this machine.',
  workers: 'Worker threads; each takes 80 to 100 MB.',
  status: 'HTTP status of a text reply: 200, or 503 for gateways.',
};

interface Described {
  maximum?: number | undefined;
  default?: unknown;
  description?: string | undefined;
}

function refine({ jsonSchema, path }: { readonly jsonSchema: Described; readonly path: (string | number)[] }): void {
  // zod says this of every whole number, and no reader needs it.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  const key = path.at(-2) === 'properties' ? String(path.at(-1)) : '';
  // It depends on the machine, and would be that of the one that built the package.
  if (key === 'workers') delete jsonSchema.default;
  const description = Object.hasOwn(DESCRIPTIONS, key) ? DESCRIPTIONS[key] : undefined;
  if (description !== undefined) jsonSchema.description ??= description;
}

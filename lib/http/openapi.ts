import { z } from 'zod';
import { SPEECH_FORMATS, contentTypeOf } from '../audio/formats.js';
import { SPEECH_ERROR_CODES } from '../speech/error.js';
import type { SpeechStatusName } from '../speech/events.js';
import { replyHeaders } from './openapi-headers.js';
import { PROBLEMS } from './problems.js';
import { MOST_INSTRUCTION_CHARACTERS, MOST_NAME_CHARACTERS, SPEECH_BODY } from './read-speech-request.js';

type Schema = Readonly<Record<string, unknown>>;
type Field = keyof typeof SPEECH_BODY.shape;

/** What is said of each field, and the limits that its check has beyond the type. */
const FIELDS: Readonly<Record<Field, Schema>> = {
  input: { description: 'The text to speak; longer than `maxInput` is refused, never cut.', minLength: 1 },
  model: { description: 'The model; the provider has its own.' },
  voice: { description: 'A voice by its name or as an object with its id; the provider has its own.' },
  instructions: { description: 'How to speak, for servers that know.' },
  response_format: { description: 'The format of the sound.', default: 'mp3' },
  speed: { description: 'How fast to speak.', default: 1 },
  stream_format: { description: 'Sound, or server-sent events with sound in them.', default: 'audio' },
  fallback: { description: 'The first provider or an error, never another voice.' },
};

const NAME: Schema = { type: 'string', maxLength: MOST_NAME_CHARACTERS };

/** What GET takes: the fields as text, in which there is neither `null` nor an object. */
const QUERY: Readonly<Record<Field, Schema>> = {
  input: { type: 'string', minLength: 1 },
  model: NAME,
  voice: NAME,
  instructions: { type: 'string', maxLength: MOST_INSTRUCTION_CHARACTERS },
  response_format: { type: 'string', enum: SPEECH_FORMATS },
  speed: { type: 'number', minimum: 0.25, maximum: 4 },
  stream_format: { type: 'string', enum: ['audio'] },
  fallback: { type: 'string', enum: ['none'] },
};

const PROVIDER_CODE: Schema = {
  anyOf: [{ type: 'string', enum: SPEECH_ERROR_CODES }, { $ref: '#/components/schemas/StatusCode' }],
};

/**
 * Makes the OpenAPI description of the router, from what the routes check requests with and make errors of. Paths are those below the
 * place where the router is mounted.
 *
 * @param version of this package
 */
export function openApi(version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'express-speech',
      version,
      description: 'Text to speech from a chain of providers, of which the first that can speak does.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/v1', description: 'Where the router is mounted.' }],
    paths: {
      '/audio/speech': { post: speechByPost(), get: speechByGet() },
      '/audio/voices': {
        get: listing('listVoices', 'The voices of all providers', 'VoiceList'),
      },
      '/audio/models': { get: listing('listModels', 'The models of all providers', 'ModelList') },
      '/audio/health': {
        get: {
          operationId: 'getHealth',
          summary: 'The state of the chain',
          responses: {
            200: json('Audio can be made.', 'Health', {}),
            503: json('Only text is left, or the router closes.', 'Health', {}),
          },
        },
      },
    },
    components: { schemas: schemas() },
  };
}

function speechByPost(): object {
  return {
    operationId: 'createSpeech',
    summary: 'Speaks a text',
    parameters: [
      {
        name: 'X-Speech-Fallback',
        in: 'header',
        description: 'Says the same as the field `fallback`.',
        schema: { type: 'string', enum: ['none'] },
      },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/SpeechRequest' } } },
    },
    responses: {
      200: spoken('Sound, events, or the text where only that is left.', {
        'text/event-stream': {},
      }),
      ...failures(['cross_site', 'range_not_satisfiable']),
    },
  };
}

function speechByGet(): object {
  return {
    operationId: 'getSpeech',
    summary: 'Speaks a text for `<audio src>`; there only with `get: true`',
    parameters: [
      ...Object.entries(QUERY).map(([name, schema]) => ({
        name,
        in: 'query',
        required: name === 'input',
        description: FIELDS[name as Field]['description'],
        schema,
      })),
      { name: 'Range', in: 'header', schema: { type: 'string' } },
      { name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
    ],
    responses: {
      200: spoken('Sound, or the text where only that is left.', {}),
      206: { description: 'A range of sound that is kept.', headers: replyHeaders(), content: sound() },
      304: { description: 'The sound is still the same.', headers: replyHeaders() },
      // A GET has no body that could be too slow, too large or of another type.
      ...failures(['invalid_json', 'invalid_request', 'request_timeout', 'body_too_large', 'unsupported_media_type']),
    },
  };
}

function listing(operationId: string, summary: string, schema: string): object {
  return { operationId, summary, responses: { 200: json(`${summary}, from memory.`, schema, {}) } };
}

function spoken(description: string, more: object): object {
  const text = { 'application/json': { schema: { $ref: '#/components/schemas/SpeechText' } } };
  return { description, headers: replyHeaders(), content: { ...sound(), ...more, ...text } };
}

function sound(): object {
  return Object.fromEntries(SPEECH_FORMATS.map((format) => [contentTypeOf(format), {}]));
}

/** The error replies by status, without those of codes that this route never has. */
function failures(without: readonly string[]): object {
  const codes = Object.entries(PROBLEMS).filter(([code]) => !without.includes(code));
  const statuses = [...new Set(codes.map(([, { status }]) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter(([, one]) => one.status === status).map(([code]) => code);
      const more = status === 503 ? ', or why no provider could answer' : '';
      return [status, json(`\`code\`: ${own.join(', ')}${more}.`, `Error${String(status)}`, replyHeaders())];
    }),
  );
}

function json(description: string, schema: string, headers: object): object {
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
  return { description, headers: { ...headers, 'X-Request-Id': { schema: { type: 'string' } } }, content };
}

function schemas(): object {
  return {
    SpeechRequest: requestSchema(),
    SpeechText: strict({
      object: { const: 'speech.text' },
      input: { type: 'string' },
      text: { type: 'string' },
      reason: PROVIDER_CODE,
      attempts: {
        type: 'array',
        items: strict({ provider: { type: 'string' }, code: PROVIDER_CODE, ms: { type: 'integer', minimum: 0 } }),
      },
    }),
    StatusCode: { type: 'string', pattern: '^status\\.[0-9]{3}$' },
    VoiceList: strict({
      voices: {
        type: 'array',
        items: strict({ id: { type: 'string' }, name: { type: 'string' }, provider: { type: 'string' } }),
      },
    }),
    ModelList: strict({ models: { type: 'array', items: strict({ id: { type: 'string' } }) } }),
    Health: strict({
      status: { type: 'string', enum: ['ok', 'degraded', 'text-only'] satisfies SpeechStatusName[] },
      providers: {
        type: 'array',
        items: strict({
          name: { type: 'string' },
          type: { type: 'string' },
          state: { type: 'string' },
          circuit: { type: 'string' },
        }),
      },
    }),
    ...errorSchemas(),
  };
}

function requestSchema(): object {
  const properties = Object.entries(FIELDS).map(([name, more]) => {
    const field = z.toJSONSchema(SPEECH_BODY.shape[name as Field], { io: 'input' });
    delete field.$schema;
    return [name, { ...field, ...more }];
  });
  return { type: 'object', properties: Object.fromEntries(properties) as object, required: ['input'] };
}

function errorSchemas(): object {
  const statuses = [...new Set(Object.values(PROBLEMS).map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = Object.keys(PROBLEMS).filter((code) => PROBLEMS[code]?.status === status);
      const own: Schema = { type: 'string', enum: codes };
      const code = status === 503 ? { anyOf: [own, PROVIDER_CODE] } : own;
      const types = [...new Set(codes.map((one) => PROBLEMS[one]?.type))];
      const error = strict({
        message: { type: 'string' },
        type: { type: 'string', enum: types },
        param: { type: ['string', 'null'] },
        code,
      });
      return [`Error${String(status)}`, status === 503 ? withText(error) : strict({ error })];
    }),
  );
}

/** An error that may have the text beside it, for clients that take only sound. */
function withText(error: object): object {
  return { ...strict({ error, text: { type: 'string' } }), required: ['error'] };
}

function strict(properties: Readonly<Record<string, unknown>>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

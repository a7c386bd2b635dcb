import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import express from 'express';
import request from 'supertest';
import { openApi } from '../../lib/http/openapi.js';
import { PROBLEMS } from '../../lib/http/problems.js';
import { SPEECH_BODY } from '../../lib/http/read-speech-request.js';
import { speechRouter, type SpeechRouter } from '../../lib/router.js';

interface Reply {
  readonly headers?: object;
  readonly content?: Readonly<Record<string, { readonly schema?: { readonly $ref?: string } }>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, Reply & { readonly description: string }>>;
}

const DESCRIPTION = openApi('1.2.3') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
};
const AJV = new Ajv2020({ strict: false }).addSchema(DESCRIPTION, 'openapi');

describe('the OpenAPI description', () => {
  it('is one, of version 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(DESCRIPTION));
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    expect(DESCRIPTION).to.have.property('openapi', '3.1.0');
  });

  it('has the routes of the router and none else', async () => {
    const speech = speechRouter({ fallback: [{ type: 'text' }], logger: false });
    const { stack } = speech as unknown as {
      readonly stack: readonly { readonly route: { readonly path: string; readonly methods: object } }[];
    };
    const routes = stack.flatMap(({ route }) => Object.keys(route.methods).map((method) => `${method} ${route.path}`));
    await speech.close();
    const described = Object.entries(DESCRIPTION.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described).to.have.members(routes);
  });

  it('has every field of the body and of the query', () => {
    const fields = Object.keys(SPEECH_BODY.shape);
    expect(Object.keys(DESCRIPTION.components.schemas['SpeechRequest']?.properties ?? {})).to.have.members(fields);
    const query = operation('/audio/speech', 'get').parameters?.filter((parameter) => parameter.in === 'query');
    expect(query?.map(({ name }) => name)).to.have.members(fields);
  });

  it('has every code of the router under its status', () => {
    const both = [operation('/audio/speech', 'get'), operation('/audio/speech', 'post')];
    for (const [code, { status }] of Object.entries(PROBLEMS)) {
      const told = both.map(({ responses }) => responses[status]?.description ?? '');
      expect(told.join(' ').match(/\w+/g), code).to.include(code);
    }
  });

  describe('of a running router', () => {
    let speech: SpeechRouter;
    let app: express.Express;

    before(() => {
      speech = speechRouter({ fallback: [{ type: 'text' }], get: true, maxInput: 20, logger: false });
      app = express().use('/v1', speech);
    });

    after(() => speech.close());

    const QUERIES = {
      'the text': '?input=Hello.',
      'no input': '',
      'a speed that is no number': '?input=Hello.&speed=fast',
      'a format that nobody makes': '?input=Hello.&response_format=midi',
      'a text too long': '?input=Longer%20than%20twenty%20characters.',
    };
    for (const [name, query] of Object.entries(QUERIES)) {
      it(`fits its reply to GET: ${name}`, async () => {
        fits('/audio/speech', 'get', await request(app).get(`/v1/audio/speech${query}`));
      });
    }

    const BODIES = {
      'the text': '{"input":"Hello."}',
      'no JSON': '{',
      'no object': '[]',
      'a voice that is a number': '{"input":"Hello.","voice":1}',
    };
    for (const [name, body] of Object.entries(BODIES)) {
      it(`fits its reply to POST: ${name}`, async () => {
        const sent = request(app).post('/v1/audio/speech').set('Content-Type', 'application/json');
        fits('/audio/speech', 'post', await sent.send(body));
      });
    }

    it('fits an error with the text beside it, and one of another type', async () => {
      const path = '/v1/audio/speech';
      const refused = await request(app).post(path).set('Accept', 'audio/*').send({ input: 'Hello.' });
      expect(refused.status).to.equal(503);
      expect(refused.body).to.have.property('text', 'Hello.');
      fits('/audio/speech', 'post', refused);
      const other = await request(app).post(path).set('Content-Type', 'text/html').send('<p>');
      expect(other.status).to.equal(415);
      fits('/audio/speech', 'post', other);
    });

    for (const path of ['/audio/voices', '/audio/models', '/audio/health']) {
      it(`fits ${path}`, async () => {
        fits(path, 'get', await request(app).get(`/v1${path}`));
      });
    }
  });
});

function operation(path: string, method: string): Operation {
  const found = DESCRIPTION.paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not described`);
  return found;
}

/** Holds a JSON reply to what is described: its status, its headers that are ours, its body. */
function fits(path: string, method: string, { status, headers, body }: request.Response): void {
  const described = operation(path, method).responses[status];
  expect(described, `${method} ${path}: ${String(status)}`).to.not.equal(undefined);
  const names = Object.keys(described?.headers ?? {}).map((name) => name.toLowerCase());
  const ours = Object.keys(headers as object).filter((name) =>
    /^(?:x-speech-|x-request-id$|server-timing$)/.test(name),
  );
  expect(names).to.include.members(ours);
  const reference = described?.content?.['application/json']?.schema?.$ref ?? '';
  const check = AJV.getSchema(`openapi${reference}`);
  expect(check?.(body), `${JSON.stringify(body)}: ${JSON.stringify(check?.errors)}`).to.equal(true);
}

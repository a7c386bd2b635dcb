import { Ajv } from 'ajv';
import { expect } from 'chai';
import { configurationSchema } from '../../lib/config/json-schema.js';
import { parseOptions } from '../../lib/config/parse-options.js';
import { SpeechOptionsError } from '../../lib/options/options-error.js';
import { describeSchema } from '../../scripts/describe-schema.js';

const REMOTE = { type: 'remote', baseUrl: 'http://127.0.0.1:8880/v1' };

const GOOD: readonly object[] = [
  {},
  { deadline: 5_000, maxInput: 100, bodyLimit: 1_024, maxConcurrent: 8, errors: 'next', cache: false },
  { get: true, cache: { maxBytes: 1_000_000 } },
  { cache: { ttl: 86_400_000 } },
  { prepare: 'none' },
  { hold: 0 },
  { hold: 'whole' },
  { fallback: [{ type: 'local' }, { type: 'text', status: 503 }] },
  { fallback: [{ ...REMOTE, apiKey: 'key', headers: { 'x-a': 'b' }, formats: ['mp3'], timeout: { firstByte: 100 } }] },
  { fallback: [{ ...REMOTE, health: false, tls: { rejectUnauthorized: false }, allowAddresses: ['10.0.0.0/8'] }] },
  { fallback: [{ ...REMOTE, health: { path: '/health', interval: 1_000 }, voices: { alloy: 'af_heart' } }] },
  { fallback: [{ type: 'local', engine: 'espeak-ng', workers: 2, bulkhead: { maxQueue: 0 } }] },
  { fallback: [{ type: 'local', engine: { module: 'my-engine' } }] },
];

const BAD: readonly object[] = [
  { deadlin: 5_000 },
  { deadline: '5000' },
  { deadline: 0 },
  { errors: 'throw' },
  { get: 'yes' },
  { cache: true },
  { cache: { ttl: 0 } },
  { cache: { maxBytes: '64 MB' } },
  { cache: { store: 'redis' } },
  { prepare: 'html' },
  { hold: -1 },
  { hold: 'for ever' },
  { hold: 1.5 },
  { fallback: [] },
  { fallback: [{}] },
  { fallback: [{ type: 'remot', baseUrl: REMOTE.baseUrl }] },
  { fallback: [{ type: 'remote' }] },
  { fallback: [{ ...REMOTE, name: 'not a name' }] },
  { fallback: [{ ...REMOTE, formats: ['ogg'] }] },
  { fallback: [{ ...REMOTE, timeout: { firstbyte: 100 } }] },
  { fallback: [{ ...REMOTE, apiKey: { environment: 'KEY' } }] },
  { fallback: [{ type: 'text', status: 404 }] },
  { fallback: Array.from({ length: 9 }, (_, index) => ({ type: 'local', name: `n${String(index)}` })) },
];

describe('the JSON Schema of the configuration file', () => {
  const validate = new Ajv({ strict: true, allErrors: true }).compile(configurationSchema());

  const isTaken = (options: object): boolean => {
    try {
      parseOptions(options);
      return true;
    } catch (error) {
      if (error instanceof SpeechOptionsError) return false;
      throw error;
    }
  };

  for (const options of GOOD) {
    it(`agrees with the options on ${JSON.stringify(options)}`, () => {
      expect(isTaken(options)).to.equal(true);
      expect(validate(options), JSON.stringify(validate.errors)).to.equal(true);
    });
  }
  for (const options of BAD) {
    it(`refuses what the options refuse: ${JSON.stringify(options)}`, () => {
      expect(isTaken(options)).to.equal(false);
      expect(validate(options)).to.equal(false);
    });
  }

  it('knows what a file may say and code does not', () => {
    expect(validate({ $schema: './schema.json', fallback: [{ type: 'custom', name: 'own' }] })).to.equal(true);
    expect(validate({ gateway: { port: 80, apiKeys: [{ env: 'KEY' }], trustProxy: 1 } })).to.equal(true);
    expect(validate({ gateway: { port: 'x' } })).to.equal(false);
    expect(validate({ configFile: 'other.json' })).to.equal(false);
    expect(validate({ logger: {} })).to.equal(false);
  });

  it('says nothing of the machine it was made on', () => {
    const [, local] = (configurationSchema() as { properties: { fallback: { items: { oneOf: object[] } } } }).properties
      .fallback.items.oneOf;
    expect(local).to.have.nested.property('properties.workers.maximum', 64);
    expect(local).not.to.have.nested.property('properties.workers.default');
  });
});

describe('the published JSON Schema', () => {
  const schema = describeSchema(configurationSchema());

  it('says what each of its properties is, at any depth', () => {
    const properties = propertiesIn(schema);
    expect(properties.length).to.be.above(120);
    expect(properties.filter(({ description = '' }) => description === '').map(({ path }) => path)).to.deep.equal([]);
  });

  it('says of each number what it counts', () => {
    const units =
      /milliseconds|characters|bytes|hertz|channels|calls|requests|failures|outcomes|share|pieces|tries|connections|threads|port/i;
    const numbers = propertiesIn(schema).filter(({ type }) => type === 'integer' || type === 'number');
    expect(numbers.length).to.be.above(50);
    expect(numbers.filter(({ description = '' }) => !units.test(description)).map(({ path }) => path)).to.deep.equal(
      [],
    );
  });

  it('goes by the path of a property, and not by its bare key', () => {
    const descriptions = new Map(propertiesIn(schema).map(({ path, description }) => [path, description]));
    expect(descriptions.get('.maxConcurrent')).to.match(/^Most speech requests at once in the whole router/);
    expect(descriptions.get('.fallback[0].bulkhead.maxConcurrent')).to.match(/^Most calls to this provider at once/);
    expect(descriptions.get('.fallback[0].timeout')).to.match(/^Limits in milliseconds/);
    expect(descriptions.get('.fallback[0].health.timeout')).to.match(/^Milliseconds after which a check has failed/);
    expect(descriptions.get('.fallback[2].health')).to.match(/^Ignored/);
    expect(descriptions.get('.$schema')).to.equal('Where an editor finds this schema.');
  });

  it('checks what the other one checks', () => {
    const checks = JSON.stringify(schema, (key, value: unknown) => (key === 'description' ? undefined : value));
    expect(JSON.parse(checks)).to.deep.equal(configurationSchema());
  });
});

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: Node[];
  readonly oneOf?: Node[];
  readonly allOf?: Node[];
}

interface Property {
  readonly path: string;
  readonly type: string | undefined;
  readonly description: string | undefined;
}

/** Finds the properties of a schema, those of every form that it takes included. */
function propertiesIn({ properties = {}, items, anyOf = [], oneOf = [], allOf = [] }: Node, path = ''): Property[] {
  return [
    ...Object.entries(properties).flatMap(([key, property]): Property[] => [
      { path: `${path}.${key}`, type: property.type, description: property.description },
      ...propertiesIn(property, `${path}.${key}`),
    ]),
    ...(items === undefined ? [] : propertiesIn(items, path)),
    ...[...anyOf, ...allOf].flatMap((form) => propertiesIn(form, path)),
    ...oneOf.flatMap((form, index) => propertiesIn(form, `${path}[${String(index)}]`)),
  ];
}

// Which fields the forms have, in which order and in which groups. What a field is, its default, its limits and its help come from the JSON
// Schema of the options.

const GUARDS = {
  group: 'guards',
  keys: [
    'circuitBreaker.consecutive',
    'circuitBreaker.window',
    'circuitBreaker.minimum',
    'circuitBreaker.rate',
    'circuitBreaker.openFor',
    'circuitBreaker.maxOpenFor',
    'bulkhead.maxConcurrent',
    'bulkhead.maxQueue',
    'bulkhead.maxWait',
    'retry.limit',
    'retry.budget',
  ],
};

// `health: false` switches the checks off, and the other fields away.
const health = (...more) => ({
  group: 'health',
  keys: ['health', 'health.interval', 'health.timeout', ...more, 'health.speak'],
});

/** Groups of fields by type of provider. The first group is always open. */
export const FORMS = {
  remote: [
    { group: 'basics', keys: ['name', 'baseUrl', 'apiKey', 'model', 'voice', 'formats'] },
    {
      group: 'timeouts',
      keys: [
        'timeout.lookup',
        'timeout.connect',
        'timeout.secureConnect',
        'timeout.send',
        'timeout.firstByte',
        'timeout.idle',
        'timeout.total',
      ],
    },
    health('health.path'),
    GUARDS,
    {
      group: 'limits',
      keys: [
        'maxInput',
        'maxCallsPerMinute',
        'ssml',
        'marks',
        'maxBytes',
        'pcm.sampleRate',
        'pcm.channels',
        'pool.maxSockets',
        'pool.keepAlive',
      ],
    },
  ],
  local: [{ group: 'basics', keys: ['name', 'engine', 'voice', 'workers'] }, health(), GUARDS],
  text: [{ group: 'basics', keys: ['name', 'status'] }],
  // A provider object of the program's: it can be moved and taken out.
  custom: [],
};

export const GENERAL = ['deadline', 'hold', 'maxInput', 'maxConcurrent', 'bodyLimit', 'errors', 'get'];

/** What stands in an empty field that has no default, as an example. */
const EXAMPLES = {
  'remote.baseUrl': 'http://127.0.0.1:8880/v1',
  'remote.model': 'tts-1',
  'remote.voice': 'alloy',
  'remote.health.path': '/models',
  'remote.pool.maxSockets': '20',
};

/** Where the labels of choices are found; those of other fields are their own. */
const LABELS = { marks: 'field.marks' };

/**
 * Makes the fields of all forms.
 *
 * @param schema the JSON Schema of the options
 */
export function createForms(schema) {
  const entries = schema.properties.fallback.items.oneOf;
  const groupsOf = (type) => {
    const entry = entries.find(({ properties }) => properties.type.const === type);
    return (FORMS[type] ?? []).map(({ group, keys }) => ({
      group,
      fields: keys.map((key) => fieldAt(entry, key, EXAMPLES[`${type}.${key}`])),
    }));
  };
  return {
    groupsOf,
    /** All fields of an entry; its type stays what it is. */
    fieldsOf: (type) => [{ path: ['type'], kind: 'fixed' }, ...groupsOf(type).flatMap(({ fields }) => fields)],
    general: GENERAL.map((key) => fieldAt(schema, key)),
  };
}

function fieldAt(schema, key, example = '') {
  const path = key.split('.');
  const option = path.reduce(memberOf, schema);
  const field = { path, help: helpOf(option), ...inputFor(option, example) };
  return field.kind === 'several' ? { ...field, labels: LABELS[key] } : field;
}

/** The forms that an option may take, itself where it has one only. */
const formsOf = (option) => option.anyOf ?? [option];

function memberOf(schema, key) {
  return formsOf(schema).find(({ properties }) => properties !== undefined && key in properties).properties[key];
}

function inputFor(option, example) {
  const forms = formsOf(option);
  if (forms.some(({ properties }) => properties?.env !== undefined)) return { kind: 'secret' };
  if (option.type === 'array') return { kind: 'several', choices: option.items.enum, standard: option.default };
  if (option.type === 'boolean') return { kind: 'checkbox' };
  if (forms.some((form) => form.const === false)) return { kind: 'switch' };
  const placeholder = String(option.default ?? example);
  if (forms.some(isNumber)) return { kind: 'number', placeholder };
  const options = forms.flatMap((form) => form.enum ?? (form.const === undefined ? [] : [form.const]));
  return options.length > 0 ? { kind: 'select', options } : { kind: 'text', placeholder };
}

const isNumber = (form) => (form.type === 'integer' || form.type === 'number') && form.const === undefined;

/** What an option is, and how large it may be. */
function helpOf(option) {
  const { minimum, maximum } = formsOf(option).find(isNumber) ?? {};
  const limits = minimum === undefined || maximum === undefined ? '' : `${minimum} – ${maximum}`;
  return [option.description ?? '', limits].filter((text) => text !== '').join(' ');
}

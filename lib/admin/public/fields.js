// Which fields the form of each kind of provider has. Placeholders are the defaults; a test holds them against the options' schema.

const text = (path, placeholder = '') => ({ path: path.split('.'), kind: 'text', placeholder });
const number = (path, placeholder = '') => ({
  path: path.split('.'),
  kind: 'number',
  placeholder: String(placeholder),
});
const choice = (path, options) => ({ path: path.split('.'), kind: 'select', options });
/**
 * @param standard what counts where nothing is said
 * @param labels where the labels of the choices are found; without it, they are their own
 */
const several = (path, choices, standard, labels) => ({
  path: path.split('.'),
  kind: 'several',
  choices,
  standard,
  labels,
});
const onOff = (path) => ({ path: path.split('.'), kind: 'checkbox' });

export const FORMATS = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'];

const GUARDS = {
  group: 'guards',
  fields: [
    number('circuitBreaker.consecutive', 5),
    number('circuitBreaker.window', 20),
    number('circuitBreaker.minimum', 10),
    number('circuitBreaker.rate', 0.5),
    number('circuitBreaker.openFor', 5000),
    number('circuitBreaker.maxOpenFor', 60000),
    number('bulkhead.maxConcurrent', 10),
    number('bulkhead.maxQueue', 20),
    number('bulkhead.maxWait', 500),
    number('retry.limit', 1),
    number('retry.budget', 0.1),
  ],
};

const health = (...more) => ({
  group: 'health',
  // `health: false` switches the checks off, and the other fields away.
  fields: [
    { path: ['health'], kind: 'switch' },
    number('health.interval', 10000),
    number('health.timeout', 2000),
    ...more,
    onOff('health.speak'),
  ],
});

const TIMEOUTS = {
  group: 'timeouts',
  fields: [
    number('timeout.lookup', 1000),
    number('timeout.connect', 2000),
    number('timeout.secureConnect', 2000),
    number('timeout.send', 5000),
    number('timeout.firstByte', 5000),
    number('timeout.idle', 10000),
    number('timeout.total', 120000),
  ],
};

/** Groups of fields by type of provider. The first group is always open. */
export const FORMS = {
  remote: [
    {
      group: 'basics',
      fields: [
        text('name', 'remote'),
        text('baseUrl', 'http://127.0.0.1:8880/v1'),
        { path: ['apiKey'], kind: 'secret' },
        text('model', 'tts-1'),
        text('voice', 'alloy'),
        several('formats', FORMATS, FORMATS),
      ],
    },
    TIMEOUTS,
    health(text('health.path', '/models')),
    GUARDS,
    {
      group: 'limits',
      fields: [
        number('maxInput'),
        number('maxCallsPerMinute'),
        onOff('ssml'),
        several('marks', ['pronunciation', 'tags'], ['pronunciation'], 'field.marks'),
        number('maxBytes', 26214400),
        number('pcm.sampleRate', 24000),
        number('pcm.channels', 1),
        number('pool.maxSockets', 20),
        number('pool.keepAlive', 4000),
      ],
    },
  ],
  local: [
    {
      group: 'basics',
      fields: [
        text('name', 'local'),
        choice('engine', ['embedded', 'espeak-ng', 'piper']),
        text('voice'),
        number('workers'),
      ],
    },
    health(),
    GUARDS,
  ],
  text: [{ group: 'basics', fields: [text('name', 'text'), choice('status', [200, 503])] }],
  // A provider object of the program's: it can be moved and taken out.
  custom: [],
};

export const GENERAL = [
  number('deadline', 10000),
  number('hold', 500),
  number('maxInput', 4096),
  number('maxConcurrent', 64),
  number('bodyLimit', 65536),
  choice('errors', ['reply', 'next']),
  onOff('get'),
];

/** All fields of an entry; its type stays what it is. */
export const fieldsOf = (type) => [
  { path: ['type'], kind: 'fixed' },
  ...(FORMS[type] ?? []).flatMap(({ fields }) => fields),
];

// The rooms of lib/ and what each may import from the others: a whole room, or one file of it. What is not named is forbidden, at any
// depth, and so are the files at the root, which join the rooms. Read by the rule of the linter and by its test.
// docs/architecture.md says what each room is for.

/** Packages and modules of Node that only some rooms may use. */
export const FENCED = [
  'express',
  'got',
  'http-errors',
  'zod',
  'node:fs',
  'node:net',
  'node:child_process',
  'node:worker_threads',
];

/** @type {Readonly<Record<string, { may: readonly string[], packages?: readonly string[] }>>} */
export const ROOMS = {
  // Ground: nothing of ours below.
  resilience: { may: [] },
  collections: { may: [] },
  streams: { may: [], packages: ['node:net'] },
  packages: { may: [], packages: ['node:fs'] },
  options: { may: [], packages: ['zod'] },
  // Both are ground. What is wrong with bytes is said by the contract’s errors, which know nothing.
  audio: { may: ['speech/error.ts', 'streams'] },
  speech: { may: ['audio', 'resilience'] },

  // Tools of one trade.
  text: { may: ['audio', 'resilience', 'speech'] },
  network: { may: ['resilience', 'speech'], packages: ['node:net'] },
  cache: { may: ['resilience', 'speech'] },
  engines: {
    may: ['audio', 'packages', 'speech', 'streams', 'text'],
    packages: ['node:child_process', 'node:fs', 'node:worker_threads', 'zod'],
  },
  'long-text': { may: ['audio', 'resilience', 'speech', 'streams', 'text'] },

  // Rooms that serve.
  providers: {
    may: [
      'audio',
      'collections',
      'engines',
      'network',
      'options',
      'packages',
      'resilience',
      'speech',
      'streams',
      'text',
    ],
    packages: ['got', 'node:fs', 'node:net', 'node:worker_threads', 'zod'],
  },
  http: {
    may: ['audio', 'collections', 'resilience', 'speech', 'streams', 'text'],
    packages: ['express', 'http-errors', 'node:net', 'zod'],
  },
  telemetry: {
    may: ['network', 'options', 'packages', 'resilience', 'speech', 'streams'],
    packages: ['got', 'node:net'],
  },
  admin: {
    may: ['audio', 'packages', 'resilience', 'speech', 'streams', 'text'],
    packages: ['express', 'http-errors', 'node:fs', 'zod'],
  },

  // What joins them.
  config: {
    may: [
      'audio',
      'cache',
      'long-text',
      'network',
      'options',
      'packages',
      'providers',
      'resilience',
      'speech',
      'telemetry',
      'text',
    ],
    packages: ['node:fs', 'zod'],
  },
  chain: {
    may: [
      ...['audio', 'cache', 'collections', 'config', 'long-text', 'providers'],
      ...['resilience', 'speech', 'streams', 'text'],
    ],
  },
  verify: {
    may: ['audio', 'chain', 'config', 'options', 'providers', 'resilience', 'speech', 'streams'],
    packages: ['node:net'],
  },

  // The package as a program: an application made of the router, and the commands.
  gateway: {
    may: [...['router.ts', 'admin', 'config', 'http', 'options', 'packages', 'resilience', 'speech', 'telemetry']],
    packages: ['express', 'node:fs', 'node:net'],
  },
  cli: {
    may: ['audio', 'gateway', 'options', 'speech', 'verify'],
    packages: ['node:fs', 'node:child_process'],
  },

  // What users test their own providers with.
  testing: { may: ['audio', 'speech', 'streams'] },

  // The browser’s side, alone.
  client: { may: [] },
};

/** Files at the root of lib/, which may import every room but the browser’s. */
export const ROOT_FILES = ['index.ts', 'router.ts', 'admin-control.ts', 'cli.ts'];
const ROOT_PACKAGES = ['express', 'node:fs'];

/** The zones of `no-restricted-paths`: where an import must not lead. */
export function zones() {
  return [
    ...Object.entries(ROOMS).map(([room, { may }]) => ({
      target: `./lib/${room}`,
      from: './lib',
      except: [room, ...may].map((path) => `./${path}`),
      message: `${room}/ may import ${may.length === 0 ? 'nothing of ours' : `${may.join(', ')} only`}.`,
    })),
    { target: './lib/*.ts', from: './lib/client', message: 'client/ is for browsers, alone.' },
  ];
}

/** Which files must not import which packages. */
export function packageFences() {
  const fence = (files, allowed) => ({ files, forbidden: FENCED.filter((name) => !allowed.includes(name)) });
  return [
    ...Object.entries(ROOMS).map(([room, { packages = [] }]) => fence([`lib/${room}/**/*.ts`], packages)),
    fence(['lib/*.ts'], ROOT_PACKAGES),
  ];
}

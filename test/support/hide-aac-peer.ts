// Loaded first, in each thread: makes Node not find the optional peer that makes AAC, as if it were not installed.
import Module from 'node:module';

const internals = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };
const resolve = internals._resolveFilename;
internals._resolveFilename = (request, ...rest) => {
  if (!request.includes('mediabunny')) return resolve(request, ...rest);
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' });
};

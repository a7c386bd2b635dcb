/**
 * Files of this package that are not imported, by where they lie in what is published. Tools that gather the files of a deployment know
 * them by expressions of this form; scripts/build.js writes the way from there.
 */
export const FILE_URLS = {
  'worker.js': () => new URL(/* webpackIgnore: true */ '../engines/worker/worker.js', import.meta.url),
  'configuration.schema.json': () => new URL(/* webpackIgnore: true */ '../configuration.schema.json', import.meta.url),
  'admin/public/': () => new URL(/* webpackIgnore: true */ '../admin/public/', import.meta.url),
};

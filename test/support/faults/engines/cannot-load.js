// Cannot be loaded, like an engine whose model is not there.
export function createEngine() {
  throw new Error('no model');
}
